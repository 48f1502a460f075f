// batch_norm.cc: batch normalisation. Statistics are taken block by block (norm.h) and joined in double, so no large numbers cancel. Blocks
// depend on the shape alone.
#include <cmath>

#include "norm/norm.h"
#include "support/parallel.h"
#include "support/sizes.h"

namespace {

using namespace hone;
using namespace hone::norms;

constexpr hone_int kBlockRows = 32; // rows at a time when channels lie side by side
constexpr hone_int kPart = 1 << 16; // values of a channel that one task takes

// [n, c, inner] by tasks: a task is one channel in `per_task` of the n planes, or, with inner 1, a block of channels in as many rows.
struct Layout {
  hone_int n, c, inner, per_task, parts;
  Layout(hone_int n_, hone_int c_, hone_int inner_) : n(n_), c(c_), inner(inner_) {
    per_task = max_of(1, kPart / max_of(1, inner));
    if (inner == 1) per_task = 4096;
    parts = max_of(1, ceil_div(n, per_task));
  }
};

template <class T> constexpr hone_int kWide = 4 * kLanes<T>; // channels of one task when they lie side by side

// ---- inner > 1: a channel is made of planes ------------------------------------------------------------------------------------

// Small planes are taken several channels at a time, so that memory is read in longer runs, and several images at a time: a block of a channel
// is as many planes as make kBlock values (its sums are in T), or a part of one plane.
constexpr hone_int kMostChannels = 16, kRun = 256;
inline hone_int channels_together(const Layout &l) { return max_of(1, min_of(kMostChannels, kRun / max_of(1, l.inner))); }

// Calls f(from image, to image, from pixel, count of pixels) for the blocks of images [n0, n1).
template <class F> inline void each_block(const Layout &l, hone_int n0, hone_int n1, F &&f) {
  const hone_int images = max_of(1, kBlock / max_of(1, l.inner));
  for (hone_int i = n0; i < n1; i += images)
    for (hone_int p = 0; p < l.inner; p += kBlock) f(i, min_of(i + images, n1), p, min_of(kBlock, l.inner - p));
}

// sums[k] = f(values of a and b, k) summed over the pixels [p, p + count) of images [i0, i1) of channel c0 + k, k < channels.
template <class T, class F>
inline void sum_planes(double *sums, const T *a, const T *b, const Layout &l, hone_int c0, hone_int channels, hone_int i0, hone_int i1, hone_int p,
                       hone_int count, F &&f) {
  Vec<T> sum[kMostChannels] = {};
  for (hone_int i = i0; i < i1; i++)
    for (hone_int k = 0; k < channels; k++) {
      const hone_int at = (i * l.c + c0 + k) * l.inner + p;
      add_block(sum[k], a + at, b + at, count, [&](Vec<T> u, Vec<T> v) { return f(u, v, k); });
    }
  for (hone_int k = 0; k < channels; k++) sums[k] = double(fold<T>(sum[k]));
}

template <class T> void plane_moments(Moments *all, const T *x, const Layout &l, hone_int c0, hone_int channels, hone_int n0, hone_int n1) {
  for (hone_int k = 0; k < channels; k++) all[k] = Moments();
  each_block(l, n0, n1, [&](hone_int i0, hone_int i1, hone_int p, hone_int count) {
    T pivot[kMostChannels], centre[kMostChannels];
    double sums[kMostChannels], mean[kMostChannels];
    const double n = double(i1 - i0) * double(count);
    for (hone_int k = 0; k < channels; k++) pivot[k] = x[(i0 * l.c + c0 + k) * l.inner + p];
    sum_planes<T>(sums, x, x, l, c0, channels, i0, i1, p, count, [&](Vec<T> v, Vec<T>, hone_int k) { return v - broadcast(pivot[k]); });
    for (hone_int k = 0; k < channels; k++) mean[k] = mean_of(double(pivot[k]), sums[k], n), centre[k] = T(mean[k]);
    sum_planes<T>(sums, x, x, l, c0, channels, i0, i1, p, count, [&](Vec<T> v, Vec<T>, hone_int k) {
      const Vec<T> d = v - broadcast(centre[k]);
      return d * d;
    });
    for (hone_int k = 0; k < channels; k++) all[k].join(n, mean[k], squares_of(sums[k], mean[k], centre[k], n));
  });
}

// ---- inner == 1: channels lie side by side -----------------------------------------------------------------------------------------

// Sums of f(values of a and b) for channels [c0, c0 + width) over rows [r0, r1), in T; width <= kWide. f takes the vector's index.
template <class T, class F> inline void sum_rows(T *sums, const T *a, const T *b, hone_int c, hone_int c0, hone_int width, hone_int r0, hone_int r1, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  if (width == kWide<T>) {
    Vec<T> s[4] = {};
    for (hone_int r = r0; r < r1; r++)
      for (int u = 0; u < 4; u++) s[u] += f(load(a + r * c + c0 + u * lanes), load(b + r * c + c0 + u * lanes), u);
    for (int u = 0; u < 4; u++) store(sums + u * lanes, s[u]);
    return;
  }
  Vec<T> s[4] = {};
  for (hone_int r = r0; r < r1; r++)
    for (hone_int u = 0; u * lanes < width; u++) {
      const hone_int at = r * c + c0 + u * lanes, count = min_of(lanes, width - u * lanes);
      s[u] += count == lanes ? f(load(a + at), load(b + at), int(u)) : f(load_some(a + at, count), load_some(b + at, count), int(u));
    }
  for (int u = 0; u < 4; u++) store(sums + u * lanes, s[u]);
}

template <class T> void row_moments(Moments *all, const T *x, const Layout &l, hone_int c0, hone_int width, hone_int n0, hone_int n1) {
  constexpr hone_int lanes = kLanes<T>;
  T sums[kWide<T>], squares[kWide<T>], pivot[kWide<T>] = {}, centre[kWide<T>] = {};
  for (hone_int r = n0; r < n1; r += kBlockRows) {
    const hone_int until = min_of(r + kBlockRows, n1);
    const double count = double(until - r);
    std::memcpy(pivot, x + r * l.c + c0, size_t(width) * sizeof(T));
    Vec<T> m[4];
    for (int u = 0; u < 4; u++) m[u] = load(pivot + u * lanes);
    sum_rows<T>(sums, x, x, l.c, c0, width, r, until, [&](Vec<T> v, Vec<T>, int u) { return v - m[u]; });
    double mean[kWide<T>];
    for (hone_int i = 0; i < width; i++) mean[i] = mean_of(double(pivot[i]), double(sums[i]), count), centre[i] = T(mean[i]);
    for (int u = 0; u < 4; u++) m[u] = load(centre + u * lanes);
    sum_rows<T>(squares, x, x, l.c, c0, width, r, until, [&](Vec<T> v, Vec<T>, int u) {
      const Vec<T> d = v - m[u];
      return d * d;
    });
    for (hone_int i = 0; i < width; i++) all[i].join(count, mean[i], squares_of(double(squares[i]), mean[i], centre[i], count));
  }
}

// to = f(a, b, index of channel) for every row; f gets vectors of channels.
template <class T, class F> void map_rows(T *to, const T *a, const T *b, const Layout &l, F &&f) {
  constexpr hone_int lanes = kLanes<T>;
  parallel_for(l.n, norm_grain(double(l.c)), [&](hone_int begin, hone_int end) {
    for (hone_int r = begin; r < end; r++) {
      const hone_int at = r * l.c;
      hone_int ch = 0;
      for (; ch + lanes <= l.c; ch += lanes) store(to + at + ch, f(load(a + at + ch), load(b + at + ch), ch));
      const hone_int rest = l.c - ch;
      if (rest > 0) store_some<T>(to + at + ch, f(load_some(a + at + ch, rest), load_some(b + at + ch, rest), ch), rest);
    }
  });
}

// The two passes over planes: take(channel, how many, part) sums up, unless there is nothing to sum, finish(channel) makes constants of it,
// and give(channel, how many, from image, to image) uses them.
template <class Take, class Finish, class Give> void two_passes(const Layout &l, bool sums, Take &&take, Finish &&finish, Give &&give) {
  const hone_int together = channels_together(l), blocks = ceil_div(l.c, together);
  const auto width = [&](hone_int block) { return min_of(together, l.c - block * together); };
  if (l.c >= 16 || l.parts == 1) { // channels stay in the second-level cache between the two passes
    parallel_for(blocks, norm_grain(double(together) * double(l.n) * double(l.inner)), [&](hone_int begin, hone_int end) {
      for (hone_int block = begin; block < end; block++) {
        const hone_int c0 = block * together, channels = width(block);
        for (hone_int part = 0; sums && part < l.parts; part++) take(c0, channels, part);
        for (hone_int ch = c0; ch < c0 + channels; ch++) finish(ch);
        give(c0, channels, 0, l.n);
      }
    });
    return;
  }
  if (sums)
    parallel_for(blocks * l.parts, 1, [&](hone_int begin, hone_int end) {
      for (hone_int task = begin; task < end; task++) take(task / l.parts * together, width(task / l.parts), task % l.parts);
    });
  for (hone_int ch = 0; ch < l.c; ch++) finish(ch);
  parallel_for(l.n * blocks, norm_grain(double(together) * double(l.inner)), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) give(i % blocks * together, width(i % blocks), i / blocks, i / blocks + 1);
  });
}

// ---- the kernels --------------------------------------------------------------------------------------------------------------------

// What is done to a normalised value: nothing, or it is limited, NaN staying what it is.
template <class T> struct AsItIs {
  Vec<T> operator()(const Vec<T> &v) const { return v; }
};
template <class T> struct Limited {
  Vec<T> low, high;
  Vec<T> operator()(const Vec<T> &v) const {
    const Vec<T> up = select(v < low, low, v);
    return select(up > high, high, up);
  }
};

// y = (x - mean) * scale + shift for every channel; the arrays have room for a whole vector at the end.
template <class T, class F = AsItIs<T>>
void normalise_planes(T *out, const T *x, const Layout &l, hone_int c0, hone_int channels, hone_int n0, hone_int n1, const T *mean, const T *scale,
                      const T *shift, const F &then = {}) {
  for (hone_int i = n0; i < n1; i++)
    for (hone_int ch = c0; ch < c0 + channels; ch++) {
      const hone_int at = (i * l.c + ch) * l.inner;
      const Vec<T> m = broadcast(mean[ch]), a = broadcast(scale[ch]), b = broadcast(shift[ch]);
      map_block(out + at, x + at, x + at, l.inner, [=](Vec<T> v, Vec<T>) { return then(madd(Vec<T>(v - m), a, b)); });
    }
}
template <class T, class F = AsItIs<T>>
void normalise_rows(T *out, const T *x, const Layout &l, const T *mean, const T *scale, const T *shift, const F &then = {}) {
  map_rows(out, x, x, l, [=](Vec<T> v, Vec<T>, hone_int ch) { return then(madd(Vec<T>(v - load(mean + ch)), load(scale + ch), load(shift + ch))); });
}

template <class T>
bool batch_norm(T *out, T *save_mean, T *save_invstd, const T *x, const T *weight, const T *bias, T *running_mean, T *running_var, const Layout &l,
                double momentum, double eps) {
  Memory<Moments> moments(l.parts * l.c);
  const hone_int room = l.c + kLanes<T>;
  Memory<T> constants(2 * room);
  if (!moments.get() || !constants.get()) return false;
  T *scale = constants.get(), *shift = scale + room;

  const auto finish = [&](hone_int ch) {
    Moments all;
    for (hone_int p = 0; p < l.parts; p++) all.join(moments[p * l.c + ch].n, moments[p * l.c + ch].mean, moments[p * l.c + ch].m2);
    const double invstd = 1 / std::sqrt(all.m2 / all.n + eps);
    save_mean[ch] = T(all.mean), save_invstd[ch] = T(invstd);
    scale[ch] = weight ? T(invstd) * weight[ch] : T(invstd);
    // What the mean loses in T counts where it is large.
    shift[ch] = T((bias ? double(bias[ch]) : 0.0) - (all.mean - double(save_mean[ch])) * double(scale[ch]));
    // One value has no unbiased variance: 0 / 0, as in PyTorch.
    if (running_mean) running_mean[ch] = T(momentum * all.mean + (1 - momentum) * double(running_mean[ch]));
    if (running_var) running_var[ch] = T(momentum * (all.m2 / (all.n - 1)) + (1 - momentum) * double(running_var[ch]));
  };

  if (l.inner == 1) {
    const hone_int blocks = ceil_div(l.c, kWide<T>);
    parallel_for(blocks * l.parts, norm_grain(double(kWide<T>) * double(min_of(l.n, l.per_task))), [&](hone_int begin, hone_int end) {
      for (hone_int task = begin; task < end; task++) {
        const hone_int c0 = task % blocks * kWide<T>, width = min_of(kWide<T>, l.c - c0), part = task / blocks;
        Moments *to = moments.get() + part * l.c + c0;
        for (hone_int i = 0; i < width; i++) to[i] = Moments();
        row_moments(to, x, l, c0, width, part * l.per_task, min_of((part + 1) * l.per_task, l.n));
      }
    });
    for (hone_int ch = 0; ch < l.c; ch++) finish(ch);
    Memory<T> mean(room);
    if (!mean.get()) return false;
    std::memcpy(mean.get(), save_mean, size_t(l.c) * sizeof(T));
    for (hone_int i = 0; i < kLanes<T>; i++) mean[l.c + i] = scale[l.c + i] = shift[l.c + i] = 0;
    normalise_rows(out, x, l, mean.get(), scale, shift);
    return true;
  }
  const auto take = [&](hone_int c0, hone_int channels, hone_int part) {
    plane_moments(moments.get() + part * l.c + c0, x, l, c0, channels, part * l.per_task, min_of((part + 1) * l.per_task, l.n));
  };
  const auto give = [&](hone_int c0, hone_int channels, hone_int n0, hone_int n1) {
    normalise_planes(out, x, l, c0, channels, n0, n1, save_mean, scale, shift);
  };
  two_passes(l, true, take, finish, give);
  return true;
}

template <class T>
bool batch_norm_eval(T *out, const T *x, const T *weight, const T *bias, const T *running_mean, const T *running_var, const Layout &l, double eps,
                     double low, double high) {
  const hone_int room = l.c + kLanes<T>;
  Memory<T> constants(3 * room);
  if (!constants.get()) return false;
  T *mean = constants.get(), *scale = mean + room, *shift = scale + room;
  for (hone_int ch = 0; ch < room; ch++) {
    const bool real = ch < l.c;
    const T invstd = real ? T(1 / std::sqrt(double(running_var[ch]) + eps)) : T(0);
    mean[ch] = real ? running_mean[ch] : T(0);
    scale[ch] = real && weight ? invstd * weight[ch] : invstd;
    shift[ch] = real && bias ? bias[ch] : T(0);
  }
  const Limited<T> limited{broadcast(T(low)), broadcast(T(high))};
  if (l.inner == 1) {
    normalise_rows(out, x, l, mean, scale, shift, limited);
    return true;
  }
  const hone_int together = channels_together(l), blocks = ceil_div(l.c, together);
  parallel_for(l.n * blocks, norm_grain(double(together) * double(l.inner)), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      const hone_int c0 = i % blocks * together;
      normalise_planes(out, x, l, c0, min_of(together, l.c - c0), i / blocks, i / blocks + 1, mean, scale, shift, limited);
    }
  });
  return true;
}

// grad_x = (g - mean(g) - (x - mean) * invstd^2 * mean(g * (x - mean))) * invstd * weight; with constant statistics g * invstd * weight.
template <class T>
bool batch_norm_backward(T *grad_x, T *grad_weight, T *grad_bias, const T *grad, const T *x, const T *weight, const T *mean, const T *invstd,
                         const Layout &l, bool training) {
  const bool sums_needed = training || grad_weight || grad_bias;
  const hone_int room = l.c + kLanes<T>;
  Memory<double> sums(2 * l.parts * l.c);
  Memory<T> constants(4 * room);
  if (!sums.get() || !constants.get()) return false;
  double *const dots = sums.get() + l.parts * l.c;
  T *centre = constants.get(), *mean_grad = centre + room, *slope = mean_grad + room, *scale = slope + room;
  for (hone_int i = 0; i < 4 * room; i++) constants[i] = 0;
  const double count = double(l.n) * double(l.inner);

  const auto finish = [&](hone_int ch) {
    double sum = 0, dot = 0;
    for (hone_int p = 0; p < l.parts && sums_needed; p++) sum += sums[p * l.c + ch], dot += dots[p * l.c + ch];
    if (grad_weight) grad_weight[ch] = T(dot * double(invstd[ch]));
    if (grad_bias) grad_bias[ch] = T(sum);
    centre[ch] = mean[ch];
    scale[ch] = weight ? invstd[ch] * weight[ch] : invstd[ch];
    mean_grad[ch] = training ? T(sum / count) : T(0);
    slope[ch] = training ? T(dot / count * double(invstd[ch]) * double(invstd[ch])) : T(0);
  };

  if (l.inner == 1) {
    const hone_int blocks = ceil_div(l.c, kWide<T>);
    for (hone_int ch = 0; ch < l.c; ch++) centre[ch] = mean[ch];
    if (sums_needed)
      parallel_for(blocks * l.parts, norm_grain(double(kWide<T>) * double(min_of(l.n, l.per_task))), [&](hone_int begin, hone_int end) {
        T part_sum[kWide<T>], part_dot[kWide<T>], m[kWide<T>] = {};
        for (hone_int task = begin; task < end; task++) {
          const hone_int c0 = task % blocks * kWide<T>, width = min_of(kWide<T>, l.c - c0), part = task / blocks;
          double *sum = sums.get() + part * l.c + c0, *dot = dots + part * l.c + c0;
          for (hone_int i = 0; i < width; i++) m[i] = mean[c0 + i], sum[i] = dot[i] = 0;
          Vec<T> vm[4];
          for (int u = 0; u < 4; u++) vm[u] = load(m + u * kLanes<T>);
          const hone_int until = min_of((part + 1) * l.per_task, l.n);
          for (hone_int r = part * l.per_task; r < until; r += kGradRows) {
            const hone_int r1 = min_of(r + kGradRows, until);
            Vec<T> added[4] = {};
            sum_rows<T>(part_dot, grad, x, l.c, c0, width, r, r1, [&](Vec<T> g, Vec<T> v, int u) {
              added[u] += g;
              return g * (v - vm[u]);
            });
            for (int u = 0; u < 4; u++) store(part_sum + u * kLanes<T>, added[u]);
            for (hone_int i = 0; i < width; i++) sum[i] += double(part_sum[i]), dot[i] += double(part_dot[i]);
          }
        }
      });
    for (hone_int ch = 0; ch < l.c; ch++) finish(ch);
    if (grad_x)
      map_rows(grad_x, grad, x, l, [=](Vec<T> g, Vec<T> v, hone_int ch) {
        if (!training) return Vec<T>(g * load(scale + ch));
        return Vec<T>((g - load(mean_grad + ch) - (v - load(centre + ch)) * load(slope + ch)) * load(scale + ch));
      });
    return true;
  }

  const auto take = [&](hone_int c0, hone_int channels, hone_int part) {
    double *const sum = sums.get() + part * l.c + c0, *const dot = dots + part * l.c + c0;
    for (hone_int k = 0; k < channels; k++) sum[k] = dot[k] = 0;
    each_block(l, part * l.per_task, min_of((part + 1) * l.per_task, l.n), [&](hone_int i0, hone_int i1, hone_int p, hone_int n) {
      Vec<T> s[kMostChannels] = {}, t[kMostChannels] = {};
      for (hone_int i = i0; i < i1; i++)
        for (hone_int k = 0; k < channels; k++) {
          const hone_int at = (i * l.c + c0 + k) * l.inner + p;
          const Vec<T> m = broadcast(mean[c0 + k]);
          add_two(s[k], t[k], grad + at, x + at, n, [=](Vec<T> g, Vec<T> v, Vec<T> &a, Vec<T> &b) { a += g, b += g * (v - m); });
        }
      for (hone_int k = 0; k < channels; k++) sum[k] += double(fold<T>(s[k])), dot[k] += double(fold<T>(t[k]));
    });
  };
  const auto give = [&](hone_int c0, hone_int channels, hone_int n0, hone_int n1) {
    for (hone_int i = n0; i < n1 && grad_x; i++)
      for (hone_int ch = c0; ch < c0 + channels; ch++) {
        const Vec<T> m = broadcast(centre[ch]), g0 = broadcast(mean_grad[ch]), k = broadcast(slope[ch]), a = broadcast(scale[ch]);
        const hone_int at = (i * l.c + ch) * l.inner;
        if (training)
          map_block(grad_x + at, grad + at, x + at, l.inner, [=](Vec<T> g, Vec<T> v) { return Vec<T>((g - g0 - (v - m) * k) * a); });
        else
          map_block(grad_x + at, grad + at, grad + at, l.inner, [=](Vec<T> g, Vec<T>) { return Vec<T>(g * a); });
      }
  };
  two_passes(l, sums_needed, take, finish, give);
  return true;
}

} // namespace

HONE_KERNEL(batch_norm)(int32_t dtype, void *out, void *save_mean, void *save_invstd, const void *x, const void *weight, const void *bias,
                        void *running_mean, void *running_var, hone_int n, hone_int c, hone_int inner, double momentum, double eps) {
  return for_floats(dtype, "batch_norm", [&](auto zero) {
    using T = decltype(zero);
    const bool done = batch_norm(static_cast<T *>(out), static_cast<T *>(save_mean), static_cast<T *>(save_invstd), static_cast<const T *>(x),
                      static_cast<const T *>(weight), static_cast<const T *>(bias), static_cast<T *>(running_mean),
                      static_cast<T *>(running_var), Layout(n, c, inner), momentum, eps);
    return done ? HONE_OK : no_memory("batch_norm");
  });
}

HONE_KERNEL(batch_norm_eval)(int32_t dtype, void *out, const void *x, const void *weight, const void *bias, const void *running_mean,
                             const void *running_var, hone_int n, hone_int c, hone_int inner, double eps, double low, double high) {
  return for_floats(dtype, "batch_norm_eval", [&](auto zero) {
    using T = decltype(zero);
    const bool done = batch_norm_eval(static_cast<T *>(out), static_cast<const T *>(x), static_cast<const T *>(weight), static_cast<const T *>(bias),
                           static_cast<const T *>(running_mean), static_cast<const T *>(running_var), Layout(n, c, inner), eps, low, high);
    return done ? HONE_OK : no_memory("batch_norm_eval");
  });
}

HONE_KERNEL(batch_norm_backward)(int32_t dtype, void *grad_x, void *grad_weight, void *grad_bias, const void *grad_out, const void *x,
                                 const void *weight, const void *mean, const void *invstd, hone_int n, hone_int c, hone_int inner,
                                 int32_t training) {
  return for_floats(dtype, "batch_norm_backward", [&](auto zero) {
    using T = decltype(zero);
    const bool done = batch_norm_backward(static_cast<T *>(grad_x), static_cast<T *>(grad_weight), static_cast<T *>(grad_bias),
                               static_cast<const T *>(grad_out), static_cast<const T *>(x), static_cast<const T *>(weight),
                               static_cast<const T *>(mean), static_cast<const T *>(invstd), Layout(n, c, inner), training != 0);
    return done ? HONE_OK : no_memory("batch_norm_backward");
  });
}
