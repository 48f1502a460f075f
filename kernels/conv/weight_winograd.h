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

  // `axis` along both axes of the square of N x N pixels at (y, x): point (i, j) of 6 x 6 goes to to[(6 * i + j) * step].
  template <int N, class Axis> __attribute__((always_inline)) void spread(T *to, intptr_t step, intptr_t y, intptr_t x, Axis &&axis) const {
    constexpr int L = kLanes<T>;
    const bool inside = y >= top && y + N <= bottom && x >= 0 && x + N <= w;
    const T *const at = pixels + ((y - top) * w + x) * L;
    winograd::both_axes<Vec<T>, N, 6>(
        [&](int j, Vec<T> *column) __attribute__((always_inline)) {
          if (inside) {
#pragma GCC unroll 6
            for (int i = 0; i < N; i++) column[i] = load(at + (i * w + j) * L);
          } else {
            for (int i = 0; i < N; i++) {
              const bool there = y + i >= top && y + i < bottom && x + j >= 0 && x + j < w;
              column[i] = there ? load(at + (i * w + j) * L) : Vec<T>{};
            }
          }
        },
        axis,
        [&](int i, const Vec<T> *row) __attribute__((always_inline)) {
#pragma GCC unroll 6
          for (int j = 0; j < 6; j++) store(to + (6 * i + j) * step, row[j]);
        });
  }
};

// B' d B of the square of inputs at (y, x).
template <class T> void spread_inputs(T *to, intptr_t step, const WinogradImage<T> &image, intptr_t y, intptr_t x) {
  image.template spread<6>(to, step, y, x, winograd::patch_axis<Vec<T>>);
}

// A dy A' of the square of gradients at (y, x).
template <class T> void spread_outputs(T *to, intptr_t step, const WinogradImage<T> &image, intptr_t y, intptr_t x) {
  image.template spread<4>(to, step, y, x, grad_axis<Vec<T>>);
}

// G' s G: sums at s[(6 * i + j) * step] to nine weights.
template <class T> void gather_weights(Vec<T> *to, const T *s, intptr_t step) {
  winograd::both_axes<Vec<T>, 6, 3>(
      [&](int j, Vec<T> *column) __attribute__((always_inline)) {
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++) column[i] = load(s + (6 * i + j) * step);
      },
      weight_grad_axis<Vec<T>>,
      [&](int i, const Vec<T> *row) __attribute__((always_inline)) {
#pragma GCC unroll 3
        for (int j = 0; j < 3; j++) to[3 * i + j] = row[j];
      });
}

} // namespace conv
} // namespace hone
