// rows.h: walks a row in whole vectors and one partial vector at its end, and folds vectors to a value.
#pragma once

#include "support/simd.h"

namespace hone {

// The first count lanes of a vector, count < kLanes<T>; the others are filled, or not stored.
template <class T> inline Vec<T> load_some(const T *from, intptr_t count, T fill = T(0)) {
  T lane[kLanes<T>];
  for (T &l : lane) l = fill;
  std::memcpy(lane, from, size_t(count) * sizeof(T));
  return load(lane);
}
template <class T> inline void store_some(T *to, const Vec<T> &v, intptr_t count) { std::memcpy(to, &v, size_t(count) * sizeof(T)); }

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
    T lane[kLanes<T>];
    std::memcpy(lane, &sum, sizeof sum);
    for (int width = kLanes<T> / 2; width > 0; width /= 2)
      for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    total += double(lane[0]);
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
