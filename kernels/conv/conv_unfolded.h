// conv_unfolded.h: a sum over taps of images so small that their rows do not fill vectors. What each tap reads is laid side by side, pixel
// after pixel through all images, which leaves one product without gaps: [out channels x (in channels, taps)] . [(in channels, taps) x pixels].
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "conv/conv_direct.h"
#include "linalg/gemm.h"
#include "support/parallel.h"

namespace hone {
namespace conv {

// Vectors of pixels in a piece: what the tiles take at a time, once or as often as fits the second-level cache.
template <class T> hone_int unfolded_vectors(const TapSum &s) {
  const hone_int bytes = max_of(1, s.in_channels * s.taps * kTileV * kVecBytes);
  return kTileV * max_of(1, min_of(4, (hone_int(400) << 10) / bytes));
}

// Counted in vectors of multiply-adds: those that the gaps between rows cost, against moving each tap's pixels once.
template <class T> bool suits_unfolded(const TapSum &s, const Bands &b) {
  constexpr hone_int lanes = kLanes<T>;
  if (s.groups != 1 || s.rows * s.cols > 400) return false;
  const hone_int depth = s.in_channels * s.taps, pixels = s.rows * s.cols;
  const hone_int direct = b.flat ? ceil_div((b.rows - 1) * b.pitch + b.cols, lanes) * b.down : s.rows * ceil_div(s.cols, lanes);
  const double gaps = double(s.images * direct) - double(round_up(ceil_div(s.images * pixels, lanes), kTileV));
  return gaps * double(s.out_channels) > double(s.images * s.rows) * 10 + 200 && depth > 0;
}

// So many pixels of a row, from `in` of an image's plane to `to` of a piece; negative in: zeros.
struct Run {
  hone_int to, in, count;
};

// What the taps read for pixels [p0, p1), numbered through all images, by runs within a row; those of tap t from first[t] to first[t + 1].
inline void find_runs(Run *run, hone_int *first, const TapSum &s, hone_int p0, hone_int p1) {
  const hone_int pixels = s.rows * s.cols;
  hone_int count = 0;
  for (hone_int t = 0; t < s.taps; t++) {
    first[t] = count;
    const hone_int dy = tap_y(s, t), dx = tap_x(s, t);
    // Columns [from, until) of a row lie inside the image.
    const hone_int from = min_of(s.cols, dx >= 0 ? 0 : ceil_div(-dx, s.step_w));
    const hone_int until = max_of(from, dx >= s.in_w ? 0 : min_of(s.cols, ceil_div(s.in_w - dx, s.step_w)));
    for (hone_int p = p0; p < p1;) {
      const hone_int n = p / pixels, y = p % pixels / s.cols, x = p % s.cols, end = min_of(s.cols, x + p1 - p), iy = y * s.step_h + dy;
      const hone_int cuts[4] = {x, min_of(max_of(from, x), end), min_of(max_of(until, x), end), end};
      for (int i = 0; i < 3; i++) {
        if (cuts[i] >= cuts[i + 1]) continue;
        const bool inside = i == 1 && iy >= 0 && iy < s.in_h;
        const hone_int at = inside ? (n * s.in_channels * s.in_h + iy) * s.in_w + cuts[i] * s.step_w + dx : -1;
        const bool follows = count > first[t] && (inside ? s.step_w == 1 && run[count - 1].in >= 0 && run[count - 1].in + run[count - 1].count == at
                                                         : run[count - 1].in < 0);
        if (follows) run[count - 1].count += cuts[i + 1] - cuts[i];
        else run[count++] = {p - p0 + cuts[i] - x, at, cuts[i + 1] - cuts[i]};
      }
      p += end - x;
    }
  }
  first[s.taps] = count;
}

// Copies runs in their order: what is written past one is overwritten by the next, or falls into the room behind the row.
template <class T> void copy_runs(T *to, const T *in, const T *end, const Run *run, hone_int count, hone_int step) {
  constexpr hone_int lanes = kLanes<T>;
  for (const Run *const last = run + count; run < last; run++) {
    T *out = to + run->to;
    if (run->in < 0) {
      fill_run(out, run->count, T(0));
      continue;
    }
    const T *src = in + run->in;
    if (step == 1) {
      hone_int i = 0;
      for (; i < run->count && i + lanes <= end - src; i += lanes) store(out + i, load(src + i));
      for (; i < run->count; i++) out[i] = src[i];
    } else if (step == 2) {
      copy_even(out, src, run->count, end);
    } else {
      for (hone_int i = 0; i < run->count; i++) out[i] = src[i * step];
    }
  }
}

// piece[channel][tap][width]: what the taps read for pixels [p0, p1). `memory` holds runs_bytes().
inline hone_int runs_bytes(const TapSum &s, hone_int width) {
  return round_up(3 * width * s.taps * hone_int(sizeof(Run)) + (s.taps + 1) * hone_int(sizeof(hone_int)), 64);
}
template <class T> void unfold(T *piece, hone_int width, const T *in, const TapSum &s, hone_int p0, hone_int p1, void *memory) {
  Run *const run = static_cast<Run *>(memory);
  hone_int *const first = reinterpret_cast<hone_int *>(run + 3 * width * s.taps);
  find_runs(run, first, s, p0, p1);
  const T *const end = in + s.images * s.in_channels * s.in_h * s.in_w;
  for (hone_int c = 0; c < s.in_channels; c++)
    for (hone_int t = 0; t < s.taps; t++, piece += width) {
      if (p1 - p0 < width) store(piece + (p1 - p0 - 1) / kLanes<T> * kLanes<T>, Vec<T>{}); // lanes that are not kept
      copy_runs(piece, in + c * s.in_h * s.in_w, end, run + first[t], first[t + 1] - first[t], s.step_w);
    }
}

// The sums of output channels [m0, m1) at pixels [p0, p1), to their places, which follow from a pixel's number.
template <class T> void fold(T *out, const T *sums, hone_int width, const TapSum &s, hone_int m0, hone_int m1, hone_int p0, hone_int p1) {
  const hone_int plane = s.out_h * s.out_w;
  const bool dense = s.out_step_w == 1 && s.out_step_h == 1 && s.cols == s.out_w;
  for (hone_int p = p0, count; p < p1; p += count) {
    const hone_int n = p / (s.rows * s.cols), y = p / s.cols % s.rows, x = p % s.cols;
    count = min_of(p1 - p, dense ? (s.rows - y) * s.cols - x : s.cols - x);
    T *to = out + (n * s.out_channels + m0) * plane + (y * s.out_step_h + s.out_y) * s.out_w + x * s.out_step_w + s.out_x;
    for (hone_int m = m0; m < m1; m++, to += plane) {
      const T *from = sums + (m - m0) * width + p - p0;
      for (hone_int i = 0; i < count; i++) to[i * s.out_step_w] = from[i];
    }
  }
}

// Few pixels in all: packing the weights would take longer than multiplying them, so the matrix product reads them where they are.
template <class T> bool unfolded_once(T *out, const T *in, const T *weight, const T *bias, const TapSum &s) {
  const hone_int all = s.images * s.rows * s.cols, width = round_up(all, kLanes<T>), depth = s.in_channels * s.taps;
  const hone_int runs_size = runs_bytes(s, width);
  char *const memory =
      static_cast<char *>(call_workspace().get(size_t(runs_size + ((depth + s.out_channels) * width + 2 * kLanes<T>) * hone_int(sizeof(T)))));
  if (!memory) return false;
  T *const sums = reinterpret_cast<T *>(memory + runs_size), *const piece = sums + s.out_channels * width;
  unfold(piece, width, in, s, 0, all, memory);
  Gemm<T> g;
  g.m = s.out_channels, g.n = width, g.k = depth;
  g.a = weight, g.lda = s.weight_out;
  g.b = piece, g.ldb = width;
  g.c = sums, g.ldc = width;
  g.bias = bias, g.bias_row = true;
  if (gemm(g) != HONE_OK) return false;
  fold(out, sums, width, s, 0, s.out_channels, 0, all);
  return true;
}

// False when memory ran out.
template <class T> bool unfolded_sum(T *out, const T *in, const T *weight, const T *bias, const TapSum &s) {
  constexpr hone_int lanes = kLanes<T>;
  const hone_int tiles = ceil_div(s.out_channels, kTileM), depth = s.in_channels * s.taps, all = s.images * s.rows * s.cols;
  if (all <= 64 && in_order(s)) return unfolded_once(out, in, weight, bias, s);
  const hone_int vectors = min_of(unfolded_vectors<T>(s), round_up(ceil_div(all, lanes), kTileV)), width = vectors * lanes;
  const hone_int pieces = ceil_div(all, width);
  T *const packed = static_cast<T *>(call_workspace().get(size_t(s.out_channels * depth) * sizeof(T)));
  if (!packed) return false;
  pack_weights(packed, weight, s, tiles);
  // Where pieces alone cannot occupy the threads, the output channels are split too.
  const hone_int splits = max_of(1, min_of(tiles, ceil_div(4 * thread_count(), pieces)));
  const hone_int runs_size = runs_bytes(s, width), piece_size = depth * width + 2 * lanes, sums_size = kTileM * width;
  std::atomic<bool> failed{false};
  parallel_for(pieces * splits, grain_of(400000, width * depth * ceil_div(s.out_channels, splits)), [&](hone_int begin, hone_int end) {
    char *const memory = static_cast<char *>(thread_workspace().get(size_t(runs_size + (piece_size + sums_size) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    T *const piece = reinterpret_cast<T *>(memory + runs_size), *const sums = piece + piece_size;
    TileVector at[kTileV * 4];
    for (hone_int v = 0; v < vectors; v++) at[v] = {v * lanes, v * lanes, lanes};
    hone_int last_piece = -1;
    for (hone_int task = begin; task < end; task++) {
      const hone_int split = task % splits, p0 = task / splits * width, p1 = min_of(p0 + width, all);
      if (task / splits != last_piece) unfold(piece, width, in, s, p0, p1, memory);
      last_piece = task / splits;
      for (hone_int tile = split * tiles / splits; tile < (split + 1) * tiles / splits; tile++) {
        const hone_int m0 = tile * s.out_channels / tiles, m1 = (tile + 1) * s.out_channels / tiles, no_offset = 0;
        const TileArgs<T> args{packed + m0 * depth, piece, depth, width, 1, &no_offset, bias ? bias + m0 : nullptr, sums, width};
        run_tiles(args, int(m1 - m0), at, ceil_div(p1 - p0, lanes));
        fold(out, sums, width, s, m0, m1, p0, p1);
      }
    }
  });
  return !failed;
}

} // namespace conv
} // namespace hone
