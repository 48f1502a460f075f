// simd.h: vectors of the build's width through the compilers' vector extensions. One source for AVX-512, AVX2, SSE2, NEON and WASM.
#pragma once

#include <cstdint>
#include <cstring>

namespace hone {

#if defined(__AVX512F__)
constexpr int kVecBytes = 64;
#elif defined(__AVX2__)
constexpr int kVecBytes = 32;
#else
constexpr int kVecBytes = 16;
#endif

template <class T> struct VecOf {
  typedef T type __attribute__((vector_size(kVecBytes)));
};
template <class T> using Vec = typename VecOf<T>::type;
template <class T> constexpr int kLanes = kVecBytes / int(sizeof(T));

// Unaligned load and store; the compiler turns each memcpy into one instruction.
template <class T> inline Vec<T> load(const T *from) {
  Vec<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class T> inline void store(T *to, const Vec<T> &v) { std::memcpy(to, &v, sizeof v); }
// x - 0 keeps the sign of zero, so compilers fold it to one broadcast; 0 + x would be a real addition.
template <class T> inline Vec<T> splat(T x) { return x - Vec<T>{}; }

} // namespace hone
