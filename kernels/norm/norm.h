// norm.h: what the normalisations share: statistics of a block of values, sums and maps over vectors.
#pragma once

#include <cmath>

#include "math/fma.h"
#include "support/dtype.h"
#include "support/memory.h"
#include "support/rows.h"

namespace hone {
namespace norms {

constexpr hone_int kBlock = 32 * kVecBytes; // values whose sums are taken in T before double does: a lane adds up 128 floats at most
constexpr hone_int kGradRows = 32; // rows of a gradient's sums likewise

// Count, mean and sum of squared deviations; joined as Chan, Golub and LeVeque do.
struct Moments {
  double n = 0, mean = 0, m2 = 0;
  void join(double other_n, double other_mean, double other_m2) {
    const double total = n + other_n, delta = other_mean - mean;
    if (total == 0) return;
    mean += delta * (other_n / total);
    m2 += other_m2 + delta * delta * (n * other_n / total);
    n = total;
  }
  void join(const Moments &other) { join(other.n, other.mean, other.m2); }
};

// The lanes [from, until) of v, 0 in the others, whatever is in them.
template <class T> inline Vec<T> some_lanes(const Vec<T> &v, hone_int from, hone_int until) {
  using I = typename BitsOf<T>::I;
  I number[kLanes<T>];
  for (int i = 0; i < kLanes<T>; i++) number[i] = I(i);
  const Vec<I> at = load(number);
  return select((at >= broadcast(I(from))) & (at < broadcast(I(until))), v, Vec<T>{});
}

// f(values of a and b) added to sum over n elements. The last vector ends where the values do, so it may begin among those counted before.
template <class T, class F> inline void add_block(Vec<T> &sum, const T *a, const T *b, hone_int n, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  hone_int i = 0;
  if (n >= 4 * lanes) {
    Vec<T> s[4] = {};
    for (; i + 4 * lanes <= n; i += 4 * lanes)
      for (int u = 0; u < 4; u++) s[u] += f(load(a + i + u * lanes), load(b + i + u * lanes));
    sum += (s[0] + s[1]) + (s[2] + s[3]);
  }
  for (; i + lanes <= n; i += lanes) sum += f(load(a + i), load(b + i));
  if (i == n) return;
  if (n >= lanes)
    sum += some_lanes<T>(f(load(a + n - lanes), load(b + n - lanes)), lanes - (n - i), lanes);
  else
    sum += some_lanes<T>(f(load_some(a, n), load_some(b, n)), 0, n);
}

// Two sums in one pass: f(values of a and b, first, second) adds to both.
template <class T, class F> inline void add_two(Vec<T> &first, Vec<T> &second, const T *a, const T *b, hone_int n, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  hone_int i = 0;
  if (n >= 2 * lanes) {
    Vec<T> s{}, t{};
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
      f(load(a + i), load(b + i), first, second);
      f(load(a + i + lanes), load(b + i + lanes), s, t);
    }
    first += s, second += t;
  }
  if (i + lanes <= n) f(load(a + i), load(b + i), first, second), i += lanes;
  if (i == n) return;
  Vec<T> s{}, t{};
  if (n >= lanes) f(load(a + n - lanes), load(b + n - lanes), s, t);
  else f(load_some(a, n), load_some(b, n), s, t);
  const hone_int from = n >= lanes ? lanes - (n - i) : 0, until = n >= lanes ? lanes : n;
  first += some_lanes<T>(s, from, until), second += some_lanes<T>(t, from, until);
}

// f(values of a and b) summed over n elements.
template <class T, class F> inline double sum_block(const T *a, const T *b, hone_int n, F &&f) {
  Vec<T> sum{};
  add_block(sum, a, b, n, f);
  return double(fold<T>(sum));
}

// to[i] = f(a[i], b[i]). The last vector overlaps the one before; it is computed first, for a or b may be `to`.
template <class T, class F> inline void map_block(T *to, const T *a, const T *b, hone_int n, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  if (n < lanes) {
    store_some<T>(to, f(load_some(a, n), load_some(b, n)), n);
    return;
  }
  const Vec<T> last = f(load(a + n - lanes), load(b + n - lanes));
  for (hone_int i = 0; i + lanes <= n; i += lanes) store(to + i, f(load(a + i), load(b + i)));
  store(to + n - lanes, last);
}

// 0 for negative values; NaN stays.
inline double at_least_zero(double x) { return x < 0 ? 0 : x; }

// Moments from sums of differences to a pivot, and from squares around `centre`, the mean rounded to T.
inline double mean_of(double pivot, double sum, double n) { return pivot + sum / n; }
template <class T> inline double squares_of(double squares, double mean, T centre, double n) {
  const double off = mean - double(centre);
  return at_least_zero(squares - n * off * off);
}

// Of up to kBlock values, which stay in the first-level cache: the mean around the first value, then the squares around it.
template <class T> double block_mean(const T *x, hone_int count) {
  const T pivot = x[0];
  const Vec<T> start = broadcast(pivot);
  return mean_of(double(pivot), sum_block(x, x, count, [=](Vec<T> v, Vec<T>) { return v - start; }), double(count));
}
template <class T> double block_squares(const T *x, hone_int count, double mean) {
  const Vec<T> centre = broadcast(T(mean));
  const double squares = sum_block(x, x, count, [=](Vec<T> v, Vec<T>) {
    const Vec<T> d = v - centre;
    return d * d;
  });
  return squares_of(squares, mean, T(mean), double(count));
}
template <class T> Moments block_moments(const T *x, hone_int count) {
  Moments m;
  m.n = double(count);
  m.mean = block_mean(x, count);
  m.m2 = block_squares(x, count, m.mean);
  return m;
}

inline hone_int norm_grain(double values) { return hone_int(30000 / (values + 16)) + 1; }

} // namespace norms
} // namespace hone
