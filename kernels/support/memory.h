// memory.h: memory that frees itself, and the arithmetic of sizes.
#pragma once

#include <cstdlib>

#include "hone.h"

namespace hone {

inline hone_int round_up(hone_int n, hone_int to) { return (n + to - 1) / to * to; }
inline hone_int ceil_div(hone_int n, hone_int by) { return (n + by - 1) / by; }
template <class N> inline N min_of(N a, N b) { return b < a ? b : a; }
template <class N> inline N max_of(N a, N b) { return a < b ? b : a; }

// count elements, undefined at first; get() is null where there was no memory (one element more is asked for than wanted, never none).
template <class T> class Memory {
public:
  Memory() = default;
  explicit Memory(hone_int count) { reserve(count); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory() { std::free(data_); }

  // What was there before is lost. False when there is no memory.
  bool reserve(hone_int count) {
    std::free(data_);
    data_ = static_cast<T *>(std::malloc(size_t(count + 1) * sizeof(T)));
    return data_ != nullptr;
  }
  T *get() const { return data_; }
  T &operator[](hone_int i) const { return data_[i]; }

private:
  T *data_ = nullptr;
};

} // namespace hone
