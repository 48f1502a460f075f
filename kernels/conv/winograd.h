// winograd.h: the transforms of F(4x4, 3x3), by which 16 sums of 9 products take 36 multiplications instead of 144: a patch of 6 by 6 inputs
// and the 3 by 3 weights become 36 values each, these are multiplied one by one (and summed over channels), and the 36 sums become 4 by 4
// outputs. Along one axis it is Toom and Cook's way to multiply polynomials: both are evaluated at 0, a, -a, b, -b and infinity, and what
// has six values at six points is known. S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, arXiv:1509.09308.
//
// The points decide how much is lost to rounding. With the usual 0, 1, -1, 2, -2 the error is 3.6 times (rms) that of summing directly in
// float32; with a = 5/8, b = 3/2, the best of a search and exact in binary, it is 1.6 times.
#pragma once

#include "support/simd.h"

namespace hone {
namespace winograd {

constexpr int kTile = 4, kTaps = 3, kPatch = kTile + kTaps - 1, kParts = kPatch * kPatch;

template <class T> struct Points {
  static constexpr T a = T(0.625), b = T(1.5), a2 = a * a, b2 = b * b, a3 = a2 * a, b3 = b2 * b, sum2 = a2 + b2, both2 = a2 * b2;
  // What divides the weights' values at each pair of points, so that the three transforms together are exact.
  static constexpr T at_a = T(1) / (2 * a2 * (a2 - b2)), at_b = T(1) / (2 * b2 * (b2 - a2)), at_0 = T(1) / both2;
};

// The transforms along one axis; the same again along the other makes them whole. V is a vector of values that do not know of each other.
template <class V> inline __attribute__((always_inline)) void patch_axis(const V *d, V *to) {
  using P = Points<ElementOf<V>>;
  const V even_a = d[4] - P::b2 * d[2], odd_a = P::a * (d[3] - P::b2 * d[1]);
  const V even_b = d[4] - P::a2 * d[2], odd_b = P::b * (d[3] - P::a2 * d[1]);
  to[0] = P::both2 * d[0] + (d[4] - P::sum2 * d[2]);
  to[1] = even_a + odd_a, to[2] = even_a - odd_a;
  to[3] = even_b + odd_b, to[4] = even_b - odd_b;
  to[5] = P::both2 * d[1] + (d[5] - P::sum2 * d[3]);
}

template <class V> inline __attribute__((always_inline)) void weight_axis(const V *g, V *to) {
  using P = Points<ElementOf<V>>;
  const V even_a = P::at_a * g[0] + (P::at_a * P::a2) * g[2], odd_a = (P::at_a * P::a) * g[1];
  const V even_b = P::at_b * g[0] + (P::at_b * P::b2) * g[2], odd_b = (P::at_b * P::b) * g[1];
  to[0] = P::at_0 * g[0];
  to[1] = even_a + odd_a, to[2] = even_a - odd_a;
  to[3] = even_b + odd_b, to[4] = even_b - odd_b;
  to[5] = g[2];
}

template <class V> inline __attribute__((always_inline)) void output_axis(const V *m, V *to) {
  using P = Points<ElementOf<V>>;
  const V even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
  to[0] = m[0] + (even_a + even_b);
  to[1] = P::a * odd_a + P::b * odd_b;
  to[2] = P::a2 * even_a + P::b2 * even_b;
  to[3] = P::a3 * odd_a + (P::b3 * odd_b + m[5]);
}

// `axis` along both axes, of N values to M: column(j, d) gives those of column j, row(i, v) takes the results of row i < rows.
template <class V, int N, int M, class Column, class Axis, class Row>
inline __attribute__((always_inline)) void both_axes(Column &&column, Axis &&axis, Row &&row, int rows = M) {
  V half[M][N];
#pragma GCC unroll 6
  for (int j = 0; j < N; j++) {
    V d[N], h[M];
    column(j, d);
    axis(d, h);
#pragma GCC unroll 6
    for (int i = 0; i < M; i++) half[i][j] = h[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < M; i++) {
    if (i >= rows) break;
    V v[M];
    axis(half[i], v);
    row(i, v);
  }
}

} // namespace winograd
} // namespace hone
