// fma_peak.cc: what the cores could do at best: independent multiply-adds in registers. The yardstick of the benchmarks.
#ifndef __wasm__
#include <ctime>
#endif

#include "math/fma.h"
#include "support/dtype.h"
#include "support/parallel.h"

namespace hone {
namespace {

#ifndef __wasm__
double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}
#endif

constexpr int kChains = 12; // enough to hide the latency, few enough for 16 registers

// Every lane works on numbers of its own that stay normal and never settle: constant ones need less power, and with it the clock would
// run faster than any real kernel lets it.
template <class T> double burn(hone_int rounds) {
  T numbers[(kChains + 2) * kLanes<T>];
  uint32_t seed = 1;
  for (T &number : numbers) {
    seed = seed * 1664525u + 1013904223u;
    number = T(0.5) + T(seed >> 8) * T(0.4 / (1 << 24));
  }
  Vec<T> chain[kChains];
  for (int i = 0; i < kChains; i++) chain[i] = load(numbers + i * kLanes<T>);
  const Vec<T> x = load(numbers + kChains * kLanes<T>);
  Vec<T> y = load(numbers + (kChains + 1) * kLanes<T>);
  for (hone_int r = 0; r < rounds / 2; r++) {
    // With one y a chain would come to rest; the sign of y turns with every round, so it swings for ever.
    for (int i = 0; i < kChains; i++) chain[i] = madd(x, y, chain[i]);
    for (int i = 0; i < kChains; i++) chain[i] = madd(x, chain[i], y);
    y = -y;
  }
  double sum = 0;
  for (int i = 0; i < kChains; i++) sum += double(chain[i][0]);
  return sum;
}

#ifdef __wasm__
// No clock here: 10 GFLOP for each second asked for, and the caller divides what it gets by its own time.
template <class T> double peak(double seconds) {
  const double rounds = seconds * 1e10 / (2.0 * kChains * kLanes<T>);
  volatile double sink = burn<T>(hone_int(rounds < 2 ? 2 : rounds < 2e9 ? rounds : 2e9));
  (void)sink;
  return seconds * 10;
}
#else
template <class T> double peak(double seconds) {
  const hone_int rounds = 1 << 18, threads = thread_count();
  const double flops = 2.0 * kChains * kLanes<T> * double(rounds) * double(threads);
  const double start = now();
  double best = 0;
  do {
    const double from = now();
    parallel_for(threads, 1, [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++) {
        volatile double sink = burn<T>(rounds);
        (void)sink;
      }
    });
    const double took = now() - from;
    if (took > 0 && flops / took > best) best = flops / took;
  } while (now() - start < seconds);
  return best * 1e-9;
}
#endif

} // namespace
} // namespace hone

extern "C" HONE_KERNEL(fma_peak)(int32_t dtype, double seconds, double *gflops) {
  return hone::for_floats(dtype, "fma_peak", [&](auto zero) {
    *gflops = hone::peak<decltype(zero)>(seconds);
    return HONE_OK;
  });
}
