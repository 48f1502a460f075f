// rows.h: walks a row in whole vectors and one partial vector at its end, and folds vectors to a value.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "support/simd.h"

namespace hone {

// The first count lanes of a vector, count < kLanes<T>; the others are filled, or not stored. Masked where the build can; elsewhere in
// pieces of a power of two, whose sizes the compiler knows.
template <class T> inline Vec<T> load_some(const T *from, intptr_t count, T fill = T(0)) {
#if defined(__AVX512F__)
  const Vec<T> rest = broadcast(fill);
  if constexpr (sizeof(T) == 4) return bits<Vec<T>>(_mm512_mask_loadu_ps(bits<__m512>(rest), __mmask16((1u << count) - 1), from));
  else return bits<Vec<T>>(_mm512_mask_loadu_pd(bits<__m512d>(rest), __mmask8((1u << count) - 1), from));
#else
  T lane[kLanes<T>];
  for (T &l : lane) l = fill;
  intptr_t at = 0;
#pragma GCC unroll 4
  for (int piece = kLanes<T> / 2; piece > 0; piece /= 2)
    if (count & piece) std::memcpy(lane + at, from + at, size_t(piece) * sizeof(T)), at += piece;
  return load(lane);
#endif
}
template <class T> inline void store_some(T *to, const Vec<T> &v, intptr_t count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) _mm512_mask_storeu_ps(to, __mmask16((1u << count) - 1), bits<__m512>(v));
  else _mm512_mask_storeu_pd(to, __mmask8((1u << count) - 1), bits<__m512d>(v));
#else
  T lane[kLanes<T>];
  store(lane, v);
  intptr_t at = 0;
#pragma GCC unroll 4
  for (int piece = kLanes<T> / 2; piece > 0; piece /= 2)
    if (count & piece) std::memcpy(to + at, lane + at, size_t(piece) * sizeof(T)), at += piece;
#endif
}

// The first count <= kLanes<T> lanes.
template <class T> inline void store_first(T *to, const Vec<T> &v, intptr_t count) {
  if (count == kLanes<T>) store(to, v);
  else store_some<T>(to, v, count);
}

// One vector from memory that ends at `end`: lanes past it are zero, lanes past a row's end are whatever comes next.
template <class T> inline __attribute__((always_inline)) Vec<T> load_before(const T *from, const T *end) {
  if (end - from >= kLanes<T>) return load(from);
  return end > from ? load_some(from, end - from) : Vec<T>{};
}

// The lanes added up: halves onto halves, again and again.
template <class T, int Width, int... I> inline __attribute__((always_inline)) T fold(const Vec<T> &v, std::integer_sequence<int, I...> lanes) {
  if constexpr (Width == 0) return v[0];
  else return fold<T, Width / 2>(Vec<T>(v + Vec<T>(__builtin_shufflevector(v, v, ((I + Width) % kLanes<T>)...))), lanes);
}
template <class T> inline T fold(const Vec<T> &v) { return fold<T, kLanes<T> / 2>(v, std::make_integer_sequence<int, kLanes<T>>{}); }

// How much of a vector lies in memory. Whole and Part let one generic body compile to a plain loop and to a careful end.
template <class T> struct Whole {
  Vec<T> load(const T *from, T = T(0)) const { return hone::load(from); }
  void store(T *to, Vec<T> v) const { hone::store(to, v); }
};
template <class T> struct Part {
  intptr_t count;
  // Lanes past the end hold fill.
  Vec<T> load(const T *from, T fill = T(0)) const { return load_some(from, count, fill); }
  void store(T *to, Vec<T> v) const { store_some<T>(to, v, count); }
};

// body(at, Whole or Part) for every vector of n elements.
template <class T, class F> inline void each_vector(intptr_t n, F &&body) {
  intptr_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) body(i, Whole<T>{});
  if (i < n) body(i, Part<T>{n - i});
}

// The sum of term(at, Whole or Part) over n elements; the lanes that a Part fills must be 0 in it. Pieces of 256 vectors go to
// double, which keeps long rows of floats accurate.
template <class T, class F> inline T sum_vectors(intptr_t n, F &&term) {
  constexpr intptr_t piece = 256 * kLanes<T>;
  double total = 0;
  for (intptr_t at = 0; at < n; at += piece) {
    Vec<T> sum = broadcast(T(0));
    each_vector<T>(n - at < piece ? n - at : piece, [&](intptr_t i, auto part) { sum += term(at + i, part); });
    total += double(fold<T>(sum));
  }
  return T(total);
}

// The larger of each pair; b where a is NaN.
template <class T> inline Vec<T> larger(Vec<T> a, Vec<T> b) { return select(a > b, a, b); }

// The largest of n elements, NaN left out; lowest for none.
template <class T> inline T largest(const T *a, intptr_t n, T lowest) {
  Vec<T> max = broadcast(lowest);
  each_vector<T>(n, [&](intptr_t i, auto part) { max = larger<T>(part.load(a + i, lowest), max); });
  T lane[kLanes<T>];
  std::memcpy(lane, &max, sizeof max);
  T top = lane[0];
  for (T x : lane) top = x > top ? x : top;
  return top;
}

} // namespace hone
