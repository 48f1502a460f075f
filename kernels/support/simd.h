// simd.h: vectors of the build's width through the compilers' vector extensions. One source for AVX-512, AVX2, SSE2, NEON and WASM.
// V stands for a scalar or a vector of any width, Vec<T> for the build's vector of T.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace hone {

#if defined(__AVX512F__)
constexpr int kVecBytes = 64;
#elif defined(__AVX2__)
constexpr int kVecBytes = 32;
#else
constexpr int kVecBytes = 16;
#endif

template <class T, int N> struct VecN {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T> constexpr int kLanes = kVecBytes / int(sizeof(T));
template <class T> using Vec = typename VecN<T, kLanes<T>>::type;

// The integers as wide as T: I is what comparing vectors of T gives.
template <class T> struct BitsOf;
template <> struct BitsOf<float> {
  using I = int32_t;
  using U = uint32_t;
};
template <> struct BitsOf<double> {
  using I = int64_t;
  using U = uint64_t;
};
template <class T> using MaskOf = Vec<typename BitsOf<T>::I>;

// The element type of V and the integer types with V's layout.
template <class V> struct VecInfo {
  using T = typename std::remove_reference<decltype(std::declval<V &>()[0])>::type;
  static constexpr int lanes = int(sizeof(V) / sizeof(T));
  using I = typename VecN<typename BitsOf<T>::I, lanes>::type;
  using U = typename VecN<typename BitsOf<T>::U, lanes>::type;
};
template <> struct VecInfo<float> : BitsOf<float> {
  using T = float;
  static constexpr int lanes = 1;
};
template <> struct VecInfo<double> : BitsOf<double> {
  using T = double;
  static constexpr int lanes = 1;
};
template <class V> using ElementOf = typename VecInfo<V>::T;
template <class V> constexpr bool is_f32 = std::is_same<ElementOf<V>, float>::value;

// V, or Vec<T> where none is named.
template <class V, class T> struct VectorOr {
  using type = V;
};
template <class T> struct VectorOr<void, T> {
  using type = Vec<T>;
};

// load(from) is a Vec<T>, load<V>(from) a V. Unaligned, as store; the compiler turns each memcpy into one instruction.
template <class V = void, class T> inline typename VectorOr<V, T>::type load(const T *from) {
  typename VectorOr<V, T>::type v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class T, class V> inline void store(T *to, const V &v) {
  static_assert(sizeof(V) % sizeof(T) == 0, "whole elements");
  std::memcpy(to, &v, sizeof v);
}

// x in every lane: of a Vec<T>, or of the V that is named. x - 0 keeps the sign of zero, so compilers fold it to one instruction; 0 + x
// would be a real addition.
template <class V = void, class T> inline __attribute__((always_inline)) typename VectorOr<V, T>::type broadcast(T x) {
  if constexpr (std::is_same<V, T>::value) return x;
  else if constexpr (std::is_void<V>::value) return x - Vec<T>{};
  else return ElementOf<V>(x) - V{};
}

// Ends a step of a loop over tiles in registers, whose operands are read at `pointer`. WebAssembly's clang would otherwise load what
// several steps read before the first one's arithmetic, more than the 15 registers that V8 has on x86, and sums would go to memory and
// back at every step: 30 GFLOP/s instead of 50.
#if defined(__wasm__)
template <class P> inline __attribute__((always_inline)) void end_step(P &pointer) { asm volatile("" : "+r"(pointer)); }
#else
template <class P> inline __attribute__((always_inline)) void end_step(P &) {}
#endif

// Every second lane of a and b one after the other: those at even places, or at odd ones.
template <bool Odd, class V, int... I> inline __attribute__((always_inline)) V every_second(const V &a, const V &b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (2 * I + Odd)...);
}
template <bool Odd, class V> inline __attribute__((always_inline)) V every_second(const V &a, const V &b) {
  return every_second<Odd>(a, b, std::make_integer_sequence<int, int(sizeof(V) / sizeof(a[0]))>{});
}

// m is what a comparison of V gives: a bool, or a vector of 0 and -1.
template <class M, class V> inline V select(const M &m, const V &a, const V &b) { return m ? a : b; }

template <class To, class From> inline To bits(const From &from) {
  static_assert(sizeof(To) == sizeof(From), "sizes differ");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

// The lanes added up one after the other.
template <class T> inline T sum_lanes(const Vec<T> &v) {
  T sum = 0;
  for (int i = 0; i < kLanes<T>; i++) sum += v[i];
  return sum;
}

} // namespace hone
