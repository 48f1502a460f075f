// conv_winograd.h: a sum over 3 by 3 taps of stride 1 by Winograd's F(4x4, 3x3), see winograd.h. Patches and weights are transformed by
// vectors of channels; each of the 36 parts is then a product of its own, [tiles x in channels] . [in channels x out channels], made by
// the register tiles of the matrix product. What is fewer, tiles or output channels, is transformed whole beforehand and read by all tasks;
// the other is transformed piece by piece by the task that multiplies it, while it is in cache.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "conv/winograd.h"
#include "linalg/gemm_kernel.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

struct WinogradPlan {
  hone_int across, down, rows, tiles; // tiles across and down an image; rows of tiles and tiles of all images
  hone_int group_rows, groups;        // rows of tiles that are transformed together
  hone_int channels, block, blocks;   // input channels in whole vectors, how many a product sums at a time
  hone_int panels;                    // of output channels
  bool weights_first;                 // more tiles than output channels: the weights are what is transformed beforehand
};

constexpr hone_int kPartsBytes = hone_int(512) << 10; // of transformed patches or weights that should stay in the second-level cache
constexpr hone_int kSharedBytes = hone_int(48) << 20; // of what is transformed beforehand, at most; compared in double, for hone_int may have 32 bits

// Bytes of the parts of one tile or of one output channel, and tiles of one image.
template <class T> hone_int parts_bytes(const TapSum &s) { return winograd::kParts * round_up(s.in_channels, kLanes<T>) * hone_int(sizeof(T)); }
inline hone_int image_tiles(const TapSum &s) { return ceil_div(s.rows, winograd::kTile) * ceil_div(s.cols, winograd::kTile); }

template <class T> WinogradPlan plan_winograd(const TapSum &s) {
  constexpr hone_int lanes = kLanes<T>, width = tile::kWidth * lanes;
  WinogradPlan p{};
  p.across = ceil_div(s.cols, winograd::kTile), p.down = ceil_div(s.rows, winograd::kTile);
  p.rows = s.images * p.down, p.tiles = p.rows * p.across;
  p.channels = round_up(s.in_channels, lanes);
  p.panels = ceil_div(s.out_channels, width);
  p.weights_first = p.tiles > s.out_channels && double(s.out_channels) * double(parts_bytes<T>(s)) <= double(kSharedBytes);
  p.block = min_of(p.channels, p.weights_first ? 256 : 64);
  p.blocks = ceil_div(p.channels, p.block);
  p.block = round_up(ceil_div(p.channels, p.blocks), lanes);
  // A group is about as many tiles as fit with all their channels, best a multiple of a register tile's rows.
  constexpr int rows = tile::kRowsInPlace;
  const hone_int fitting = max_of(rows, kPartsBytes / parts_bytes<T>(s) / rows * rows);
  p.groups = ceil_div(p.rows, max_of(1, fitting / p.across));
  p.group_rows = ceil_div(p.rows, p.groups);
  p.groups = ceil_div(p.rows, p.group_rows);
  return p;
}

// Whether this way is open to a sum, and takes less than summing directly. Counted in vectors of multiply-adds, of which the transforms
// take about so many for a patch, a tile of outputs and a block of weights.
template <class T> bool suits_winograd(const TapSum &s) {
  if (sizeof(T) != 4 || s.taps != 9 || s.planes != 1 || s.groups != 1 || s.out_step_h != 1 || s.out_step_w != 1) return false;
  if (s.step_h != 1 || s.step_w != 1 || s.in_channels < 32 || s.out_channels < 32 || s.cols > 1024) return false;
  bool seen[9] = {};
  for (hone_int t = 0; t < 9; t++) {
    const Tap &tap = s.tap[t];
    if (tap.dy < 0 || tap.dy > 2 || tap.dx < 0 || tap.dx > 2) return false; // dilated
    seen[tap.dy * 3 + tap.dx] = true;
  }
  for (const bool one : seen)
    if (!one) return false;
  if (double(image_tiles(s)) * double(parts_bytes<T>(s)) > double(kSharedBytes)) return false;
  const double tiles = double(s.images) * double(image_tiles(s)), pixels = double(s.images * s.rows) * double(s.cols);
  const double in = double(s.in_channels), out = double(s.out_channels);
  return 36 * tiles * in * out + 300 * tiles * (in + out) + 200 * in * out < 9 * pixels * in * out;
}

// Patches of the rows of tiles [r0, r1), block of channels `block`, to parts[part][tile - first][p.block], parts lying `step` apart.
// `turned` has room for the rows of an image that they see, pixel by pixel with a vector of channels each, and one row of zeros.
template <class T>
void transform_patches(T *parts, hone_int step, const T *in, const TapSum &s, const WinogradPlan &p, hone_int r0, hone_int r1, hone_int block, T *turned) {
  using namespace winograd;
  using V = Vec<T>;
  constexpr hone_int lanes = kLanes<T>;
  const hone_int pixels = s.in_h * s.in_w, c0 = block * p.block, c1 = min_of(c0 + p.block, p.channels);
  T *const zeros = turned;
  for (hone_int i = 0; i < s.in_w * lanes; i++) zeros[i] = 0;
  T *const image = turned + s.in_w * lanes;
  for (hone_int r = r0, done; r < r1; r = done) {
    const hone_int n = r / p.down, y0 = r % p.down;
    done = min_of(r1, (n + 1) * p.down);
    const hone_int top = max_of(0, y0 * kTile + s.phase->y), bottom = min_of(s.in_h, (y0 + done - r) * kTile + kTaps - 1 + s.phase->y);
    for (hone_int c = c0; c < c1; c += lanes) {
      if (bottom > top)
        transpose<T, true>(image, lanes, in + (n * s.in_channels + c) * pixels + top * s.in_w, pixels, min_of(lanes, s.in_channels - c), (bottom - top) * s.in_w);
      T *to = parts + (r - r0) * p.across * p.block + c - c0;
      for (hone_int row = y0; row < y0 + done - r; row++) {
        const T *line[kPatch];
        for (int i = 0; i < kPatch; i++) {
          const hone_int y = row * kTile + s.phase->y + i;
          line[i] = y < top || y >= bottom ? zeros : image + (y - top) * s.in_w * lanes;
        }
        for (hone_int tile = 0; tile < p.across; tile++, to += p.block) {
          T *part = to;
          both_axes<V, kPatch, kPatch>(
              [&](int j, V *d) __attribute__((always_inline)) {
                const hone_int x = tile * kTile + s.phase->x + j;
                const bool outside = x < 0 || x >= s.in_w;
#pragma GCC unroll 6
                for (int i = 0; i < kPatch; i++) d[i] = load(outside ? zeros : line[i] + x * lanes);
              },
              patch_axis<V>,
              [&](int, const V *v) __attribute__((always_inline)) {
#pragma GCC unroll 6
                for (int j = 0; j < kPatch; j++, part += step) store(part, v[j]);
              });
        }
      }
    }
  }
}

// The weights of a panel of output channels, block of input channels `block`, to parts[part][channel][panel's width].
template <class T> void transform_weights(T *parts, hone_int step, const T *weight, const TapSum &s, const WinogradPlan &p, hone_int panel, hone_int block) {
  using namespace winograd;
  using V = Vec<T>;
  constexpr hone_int lanes = kLanes<T>, width = tile::kWidth * lanes, squares = ceil_div(9, lanes);
  const T *const end = weight + s.in_channels * s.out_channels * 9;
  hone_int place[9];
  for (hone_int t = 0; t < 9; t++) place[s.tap[t].dy * 3 + s.tap[t].dx] = s.tap[t].weight;
  const hone_int c0 = block * p.block, c1 = min_of(c0 + p.block, p.channels);
  for (hone_int q = 0; q < width; q += lanes) {
    const hone_int o = panel * width + q, count = min_of(lanes, s.out_channels - o);
    for (hone_int c = c0; c < c1; c++) {
      V taps[squares * lanes];
      for (hone_int k = 0; k < squares * lanes; k += lanes) {
        V square[lanes];
        for (hone_int i = 0; i < lanes; i++) {
          const T *from = weight + (o + i) * s.weight_out + c * s.weight_in + k;
          square[i] = i >= count || c >= s.in_channels ? V{} : load_before(from, end);
        }
        turn_square<T>(square);
        for (hone_int i = 0; i < lanes; i++) taps[k + i] = square[i];
      }
      T *part = parts + (c - c0) * width + q;
      both_axes<V, kTaps, kPatch>(
          [&](int j, V *g) __attribute__((always_inline)) {
#pragma GCC unroll 3
            for (int i = 0; i < kTaps; i++) g[i] = taps[place[3 * i + j]];
          },
          weight_axis<V>,
          [&](int, const V *u) __attribute__((always_inline)) {
#pragma GCC unroll 6
            for (int j = 0; j < kPatch; j++, part += step) store(part, u[j]);
          });
    }
  }
}

// sums[part][tile][panel's width] = (or +=) patches . weights
template <class T>
void multiply_parts(T *sums, hone_int sums_step, const T *patches, hone_int patches_step, const T *weights, hone_int weights_step, hone_int tiles,
                    hone_int depth, hone_int pitch, bool add) {
  constexpr hone_int width = tile::kWidth * kLanes<T>;
  constexpr auto heights = std::make_integer_sequence<int, tile::kRowsInPlace>();
  const hone_int pieces = ceil_div(tiles, tile::kRowsInPlace);
  for (int part = 0; part < winograd::kParts; part++, sums += sums_step, patches += patches_step, weights += weights_step)
    for (hone_int i = 0; i < pieces; i++) {
      const hone_int first = i * tiles / pieces, rows = (i + 1) * tiles / pieces - first;
      const auto kernel = tile::pick_rows<T, tile::kWidth, true, tile::Side::Nothing>(int(rows), heights);
      kernel(depth, patches + first * pitch, pitch, weights, width, sums + first * width, width, int(width), {nullptr, nullptr, add}, {});
    }
}

// The outputs of the rows of tiles [r0, r1) and a panel of output channels. False where one of them is not finite.
template <class T>
bool transform_outputs(T *out, const T *sums, hone_int step, const T *bias, const TapSum &s, const WinogradPlan &p, hone_int r0, hone_int r1, hone_int panel,
                       T *turned) {
  using namespace winograd;
  using V = Vec<T>;
  constexpr hone_int lanes = kLanes<T>, width = tile::kWidth * lanes;
  V zero{}; // stays so, unless something is infinite or NaN
  for (hone_int q = 0; q < width; q += lanes) {
    const hone_int o = panel * width + q, count = min_of(lanes, s.out_channels - o);
    if (count <= 0) break;
    const V start = bias ? count == lanes ? load(bias + o) : load_some(bias + o, count) : V{};
    for (hone_int r = r0, done; r < r1; r = done) {
      const hone_int n = r / p.down, y0 = r % p.down * kTile;
      done = min_of(r1, (n + 1) * p.down);
      const T *from = sums + (r - r0) * p.across * width + q;
      const hone_int rows = min_of(s.rows - y0, (done - r) * kTile);
      for (hone_int y = 0; y < rows; y += kTile)
        for (hone_int x = 0; x < s.cols; x += kTile, from += width) {
          T *to = turned + (y * s.cols + x) * lanes;
          const int wide = int(min_of(kTile, s.cols - x)), high = int(min_of(kTile, rows - y));
          both_axes<V, kPatch, kTile>(
              [&](int j, V *m) __attribute__((always_inline)) {
#pragma GCC unroll 6
                for (int i = 0; i < kPatch; i++) m[i] = load(from + (i * kPatch + j) * step);
              },
              output_axis<V>,
              [&](int, const V *v) __attribute__((always_inline)) {
#pragma GCC unroll 4
                for (int j = 0; j < kTile; j++) {
                  if (j >= wide) break;
                  const V whole = v[j] + start;
                  zero += whole * T(0);
                  store(to + j * lanes, whole);
                }
                to += s.cols * lanes;
              },
              high);
        }
      transpose<T, false>(out + (n * s.out_channels + o) * s.out_h * s.out_w + y0 * s.cols, s.out_h * s.out_w, turned, lanes, rows * s.cols, count);
    }
  }
  return sum_lanes<T>(zero) == 0;
}

template <class T> Outcome winograd_images(T *out, const T *in, const T *weight, const T *bias, const TapSum &s) {
  using winograd::kParts, winograd::kTile;
  constexpr hone_int lanes = kLanes<T>, width = tile::kWidth * lanes;
  const WinogradPlan p = plan_winograd<T>(s);
  // Parts lie a line further apart than they are long, or they would fall on the same lines of the cache.
  const hone_int together = p.weights_first ? p.group_rows * p.across : p.tiles;
  const hone_int patches_step = together * p.block + lanes, patches_size = p.blocks * kParts * patches_step;
  const hone_int weights_step = p.block * width + lanes, block_weights = kParts * weights_step, panel_weights = p.blocks * block_weights;
  const hone_int sums_step = together * width + lanes;
  const hone_int image_rows = min_of(s.in_h, p.group_rows * kTile + 2), turned_in = (image_rows + 1) * s.in_w * lanes;
  const hone_int turned_out = (p.weights_first ? min_of(p.down, p.group_rows) : p.down) * kTile * s.cols * lanes;
  const hone_int turned = max_of(turned_in, turned_out);
  T *const shared = static_cast<T *>(call_workspace().get(size_t(p.weights_first ? p.panels * panel_weights : patches_size) * sizeof(T)));
  if (!shared) return Outcome::NoMemory;
  std::atomic<bool> no_memory{false}, finite{true};
  // memory: what a task writes to.
  const auto in_parallel = [&](hone_int count, hone_int size, auto &&task) {
    parallel_for(count, 1, [&](hone_int begin, hone_int end) {
      T *const memory = static_cast<T *>(thread_workspace().get(size_t(size) * sizeof(T)));
      if (!memory) no_memory = true;
      else
        for (hone_int i = begin; i < end; i++) task(i, memory);
    });
    return !no_memory;
  };
  const auto rows_of = [&](hone_int group) { return min_of((group + 1) * p.group_rows, p.rows); };
  if (p.weights_first) {
    const bool ready = in_parallel(p.panels * p.blocks, 1, [&](hone_int i, T *) {
      transform_weights(shared + i * block_weights, weights_step, weight, s, p, i / p.blocks, i % p.blocks);
    });
    if (!ready) return Outcome::NoMemory;
    in_parallel(p.groups, patches_size + kParts * sums_step + turned, [&](hone_int group, T *patches) {
      T *const sums = patches + patches_size, *const other = sums + kParts * sums_step;
      const hone_int r0 = group * p.group_rows, r1 = rows_of(group), tiles = (r1 - r0) * p.across;
      for (hone_int b = 0; b < p.blocks; b++) transform_patches(patches + b * kParts * patches_step, patches_step, in, s, p, r0, r1, b, other);
      for (hone_int panel = 0; panel < p.panels; panel++) {
        for (hone_int b = 0; b < p.blocks; b++)
          multiply_parts(sums, sums_step, patches + b * kParts * patches_step, patches_step, shared + panel * panel_weights + b * block_weights, weights_step,
                         tiles, min_of(p.block, p.channels - b * p.block), p.block, b > 0);
        if (!transform_outputs(out, sums, sums_step, bias, s, p, r0, r1, panel, other)) finite = false;
      }
    });
  } else {
    const bool ready = in_parallel(p.groups * p.blocks, turned, [&](hone_int i, T *other) {
      const hone_int b = i % p.blocks, group = i / p.blocks, r0 = group * p.group_rows;
      transform_patches(shared + b * kParts * patches_step + r0 * p.across * p.block, patches_step, in, s, p, r0, rows_of(group), b, other);
    });
    if (!ready) return Outcome::NoMemory;
    in_parallel(p.panels, block_weights + kParts * sums_step + turned, [&](hone_int panel, T *weights) {
      T *const sums = weights + block_weights, *const other = sums + kParts * sums_step;
      for (hone_int b = 0; b < p.blocks; b++) {
        transform_weights(weights, weights_step, weight, s, p, panel, b);
        multiply_parts(sums, sums_step, shared + b * kParts * patches_step, patches_step, weights, weights_step, p.tiles,
                       min_of(p.block, p.channels - b * p.block), p.block, b > 0);
      }
      if (!transform_outputs(out, sums, sums_step, bias, s, p, 0, p.rows, panel, other)) finite = false;
    });
  }
  return no_memory ? Outcome::NoMemory : finite ? Outcome::Done : Outcome::NotFinite;
}

// NotFinite: something infinite, or not a number, is in the outputs, and in more of them than it should be, for a tile shares its sums.
template <class T> Outcome winograd_sum(T *out, const T *in, const T *weight, const T *bias, const TapSum &s) {
  TapSum some = s; // images whose patches are not too many, where the patches are what is transformed beforehand
  const hone_int together = plan_winograd<T>(s).weights_first ? s.images : kSharedBytes / (image_tiles(s) * parts_bytes<T>(s));
  for (hone_int n = 0; n < s.images; n += together) {
    some.images = min_of(together, s.images - n);
    const Outcome outcome = winograd_images(out + n * s.out_channels * s.out_h * s.out_w, in + n * s.in_channels * s.in_h * s.in_w, weight, bias, some);
    if (outcome != Outcome::Done) return outcome;
  }
  return Outcome::Done;
}

} // namespace conv
} // namespace hone
