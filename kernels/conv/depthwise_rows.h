// depthwise_rows.h: depthwise convolutions of 3 x 3, 5 x 5 and 7 x 7 taps and their gradients of weights, by vectors of a row's pixels.
// Each tap is a vector at an offset, masked where it looks beside the image; what is loaded serves all the output rows whose windows it is
// in. A stride of two, and narrow images that share a vector, go by way of a buffer in the first-level cache.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "conv/depthwise_registers.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"

namespace hone {
namespace conv {

constexpr int kMostTaps = 7, kMostSquares = kMostTaps * kMostTaps;

// In the buffer a row of the image is `step` segments, one for each phase of the columns; tap j of a window stands at offset[j]. Narrow
// images stand `cells` side by side, `cell` lanes apart: between the pixels of one lie zeros that its neighbour sees, too.
struct WindowPlan {
  bool copied; // to the buffer; otherwise rows are read where they are
  hone_int segment, pitch, cells, cell, rows, rows_in; // rows of output in a band, and of input
  hone_int vectors;                                    // of an output row
  hone_int offset[kMostTaps];
  // Of each phase: where its first column of the image stands, at a whole vector; its number there, 0 or 1; how many are looked at.
  hone_int start[2], first[2], count[2];
  hone_int pad, w;
};

template <class T> WindowPlan plan_windows(const WindowShape &s) {
  constexpr hone_int lanes = kLanes<T>;
  WindowPlan p{};
  hone_int reach[2] = {};
  for (int j = 0; j < s.taps; j++) reach[j % s.step] = j / s.step;
  p.cell = s.ow, p.pad = s.pad_w, p.w = s.w;
  p.vectors = ceil_div(s.ow, lanes);
  hone_int skip[2] = {}; // zeros at the left
  for (int f = 0; f < s.step; f++) {
    skip[f] = s.pad_w > f ? ceil_div(s.pad_w - f, s.step) : 0;
    p.first[f] = skip[f] * s.step + f - s.pad_w;
    p.count[f] = max_of(0, min_of(ceil_div(s.w - p.first[f], s.step), s.ow + reach[f] - skip[f]));
    p.cell = max_of(p.cell, max_of(s.ow + reach[f] - skip[f], p.count[f] + skip[f])); // zeros on both sides
  }
  p.segment = round_up(skip[0], lanes) + round_up(p.vectors * lanes + reach[0], lanes) + (s.ow < lanes ? lanes : 0);
  for (int f = 0; f < s.step; f++) p.start[f] = f * p.segment + round_up(skip[f], lanes);
  const hone_int row_bytes = s.step * p.segment * s.step * hone_int(sizeof(T));
  p.rows = max_of(28, (hone_int(20) << 10) / row_bytes / 28 * 28);
  // All rows of channels that stand side by side are made before one of them is written.
  p.cells = s.ow < lanes && s.oh <= 64 ? 1 + (lanes - s.ow) / p.cell : 1;
  if (const int planes = planes_in_registers<T>(s)) p.cells = planes, p.cell = planes == 2 ? lanes / 2 : s.ow;
  if (p.cells > 1 && !planes_in_registers<T>(s)) p.rows = s.oh;
  p.rows = min_of(p.rows, s.oh);
  p.rows_in = (p.rows - 1) * s.step + s.taps;
  p.copied = p.cells > 1 || s.step > 1;
  p.pitch = p.copied ? s.step * p.segment : s.w;
  for (int j = 0; j < s.taps; j++) p.offset[j] = p.copied ? p.start[j % s.step] - skip[j % s.step] + j / s.step : j;
  return p;
}

inline bool windows_fit(int taps, hone_int step_h, hone_int step_w) {
  return (taps == 3 || taps == 5 || taps == 7) && step_h == step_w && (step_h == 1 || step_h == 2);
}

// Rows of an image to the buffer, columns of a step of two by their phases, with zeros up to a whole vector. What is read ends at `end`.
template <class T, int S>
void copy_windows(T *to, const T *image, hone_int plane, hone_int cells, hone_int rows, const WindowPlan &plan, const T *end) {
  constexpr hone_int lanes = kLanes<T>;
  const WindowPlan p = plan; // a copy, which no store can change
  const int phase = p.first[0] == 0 ? 0 : 1; // that of the even columns
  const hone_int n = p.count[phase], m = S == 1 ? n : p.count[1 - phase], vectors = ceil_div(max_of(n, m), lanes), last = (vectors - 1) * lanes;
  const auto mask = lanes_between<T>(0, n - last), other_mask = lanes_between<T>(0, m - last);
  if (vectors == 0) return;
  if (end - (image + (cells - 1) * plane + (rows - 1) * p.w) < vectors * lanes * S) { // vectors would leave the tensor
    for (hone_int r = 0; r < rows; r++)
      for (int f = 0; f < S; f++)
        for (hone_int c = 0; c < cells; c++) {
          T *const out = to + r * p.pitch + p.start[f] + c * p.cell;
          const T *const from = image + r * p.w + c * plane + p.first[f];
          for (hone_int i = 0; i < vectors * lanes; i++) out[i] = i < p.count[f] ? from[i * S] : T(0);
        }
    return;
  }
  const hone_int start = p.start[phase], other = S == 1 ? 0 : p.start[1 - phase] - start, pitch = p.pitch, w = p.w, cell = p.cell;
  for (hone_int r = 0; r < rows; r++, to += pitch, image += w) {
    T *out = to + start;
    const T *from = image;
    for (hone_int c = 0; c < cells; c++, out += cell, from += plane)
      for (hone_int i = 0; i <= last; i += lanes) {
        if constexpr (S == 1) {
          const Vec<T> v = load(from + i);
          store(out + i, i == last ? masked<T>(v, mask) : v);
        } else {
          const Vec<T> a = load(from + 2 * i), b = load(from + 2 * i + lanes);
          const Vec<T> even = every_second<false>(a, b), odd = every_second<true>(a, b);
          store(out + i, i == last ? masked<T>(even, mask) : even);
          store(out + i + other, i == last ? masked<T>(odd, other_mask) : odd);
        }
      }
  }
}

// A thread's view of the rows that a band of output reads: line[r] + offset[j] is where tap j reads for the first pixel. Memory of
// rows_in lines, a row of zeros, and the buffer, which begins as zeros: what is written past a row's end is zeros, so they stay beside images.
template <class T> struct WindowRows {
  const WindowShape &s;
  const WindowPlan &p;
  const T **line;
  T *zeros, *buffer;

  static hone_int lines_bytes(const WindowPlan &p) { return round_up(p.rows_in * hone_int(sizeof(T *)), 64); }
  static hone_int zeros_size(const WindowPlan &p) { return p.pitch + round_up(p.vectors * kLanes<T> + kMostTaps + p.pad, kLanes<T>); }
  static hone_int bytes(const WindowPlan &p) {
    return lines_bytes(p) + round_up(2 * zeros_size(p) + p.rows_in * p.pitch + 4 * kLanes<T>, kLanes<T>) * hone_int(sizeof(T));
  }
  WindowRows(char *memory, const WindowShape &shape, const WindowPlan &plan) : s(shape), p(plan), line(reinterpret_cast<const T **>(memory)) {
    zeros = reinterpret_cast<T *>(memory + lines_bytes(p));
    buffer = zeros + round_up(zeros_size(p), kLanes<T>);
    std::memset(zeros, 0, size_t(bytes(p) - lines_bytes(p)));
  }
  // The rows for output rows [y0, y0 + rows) of `cells` channels from `image` on, of a tensor [begin, end).
  void look(const T *image, hone_int cells, hone_int y0, hone_int rows, const T *begin, const T *end) const {
    const hone_int first = y0 * s.step - s.pad_h, count = (rows - 1) * s.step + s.taps;
    const hone_int top = max_of(0, first), bottom = max_of(top, min_of(s.h, first + count)), plane = s.h * s.w;
    const T *from = image + top * s.w - p.pad;
    const hone_int beyond = p.vectors * kLanes<T> + s.taps - 1 - p.pad - s.w; // how far past a row's end its windows reach
    if (p.copied) {
      (s.step == 1 ? copy_windows<T, 1> : copy_windows<T, 2>)(buffer, image + top * s.w, plane, cells, bottom - top, p, end);
      from = buffer;
    } else if (from < begin || end - (image + bottom * s.w) < beyond) { // vectors would leave the tensor
      std::memcpy(buffer + p.pad, image + top * s.w, size_t((bottom - top) * s.w) * sizeof(T));
      from = buffer;
    }
    const T **to = line;
    const hone_int pitch = p.pitch, before = top - first, until = bottom - first;
    for (hone_int r = 0; r < before && r < count; r++) *to++ = zeros;
    for (hone_int r = before; r < until; r++, from += pitch) *to++ = from;
    for (hone_int r = max_of(until, before); r < count; r++) *to++ = zeros;
  }
  // Whether the vector at column x sees something beside the image.
  bool beside(hone_int x) const { return !p.copied && (x < p.pad || x + kLanes<T> + s.taps - 1 - p.pad > p.w); }
};

// R output rows. `start` is the bias, weights[tap] a vector: of one value, or of those of the channels side by side.
template <class T, int K, int S, int R>
void window_rows(T *out, hone_int out_pitch, const T *const *line, const WindowRows<T> &in, const T *weights, const Vec<T> &start, hone_int cols) {
  constexpr int lanes = kLanes<T>;
  hone_int offset[K];
  for (int j = 0; j < K; j++) offset[j] = in.p.offset[j];
  for (hone_int q = 0; q < cols; q += lanes) {
    const hone_int x = min_of(q, max_of(0, cols - lanes)); // the last vector makes some pixels again, the same
    const auto vector = [&](auto beside) __attribute__((always_inline)) {
      MaskOf<T> mask[K];
      if constexpr (decltype(beside)::value)
        for (int j = 0; j < K; j++) mask[j] = lanes_between<T>(in.p.pad - x - j, in.p.w + in.p.pad - x - j);
      Vec<T> acc[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) acc[r] = start;
#pragma GCC unroll 20
      for (int y = 0; y < (R - 1) * S + K; y++)
#pragma GCC unroll 8
        for (int j = 0; j < K; j++) {
          Vec<T> v = load(line[y] + offset[j] + x);
          if constexpr (decltype(beside)::value) v = masked<T>(v, mask[j]);
#pragma GCC unroll 8
          for (int r = 0; r < R; r++)
            if (y >= r * S && y < r * S + K) acc[r] = madd(load(weights + ((y - r * S) * K + j) * lanes), v, acc[r]);
        }
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) store(out + r * out_pitch + x, acc[r]);
    };
    if (S == 1 && in.beside(x)) vector(std::true_type());
    else vector(std::false_type());
  }
}

// `rows` rows by blocks; the last block reaches back over rows that are done, which it makes again, the same.
template <class T, int K, int S>
void window_band(T *out, hone_int out_pitch, const WindowRows<T> &in, const T *weights, const Vec<T> &start, hone_int rows, hone_int cols) {
  const auto blocks = [&](auto height) {
    constexpr int R = decltype(height)::value;
    for (hone_int r = 0; r < rows; r += R) {
      const hone_int row = min_of(r, rows - R);
      window_rows<T, K, S, R>(out + row * out_pitch, out_pitch, in.line + row * S, in, weights, start, cols);
    }
  };
  if (rows % 7 == 0) blocks(std::integral_constant<int, 7>());
  else if (rows >= 4) blocks(std::integral_constant<int, 4>());
  else blocks(std::integral_constant<int, 1>());
}

template <class T> using WindowBand = void (*)(T *, hone_int, const WindowRows<T> &, const T *, const Vec<T> &, hone_int, hone_int);

template <class T> WindowBand<T> window_band_for(int taps, int step) {
  if (taps == 3) return step == 1 ? window_band<T, 3, 1> : window_band<T, 3, 2>;
  if (taps == 5) return step == 1 ? window_band<T, 5, 1> : window_band<T, 5, 2>;
  return step == 1 ? window_band<T, 7, 1> : window_band<T, 7, 2>;
}

// The windows of a sum over taps whose weights are a square without holes; place[tap] says where each stands. False where it is none.
inline bool windows_of(const TapSum &s, WindowShape &shape, hone_int *place) {
  if (s.in_channels != 1 || s.out_channels != 1 || s.groups < 2) return false;
  const int k = s.taps == 9 ? 3 : s.taps == 25 ? 5 : s.taps == 49 ? 7 : 0;
  if (!windows_fit(k, s.step_h, s.step_w) || s.out_step_h != 1 || s.out_step_w != 1 || s.rows != s.out_h || s.cols != s.out_w) return false;
  hone_int top = tap_y(s, 0), left = tap_x(s, 0);
  for (hone_int t = 0; t < s.taps; t++) top = min_of(top, tap_y(s, t)), left = min_of(left, tap_x(s, t)), place[t] = -1;
  for (hone_int t = 0; t < s.taps; t++) {
    const hone_int i = tap_y(s, t) - top, j = tap_x(s, t) - left;
    if (i >= k || j >= k || place[i * k + j] >= 0) return false;
    place[i * k + j] = s.tap[t].weight;
  }
  if (top > 0 || left > 0) return false;
  shape = {k, int(s.step_h), -top, -left, s.in_h, s.in_w, s.out_h, s.out_w};
  return true;
}

// False when memory ran out.
template <class T>
bool window_sums(T *out, const T *in, const T *weight, const T *bias, const TapSum &sum, const WindowShape &s, const hone_int *place) {
  constexpr hone_int lanes = kLanes<T>;
  // With four lanes, parting columns costs more than the buffer, where rows are long.
  if (planes_in_registers<T>(s) && (lanes > 4 || s.step == 1 || s.ow < 8)) {
    register_sums(out, in, weight, bias, sum.images, sum.groups, sum.weight_group, place, s);
    return true;
  }
  const WindowPlan p = plan_windows<T>(s);
  const WindowBand<T> band_of = window_band_for<T>(s.taps, s.step);
  const hone_int squares = s.taps * s.taps, plane_in = s.h * s.w, plane_out = s.oh * s.ow, blocks = ceil_div(sum.groups, p.cells);
  const hone_int rows_bytes = WindowRows<T>::bytes(p), made_size = p.rows * lanes + lanes;
  std::atomic<bool> failed{false};
  parallel_for(sum.images * blocks, grain_of(50000, p.cells * plane_out * (squares + 6) / 4), [&](hone_int begin, hone_int end) {
    char *const memory = static_cast<char *>(thread_workspace().get(size_t(rows_bytes + (made_size + (squares + 1) * lanes) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    const WindowRows<T> rows_in(memory, s, p);
    T *const weights = reinterpret_cast<T *>(memory + rows_bytes), *const made = weights + squares * lanes;
    const auto plane_of = [&](hone_int unit) { return unit / blocks * sum.groups + unit % blocks * p.cells; };
    MaskOf<T> after[lanes];
    for (hone_int c = 0; c < p.cells; c++) after[c] = lanes_between<T>(c * p.cell, lanes);
    const hone_int group_step = sum.weight_group;
    const T *const end_in = in + sum.images * sum.groups * plane_in, *const end_out = out + plane_of(end) * plane_out; // what this range may write
    for (hone_int unit = begin; unit < end; unit++) {
      const hone_int g = unit % blocks * p.cells, cells = min_of(p.cells, sum.groups - g), plane = plane_of(unit);
      Vec<T> start{};
      // Each channel's value in its lanes and all after them, which the next channels' replace.
      const auto side_by_side = [&](const T *from, hone_int step) __attribute__((always_inline)) {
        Vec<T> v = broadcast(*from);
        for (hone_int c = 1; c < cells; c++) v = select(after[c], broadcast(from[c * step]), v);
        return v;
      };
      const T *const own = weight + g * group_step;
      if (bias) start = side_by_side(bias + g, 1);
      for (hone_int t = 0; t < squares; t++) store(weights + t * lanes, side_by_side(own + place[t], group_step));
      for (hone_int y0 = 0; y0 < s.oh; y0 += p.rows) {
        const hone_int rows = min_of(p.rows, s.oh - y0);
        T *const to = out + plane * plane_out + y0 * s.ow;
        rows_in.look(in + plane * plane_in, cells, y0, rows, in, end_in);
        // What a narrow row writes past its end is overwritten by the next, which comes after it; the last of all have a buffer.
        if (p.cells == 1 && (s.ow >= lanes || end_out - (to + (rows - 1) * s.ow) >= lanes)) {
          band_of(to, s.ow, rows_in, weights, start, rows, s.ow);
          continue;
        }
        band_of(made, lanes, rows_in, weights, start, rows, s.ow);
        const hone_int ow = s.ow, cell = p.cell;
        for (hone_int c = 0; c < cells; c++) {
          const T *from = made + c * cell;
          T *row = to + c * plane_out;
          const hone_int whole = end_out - (row + (rows - 1) * ow) >= lanes ? rows : 0;
          for (hone_int r = 0; r < whole; r++, row += ow, from += lanes) store(row, load(from));
          for (hone_int r = whole; r < rows; r++, row += ow, from += lanes) store_some<T>(row, load(from), ow);
        }
      }
    }
  });
  return !failed;
}

// Sums of products of gradients and what KR rows of taps from the first of `line` on see, for the vector of columns x: added to sums[tap].
template <class T, int K, int S, int KR>
void window_products(T *sums, const T *const *line, const WindowRows<T> &in, hone_int x, const T *grad, hone_int grad_pitch, hone_int rows) {
  constexpr int lanes = kLanes<T>;
  hone_int offset[K];
  for (int j = 0; j < K; j++) offset[j] = in.p.offset[j] + x;
  const auto products = [&](auto beside) __attribute__((always_inline)) {
    MaskOf<T> mask[K];
    if constexpr (decltype(beside)::value)
      for (int j = 0; j < K; j++) mask[j] = lanes_between<T>(in.p.pad - x - j, in.p.w + in.p.pad - x - j);
    Vec<T> acc[KR * K] = {};
    const auto block = [&](auto height, hone_int row) __attribute__((always_inline)) {
      constexpr int R = decltype(height)::value;
      Vec<T> g[R];
#pragma GCC unroll 4
      for (int r = 0; r < R; r++) g[r] = load(grad + (row + r) * grad_pitch);
#pragma GCC unroll 20
      for (int y = 0; y < (R - 1) * S + KR; y++)
#pragma GCC unroll 8
        for (int j = 0; j < K; j++) {
          Vec<T> v = load(line[row * S + y] + offset[j]);
          if constexpr (decltype(beside)::value) v = masked<T>(v, mask[j]);
#pragma GCC unroll 4
          for (int r = 0; r < R; r++)
            if (y >= r * S && y < r * S + KR) acc[(y - r * S) * K + j] = madd(g[r], v, acc[(y - r * S) * K + j]);
        }
    };
    hone_int row = 0;
    for (; row + 4 <= rows; row += 4) block(std::integral_constant<int, 4>(), row);
    for (; row < rows; row++) block(std::integral_constant<int, 1>(), row);
#pragma GCC unroll 32
    for (int t = 0; t < KR * K; t++) store(sums + t * lanes, load(sums + t * lanes) + acc[t]);
  };
  if (S == 1 && in.beside(x)) products(std::true_type());
  else products(std::false_type());
}

// All rows of taps, as many at a time as there are registers for.
template <class T, int K, int S>
void window_gradient(T *sums, const WindowRows<T> &in, hone_int x, const T *grad, hone_int grad_pitch, hone_int rows) {
  constexpr int KR = K == 3 ? 3 : 1;
  for (int k = 0; k < K; k += KR) window_products<T, K, S, KR>(sums + k * K * kLanes<T>, in.line + k, in, x, grad, grad_pitch, rows);
}

template <class T> using WindowGradient = void (*)(T *, const WindowRows<T> &, hone_int, const T *, hone_int, hone_int);

template <class T> WindowGradient<T> window_gradient_for(int taps, int step) {
  if (taps == 3) return step == 1 ? window_gradient<T, 3, 1> : window_gradient<T, 3, 2>;
  if (taps == 5) return step == 1 ? window_gradient<T, 5, 1> : window_gradient<T, 5, 2>;
  return step == 1 ? window_gradient<T, 7, 1> : window_gradient<T, 7, 2>;
}

inline bool suits_window_gradient(const ConvShape &s) {
  return s.c_per_group == 1 && s.o_per_group == 1 && s.groups > 1 && s.kh == s.kw && s.dil_h == 1 && s.dil_w == 1 &&
         windows_fit(int(s.kh), s.stride_h, s.stride_w) && s.n > 0 && s.oh > 0 && s.ow > 0;
}

// A channel's sum runs over its images in turn, in one thread; lanes go over to double after so many images, by the shape alone. The lanes
// of a row's last vector that lie beyond its end have sums of their own, which are dropped: no zero is multiplied by what may be infinite.
// False when memory ran out.
template <class T> bool window_weights(T *grad_weight, T *grad_bias, const T *x, const T *grad, const ConvShape &shape) {
  constexpr hone_int lanes = kLanes<T>;
  const WindowShape s{int(shape.kh), int(shape.stride_h), shape.pad_h, shape.pad_w, shape.h, shape.w, shape.oh, shape.ow};
  const WindowPlan p = plan_windows<T>(s);
  const WindowGradient<T> add = window_gradient_for<T>(s.taps, s.step);
  const bool registers = planes_in_registers<T>(s) > 0;
  const hone_int squares = s.taps * s.taps, plane_in = s.h * s.w, plane_out = s.oh * s.ow, wide = p.vectors * lanes, rest = s.ow - (p.vectors - 1) * lanes;
  const hone_int rows_bytes = WindowRows<T>::bytes(p), grad_size = p.rows * wide + lanes, sums_size = squares * lanes;
  const hone_int totals_bytes = round_up(squares * p.cells * hone_int(sizeof(double)), 64);
  const hone_int together = max_of(1, 1024 / (s.oh * p.vectors)), blocks = ceil_div(shape.groups, p.cells); // images, channels
  std::atomic<bool> failed{false};
  parallel_for(blocks, grain_of(50000, shape.n * p.cells * plane_out * (squares + 6) / 4), [&](hone_int begin, hone_int end) {
    char *const memory = static_cast<char *>(thread_workspace().get(size_t(totals_bytes + rows_bytes + (grad_size + 2 * sums_size) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    double *const totals = reinterpret_cast<double *>(memory);
    const WindowRows<T> rows_in(memory + totals_bytes, s, p);
    T *const sums = reinterpret_cast<T *>(memory + totals_bytes + rows_bytes), *const last = sums + sums_size, *const turned = last + sums_size;
    std::memset(turned, 0, size_t(grad_size) * sizeof(T));
    const T *const end_in = x + shape.n * shape.groups * plane_in, *const end_grad = grad + shape.n * shape.groups * plane_out;
    for (hone_int block = begin; block < end; block++) {
      const hone_int g = block * p.cells, cells = min_of(p.cells, shape.groups - g);
      for (hone_int i = 0; i < squares * p.cells; i++) totals[i] = 0;
      for (hone_int n0 = 0; n0 < shape.n; n0 += together) {
        std::memset(sums, 0, size_t(2 * sums_size) * sizeof(T));
        for (hone_int n = n0; n < min_of(n0 + together, shape.n); n++) {
          const hone_int plane = n * shape.groups + g;
          if (registers) {
            register_products(sums, last, x + plane * plane_in, cells > 1 ? plane_in : 0, end_in, grad + plane * plane_out, cells > 1 ? plane_out : 0, end_grad, s);
            continue;
          }
          for (hone_int y0 = 0; y0 < s.oh; y0 += p.rows) {
            const hone_int rows = min_of(p.rows, s.oh - y0);
            rows_in.look(x + plane * plane_in, cells, y0, rows, x, end_in);
            const T *from = grad + plane * plane_out + y0 * s.ow;
            hone_int pitch = s.ow;
            const bool whole = end_grad - from >= (cells - 1) * plane_out + (rows - 1) * s.ow + wide;
            if (p.cells > 1 || !whole) { // side by side, or the last rows of all, which whole vectors would leave
              for (hone_int r = 0; r < rows; r++)
                for (hone_int c = 0; c < cells; c++) {
                  T *const to = turned + r * wide + c * p.cell;
                  const T *const row = from + c * plane_out + r * s.ow;
                  if (whole) store(to, load(row));
                  else std::memcpy(to, row, size_t(s.ow) * sizeof(T));
                }
              from = turned, pitch = wide;
            }
            for (hone_int v = 0; v < p.vectors; v++) add(v + 1 < p.vectors ? sums : last, rows_in, v * lanes, from + v * lanes, pitch, rows);
          }
        }
        for (hone_int t = 0; t < squares; t++)
          for (hone_int c = 0; c < cells; c++) {
            T sum = p.vectors > 1 ? sum_lanes<T>(load(sums + t * lanes)) : T(0);
            for (hone_int l = 0; l < rest; l++) sum += last[t * lanes + c * p.cell + l];
            totals[c * squares + t] += double(sum);
          }
      }
      for (hone_int i = 0; i < cells * squares; i++) grad_weight[g * squares + i] = T(totals[i]);
      for (hone_int c = 0; c < cells && grad_bias; c++) {
        double sum = 0;
        for (hone_int n = 0; n < shape.n; n++) {
          const T *const from = grad + (n * shape.groups + g + c) * plane_out;
          sum += double(sum_vectors<T>(plane_out, [&](hone_int i, auto part) { return part.load(from + i); }));
        }
        grad_bias[g + c] = T(sum);
      }
    }
  });
  return !failed;
}

} // namespace conv
} // namespace hone
