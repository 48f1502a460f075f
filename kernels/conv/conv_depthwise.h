// conv_depthwise.h: sums over taps where each channel has its own (groups of one channel), by vectors of channels: rows of as many
// channels as a vector has lanes are turned so that each pixel is a vector, and each tap is one multiply-add of a pixel and its weights.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

// Whether the lanes are filled well enough.
template <class T> bool suits_depthwise(const TapSum &s) { return s.in_channels == 1 && s.out_channels == 1 && s.groups > 1 && 2 * s.groups >= kLanes<T>; }

// N pixels of a row: line[t] is where tap t reads for the first.
template <class T, int N>
void depthwise_pixels(T *out, hone_int out_step, const T *const *line, hone_int at, hone_int step, const T *weights, hone_int taps, const Vec<T> &start) {
  constexpr int lanes = kLanes<T>;
  Vec<T> acc[N];
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) acc[i] = start;
  for (hone_int t = 0; t < taps; t++) {
    const Vec<T> w = load(weights + t * lanes);
    const T *from = line[t] + at;
#pragma GCC unroll 8
    for (int i = 0; i < N; i++) acc[i] = madd(w, load(from + i * step), acc[i]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) store(out + i * out_step, acc[i]);
}

// A row by blocks of pixels; the last block reaches back over pixels that are done, which it makes again, the same.
template <class T>
void depthwise_row(T *out, hone_int out_step, const T *const *line, hone_int cols, hone_int step, const T *weights, hone_int taps, const Vec<T> &start) {
  const auto blocks = [&](auto n) {
    constexpr int N = decltype(n)::value;
    for (hone_int x = 0; x < cols; x += N) {
      const hone_int from = min_of(x, cols - N);
      depthwise_pixels<T, N>(out + from * out_step, out_step, line, from * step, step, weights, taps, start);
    }
  };
  if (cols >= 8) blocks(std::integral_constant<int, 8>());
  else if (cols >= 4) blocks(std::integral_constant<int, 4>());
  else blocks(std::integral_constant<int, 1>());
}

// `rows` rows of w pixels of `count` channels, `plane` apart, to [row][pitch][lane], the first pixel of a row at `to`; `end` is where memory ends.
template <class T>
void turn_rows(T *to, hone_int pitch, const T *from, hone_int plane, hone_int count, hone_int rows, hone_int w, const T *end) {
  constexpr int lanes = kLanes<T>;
  hone_int x = 0;
  for (hone_int p = 0; p < rows * w; p += lanes) {
    Vec<T> v[lanes];
    if (count == lanes && end - (from + (lanes - 1) * plane + p) >= lanes) {
#pragma GCC unroll 16
      for (int i = 0; i < lanes; i++) v[i] = load(from + i * plane + p);
    } else {
      for (int i = 0; i < lanes; i++) v[i] = i >= count ? Vec<T>{} : load_before(from + i * plane + p, end);
    }
    turn_square<T>(v);
    const int pixels = int(min_of(lanes, rows * w - p));
    if (x + pixels <= w) {
      for (int i = 0; i < pixels; i++) store(to + (x + i) * lanes, v[i]);
      x += pixels;
      if (x == w) x = 0, to += pitch * lanes;
    } else {
      for (int i = 0; i < pixels; i++) {
        store(to + x * lanes, v[i]);
        if (++x == w) x = 0, to += pitch * lanes;
      }
    }
  }
}

// Sums that share input and output, each for its own phase of the output's pixels: together the whole output, or the rest of it is zero.
// False when memory ran out.
template <class T> bool depthwise_sums(T *out, const T *in, const T *weight, const T *bias, const TapSum *sums, hone_int count) {
  constexpr hone_int lanes = kLanes<T>;
  const TapSum &s = sums[0];
  hone_int most_taps = 0, covered = 0, left = 0, right = 0, first = tap_y(s, 0), last = first;
  for (hone_int i = 0; i < count; i++) {
    const TapSum &one = sums[i];
    most_taps = max_of(most_taps, one.taps), covered += one.rows * one.cols;
    for (hone_int t = 0; t < one.taps; t++) {
      left = max_of(left, -tap_x(one, t)), right = max_of(right, (one.cols - 1) * one.step_w + tap_x(one, t) + 1 - s.in_w);
      first = min_of(first, tap_y(one, t)), last = max_of(last, tap_y(one, t));
    }
  }
  const hone_int reach = last - first + 1 + 2 * s.step_h;
  const hone_int pitch = left + s.in_w + right, pixels_in = s.in_h * s.in_w, pixels_out = s.out_h * s.out_w;
  // Bands of output rows whose input and output fit the second-level cache.
  const hone_int row_bytes = (ceil_div(pitch * s.step_h, s.out_step_h) + s.out_w) * lanes * hone_int(sizeof(T));
  hone_int band = min_of(s.out_h, max_of(s.out_step_h, (hone_int(512) << 10) / max_of(1, row_bytes)));
  const hone_int bands = ceil_div(s.out_h, band), blocks = ceil_div(s.groups, lanes);
  band = ceil_div(s.out_h, bands);
  const hone_int most_rows = min_of(s.in_h, ceil_div(band, s.out_step_h) * s.step_h + reach + s.step_h);
  const hone_int in_size = (most_rows + 1) * pitch * lanes, out_size = band * s.out_w * lanes;
  const hone_int lines_size = round_up(most_taps * hone_int(sizeof(T *)), 64);
  std::atomic<bool> failed{false};
  const hone_int per_unit = lanes * band * s.out_w * (s.taps + 12) / 4;
  parallel_for(s.images * blocks * bands, grain_of(50000, per_unit), [&](hone_int begin, hone_int end) {
    char *const memory = static_cast<char *>(thread_workspace().get(size_t(lines_size + (in_size + out_size + most_taps * lanes) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    const T **const line = reinterpret_cast<const T **>(memory);
    T *const zeros = reinterpret_cast<T *>(memory + lines_size), *const image = zeros + pitch * lanes, *const turned = zeros + in_size;
    T *const weights = turned + out_size;
    for (hone_int i = 0; i < in_size; i++) zeros[i] = 0; // the columns beside the image stay so
    for (hone_int unit = begin; unit < end; unit++) {
      const hone_int row0 = unit % bands * band, row1 = min_of(row0 + band, s.out_h), block = unit / bands % blocks, n = unit / (bands * blocks);
      const hone_int g = block * lanes, wide = min_of(lanes, s.groups - g);
      if (row0 >= row1) continue;
      const auto first_of = [&](const TapSum &one) { return max_of(0, ceil_div(max_of(0, row0 - one.out_y), one.out_step_h)); };
      const auto end_of = [&](const TapSum &one) { return row1 <= one.out_y ? 0 : min_of(one.rows, ceil_div(row1 - one.out_y, one.out_step_h)); };
      hone_int top = s.in_h, bottom = 0;
      for (hone_int i = 0; i < count; i++)
        for (hone_int t = 0; t < sums[i].taps && first_of(sums[i]) < end_of(sums[i]); t++) {
          top = min_of(top, first_of(sums[i]) * sums[i].step_h + tap_y(sums[i], t));
          bottom = max_of(bottom, (end_of(sums[i]) - 1) * sums[i].step_h + tap_y(sums[i], t) + 1);
        }
      top = max_of(0, top), bottom = min_of(bottom, s.in_h);
      const T *const from = in + (n * s.groups + g) * pixels_in + top * s.in_w;
      if (bottom > top) turn_rows(image + left * lanes, pitch, from, pixels_in, wide, bottom - top, s.in_w, in + s.images * s.groups * pixels_in);
      if (covered < pixels_out) std::memset(turned, 0, size_t(out_size) * sizeof(T));
      const Vec<T> start = !bias ? Vec<T>{} : wide == lanes ? load(bias + g) : load_some(bias + g, wide);
      for (hone_int i = 0; i < count; i++) {
        const TapSum &one = sums[i];
        for (hone_int t = 0; t < one.taps; t++)
          for (hone_int l = 0; l < lanes; l++) weights[t * lanes + l] = l < wide ? weight[(g + l) * one.weight_group + one.tap[t].weight] : T(0);
        for (hone_int r = first_of(one); r < end_of(one); r++) {
          for (hone_int t = 0; t < one.taps; t++) {
            const hone_int y = r * one.step_h + tap_y(one, t);
            line[t] = (y < top || y >= bottom ? zeros : image + (y - top) * pitch * lanes) + (left + tap_x(one, t)) * lanes;
          }
          T *const to = turned + ((r * one.out_step_h + one.out_y - row0) * s.out_w + one.out_x) * lanes;
          depthwise_row(to, one.out_step_w * lanes, line, one.cols, one.step_w * lanes, weights, one.taps, start);
        }
      }
      transpose<T, false>(out + (n * s.groups + g) * pixels_out + row0 * s.out_w, pixels_out, turned, lanes, (row1 - row0) * s.out_w, wide);
    }
  });
  return !failed;
}

} // namespace conv
} // namespace hone
