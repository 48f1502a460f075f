// check.h: what kernel tests share: CHECK counts and prints failures, Lcg is a deterministic random source, close() compares.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>

#include "hone.h"

namespace check {

inline long passed = 0, failed = 0;

// Prints the first 20 failures.
inline bool note(bool ok, const char *what, const char *file, int line) {
  if (ok) {
    passed++;
  } else if (++failed <= 20) {
    std::printf("%s:%d: failed: %s\n", file, line, what);
  }
  return ok;
}

inline int finish() {
  std::printf("%ld passed, %ld failed\n", passed, failed);
  return failed ? 1 : 0;
}

// Equal, both NaN, or within tolerance relative to the larger of 1 and |b|.
inline bool close(double a, double b, double tolerance) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::fabs(a - b) <= tolerance * std::fmax(1.0, std::fabs(b));
}

class Lcg {
public:
  explicit Lcg(uint64_t seed = 1) : state_(seed * 2862933555777941757ull + 3037000493ull) {}
  uint32_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return uint32_t(state_ >> 32);
  }
  // In [-1, 1).
  double uniform() { return double(next()) / 2147483648.0 - 1; }
  // In [0, n).
  int64_t below(int64_t n) { return int64_t(next() % uint64_t(n)); }

private:
  uint64_t state_;
};

} // namespace check

#define CHECK(condition) check::note((condition), #condition, __FILE__, __LINE__)
