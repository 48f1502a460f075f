// conv_direct.h: a sum over taps as it stands: padded pieces of the images are read at each tap's offset, tiles of sums stay in registers.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

// Registers: kTileM * kTileV accumulators, kTileV inputs and one weight.
#if defined(__AVX512F__)
constexpr int kTileM = 8;
#else
constexpr int kTileM = 4;
#endif
#if defined(__wasm__)
constexpr int kTileV = 2; // V8 has 15 registers on x86
// Few rows need more vectors to keep the multipliers busy.
constexpr int tile_vectors(int m) { return m == 1 ? 6 : m == 2 ? 4 : m == 3 ? 3 : kTileV; }
#else
constexpr int kTileV = 3;
constexpr int tile_vectors(int m) { return m == 1 ? 8 : m == 2 ? 5 : kTileV; }
#endif
constexpr int kMaxVectors = 8;

template <class T> struct TileArgs {
  const T *weights; // [channels][taps][M]
  const T *in;
  hone_int channels, channel_step, taps;
  const hone_int *tap_offset;
  const T *bias; // M values or null
  T *out;
  hone_int out_plane;
};
// Where a vector of pixels is read and written, and how many of its lanes are.
struct TileVector {
  hone_int in, out, count;
};

template <class T, int M, int V> void tap_tile(const TileArgs<T> &a, const TileVector *vectors) {
  Vec<T> acc[M][V];
  const T *in[V];
#pragma GCC unroll 8
  for (int m = 0; m < M; m++) {
    const Vec<T> start = broadcast(a.bias ? a.bias[m] : T(0));
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) acc[m][v] = start;
  }
#pragma GCC unroll 8
  for (int v = 0; v < V; v++) in[v] = a.in + vectors[v].in;
  const T *w = a.weights;
  for (hone_int k = 0; k < a.channels; k++) {
    for (hone_int t = 0; t < a.taps; t++, w += M) {
      const hone_int at = a.tap_offset[t];
      Vec<T> x[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) x[v] = load(in[v] + at);
#pragma GCC unroll 8
      for (int m = 0; m < M; m++) {
        const Vec<T> wm = broadcast(w[m]);
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) acc[m][v] = madd(wm, x[v], acc[m][v]);
      }
    }
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) in[v] += a.channel_step;
  }
  // A whole vector may spill over pixels that are written later; the last of a band may not (count < lanes).
#pragma GCC unroll 8
  for (int m = 0; m < M; m++) {
    T *out = a.out + m * a.out_plane;
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      const Vec<T> sums = acc[m][v]; // a copy: an array whose address is taken is kept in memory throughout
      if (vectors[v].count == kLanes<T>)
        store(out + vectors[v].out, sums);
      else
        std::memcpy(out + vectors[v].out, &sums, size_t(vectors[v].count) * sizeof(T));
    }
  }
}

template <class T> using TileFn = void (*)(const TileArgs<T> &, const TileVector *);

template <class T, int M, int... V> TileFn<T> tile_of(int v, std::integer_sequence<int, V...>) {
  static constexpr TileFn<T> all[] = {tap_tile<T, M, V + 1>...};
  return all[v - 1];
}
template <class T, int M> TileFn<T> tile_of(int v) { return tile_of<T, M>(v, std::make_integer_sequence<int, tile_vectors(M)>()); }

template <class T> TileFn<T> tile_for(int m, int v) {
  if constexpr (kTileM == 8) {
    switch (m) {
    case 5: return tile_of<T, 5>(v);
    case 6: return tile_of<T, 6>(v);
    case 7: return tile_of<T, 7>(v);
    case 8: return tile_of<T, 8>(v);
    }
  }
  return m == 1 ? tile_of<T, 1>(v) : m == 2 ? tile_of<T, 2>(v) : m == 3 ? tile_of<T, 3>(v) : tile_of<T, 4>(v);
}

// m rows of sums for so many vectors of pixels.
template <class T> void run_tiles(const TileArgs<T> &args, int m, const TileVector *vectors, hone_int count) {
  const int widest = tile_vectors(m);
  for (hone_int v = 0; v < count;) {
    const hone_int left = count - v;
    const int width = left >= 2 * widest || left == widest ? widest : left > widest ? int(left + 1) / 2 : int(left);
    tile_for<T>(m, width)(args, vectors + v);
    v += width;
  }
}

// How the grid is cut: bands of rows and columns whose input fits the second-level cache.
struct Bands {
  hone_int rows, cols, down, across, span_h, span_w, pitch, plane;
  bool flat; // pixels are numbered through rows of the buffer's pitch, so that narrow images fill the vectors
};

template <class T> Bands cut_bands(const TapSum &s) {
  constexpr hone_int lanes = kLanes<T>;
  Bands b{};
  for (hone_int t = 0; t < s.taps; t++) {
    b.span_h = max_of(b.span_h, s.tap[t].dy);
    b.span_w = max_of(b.span_w, s.tap[t].dx);
  }
  b.across = ceil_div(s.cols, 1024);
  b.cols = b.across == 1 ? s.cols : round_up(ceil_div(s.cols, b.across), lanes);
  b.across = ceil_div(s.cols, b.cols);
  b.pitch = b.cols + b.span_w;
  const hone_int row_bytes = max_of(1, s.in_channels * s.planes * b.pitch * hone_int(sizeof(T)));
  const hone_int fitting = (hone_int(400) << 10) / row_bytes - b.span_h;
  b.rows = min_of(s.rows, max_of(fitting, 4));
  b.down = ceil_div(s.rows, b.rows);
  b.rows = ceil_div(s.rows, b.down);
  b.down = ceil_div(s.rows, b.rows);
  b.plane = (b.rows + b.span_h) * b.pitch;
  const hone_int by_row = b.rows * ceil_div(b.cols, lanes);
  const hone_int by_flat = ceil_div((b.rows - 1) * b.pitch + b.cols, lanes);
  b.flat = b.across == 1 && by_flat * 16 < by_row * 15;
  return b;
}

// kTileM rows of up to a vector's columns, `from` + i * pitch, turned: to[column * kTileM + row] for `cols` columns. The memory ends at `end`.
template <class T> void turn_tile(T *to, const T *from, hone_int pitch, hone_int cols, const T *end) {
  constexpr int lanes = kLanes<T>;
  Vec<T> v[kTileM];
#pragma GCC unroll 16
  for (int i = 0; i < kTileM; i++) v[i] = load_before(from + i * pitch, end);
  // Each round moves one bit of the row's number from the vectors' to the lanes'.
#pragma GCC unroll 4
  for (int round = 1; round < kTileM; round *= 2) {
    Vec<T> next[kTileM];
#pragma GCC unroll 8
    for (int i = 0; i < kTileM / 2; i++) {
      next[2 * i] = v[i], next[2 * i + 1] = v[i + kTileM / 2];
      interleave<T>(next[2 * i], next[2 * i + 1], std::make_integer_sequence<int, lanes>{});
    }
#pragma GCC unroll 16
    for (int i = 0; i < kTileM; i++) v[i] = next[i];
  }
  if (cols == lanes)
#pragma GCC unroll 16
    for (int i = 0; i < kTileM; i++) store(to + i * lanes, v[i]);
  else
    std::memcpy(to, v, size_t(cols * kTileM) * sizeof(T));
}

// Whether the weights of an output channel lie in the order in which the sum runs over them.
inline bool in_order(const TapSum &s) {
  for (hone_int t = 0; t < s.taps; t++)
    if (s.tap[t].weight != t) return false;
  return s.weight_in == s.taps;
}

// Weights in the order in which the tiles read them: [group][tile][channel][tap][M].
template <class T> void pack_weights(T *to, const T *weight, const TapSum &s, hone_int tiles) {
  constexpr hone_int lanes = kLanes<T>;
  const hone_int depth = s.in_channels * s.taps;
  const T *const end = weight + s.groups * s.out_channels * s.in_channels * s.kernel_taps;
  const auto start = [&](hone_int tile) { return tile * s.out_channels / tiles; };
  if (in_order(s)) {
    parallel_for(s.groups * tiles, ceil_div(20000, depth * kTileM + 1), [&](hone_int begin, hone_int end_tile) {
      for (hone_int i = begin; i < end_tile; i++) {
        const hone_int g = i / tiles, m0 = start(i % tiles), count = start(i % tiles + 1) - m0;
        T *const p = to + (g * s.out_channels + m0) * depth;
        const T *const from = weight + g * s.weight_group + m0 * s.weight_out;
        for (hone_int q = 0; q < depth && count == kTileM; q += lanes) turn_tile(p + q * kTileM, from + q, s.weight_out, min_of(lanes, depth - q), end);
        for (hone_int m = 0; m < count && count < kTileM; m++)
          for (hone_int q = 0; q < depth; q++) p[q * count + m] = from[m * s.weight_out + q];
      }
    });
    return;
  }
  // Otherwise an input channel has the weights of all output channels side by side: a block of them is read once, tile by tile.
  constexpr hone_int block = 16;
  const hone_int blocks = ceil_div(s.in_channels, block);
  parallel_for(s.groups * blocks, ceil_div(20000, block * s.out_channels * s.taps + 1), [&](hone_int begin, hone_int end_block) {
    for (hone_int i = begin; i < end_block; i++) {
      const hone_int g = i / blocks, k0 = i % blocks * block, k1 = min_of(k0 + block, s.in_channels);
      for (hone_int tile = 0; tile < tiles; tile++) {
        const hone_int m0 = start(tile), count = start(tile + 1) - m0;
        T *p = to + (g * s.out_channels + m0) * depth + k0 * s.taps * count;
        const T *from = weight + g * s.weight_group + m0 * s.weight_out + k0 * s.weight_in;
        for (hone_int k = k0; k < k1; k++, p += s.taps * count, from += s.weight_in) {
          if (count == kTileM && s.weight_out == 1) {
            std::memcpy(p, from, kTileM * sizeof(T));
          } else if (count == kTileM && s.taps > 4 && s.kernel_taps <= lanes) {
            T turned[lanes * kTileM];
            turn_tile(turned, from, s.weight_out, s.kernel_taps, end);
            for (hone_int t = 0; t < s.taps; t++) std::memcpy(p + t * kTileM, turned + s.tap[t].weight * kTileM, kTileM * sizeof(T));
          } else {
            for (hone_int m = 0; m < count; m++)
              for (hone_int t = 0; t < s.taps; t++) p[t * count + m] = from[m * s.weight_out + s.tap[t].weight];
          }
        }
      }
    }
  });
}

// Moves the pixels of a flat or strided band from the tile buffer to their places.
template <class T>
void scatter_band(const TapSum &s, T *out, const T *from, hone_int m_count, hone_int from_plane, hone_int from_pitch, hone_int y0,
                  hone_int rows, hone_int x0, hone_int cols) {
  for (hone_int m = 0; m < m_count; m++) {
    for (hone_int r = 0; r < rows; r++) {
      const T *src = from + m * from_plane + r * from_pitch;
      T *to = out + m * s.out_h * s.out_w + ((y0 + r) * s.out_step_h + s.out_y) * s.out_w + x0 * s.out_step_w + s.out_x;
      if (s.out_step_w == 1)
        for (hone_int x = 0; x < cols; x++) to[x] = src[x];
      else
        for (hone_int x = 0; x < cols; x++) to[x * s.out_step_w] = src[x];
    }
  }
}

// False when memory ran out.
template <class T> bool direct_sum(T *out, const T *in, const T *weight, const T *bias, const TapSum &s, const Bands &b) {
  constexpr hone_int lanes = kLanes<T>;
  const hone_int tiles = ceil_div(s.out_channels, kTileM), depth = s.in_channels * s.taps;
  T *const packed = static_cast<T *>(call_workspace().get(size_t(s.groups * s.out_channels * depth) * sizeof(T)));
  Memory<hone_int> tap_offset(s.taps);
  if (!packed || !tap_offset.get()) return false;
  pack_weights(packed, weight, s, tiles);
  for (hone_int t = 0; t < s.taps; t++) tap_offset[t] = s.tap[t].plane * b.plane + s.tap[t].dy * b.pitch + s.tap[t].dx;

  const bool direct = !b.flat && s.out_step_h == 1 && s.out_step_w == 1;
  const hone_int channel_step = s.planes * b.plane, in_size = round_up(s.in_channels * channel_step + 2 * lanes, lanes);
  const hone_int row_vectors = ceil_div(b.cols, lanes);
  const hone_int most_vectors = b.flat ? ceil_div((b.rows - 1) * b.pitch + b.cols, lanes) : b.rows * row_vectors;
  const hone_int out_size = direct ? 0 : kTileM * most_vectors * lanes;

  // Where images and bands alone cannot occupy the threads, the output channels are split too.
  const hone_int pieces = s.images * s.groups * b.down * b.across;
  const hone_int splits = max_of(1, min_of(tiles, ceil_div(4 * thread_count(), pieces)));
  const double per_pixel = double(depth) * double(s.out_channels) / double(splits) + 4.0 * double(s.in_channels + s.out_channels);
  const hone_int grain = hone_int(400000 / (double(b.rows) * double(b.cols) * per_pixel + 100)) + 1;
  std::atomic<bool> failed{false};
  parallel_for(pieces * splits, grain, [&](hone_int begin, hone_int end) {
    const hone_int vectors_size = round_up(most_vectors * hone_int(sizeof(TileVector)), 64);
    char *memory = static_cast<char *>(thread_workspace().get(size_t(vectors_size + (in_size + out_size) * hone_int(sizeof(T)))));
    if (!memory) {
      failed = true;
      return;
    }
    TileVector *vectors = reinterpret_cast<TileVector *>(memory);
    T *piece_in = reinterpret_cast<T *>(memory + vectors_size), *piece_out = piece_in + in_size;
    for (hone_int i = 0; i < 2 * lanes; i++) piece_in[in_size - 1 - i] = 0; // only ever read into lanes that are not kept
    hone_int last_piece = -1;
    for (hone_int task = begin; task < end; task++) {
      const hone_int piece = task / splits, split = task % splits;
      const hone_int across = piece % b.across, down = piece / b.across % b.down;
      const hone_int ng = piece / (b.across * b.down), g = ng % s.groups, n = ng / s.groups;
      const hone_int y0 = down * b.rows, rows = min_of(b.rows, s.rows - y0), x0 = across * b.cols, cols = min_of(b.cols, s.cols - x0);
      if (rows <= 0 || cols <= 0) continue;
      if (piece != last_piece) {
        const Piece shape{y0, x0, rows + b.span_h, b.pitch};
        const T *image = in + ng * s.in_channels * s.in_h * s.in_w;
        for (hone_int k = 0; k < s.in_channels; k++)
          for (hone_int p = 0; p < s.planes; p++)
            copy_piece(piece_in + k * channel_step + p * b.plane, image + k * s.in_h * s.in_w, s.in_h, s.in_w, shape, s.step_h, s.step_w,
                       s.phase[p].y, s.phase[p].x);
        last_piece = piece;
      }
      // The band's vectors of pixels.
      hone_int count = 0;
      if (b.flat) {
        const hone_int length = (rows - 1) * b.pitch + cols;
        for (hone_int p = 0; p < length; p += lanes) vectors[count++] = {p, p, lanes};
      } else {
        const hone_int end_of_band = b.across == 1 ? (y0 + rows) * s.out_w : 0;
        for (hone_int r = 0; r < rows; r++)
          for (hone_int x = 0; x < cols; x += lanes) {
            const hone_int to = direct ? (y0 + r) * s.out_w + x0 + x : (r * row_vectors) * lanes + x;
            const bool whole = !direct || x + lanes <= cols || to + lanes <= end_of_band;
            vectors[count++] = {r * b.pitch + x, to, whole ? lanes : cols - x};
          }
      }
      T *image_out = out + (n * s.groups + g) * s.out_channels * s.out_h * s.out_w;
      const hone_int from_plane = most_vectors * lanes;
      for (hone_int tile = split * tiles / splits; tile < (split + 1) * tiles / splits; tile++) {
        const hone_int m0 = tile * s.out_channels / tiles, m1 = (tile + 1) * s.out_channels / tiles;
        const int m = int(m1 - m0);
        TileArgs<T> args{packed + (g * s.out_channels + m0) * depth, piece_in, s.in_channels, channel_step, s.taps,
                         tap_offset.get(), bias ? bias + g * s.out_channels + m0 : nullptr,
                         direct ? image_out + m0 * s.out_h * s.out_w : piece_out, direct ? s.out_h * s.out_w : from_plane};
        run_tiles(args, m, vectors, count);
        if (!direct)
          scatter_band(s, image_out + m0 * s.out_h * s.out_w, piece_out, m, from_plane, b.flat ? b.pitch : row_vectors * lanes, y0, rows, x0,
                       cols);
      }
    }
  });
  return !failed;
}

} // namespace conv
} // namespace hone
