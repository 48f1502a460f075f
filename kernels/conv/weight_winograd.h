// weight_winograd.h: the transforms of winograd.h turned round, for the gradient of the weights. Where the outputs are y = A'[(G g G') * (B' d B)]A
// (d: inputs, g: weights), the gradient of g is the adjoint, G'[(A dy A') * (B' d B)]G: the same products, summed over tiles instead of
// channels. Vectors are of channels.
#pragma once

#include "conv/winograd.h"
#include "math/fma.h"
#include "support/simd.h"

namespace hone {
namespace conv {

// A along one axis: four gradients of outputs to six points.
template <class V> inline __attribute__((always_inline)) void grad_axis(const V *y, V *to) {
  using P = winograd::Points<ElementOf<V>>;
  const V even_a = y[0] + P::a2 * y[2], odd_a = P::a * y[1] + P::a3 * y[3];
  const V even_b = y[0] + P::b2 * y[2], odd_b = P::b * y[1] + P::b3 * y[3];
  to[0] = y[0];
  to[1] = even_a + odd_a, to[2] = even_a - odd_a;
  to[3] = even_b + odd_b, to[4] = even_b - odd_b;
  to[5] = y[3];
}

// G' along one axis: sums at six points to three gradients of weights.
template <class V> inline __attribute__((always_inline)) void weight_grad_axis(const V *s, V *to) {
  using P = winograd::Points<ElementOf<V>>;
  const V even_a = P::at_a * (s[1] + s[2]), odd_a = P::at_a * (s[1] - s[2]), even_b = P::at_b * (s[3] + s[4]), odd_b = P::at_b * (s[3] - s[4]);
  to[0] = P::at_0 * s[0] + (even_a + even_b);
  to[1] = P::a * odd_a + P::b * odd_b;
  to[2] = P::a2 * even_a + (P::b2 * even_b + s[5]);
}

// Rows [top, bottom) of an image with a vector of channels at every pixel; outside it is zero.
template <class T> struct WinogradImage {
  const T *pixels;
  intptr_t top, bottom, w;

  // Columns of the square of N x N pixels at (y, x), one at a time.
  template <int N, class F> __attribute__((always_inline)) void each_column(intptr_t y, intptr_t x, F &&f) const {
    constexpr int L = kLanes<T>;
    const bool inside = y >= top && y + N <= bottom && x >= 0 && x + N <= w;
    const T *const at = pixels + ((y - top) * w + x) * L;
    for (int j = 0; j < N; j++) {
      Vec<T> column[N];
      if (inside) {
#pragma GCC unroll 6
        for (int i = 0; i < N; i++) column[i] = load(at + (i * w + j) * L);
      } else {
        for (int i = 0; i < N; i++) {
          const bool there = y + i >= top && y + i < bottom && x + j >= 0 && x + j < w;
          column[i] = there ? load(at + (i * w + j) * L) : Vec<T>{};
        }
      }
      f(j, column);
    }
  }
};

// B' d B of the square of inputs at (y, x): point (i, j) goes to to[(6 * i + j) * step].
template <class T> void spread_inputs(T *to, intptr_t step, const WinogradImage<T> &image, intptr_t y, intptr_t x) {
  Vec<T> half[6][6]; // by columns
  image.template each_column<6>(y, x, [&](int j, const Vec<T> *d) __attribute__((always_inline)) { winograd::patch_axis<T>(d, half[j]); });
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++) {
    const Vec<T> row[6] = {half[0][i], half[1][i], half[2][i], half[3][i], half[4][i], half[5][i]};
    Vec<T> out[6];
    winograd::patch_axis<T>(row, out);
#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) store(to + (6 * i + j) * step, out[j]);
  }
}

// A dy A' of the square of gradients at (y, x).
template <class T> void spread_outputs(T *to, intptr_t step, const WinogradImage<T> &image, intptr_t y, intptr_t x) {
  Vec<T> half[4][6];
  image.template each_column<4>(y, x, [&](int j, const Vec<T> *d) __attribute__((always_inline)) { grad_axis(d, half[j]); });
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++) {
    const Vec<T> row[4] = {half[0][i], half[1][i], half[2][i], half[3][i]};
    Vec<T> out[6];
    grad_axis(row, out);
#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) store(to + (6 * i + j) * step, out[j]);
  }
}

// G' s G: sums at s[(6 * i + j) * step] to nine weights.
template <class T> void gather_weights(Vec<T> *to, const T *s, intptr_t step) {
  Vec<T> half[6][3];
#pragma GCC unroll 6
  for (int j = 0; j < 6; j++) {
    Vec<T> column[6];
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) column[i] = load(s + (6 * i + j) * step);
    weight_grad_axis(column, half[j]);
  }
#pragma GCC unroll 3
  for (int i = 0; i < 3; i++) {
    const Vec<T> row[6] = {half[0][i], half[1][i], half[2][i], half[3][i], half[4][i], half[5][i]};
    weight_grad_axis(row, to + 3 * i);
  }
}

} // namespace conv
} // namespace hone
