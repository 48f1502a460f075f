// winograd.h: Winograd's F(4 x 4, 3 x 3) at the points 0, ±3/4, ±3/2 and infinity: 4 x 4 outputs of a 3 x 3 convolution from 6 x 6 inputs by
// 36 multiplications instead of 144, y = A'[(G g G') * (B' d B)]A. Its adjoint gives the gradient of g: G'[(A dy A') * (B' d B)]G. These points
// are exact in binary and lose about as much as the plain sum does (0, ±1, ±2 lose three times as much).
// One dimension at a time, on whole vectors of channels (or of whatever else lies side by side).
#pragma once

#include "math/fma.h"
#include "support/simd.h"

namespace hone {
namespace conv {

namespace winograd {
constexpr double kP = 0.75, kQ = 1.5, kPP = kP * kP, kQQ = kQ * kQ;
constexpr double kN0 = 1 / (kPP * kQQ), kNP = 1 / (2 * kPP * (kPP - kQQ)), kNQ = 1 / (2 * kQQ * (kQQ - kPP));
} // namespace winograd

// B': six inputs to six points.
template <class T> inline __attribute__((always_inline)) void winograd_input(Vec<T> *to, int step, const Vec<T> *d) {
  using namespace winograd;
  const Vec<T> pp = broadcast(T(-kPP)), qq = broadcast(T(-kQQ)), p = broadcast(T(kP)), q = broadcast(T(kQ));
  const Vec<T> both = broadcast(T(-(kPP + kQQ))), product = broadcast(T(kPP * kQQ));
  to[0] = madd(product, d[0], madd(both, d[2], d[4]));
  const Vec<T> even_p = madd(qq, d[2], d[4]), odd_p = madd(qq, d[1], d[3]);
  to[1 * step] = madd(p, odd_p, even_p);
  to[2 * step] = madd(-p, odd_p, even_p);
  const Vec<T> even_q = madd(pp, d[2], d[4]), odd_q = madd(pp, d[1], d[3]);
  to[3 * step] = madd(q, odd_q, even_q);
  to[4 * step] = madd(-q, odd_q, even_q);
  to[5 * step] = madd(product, d[1], madd(both, d[3], d[5]));
}

// A: four gradients of outputs to six points.
template <class T> inline __attribute__((always_inline)) void winograd_grad(Vec<T> *to, int step, const Vec<T> *y) {
  using namespace winograd;
  const Vec<T> pp = broadcast(T(kPP)), qq = broadcast(T(kQQ)), p = broadcast(T(kP)), q = broadcast(T(kQ));
  to[0] = y[0];
  const Vec<T> even_p = madd(pp, y[2], y[0]), odd_p = madd(pp, y[3], y[1]);
  to[1 * step] = madd(p, odd_p, even_p);
  to[2 * step] = madd(-p, odd_p, even_p);
  const Vec<T> even_q = madd(qq, y[2], y[0]), odd_q = madd(qq, y[3], y[1]);
  to[3 * step] = madd(q, odd_q, even_q);
  to[4 * step] = madd(-q, odd_q, even_q);
  to[5 * step] = y[3];
}

// G': six points to three gradients of weights.
template <class T> inline __attribute__((always_inline)) void winograd_weight(Vec<T> *to, int step, const Vec<T> *s) {
  using namespace winograd;
  const Vec<T> sum_p = s[1] + s[2], sum_q = s[3] + s[4], odd_p = s[1] - s[2], odd_q = s[3] - s[4];
  to[0] = madd(broadcast(T(kNQ)), sum_q, madd(broadcast(T(kNP)), sum_p, Vec<T>(broadcast(T(kN0)) * s[0])));
  to[1 * step] = madd(broadcast(T(kQ * kNQ)), odd_q, Vec<T>(broadcast(T(kP * kNP)) * odd_p));
  to[2 * step] = madd(broadcast(T(kQQ * kNQ)), sum_q, madd(broadcast(T(kPP * kNP)), sum_p, s[5]));
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
  Vec<T> half[36];
  image.template each_column<6>(y, x, [&](int j, const Vec<T> *d) __attribute__((always_inline)) { winograd_input<T>(half + j, 6, d); });
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++) {
    Vec<T> out[6];
    winograd_input<T>(out, 1, half + 6 * i);
#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) store(to + (6 * i + j) * step, out[j]);
  }
}

// A dy A' of the square of gradients at (y, x).
template <class T> void spread_outputs(T *to, intptr_t step, const WinogradImage<T> &image, intptr_t y, intptr_t x) {
  Vec<T> half[24];
  image.template each_column<4>(y, x, [&](int j, const Vec<T> *d) __attribute__((always_inline)) { winograd_grad<T>(half + j, 4, d); });
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++) {
    Vec<T> out[6];
    winograd_grad<T>(out, 1, half + 4 * i);
#pragma GCC unroll 6
    for (int j = 0; j < 6; j++) store(to + (6 * i + j) * step, out[j]);
  }
}

// G' s G: sums at s[(6 * i + j) * step] to nine weights.
template <class T> void gather_weights(Vec<T> *to, const T *s, intptr_t step) {
  Vec<T> half[18];
#pragma GCC unroll 6
  for (int j = 0; j < 6; j++) {
    Vec<T> column[6];
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) column[i] = load(s + (6 * i + j) * step);
    winograd_weight<T>(half + j, 6, column);
  }
#pragma GCC unroll 3
  for (int i = 0; i < 3; i++) winograd_weight<T>(to + 3 * i, 1, half + 6 * i);
}

} // namespace conv
} // namespace hone
