// weight_product.h: the gradient of a convolution's weights as matrix products [o x k] * [k x c], where k counts the places of all images.
// With 1 x 1 weights a place is a pixel, and there is one product. With 3 x 3 weights and stride 1 a place is a tile of 4 x 4 outputs, and
// there are 36 products by Winograd's scheme (weight_winograd.h), which multiply a quarter as often as the plain sum.
//
// The places are taken in chunks whose borders depend on the shape alone, and every sum runs through them in order: the number of threads
// changes nothing.
#pragma once

#include <atomic>

#include "conv/conv.h"
#include "conv/weight_winograd.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

// A register tile is so many rows by two vectors; of several heights that which computes least in vain is taken.
#if defined(__AVX512F__)
constexpr int kProductRows[] = {14, 13, 12, 11, 8};
#elif defined(__AVX2__) || defined(__wasm_relaxed_simd__)
constexpr int kProductRows[] = {6, 5, 4};
#elif defined(__aarch64__)
constexpr int kProductRows[] = {8, 7, 6};
#elif defined(__wasm__)
constexpr int kProductRows[] = {5, 4};
#else
constexpr int kProductRows[] = {4, 3};
#endif
template <class T> constexpr hone_int kProductCols = 2 * kLanes<T>;

// sums[r][c] = (or +=) sum over p < k of a[p * pitch + r] * b[p * kProductCols + c]. What is there is added last: sums of sums round less.
template <class T, int R> void product_tile(hone_int k, const T *a, hone_int pitch, const T *b, T *sums, bool add) {
  constexpr int L = kLanes<T>;
  Vec<T> acc[R][2];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 2
    for (int v = 0; v < 2; v++) acc[r][v] = Vec<T>{};
  for (hone_int p = 0; p < k; p++, end_step(a += pitch), end_step(b += 2 * L)) {
    const Vec<T> b0 = load(b), b1 = load(b + L);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
      const Vec<T> ar = broadcast(a[r]);
      acc[r][0] = madd(ar, b0, acc[r][0]);
      acc[r][1] = madd(ar, b1, acc[r][1]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 2
    for (int v = 0; v < 2; v++) {
      T *const to = sums + (2 * r + v) * L;
      store(to, add ? load(to) + acc[r][v] : acc[r][v]);
    }
}

template <class T> using ProductTile = void (*)(hone_int, const T *, hone_int, const T *, T *, bool);
template <class T, size_t... I> ProductTile<T> product_tile_of(int rows, std::index_sequence<I...>) {
  ProductTile<T> tile = nullptr;
  ((kProductRows[I] == rows ? void(tile = product_tile<T, kProductRows[I]>) : void()), ...);
  return tile;
}

inline int product_height(hone_int rows) {
  int best = kProductRows[0];
  for (int r : kProductRows)
    if (round_up(rows, r) < round_up(rows, best)) best = r;
  return best;
}

// One of the two factors: the gradient of the output, or the input. Its channels fall into panels, whose places lie one after the other.
template <class T> struct Factor {
  const T *data;
  bool is_grad;
  hone_int channels, image_step; // channels of a group
  hone_int h, w, pad_h, pad_w, stride_h, stride_w;
  hone_int width, pitch, panels, vectors; // channels of a panel; elements of a place in it; panels; vectors of a panel
  T *packed;                              // [panel][point][point_step]
};

struct ProductPlan {
  bool winograd;
  hone_int points, tile;              // products; outputs along an axis that make a place
  hone_int rows, cols;                // places of an image
  hone_int band, bands;               // rows of places in a unit, the piece that is packed at a time
  hone_int chunk, chunks;             // units of a chunk
  hone_int chunk_places, point_step_a, point_step_b;
  int height;                         // of register tiles
  bool swapped;                       // rows of the product are input channels
  hone_int units(hone_int images) const { return images * bands; }
  // Places before unit u.
  hone_int before(hone_int u) const { return u / bands * rows * cols + min_of(u % bands * band, rows) * cols; }
};

// Whether products beat the direct sum: enough channels to fill the tiles, and places enough to pay for the transformations.
template <class T> bool products_pay(const ConvShape &s) {
  if (s.c_per_group < kLanes<T> || s.o_per_group < kLanes<T> || s.n * s.oh * s.ow == 0) return false;
  if (s.kh == 1 && s.kw == 1) return true;
  if (sizeof(T) != 4 || s.kh != 3 || s.kw != 3 || s.stride_h != 1 || s.stride_w != 1 || s.dil_h != 1 || s.dil_w != 1) return false;
  const bool fits = double(s.c_per_group) * double(s.o_per_group) * (36 * sizeof(T)) <= double(64 << 20); // the sums of all points
  return fits && s.n * ceil_div(s.oh, 4) * ceil_div(s.ow, 4) >= 4 && s.oh >= 3 && s.ow >= 3;
}

template <class T> ProductPlan plan_product(const ConvShape &s) {
  ProductPlan p{};
  p.winograd = s.kh == 3;
  p.points = p.winograd ? 36 : 1;
  p.tile = p.winograd ? 4 : 1;
  p.rows = ceil_div(s.oh, p.tile), p.cols = ceil_div(s.ow, p.tile);
  const auto work = [&](hone_int rows, hone_int cols) { return round_up(rows, product_height(rows)) * round_up(cols, kProductCols<T>); };
  p.swapped = work(s.c_per_group, s.o_per_group) < work(s.o_per_group, s.c_per_group);
  p.height = product_height(p.swapped ? s.c_per_group : s.o_per_group);
  // A band's turned pixels stay in the second-level cache; a chunk's packed places in the third, those of a single product in the second.
  const hone_int row_bytes = max_of(1, max_of(s.w, s.ow) * p.tile * kVecBytes);
  const hone_int place_bytes = p.points * (s.c_per_group + s.o_per_group) * hone_int(sizeof(T));
  const hone_int fitting = max_of((hone_int(6) << 20) / place_bytes, s.c_per_group * s.o_per_group / (s.c_per_group + s.o_per_group)); // or no more than the sums take
  const hone_int places = p.winograd ? min_of(256, max_of(64, fitting)) : min_of(1024, max_of(256, (hone_int(768) << 10) / place_bytes));
  p.band = min_of(p.rows, max_of(1, min_of((hone_int(192) << 10) / row_bytes, places / p.cols)));
  p.bands = ceil_div(p.rows, p.band);
  p.band = ceil_div(p.rows, p.bands);
  p.bands = ceil_div(p.rows, p.band);
  const hone_int units = p.units(s.n);
  p.chunk = min_of(units, max_of(1, places / (p.band * p.cols)));
  p.chunks = ceil_div(units, p.chunk);
  p.chunk = ceil_div(units, p.chunks);
  p.chunks = ceil_div(units, p.chunk);
  p.chunk_places = p.chunk * p.band * p.cols;
  return p;
}

template <class T> Factor<T> factor_of(const ConvShape &s, bool is_grad, hone_int width) {
  Factor<T> f{};
  f.is_grad = is_grad;
  f.channels = is_grad ? s.o_per_group : s.c_per_group;
  f.h = is_grad ? s.oh : s.h, f.w = is_grad ? s.ow : s.w;
  f.image_step = (is_grad ? s.o : s.c) * f.h * f.w;
  f.pad_h = is_grad ? 0 : s.pad_h, f.pad_w = is_grad ? 0 : s.pad_w;
  f.stride_h = is_grad ? 1 : s.stride_h, f.stride_w = is_grad ? 1 : s.stride_w;
  f.width = width, f.pitch = round_up(width, kLanes<T>);
  f.panels = ceil_div(f.channels, width), f.vectors = f.pitch / kLanes<T>;
  return f;
}

// Packs one vector of channels of one unit. sums: what the channels of the gradient add up to, or null.
template <class T>
bool pack_unit(const Factor<T> &f, const ProductPlan &p, hone_int point_step, hone_int unit, hone_int first_place, hone_int vector, T *sums) {
  constexpr hone_int L = kLanes<T>;
  const hone_int panel = vector / f.vectors, lane = vector % f.vectors * L;
  const hone_int c0 = panel * f.width + lane, count = max_of(0, min_of(min_of(L, f.width - lane), f.channels - c0));
  const hone_int y0 = unit % p.bands * p.band, rows = min_of(p.band, p.rows - y0), plane = f.h * f.w;
  const T *from = f.data + unit / p.bands * f.image_step + c0 * plane;
  T *to = f.packed + panel * p.points * point_step + (p.before(unit) - first_place) * f.pitch + lane;
  if (count == 0) { // lanes that no channel has
    for (hone_int point = 0; point < p.points; point++)
      for (hone_int k = 0; k < rows * p.cols; k++) store(to + point * point_step + k * f.pitch, Vec<T>{});
    return true;
  }
  const hone_int reach = p.winograd ? (f.is_grad ? 4 : 6) : 1;
  // Its pixels are the places: an image may be larger than what is read of it, with steps of 1 too, where only one step fits.
  const bool plain = f.stride_h == 1 && f.stride_w == 1 && f.pad_h == 0 && f.pad_w == 0 && f.w == p.cols;
  hone_int top = max_of(0, y0 * p.tile - f.pad_h), bottom = min_of(f.h, (y0 + rows - 1) * p.tile + reach - f.pad_h);
  bottom = max_of(top, bottom);
  const hone_int pixels = (bottom - top) * f.w, piece = rows * p.cols + L;
  const hone_int needed = p.winograd ? max_of(1, pixels) * L : plain ? 0 : L * piece;
  T *const turned = needed ? static_cast<T *>(thread_workspace().get(size_t(needed) * sizeof(T))) : nullptr;
  if (needed && !turned) return false;
  if (!p.winograd) {
    if (plain) {
      transpose<T, true>(to, f.pitch, from + y0 * f.w, plane, count, rows * f.w);
    } else {
      for (hone_int c = 0; c < count; c++)
        copy_piece(turned + c * piece, from + c * plane, f.h, f.w, Piece{y0, 0, rows, p.cols}, f.stride_h, f.stride_w, -f.pad_h, -f.pad_w);
      transpose<T, true>(to, f.pitch, turned, piece, count, rows * p.cols);
    }
  } else {
    transpose<T, true>(turned, L, from + top * f.w, plane, count, pixels);
    const WinogradImage<T> image{turned, top, bottom, f.w};
    for (hone_int y = 0; y < rows; y++)
      for (hone_int x = 0; x < p.cols; x++, to += f.pitch) {
        const hone_int iy = (y0 + y) * 4 - f.pad_h, ix = x * 4 - f.pad_w;
        if (f.is_grad) spread_outputs(to, point_step, image, iy, ix);
        else spread_inputs(to, point_step, image, iy, ix);
      }
  }
  if (sums) {
    const T *at = p.winograd ? turned : to;
    const hone_int step = p.winograd ? L : f.pitch, n = p.winograd ? pixels : rows * p.cols;
    Vec<T> sum[4] = {};
    hone_int i = 0;
    for (; i + 4 <= n; i += 4)
      for (int u = 0; u < 4; u++) sum[u] += load(at + (i + u) * step);
    for (; i < n; i++) sum[0] += load(at + i * step);
    store(sums, Vec<T>((sum[0] + sum[1]) + (sum[2] + sum[3])));
  }
  return true;
}

// Where a register tile of sums goes in the weights [o][c][taps].
template <class T> struct WeightPlaces {
  T *out;
  hone_int row_step, col_step, rows, cols;
};

// One finished register tile of single products.
template <class T> void finish_single(const T *sums, const WeightPlaces<T> &to) {
  constexpr hone_int cols = kProductCols<T>;
  for (hone_int r = 0; r < to.rows; r++)
    if (to.col_step == 1)
      std::memcpy(to.out + r * to.row_step, sums + r * cols, size_t(to.cols) * sizeof(T));
    else
      for (hone_int c = 0; c < to.cols; c++) to.out[r * to.row_step + c * to.col_step] = sums[r * cols + c];
}

// One finished register tile of Winograd's products, [point][row][col]. False where a result is not finite.
template <class T> bool finish_winograd(const T *sums, hone_int point_step, const WeightPlaces<T> &to) {
  constexpr hone_int L = kLanes<T>, square = L < 9 ? round_up(9, L) : L;
  Vec<T> odd{};
  for (hone_int r = 0; r < to.rows; r++)
    for (hone_int c = 0; c < to.cols; c += L) {
      const hone_int count = min_of(L, to.cols - c);
      Vec<T> w[square];
      gather_weights(w, sums + r * kProductCols<T> + c, point_step);
      for (int t = 0; t < 9; t++) odd += w[t] - w[t];
      T *out = to.out + r * to.row_step + c * to.col_step;
      if constexpr (L >= 9) {
        if (to.col_step == 9) { // the taps of a vector of channels lie side by side: what is written past nine is written again
          for (hone_int t = 9; t < L; t++) w[t] = Vec<T>{};
          turn_square<T>(w);
          for (hone_int i = 0; i < count; i++) {
            if (i * 9 + L <= count * 9) store(out + i * 9, w[i]);
            else std::memcpy(out + i * 9, &w[i], 9 * sizeof(T));
          }
          continue;
        }
      }
      T lane[9 * L];
      for (int t = 0; t < 9; t++) store(lane + t * L, w[t]);
      for (hone_int i = 0; i < count; i++)
        for (int t = 0; t < 9; t++) out[i * to.col_step + t] = lane[t * L + i];
    }
  return sum_lanes<T>(odd) == 0;
}

// NotFinite: Winograd's sums mix all taps, so infinities would spread to taps that they do not reach; the direct sum has to decide.
template <class T> Outcome weight_product(T *grad_weight, T *grad_bias, const T *x, const T *grad, const ConvShape &s) {
  constexpr hone_int L = kLanes<T>;
  const ProductPlan p = plan_product<T>(s);
  const hone_int taps = s.kh * s.kw, pixels = s.oh * s.ow, tile_size = p.height * kProductCols<T>;
  Factor<T> a = factor_of<T>(s, !p.swapped, p.height), b = factor_of<T>(s, p.swapped, kProductCols<T>);
  // A vector more between the products: a power of two would put all of them into the same few places of the cache.
  const hone_int step_a = p.chunk_places * a.pitch + (p.winograd ? L : 0), step_b = p.chunk_places * b.pitch + (p.winograd ? L : 0);
  const hone_int size_a = a.panels * p.points * step_a, size_b = b.panels * p.points * step_b;
  const hone_int vectors_a = a.panels * a.vectors, vectors_b = b.panels * b.vectors;
  const hone_int sums_size = p.chunks > 1 ? a.panels * b.panels * p.points * tile_size : 0;
  const hone_int o_vectors = p.swapped ? vectors_b : vectors_a, bias_size = grad_bias ? p.units(s.n) * o_vectors * L : 0;
  T *const memory = static_cast<T *>(call_workspace().get(size_t(size_a + size_b + sums_size + bias_size) * sizeof(T)));
  if (!memory) return Outcome::NoMemory;
  a.packed = memory, b.packed = memory + size_a;
  T *const sums = b.packed + size_b, *const bias_sums = sums + sums_size;
  const ProductTile<T> tile = product_tile_of<T>(p.height, std::make_index_sequence<sizeof(kProductRows) / sizeof(int)>());
  // Row tiles that share a panel of b while it is in the cache.
  const hone_int together = max_of(1, min_of(5, a.panels * b.panels / (4 * thread_count())));
  const hone_int row_groups = ceil_div(a.panels, together);
  std::atomic<bool> failed{false}, finite{true};

  for (hone_int g = 0; g < s.groups && !failed; g++) {
    Factor<T> &of_grad = p.swapped ? b : a, &of_input = p.swapped ? a : b;
    of_grad.data = grad + g * s.o_per_group * pixels, of_input.data = x + g * s.c_per_group * s.h * s.w;
    for (hone_int chunk = 0; chunk < p.chunks && !failed; chunk++) {
      const hone_int u0 = chunk * p.chunk, u1 = min_of(u0 + p.chunk, p.units(s.n)), first = p.before(u0), places = p.before(u1) - first;
      const hone_int vectors = vectors_a + vectors_b;
      parallel_for((u1 - u0) * vectors, grain_of(20000, p.band * p.cols * p.tile * p.tile * 8), [&](hone_int begin, hone_int end) {
        for (hone_int i = begin; i < end && !failed; i++) {
          const hone_int unit = u0 + i / vectors, v = i % vectors;
          const bool first_factor = v < vectors_a;
          const Factor<T> &f = first_factor ? a : b;
          const hone_int vector = first_factor ? v : v - vectors_a;
          T *const bias = f.is_grad && grad_bias ? bias_sums + (unit * o_vectors + vector) * L : nullptr;
          if (!pack_unit(f, p, first_factor ? step_a : step_b, unit, first, vector, bias)) failed = true;
        }
      });
      if (failed) break;
      const bool last = chunk + 1 == p.chunks;
      parallel_for(b.panels * row_groups, grain_of(400000, p.points * places * tile_size * together / L), [&](hone_int begin, hone_int end) {
        T *own = nullptr;
        if (p.chunks == 1) own = static_cast<T *>(thread_workspace().get(size_t(together * p.points * tile_size) * sizeof(T)));
        if (p.chunks == 1 && !own) {
          failed = true;
          return;
        }
        for (hone_int task = begin; task < end; task++) {
          const hone_int j = task / row_groups, i0 = task % row_groups * together, i1 = min_of(i0 + together, a.panels);
          T *const to = own ? own : sums + (j * a.panels + i0) * p.points * tile_size;
          for (hone_int point = 0; point < p.points; point++)
            for (hone_int i = i0; i < i1; i++)
              tile(places, a.packed + (i * p.points + point) * step_a, a.pitch, b.packed + (j * p.points + point) * step_b,
                   to + ((i - i0) * p.points + point) * tile_size, chunk > 0);
          for (hone_int i = i0; i < i1 && last; i++) {
            const hone_int r0 = i * p.height, c0 = j * kProductCols<T>, depth = s.c_per_group * taps;
            WeightPlaces<T> at{nullptr, p.swapped ? taps : depth, p.swapped ? depth : taps, min_of(p.height, a.channels - r0),
                               min_of(kProductCols<T>, b.channels - c0)};
            at.out = grad_weight + g * s.o_per_group * depth + r0 * at.row_step + c0 * at.col_step;
            const T *const tile_sums = to + (i - i0) * p.points * tile_size;
            if constexpr (sizeof(T) == 4) {
              if (p.winograd) {
                if (!finish_winograd(tile_sums, tile_size, at)) finite = false;
                continue;
              }
            }
            finish_single(tile_sums, at);
          }
        }
      });
    }
    for (hone_int o = 0; o < s.o_per_group && grad_bias && !failed; o++) {
      double sum = 0;
      const hone_int at = o / of_grad.width * of_grad.vectors * L + o % of_grad.width;
      for (hone_int unit = 0; unit < p.units(s.n); unit++) sum += double(bias_sums[unit * o_vectors * L + at]);
      grad_bias[g * s.o_per_group + o] = T(sum);
    }
  }
  return failed ? Outcome::NoMemory : finite ? Outcome::Done : Outcome::NotFinite;
}

} // namespace conv
} // namespace hone
