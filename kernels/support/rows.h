// rows.h: walks a row in whole vectors and one partial vector at its end, and folds vectors to a value.
#pragma once

#include "support/simd.h"

namespace hone {

// How much of a vector lies in memory. Whole and Part let one generic body compile to a plain loop and to a careful end.
template <class T> struct Whole {
  Vec<T> load(const T *from, T) const { return hone::load(from); }
  void store(T *to, Vec<T> v) const { hone::store(to, v); }
};
template <class T> struct Part {
  intptr_t count;
  // Lanes past the end hold fill.
  Vec<T> load(const T *from, T fill) const {
    T lane[kLanes<T>];
    for (int i = 0; i < kLanes<T>; i++) lane[i] = fill;
    std::memcpy(lane, from, size_t(count) * sizeof(T));
    return hone::load(lane);
  }
  void store(T *to, Vec<T> v) const { std::memcpy(to, &v, size_t(count) * sizeof(T)); }
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
    Vec<T> sum = splat(T(0));
    each_vector<T>(n - at < piece ? n - at : piece, [&](intptr_t i, auto part) { sum += term(at + i, part); });
    T lane[kLanes<T>];
    std::memcpy(lane, &sum, sizeof sum);
    for (int width = kLanes<T> / 2; width > 0; width /= 2)
      for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    total += double(lane[0]);
  }
  return T(total);
}

// As many lanes as Vec<T>, of integers as wide as T: what comparing two of them gives.
template <class T> struct IntOf;
template <> struct IntOf<float> { using type = int32_t; };
template <> struct IntOf<double> { using type = int64_t; };
template <class T> using MaskOf = Vec<typename IntOf<T>::type>;

// Where a is NaN the result is b.
template <class T> inline Vec<T> larger(Vec<T> a, Vec<T> b) {
  const MaskOf<T> mask = a > b;
  return (Vec<T>)((mask & (MaskOf<T>)a) | (~mask & (MaskOf<T>)b));
}

// The largest of n elements, NaN left out; lowest for none.
template <class T> inline T max_of(const T *a, intptr_t n, T lowest) {
  Vec<T> max = splat(lowest);
  each_vector<T>(n, [&](intptr_t i, auto part) { max = larger<T>(part.load(a + i, lowest), max); });
  T lane[kLanes<T>];
  std::memcpy(lane, &max, sizeof max);
  T top = lane[0];
  for (T x : lane) top = x > top ? x : top;
  return top;
}

} // namespace hone
