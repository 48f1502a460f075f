// row_norm.cc: rows normalised one by one: layer norm, RMS norm and group norm. Statistics as in norm.h, in double between blocks; the part
// of a mean that T cannot hold is taken off too, so values far from zero lose nothing to it. Parts of sums depend on the shape alone.
#include "norm/norm.h"
#include "support/parallel.h"
#include "support/sizes.h"

namespace {

using namespace hone;
using namespace hone::norms;

constexpr hone_int kCachedRows = 16 << 10; // bytes of rows that are taken together: they stay in the first-level cache

struct Rows {
  hone_int rows, groups, channels, span;
  bool centered;
  hone_int length() const { return channels * span; }
  hone_int first_channel(hone_int row) const { return row % groups * channels; }
};

// The statistics of one row in T: x - mean - off is what is left of the mean.
template <class T> struct RowStats {
  T mean, off, invstd;
  RowStats(double m, double i) : mean(T(m)), off(T(m - double(T(m)))), invstd(T(i)) {}
};

// Sums of two vectors that f(position, Whole or Part, a, b) adds to; beyond the end f must add zeros.
template <class T, class F> inline void sum_two(hone_int n, double &first, double &second, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  for (hone_int p = 0; p < n; p += kBlock) {
    Vec<T> a0{}, a1{}, b0{}, b1{};
    const hone_int until = min_of(p + kBlock, n);
    hone_int i = p;
    for (; i + 2 * lanes <= until; i += 2 * lanes) f(i, Whole<T>{}, a0, b0), f(i + lanes, Whole<T>{}, a1, b1);
    each_vector<T>(until - i, [&](hone_int at, auto part) { f(i + at, part, a0, b0); });
    first += double(fold<T>(a0 + a1));
    second += double(fold<T>(b0 + b1));
  }
}

// Mean and 1 / sqrt(variance + eps) of some rows, a step for all of them at a time: a row's own steps wait for one another.
template <class T> void statistics(double *mean, double *invstd, const T *x, hone_int rows, const Rows &l, double eps) {
  const hone_int n = l.length();
  if (l.centered && n <= kBlock) {
    for (hone_int r = 0; r < rows; r++) mean[r] = block_mean(x + r * n, n);
    for (hone_int r = 0; r < rows; r++) invstd[r] = block_squares(x + r * n, n, mean[r]);
  } else {
    for (hone_int r = 0; r < rows; r++) {
      Moments all;
      for (hone_int p = 0; p < n; p += kBlock) {
        const T *const from = x + r * n + p;
        const hone_int count = min_of(kBlock, n - p);
        if (l.centered) all.join(block_moments(from, count));
        else all.m2 += sum_block(from, from, count, [](Vec<T> v, Vec<T>) { return v * v; });
      }
      mean[r] = all.mean, invstd[r] = all.m2;
    }
  }
  for (hone_int r = 0; r < rows; r++) invstd[r] = 1 / std::sqrt(invstd[r] / double(n) + eps);
}

// (x - mean) * invstd * weight + bias of row r.
template <class T> void normalise(T *to, const T *from, const RowStats<T> &s, const T *w, const T *b, const Rows &l) {
  const Vec<T> m = broadcast(s.mean), off = broadcast(s.off), a = broadcast(s.invstd);
  if (l.span == 1) {
    each_vector<T>(l.channels, [&](hone_int i, auto part) {
      Vec<T> v = (part.load(from + i) - m - off) * a;
      if (w) v = v * part.load(w + i);
      if (b) v = v + part.load(b + i);
      part.store(to + i, v);
    });
    return;
  }
  for (hone_int k = 0; k < l.channels; k++) {
    const Vec<T> scale = broadcast(w ? T(s.invstd * w[k]) : s.invstd), shift = broadcast(b ? b[k] : T(0));
    const T *const plane = from + k * l.span;
    map_block(to + k * l.span, plane, plane, l.span, [=](Vec<T> v, Vec<T>) { return madd(Vec<T>(v - m - off), scale, shift); });
  }
}

template <class T> void row_norm(T *out, double *mean, double *invstd, const T *x, const T *weight, const T *bias, const Rows &l, double eps) {
  const hone_int n = l.length(), together = max_of(1, min_of(8, kCachedRows / (max_of(1, n) * hone_int(sizeof(T)))));
  parallel_for(l.rows, norm_grain(double(n)), [&](hone_int begin, hone_int end) {
    for (hone_int r0 = begin; r0 < end; r0 += together) {
      const hone_int until = min_of(r0 + together, end);
      statistics(mean + r0, invstd + r0, x + r0 * n, until - r0, l, eps);
      for (hone_int r = r0; r < until; r++) {
        const hone_int c = l.first_channel(r);
        normalise(out + r * n, x + r * n, RowStats<T>(mean[r], invstd[r]), weight ? weight + c : nullptr, bias ? bias + c : nullptr, l);
      }
    }
  });
}

// grad_x = (h - mean(h) - xhat * mean(h * xhat)) * invstd with h = grad * weight, xhat = (x - mean) * invstd; without mean(h) for RMS norm.
// sum: of h; dot: of h * (x - mean).
template <class T> struct RowGrad {
  Vec<T> mean, off, invstd, mean_grad, slope;
  RowGrad(const RowStats<T> &s, double invstd_, double sum, double dot, const Rows &l)
      : mean(broadcast(s.mean)), off(broadcast(s.off)), invstd(broadcast(s.invstd)),
        mean_grad(broadcast(l.centered ? T(sum / double(l.length())) : T(0))), slope(broadcast(T(dot / double(l.length()) * invstd_ * invstd_))) {}
  Vec<T> operator()(Vec<T> h, Vec<T> v) const { return (h - mean_grad - (v - mean - off) * slope) * invstd; }
};

// ---- span 1: every element of a row has a weight of its own ----------------------------------------------------------------------------

// One row's gradient, and what it adds to the gradients of weight and bias (dots, sums: l.channels values; null: not wanted) on the way.
template <class T, bool Affine>
void grad_row(T *to, const T *grad, const T *x, const T *w, T *sums, T *dots, double mean, double invstd, const Rows &l) {
  const RowStats<T> s(mean, invstd);
  const Vec<T> m = broadcast(s.mean), off = broadcast(s.off), scale = broadcast(s.invstd);
  double sum = 0, dot = 0;
  const auto h = [&](hone_int i, auto part) { return w ? Vec<T>(part.load(grad + i) * part.load(w + i)) : part.load(grad + i); };
  sum_two<T>(l.channels, sum, dot, [&](hone_int i, auto part, Vec<T> &a, Vec<T> &b) {
    const Vec<T> g = part.load(grad + i), distance = part.load(x + i) - m - off, v = w ? Vec<T>(g * part.load(w + i)) : g;
    a += v;
    b += v * distance;
    if (Affine) {
      part.store(sums + i, Vec<T>(part.load(sums + i) + g));
      part.store(dots + i, Vec<T>(part.load(dots + i) + g * Vec<T>(distance * scale)));
    }
  });
  if (!to) return;
  const RowGrad<T> f(s, invstd, sum, dot, l);
  each_vector<T>(l.channels, [&](hone_int i, auto part) { part.store(to + i, f(h(i, part), part.load(x + i))); });
}

// Sums run in T over kGradRows rows of every group, then in double; so they do from one part of the rows to the next.
template <class T>
bool backward_elements(T *grad_x, T *grad_weight, T *grad_bias, const T *grad, const T *x, const T *weight, const double *mean, const double *invstd,
                       const Rows &l) {
  const hone_int batch = l.rows / l.groups, width = l.groups * l.channels;
  const bool affine = grad_weight || grad_bias;
  const hone_int most_parts = max_of(1, min_of(64, (hone_int(1) << 18) / max_of(1, width)));
  const hone_int per_part = max_of(kGradRows, ceil_div(ceil_div(batch, most_parts), kGradRows) * kGradRows), parts = max_of(1, ceil_div(batch, per_part));
  Memory<double> totals(affine ? 2 * parts * width : 0);
  Memory<T> rows(affine ? 2 * parts * width : 0);
  if (!totals.get() || !rows.get()) return false;
  const auto add_up = [&](double *to, T *from) {
    for (hone_int i = 0; i < 2 * width; i++) to[i] += double(from[i]), from[i] = 0;
  };
  parallel_for(parts, norm_grain(double(per_part) * double(width)), [&](hone_int begin, hone_int end) {
    for (hone_int part = begin; part < end; part++) {
      double *const to = totals.get() + 2 * part * width;
      T *const sums = rows.get() + 2 * part * width, *const dots = sums + width;
      for (hone_int i = 0; affine && i < 2 * width; i++) to[i] = 0, sums[i] = 0;
      const hone_int until = min_of((part + 1) * per_part, batch);
      for (hone_int n0 = part * per_part; n0 < until; n0 += kGradRows) {
        for (hone_int r = n0 * l.groups; r < min_of(n0 + kGradRows, until) * l.groups; r++) {
          const hone_int at = r * l.channels, c = l.first_channel(r);
          const auto run = affine ? grad_row<T, true> : grad_row<T, false>;
          run(grad_x ? grad_x + at : nullptr, grad + at, x + at, weight ? weight + c : nullptr, affine ? sums + c : nullptr, affine ? dots + c : nullptr,
              mean[r], invstd[r], l);
        }
        if (affine) add_up(to, sums);
      }
    }
  });
  if (!affine) return true;
  for (hone_int part = 1; part < parts; part++)
    for (hone_int i = 0; i < 2 * width; i++) totals[i] += totals[2 * part * width + i];
  for (hone_int c = 0; c < width; c++) {
    if (grad_weight) grad_weight[c] = T(totals[width + c]);
    if (grad_bias) grad_bias[c] = T(totals[c]);
  }
  return true;
}

// ---- span above 1: a weight for each plane -------------------------------------------------------------------------------------------------

template <class T>
bool backward_planes(T *grad_x, T *grad_weight, T *grad_bias, const T *grad, const T *x, const T *weight, const double *mean, const double *invstd,
                     const Rows &l) {
  const hone_int planes = l.rows * l.channels, width = l.groups * l.channels, batch = l.rows / l.groups;
  Memory<double> sums(2 * planes);
  if (!sums.get()) return false;
  double *const dots = sums.get() + planes;
  parallel_for(l.rows, norm_grain(double(l.length())), [&](hone_int begin, hone_int end) {
    for (hone_int r = begin; r < end; r++) {
      const RowStats<T> s(mean[r], invstd[r]);
      const Vec<T> m = broadcast(s.mean), off = broadcast(s.off);
      const T *const w = weight ? weight + l.first_channel(r) : nullptr;
      double sum = 0, dot = 0;
      for (hone_int k = 0; k < l.channels; k++) {
        const hone_int plane = r * l.channels + k;
        const T *const g = grad + plane * l.span, *const v = x + plane * l.span;
        double plane_sum = 0, plane_dot = 0;
        for (hone_int p = 0; p < l.span; p += kBlock) {
          Vec<T> first{}, second{};
          add_two(first, second, g + p, v + p, min_of(kBlock, l.span - p), [=](Vec<T> h, Vec<T> u, Vec<T> &a, Vec<T> &b) { a += h, b += h * (u - m - off); });
          plane_sum += double(fold<T>(first)), plane_dot += double(fold<T>(second));
        }
        sums[plane] = plane_sum, dots[plane] = plane_dot * invstd[r];
        sum += plane_sum * (w ? double(w[k]) : 1), dot += plane_dot * (w ? double(w[k]) : 1);
      }
      if (!grad_x) continue;
      const RowGrad<T> f(s, invstd[r], sum, dot, l);
      for (hone_int k = 0; k < l.channels; k++) {
        const hone_int at = (r * l.channels + k) * l.span;
        const Vec<T> scale = broadcast(w ? w[k] : T(1));
        map_block(grad_x + at, grad + at, x + at, l.span, [&](Vec<T> h, Vec<T> v) { return f(h * scale, v); });
      }
    }
  });
  for (hone_int c = 0; c < width; c++) {
    double sum = 0, dot = 0;
    for (hone_int n = 0; n < batch; n++) sum += sums[n * width + c], dot += dots[n * width + c];
    if (grad_weight) grad_weight[c] = T(dot);
    if (grad_bias) grad_bias[c] = T(sum);
  }
  return true;
}

} // namespace

HONE_KERNEL(row_norm)(int32_t dtype, void *out, double *save_mean, double *save_invstd, const void *x, const void *weight, const void *bias,
                      hone_int rows, hone_int groups, hone_int channels, hone_int span, int32_t centered, double eps) {
  return for_floats(dtype, "row_norm", [&](auto zero) {
    using T = decltype(zero);
    row_norm(static_cast<T *>(out), save_mean, save_invstd, static_cast<const T *>(x), static_cast<const T *>(weight), static_cast<const T *>(bias),
             Rows{rows, groups, channels, span, centered != 0}, eps);
    return HONE_OK;
  });
}

HONE_KERNEL(row_norm_backward)(int32_t dtype, void *grad_x, void *grad_weight, void *grad_bias, const void *grad_out, const void *x, const void *weight,
                               const double *mean, const double *invstd, hone_int rows, hone_int groups, hone_int channels, hone_int span,
                               int32_t centered) {
  return for_floats(dtype, "row_norm_backward", [&](auto zero) {
    using T = decltype(zero);
    const auto run = span == 1 ? backward_elements<T> : backward_planes<T>;
    const bool done = run(static_cast<T *>(grad_x), static_cast<T *>(grad_weight), static_cast<T *>(grad_bias), static_cast<const T *>(grad_out),
               static_cast<const T *>(x), static_cast<const T *>(weight), mean, invstd, Rows{rows, groups, channels, span, centered != 0});
    return done ? HONE_OK : no_memory("row_norm_backward");
  });
}
