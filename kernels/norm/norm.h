// norm.h: what the normalisations share: statistics of a block of values, sums and maps over vectors.
#pragma once

#include <cmath>

#include "math/fma.h"
#include "support/dtype.h"
#include "support/memory.h"
#include "support/rows.h"

namespace hone {
namespace norms {

constexpr hone_int kBlock = 2048; // values whose sums are taken in T before double does
constexpr hone_int kGradRows = 16; // rows of a gradient's sums likewise

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

// f(values of a and b) summed over n elements.
template <class T, class F> inline double sum_block(const T *a, const T *b, hone_int n, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  Vec<T> s[4] = {};
  hone_int i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes)
    for (int u = 0; u < 4; u++) s[u] += f(load(a + i + u * lanes), load(b + i + u * lanes));
  for (; i + lanes <= n; i += lanes) s[0] += f(load(a + i), load(b + i));
  double sum = double(sum_lanes<T>((s[0] + s[1]) + (s[2] + s[3])));
  if (i < n) {
    const Vec<T> rest = f(load_some(a + i, n - i), load_some(b + i, n - i));
    for (hone_int l = 0; l < n - i; l++) sum += double(rest[l]);
  }
  return sum;
}

// to[i] = f(a[i], b[i]).
template <class T, class F> inline void map_block(T *to, const T *a, const T *b, hone_int n, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  hone_int i = 0;
  for (; i + lanes <= n; i += lanes) store(to + i, f(load(a + i), load(b + i)));
  if (i < n) store_some<T>(to + i, f(load_some(a + i, n - i), load_some(b + i, n - i)), n - i);
}

// 0 for negative values; NaN stays.
inline double at_least_zero(double x) { return x < 0 ? 0 : x; }

// The moments of up to kBlock values, which stay in the first-level cache: the mean around the first value, then the squares around it.
template <class T> Moments block_moments(const T *x, hone_int count) {
  const T pivot = x[0];
  const Vec<T> start = broadcast(pivot);
  Moments m;
  m.n = double(count);
  m.mean = double(pivot) + sum_block(x, x, count, [=](Vec<T> v, Vec<T>) { return v - start; }) / m.n;
  const Vec<T> centre = broadcast(T(m.mean));
  const double m2 = sum_block(x, x, count, [=](Vec<T> v, Vec<T>) {
    const Vec<T> d = v - centre;
    return d * d;
  });
  // The squares were taken around the rounded mean.
  const double off = m.mean - double(T(m.mean));
  m.m2 = at_least_zero(m2 - m.n * off * off);
  return m;
}

inline hone_int norm_grain(double values) { return hone_int(30000 / (values + 16)) + 1; }

} // namespace norms
} // namespace hone
