// conv.cc: conv2d and its gradients: which sums they are, and by which way each sum is made (tap_sums).
#include "conv/conv.h"

#include "conv/conv_depthwise.h"
#include "conv/conv_direct.h"
#include "conv/conv_unfolded.h"
#include "conv/conv_weight.h"
#include "conv/conv_winograd.h"
#include "conv/depthwise_rows.h"
#include "conv/weight_product.h"
#include "linalg/gemm.h"
#include "support/dtype.h"
#include "support/sizes.h"

namespace {

using namespace hone;
using namespace hone::conv;

// A kernel of one tap that leaves the image as it is: a product of two matrices.
bool is_product(const TapSum &s) {
  const bool plain = s.taps == 1 && s.step_h == 1 && s.step_w == 1 && s.out_step_h == 1 && s.out_step_w == 1 && s.tap->dy == 0 && s.tap->dx == 0;
  return plain && s.groups == 1 && s.phase->y == 0 && s.phase->x == 0 && s.rows == s.in_h && s.cols == s.in_w;
}

// out[n] = weight . in[n]; the weights are stored along the input channels, or for the gradient along the output channels.
template <class T> bool product(T *out, const T *in, const T *weight, const T *bias, const TapSum &s) {
  Gemm<T> g;
  g.batch = s.images, g.m = s.out_channels, g.n = s.rows * s.cols, g.k = s.in_channels;
  g.trans_a = s.weight_out == 1 && s.weight_in != 1;
  g.a = weight, g.lda = g.trans_a ? s.weight_in : s.weight_out;
  g.b = in, g.ldb = g.n, g.stride_b = g.k * g.n;
  g.c = out, g.ldc = g.n, g.stride_c = g.m * g.n;
  g.bias = bias, g.bias_row = true;
  return gemm(g) == HONE_OK;
}

// The ways to make sums that share input and output, chosen by their shape alone. False when memory ran out.
template <class T> bool tap_sums(T *out, const T *in, const T *weight, const T *bias, const TapSum *sums, hone_int count) {
  if constexpr (sizeof(T) == 4) {
    WindowShape windows;
    hone_int place[kMostSquares];
    if (count == 1 && windows_of(*sums, windows, place)) return window_sums(out, in, weight, bias, *sums, windows, place);
  }
  if (count > 0 && suits_depthwise<T>(*sums)) return depthwise_sums(out, in, weight, bias, sums, count);
  for (const TapSum *s = sums; s < sums + count; s++) {
    const hone_int pixels = s->rows * s->cols;
    if constexpr (sizeof(T) == 4) {
      if (suits_winograd<T>(*s)) {
        const Outcome outcome = winograd_sum(out, in, weight, bias, *s);
        if (outcome == Outcome::NoMemory) return false;
        if (outcome == Outcome::Done) continue;
        // What is infinite or NaN may reach only the outputs whose window holds it: then all is summed again as it stands.
      }
    }
    const Bands bands = cut_bands<T>(*s);
    bool done;
    if (is_product(*s) && (s->images == 1 || 10 * pixels >= 9 * round_up(pixels, 2 * kLanes<T>))) done = product(out, in, weight, bias, *s);
    else if (suits_unfolded<T>(*s, bands)) done = unfolded_sum(out, in, weight, bias, *s);
    else done = direct_sum(out, in, weight, bias, *s, bands);
    if (!done) return false;
  }
  return true;
}

bool same(const Phase &a, const Phase &b) { return a.y == b.y && a.x == b.x; }

template <class T> bool forward(T *out, const T *x, const T *weight, const T *bias, const ConvShape &s) {
  const hone_int taps = s.kh * s.kw;
  if (s.n == 0 || s.o == 0 || s.oh <= 0 || s.ow <= 0) return true;
  Memory<Tap> tap(taps);
  Memory<Phase> phase(taps);
  if (!tap.get() || !phase.get()) return false;
  // Each tap reads one phase of the stride; only phases that some tap reads get a plane.
  hone_int planes = 0;
  for (hone_int t = 0; t < taps; t++) {
    const hone_int y = t / s.kw * s.dil_h, x0 = t % s.kw * s.dil_w;
    const Phase own{y % s.stride_h - s.pad_h, x0 % s.stride_w - s.pad_w};
    hone_int plane = 0;
    while (plane < planes && !same(phase[plane], own)) plane++;
    if (plane == planes) phase[planes++] = own;
    tap[t] = {plane, y / s.stride_h, x0 / s.stride_w, t};
  }
  TapSum sum{};
  sum.images = s.n, sum.groups = s.groups;
  sum.in_channels = s.c_per_group, sum.in_h = s.h, sum.in_w = s.w;
  sum.step_h = s.stride_h, sum.step_w = s.stride_w;
  sum.out_channels = s.o_per_group, sum.out_h = s.oh, sum.out_w = s.ow;
  sum.rows = s.oh, sum.cols = s.ow;
  sum.out_step_h = 1, sum.out_step_w = 1;
  sum.weight_out = s.c_per_group * taps, sum.weight_in = taps, sum.weight_group = s.o_per_group * s.c_per_group * taps;
  sum.planes = planes, sum.taps = sum.kernel_taps = taps, sum.phase = phase.get(), sum.tap = tap.get();
  return tap_sums(out, x, weight, bias, &sum, 1);
}

// The gradient at x[i] sums grad[(i + pad - tap) / stride] over the taps that divide evenly: for each phase of i + pad modulo the
// stride these are a fixed set, and the sum has stride 1.
template <class T> bool backward_input(T *grad_x, const T *grad, const T *weight, const ConvShape &s) {
  if constexpr (sizeof(T) == 4)
    if (register_spread(grad_x, grad, weight, s)) return true;
  const hone_int taps = s.kh * s.kw;
  Memory<Tap> tap(taps); // those of a phase side by side
  Memory<TapSum> phases(taps);
  Memory<Phase> phase(taps);
  if (!tap.get() || !phases.get() || !phase.get()) return false;
  if (s.n == 0 || s.c == 0 || s.h <= 0 || s.w <= 0) return true;
  const auto skips = [](hone_int stride, hone_int k, hone_int dil) { return stride > 1 && (k < stride || dil > 1); };
  if (skips(s.stride_h, s.kh, s.dil_h) || skips(s.stride_w, s.kw, s.dil_w))
    std::memset(grad_x, 0, size_t(s.n * s.c * s.h * s.w) * sizeof(T)); // phases that no tap reaches
  TapSum sum{};
  sum.images = s.n, sum.groups = s.groups;
  sum.in_channels = s.o_per_group, sum.in_h = s.oh, sum.in_w = s.ow;
  sum.step_h = 1, sum.step_w = 1;
  sum.out_channels = s.c_per_group, sum.out_h = s.h, sum.out_w = s.w;
  sum.out_step_h = s.stride_h, sum.out_step_w = s.stride_w;
  sum.weight_out = taps, sum.weight_in = s.c_per_group * taps, sum.weight_group = s.o_per_group * s.c_per_group * taps;
  sum.planes = 1, sum.kernel_taps = taps;
  hone_int count = 0;
  for (hone_int k = 0, used = 0, found; k < taps; k++, used += found) {
    Tap *const own = tap.get() + used;
    found = 0;
    // (a, b) is the phase of tap k, done with the first tap that has it; the first row with it is out_y, which reads row first_y of grad.
    const hone_int a = k / s.kw * s.dil_h % s.stride_h, b = k % s.kw * s.dil_w % s.stride_w;
    sum.out_y = ((a - s.pad_h) % s.stride_h + s.stride_h) % s.stride_h;
    sum.out_x = ((b - s.pad_w) % s.stride_w + s.stride_w) % s.stride_w;
    sum.rows = ceil_div(s.h - sum.out_y, s.stride_h), sum.cols = ceil_div(s.w - sum.out_x, s.stride_w);
    const hone_int first_y = (sum.out_y + s.pad_h - a) / s.stride_h, first_x = (sum.out_x + s.pad_w - b) / s.stride_w;
    hone_int reach_y = 0, reach_x = 0;
    bool done = false;
    for (hone_int t = 0; t < taps; t++) {
      const hone_int y = t / s.kw * s.dil_h, x = t % s.kw * s.dil_w;
      if (y % s.stride_h != a || x % s.stride_w != b) continue;
      if ((done = t < k)) break;
      own[found++] = {0, y / s.stride_h, x / s.stride_w, t};
      reach_y = max_of(reach_y, y / s.stride_h), reach_x = max_of(reach_x, x / s.stride_w);
    }
    if (done || sum.rows <= 0 || sum.cols <= 0) {
      found = 0;
      continue;
    }
    for (hone_int t = 0; t < found; t++) own[t].dy = reach_y - own[t].dy, own[t].dx = reach_x - own[t].dx;
    phase[count] = {first_y - reach_y, first_x - reach_x};
    sum.taps = found, sum.tap = own, sum.phase = &phase[count];
    phases[count++] = sum;
  }
  return tap_sums(grad_x, grad, weight, static_cast<const T *>(nullptr), phases.get(), count);
}

template <class T> bool backward_weight(T *grad_weight, T *grad_bias, const T *x, const T *grad, const ConvShape &s) {
  if constexpr (sizeof(T) == 4)
    if (suits_window_gradient(s)) return window_weights(grad_weight, grad_bias, x, grad, s);
  if (products_pay<T>(s)) {
    const Outcome outcome = weight_product(grad_weight, grad_bias, x, grad, s);
    if (outcome != Outcome::NotFinite) return outcome == Outcome::Done;
  }
  return weight_gradient(grad_weight, grad_bias, x, grad, s);
}

} // namespace

HONE_KERNEL(conv2d)(int32_t dtype, void *out, const void *x, const void *weight, const void *bias, const double *geometry) {
  const ConvShape s(geometry);
  return for_floats(dtype, "conv2d", [&](auto zero) {
    using T = decltype(zero);
    const bool done = forward(static_cast<T *>(out), static_cast<const T *>(x), static_cast<const T *>(weight), static_cast<const T *>(bias), s);
    return done ? HONE_OK : no_memory("conv2d");
  });
}

HONE_KERNEL(conv2d_backward_input)(int32_t dtype, void *grad_x, const void *grad_out, const void *weight, const double *geometry) {
  const ConvShape s(geometry);
  return for_floats(dtype, "conv2d_backward_input", [&](auto zero) {
    using T = decltype(zero);
    const bool done = backward_input(static_cast<T *>(grad_x), static_cast<const T *>(grad_out), static_cast<const T *>(weight), s);
    return done ? HONE_OK : no_memory("conv2d_backward_input");
  });
}

HONE_KERNEL(conv2d_backward_weight)(int32_t dtype, void *grad_weight, void *grad_bias, const void *x, const void *grad_out,
                                    const double *geometry) {
  const ConvShape s(geometry);
  return for_floats(dtype, "conv2d_backward_weight", [&](auto zero) {
    using T = decltype(zero);
    const bool done = backward_weight(static_cast<T *>(grad_weight), static_cast<T *>(grad_bias), static_cast<const T *>(x),
                                      static_cast<const T *>(grad_out), s);
    return done ? HONE_OK : no_memory("conv2d_backward_weight");
  });
}
