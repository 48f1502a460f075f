// conv_weight.h: the gradient of a convolution's weights and bias. Images are summed in at most 16 groups whose borders depend on the
// shape alone, each group in order, and the groups in order after that: the number of threads changes nothing.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

// A tile of R weight positions (channel and tap) by V vectors of output channels: for every pixel, each of R inputs is multiplied
// by the gradients of all output channels, which lie side by side after a transposition.
template <class T> struct WeightArgs {
  const T *in;            // padded piece of the input
  const hone_int *offset; // R offsets into it
  const T *grad;          // [rows * cols][grad_pitch]
  hone_int images, image_step; // a batch of small images, one after the other in `in` and in `grad`
  hone_int rows, cols, row_step, col_step, grad_pitch;
  T *out; // [R][grad_pitch], added to
  hone_int keep; // how many of the R rows count
};

template <class T, int R, int V> void weight_tile(const WeightArgs<T> &a) {
  Vec<T> acc[R][V];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) acc[r][v] = Vec<T>{};
  const T *at[R];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) at[r] = a.in + a.offset[r];
  const T *grad = a.grad;
  const hone_int step = a.col_step, pitch = a.grad_pitch;
  for (hone_int row = 0, image = 0, y = 0; row < a.images * a.rows; row++, y++) {
    if (y == a.rows) y = 0, image++;
    hone_int p = image * a.image_step + y * a.row_step, x = 0;
#if defined(__AVX512F__)
    for (; x + 2 <= a.cols; x += 2, p += 2 * step, grad += 2 * pitch) { // two pixels at a time halve the loads of addresses
      Vec<T> g0[V], g1[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) g0[v] = load(grad + v * kLanes<T>), g1[v] = load(grad + pitch + v * kLanes<T>);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) {
        const Vec<T> x0 = broadcast(at[r][p]), x1 = broadcast(at[r][p + step]);
#pragma GCC unroll 4
        for (int v = 0; v < V; v++) acc[r][v] = madd(x0, g0[v], acc[r][v]);
#pragma GCC unroll 4
        for (int v = 0; v < V; v++) acc[r][v] = madd(x1, g1[v], acc[r][v]);
      }
    }
#endif
    for (; x < a.cols; x++, end_step(p += step), end_step(grad += pitch)) {
      Vec<T> g[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) g[v] = load(grad + v * kLanes<T>);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) {
        const Vec<T> xr = broadcast(at[r][p]);
#pragma GCC unroll 4
        for (int v = 0; v < V; v++) acc[r][v] = madd(xr, g[v], acc[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
    if (r >= a.keep) break;
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      T *out = a.out + r * pitch + v * kLanes<T>;
      store(out, load(out) + acc[r][v]);
    }
  }
}

template <class T> using WeightFn = void (*)(const WeightArgs<T> &);

// The tile heights worth having for one, two or three vectors of output channels.
#if defined(__AVX512F__)
constexpr int kWeightV = 3;
template <class T> WeightFn<T> weight_fn(int r, int v) {
  if (v == 1) return r == 4 ? weight_tile<T, 4, 1> : r == 9 ? weight_tile<T, 9, 1> : weight_tile<T, 16, 1>;
  if (v == 2) return r == 4 ? weight_tile<T, 4, 2> : r == 9 ? weight_tile<T, 9, 2> : weight_tile<T, 12, 2>;
  return r == 4 ? weight_tile<T, 4, 3> : weight_tile<T, 8, 3>;
}
constexpr int kWeightR[3][3] = {{16, 9, 4}, {12, 9, 4}, {8, 8, 4}};
#elif defined(__wasm__) // V8 has 15 registers on x86, and may load all inputs at once
constexpr int kWeightV = 2;
template <class T> WeightFn<T> weight_fn(int r, int v) {
  if (v == 1) return r == 4 ? weight_tile<T, 4, 1> : weight_tile<T, 6, 1>;
  return r == 3 ? weight_tile<T, 3, 2> : weight_tile<T, 4, 2>;
}
constexpr int kWeightR[2][3] = {{6, 6, 4}, {4, 4, 3}};
#else
constexpr int kWeightV = 2;
template <class T> WeightFn<T> weight_fn(int r, int v) {
  if (v == 1) return r == 4 ? weight_tile<T, 4, 1> : weight_tile<T, 9, 1>;
  return r == 3 ? weight_tile<T, 3, 2> : weight_tile<T, 5, 2>;
}
constexpr int kWeightR[2][3] = {{9, 9, 4}, {5, 5, 3}};
#endif

// The height that costs least for `rows` rows: those computed in vain count, and low tiles are slower by row.
inline int best_height(hone_int rows, int v) {
  const int(&heights)[3] = kWeightR[v - 1];
  const auto cost = [&](int r) { return round_up(rows, r) * (r == heights[0] ? 20 : 2 * r > heights[0] ? 21 : 32); };
  int best = heights[0];
  for (int r : heights)
    if (cost(r) < cost(best)) best = r;
  return best;
}

// How the sum over pixels is cut. A unit is a band of rows of one image, or a batch of images that are small.
struct WeightPlan {
  hone_int rows, bands, batch, units, sums, blocks; // sums: partial sums; blocks: of input channels
  hone_int pitch, plane, taps, lanes_o;      // lanes_o: output channels of a group, rounded up to whole vectors
  bool across_pixels;                        // few output channels: vectors of pixels instead
};

template <class T> WeightPlan plan_weights(const ConvShape &s) {
  WeightPlan p{};
  constexpr hone_int lanes = kLanes<T>;
  p.taps = s.kh * s.kw;
  p.across_pixels = s.o_per_group * 2 < lanes || s.o_per_group == 1;
  p.lanes_o = p.across_pixels ? s.o_per_group : round_up(s.o_per_group, lanes);
  const hone_int row_bytes = max_of(1, s.ow * p.lanes_o * hone_int(sizeof(T)));
  p.rows = min_of(s.oh, max_of(2, (hone_int(128) << 10) / row_bytes));
  p.bands = ceil_div(s.oh, p.rows);
  p.rows = ceil_div(s.oh, p.bands);
  p.bands = ceil_div(s.oh, p.rows);
  p.batch = p.bands > 1 || p.across_pixels ? 1 : min_of(s.n, max_of(1, 512 / (s.oh * s.ow)));
  p.units = ceil_div(s.n, p.batch) * p.bands;
  p.pitch = (s.ow - 1) * s.stride_w + (s.kw - 1) * s.dil_w + 1;
  p.plane = ((p.rows - 1) * s.stride_h + (s.kh - 1) * s.dil_h + 1) * p.pitch;
  const hone_int weights = max_of(1, s.c * p.lanes_o * p.taps);
  p.sums = min_of(min_of(16, p.units), max_of(1, (hone_int(4) << 20) / weights));
  p.blocks = min_of(max_of(s.c_per_group, 1), ceil_div(16, max_of(1, p.sums * s.groups)));
  // A block's input should stay in the second-level cache.
  const hone_int fitting = max_of(1, (hone_int(512) << 10) / (p.batch * p.plane * hone_int(sizeof(T))));
  p.blocks = max_of(p.blocks, ceil_div(s.c_per_group, fitting));
  return p;
}

template <class T> T plain_sum(const T *a, hone_int n) {
  Vec<T> s0{}, s1{};
  hone_int i = 0;
  for (; i + 2 * kLanes<T> <= n; i += 2 * kLanes<T>) s0 += load(a + i), s1 += load(a + i + kLanes<T>);
  T sum = sum_lanes<T>(s0 + s1);
  for (; i < n; i++) sum += a[i];
  return sum;
}

// One output channel against up to R weight positions, with vectors of pixels (col_step 1). Rows of grad are filled up with zeros to
// whole vectors; so are those of the input, by a mask, for zero times what lies there could be NaN.
template <class T, int R>
void pixel_tile(const T *in, const hone_int *offset, const T *grad, hone_int rows, hone_int cols, hone_int row_step, T *out, hone_int keep,
                hone_int out_step) {
  constexpr hone_int lanes = kLanes<T>;
  using Mask = decltype(Vec<T>{} < Vec<T>{});
  Vec<T> acc[R];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) acc[r] = Vec<T>{};
  const hone_int whole = cols / lanes * lanes, rest = cols - whole;
  Mask mask{};
  for (hone_int i = 0; i < rest; i++) mask[i] = -1;
  for (hone_int y = 0; y < rows; y++, in += row_step) {
    hone_int x = 0;
    for (; x < whole; x += lanes, grad += lanes) {
      const Vec<T> g = load(grad);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) acc[r] = madd(g, load(in + offset[r] + x), acc[r]);
    }
    if (rest) {
      const Vec<T> g = load(grad);
      grad += lanes;
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) acc[r] = madd(g, Vec<T>(Mask(load(in + offset[r] + x)) & mask), acc[r]);
    }
  }
  for (int r = 0; r < R; r++)
    if (r < keep) out[r * out_step] += sum_lanes<T>(acc[r]);
}

constexpr hone_int kStretchBytes = 24 << 10;
constexpr hone_int kChunk = 2048; // weights whose partial sums are joined at a time

// False when memory ran out.
template <class T> bool weight_gradient(T *grad_weight, T *grad_bias, const T *x, const T *grad, const ConvShape &s) {
  const hone_int pixels = s.oh * s.ow, weights = s.o * s.c_per_group * s.kh * s.kw;
  if (s.n == 0 || pixels == 0 || s.o == 0) {
    for (hone_int i = 0; i < weights; i++) grad_weight[i] = 0;
    if (grad_bias)
      for (hone_int i = 0; i < s.o; i++) grad_bias[i] = 0;
    return true;
  }
  const WeightPlan p = plan_weights<T>(s);
  const hone_int depth = s.c_per_group * p.taps, group_size = depth * p.lanes_o, sum_size = s.groups * group_size;
  Memory<T> partial(p.sums * sum_size), partial_bias(p.sums * s.o);
  if (!partial.get() || !partial_bias.get()) return false;

  const hone_int block_channels = ceil_div(max_of(s.c_per_group, 1), p.blocks), block_depth = block_channels * p.taps;
  const hone_int step = p.across_pixels ? 1 : s.stride_w;
  // With vectors of pixels each phase of a column stride has a plane of its own.
  const hone_int phases = p.across_pixels ? min_of(s.stride_w, (s.kw - 1) * s.dil_w + 1) : 1;
  const hone_int pitch = p.across_pixels ? s.ow + (s.kw - 1) * s.dil_w / s.stride_w : p.pitch;
  const hone_int plane_rows = (p.rows - 1) * s.stride_h + (s.kh - 1) * s.dil_h + 1, plane = plane_rows * pitch;
  const hone_int image_step = block_channels * phases * plane;
  const hone_int in_size = round_up(p.batch * image_step + kLanes<T>, kLanes<T>);
  const hone_int grad_pitch = p.across_pixels ? round_up(s.ow, kLanes<T>) : p.lanes_o;
  const hone_int grad_size = p.across_pixels ? p.rows * grad_pitch + kLanes<T> : p.batch * p.rows * s.ow * p.lanes_o;
  constexpr int kMostR = 16;
  std::atomic<bool> failed{false};

  parallel_for(p.sums * s.groups * p.blocks, 1, [&](hone_int begin, hone_int end) {
    const hone_int offsets_size = round_up((block_depth + kMostR) * hone_int(sizeof(hone_int)), 64);
    char *memory = static_cast<char *>(thread_workspace().get(size_t(offsets_size + (in_size + grad_size) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    hone_int *offset = reinterpret_cast<hone_int *>(memory);
    T *piece = reinterpret_cast<T *>(memory + offsets_size), *turned = piece + in_size;
    for (hone_int k = 0; k < block_depth + kMostR; k++) { // the last offsets are repeats, for tiles that are not full
      const hone_int at = min_of(k, block_depth - 1), c = at / p.taps, ty = at % p.taps / s.kw * s.dil_h, tx = at % s.kw * s.dil_w;
      offset[k] = p.across_pixels ? (c * phases + tx % s.stride_w) * plane + ty * pitch + tx / s.stride_w : c * plane + ty * pitch + tx;
    }
    for (hone_int task = begin; task < end; task++) {
      const hone_int block = task % p.blocks, g = task / p.blocks % s.groups, sum = task / (p.blocks * s.groups);
      const hone_int c0 = min_of(block * block_channels, s.c_per_group), c1 = min_of(c0 + block_channels, s.c_per_group);
      T *out = partial.get() + sum * sum_size + g * group_size + c0 * p.taps * p.lanes_o;
      T *out_bias = partial_bias.get() + sum * s.o + g * s.o_per_group;
      const hone_int height = (c1 - c0) * p.taps;
      std::memset(out, 0, size_t(height * p.lanes_o) * sizeof(T));
      if (block == 0) std::memset(out_bias, 0, size_t(s.o_per_group) * sizeof(T));
      for (hone_int unit = sum * p.units / p.sums; unit < (sum + 1) * p.units / p.sums; unit++) {
        const hone_int n0 = unit / p.bands * p.batch, images = min_of(p.batch, s.n - n0);
        const hone_int y0 = unit % p.bands * p.rows, rows = min_of(p.rows, s.oh - y0);
        const Piece shape{y0 * s.stride_h - s.pad_h, 0, plane_rows - (p.rows - rows) * s.stride_h, pitch};
        for (hone_int i = 0; i < images; i++) {
          const hone_int n = n0 + i;
          const T *unit_grad = grad + (n * s.o + g * s.o_per_group) * pixels + y0 * s.ow;
          if (block == 0 && grad_bias)
            for (hone_int o = 0; o < s.o_per_group; o++) out_bias[o] += plain_sum(unit_grad + o * pixels, rows * s.ow);
          if (height == 0) continue;
          for (hone_int c = c0; c < c1; c++)
            for (hone_int f = 0; f < phases; f++)
              copy_piece(piece + i * image_step + ((c - c0) * phases + f) * plane, x + (n * s.c + g * s.c_per_group + c) * s.h * s.w, s.h,
                         s.w, shape, 1, p.across_pixels ? s.stride_w : 1, 0, f - s.pad_w);
          if (!p.across_pixels) transpose<T, true>(turned + i * rows * s.ow * p.lanes_o, p.lanes_o, unit_grad, pixels, s.o_per_group, rows * s.ow);
        }
        if (p.across_pixels) {
          const T *unit_grad = grad + (n0 * s.o + g * s.o_per_group) * pixels + y0 * s.ow;
          for (hone_int o = 0; o < s.o_per_group && height; o++) {
            copy_piece(turned, unit_grad + o * pixels, rows, s.ow, Piece{0, 0, rows, grad_pitch}, 1, 1, 0, 0);
            for (hone_int r = 0; r < height; r += 9)
              (height - r > 4 ? pixel_tile<T, 9> : pixel_tile<T, 4>)(piece, offset + r, turned, rows, s.ow, s.stride_h * pitch,
                                                                     out + r * p.lanes_o + o, height - r, p.lanes_o);
          }
          continue;
        }
        // A stretch of gradients stays in the first-level cache while all inputs pass by.
        for (hone_int v = 0; v < p.lanes_o / kLanes<T> && height;) {
          const hone_int left = p.lanes_o / kLanes<T> - v;
          const int width = int(left == 4 && kWeightV == 3 ? 2 : min_of(left, kWeightV)), tall = best_height(height, width);
          const WeightFn<T> tile = weight_fn<T>(tall, width);
          const hone_int stretch = images > 1 ? rows : max_of(1, kStretchBytes / (s.ow * width * kVecBytes));
          for (hone_int y = 0; y < rows; y += stretch)
            for (hone_int r = 0; r < height; r += tall)
              tile({piece + y * s.stride_h * pitch, offset + r, turned + y * s.ow * p.lanes_o + v * kLanes<T>, images, image_step,
                    min_of(stretch, rows - y), s.ow, s.stride_h * pitch, step, p.lanes_o, out + r * p.lanes_o + v * kLanes<T>, height - r});
          v += width;
        }
      }
    }
  });
  if (failed) return false;

  parallel_for(ceil_div(sum_size, kChunk), ceil_div(16, p.sums), [&](hone_int begin, hone_int end) {
    for (hone_int i = 1; i < p.sums; i++)
      for (hone_int k = begin * kChunk; k < min_of(end * kChunk, sum_size); k++) partial[k] += partial[i * sum_size + k];
  });
  for (hone_int g = 0; g < s.groups; g++)
    transpose<T, false>(grad_weight + g * s.o_per_group * depth, depth, partial.get() + g * group_size, p.lanes_o, depth, s.o_per_group);
  for (hone_int o = 0; o < s.o && grad_bias; o++) {
    double sum = 0;
    for (hone_int i = 0; i < p.sums; i++) sum += double(partial_bias[i * s.o + o]);
    grad_bias[o] = T(sum);
  }
  return true;
}

} // namespace conv
} // namespace hone
