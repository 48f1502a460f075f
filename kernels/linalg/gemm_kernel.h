// gemm_kernel.h: the register-tile kernels of gemm.cc, and the transposition and packing that feed them.
#pragma once

#include <type_traits>
#include <utility>

#include "hone.h"
#include "math/fma.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/transpose.h"

#define HONE_INLINE inline __attribute__((always_inline))

namespace hone {
namespace tile {

// A tile is up to kRows rows of c by kWidth vectors. Its accumulators must fit the vector registers, with room for kWidth vectors of b
// and one of a.
#if defined(__AVX512F__)
constexpr int kRows = 14, kSlimRows = 4, kTurnedTile = 16;
#elif defined(__AVX2__)
constexpr int kRows = 6, kSlimRows = 2, kTurnedTile = 8;
#elif defined(__aarch64__)
constexpr int kRows = 8, kSlimRows = 4, kTurnedTile = 8;
#elif defined(__wasm_relaxed_simd__)
constexpr int kRows = 6, kSlimRows = 2, kTurnedTile = 8; // V8 has 15 registers on x86
#elif defined(__wasm__)
constexpr int kRows = 5, kSlimRows = 2, kTurnedTile = 8; // and products take one before they are added
#else
constexpr int kRows = 4, kSlimRows = 2, kTurnedTile = 8;
#endif
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kDots = 4; // rows by four in a tile of dot products: sums, rows and one vector fit the registers
#elif defined(__wasm__)
constexpr int kDots = 2;
#else
constexpr int kDots = 3;
#endif
#if defined(__wasm__)
// A step at a time (see end_step): there is nothing to fetch ahead, and panels are copied between tiles. The rows of a tile that is read
// in place are loaded in an order of the compiler's own, for which registers must be left.
constexpr bool kAhead = false;
constexpr int kRowsInPlace = kRows - 1;
#else
constexpr bool kAhead = true;
constexpr int kRowsInPlace = kRows;
#endif
constexpr int kWidth = 2;
constexpr int kSlimWidth = 4; // for products of kSlimRows rows or fewer
// kTurnedTile: rows of b, one vector wide, in a tile of the turned way; a multiple of the lanes.

// Rows of a packed block of a lie this far apart: whole vectors, so that packing is plain stores.
template <class T> constexpr int kPackedRows = int(round_up(kRows, kLanes<T>));

// What happens to a finished tile on its way to c.
template <class T> struct Epilogue {
  const T *bias_col; // per column of the tile, or null
  const T *bias_row; // per row of the tile, or null
  bool add;          // c += instead of c =
};

// Writes a tile of whole vectors.
template <class T, int MR, int NV> HONE_INLINE void finish(Vec<T> (&acc)[MR][NV], const Epilogue<T> &e, T *c, hone_int ldc) {
  constexpr int L = kLanes<T>;
  const auto each = [&](auto act) __attribute__((always_inline)) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) act(acc[i][v], i, v * L);
    }
  };
  if (e.bias_col) each([&](Vec<T> &x, int, int j) __attribute__((always_inline)) { x += load(e.bias_col + j); });
  if (e.bias_row) each([&](Vec<T> &x, int i, int) __attribute__((always_inline)) { x += broadcast(e.bias_row[i]); });
  if (e.add) each([&](Vec<T> &x, int i, int j) __attribute__((always_inline)) { x += load(c + i * ldc + j); });
  each([&](Vec<T> &x, int i, int j) __attribute__((always_inline)) { store(c + i * ldc + j, x); });
}

// The same for a tile that does not fill whole vectors, from a buffer.
template <class T>
__attribute__((noinline)) void finish_part(const T *from, int from_stride, int rows, int cols, const Epilogue<T> &e, T *c, hone_int ldc) {
  for (int i = 0; i < rows; i++, from += from_stride, c += ldc) {
    each_vector<T>(cols, [&](hone_int j, auto part) {
      Vec<T> x = part.load(from + j);
      if (e.bias_col) x += part.load(e.bias_col + j);
      if (e.bias_row) x += broadcast(e.bias_row[i]);
      if (e.add) x += part.load(c + j);
      part.store(c + j, x);
    });
  }
}

// What a tile does on the side, so that it hides behind the arithmetic. Nothing; Keep: writes the vectors of b that it uses to `to`, for
// the tiles below. The others serve the next panel of b, one row in kGroup steps: Copy writes rows of b to `to`; Fetch brings columns of
// a transposed b into the cache.
enum class Side { Nothing, Keep, Copy, Fetch };
constexpr int kGroup = 4;
template <class T> struct SideWork {
  T *to = nullptr;
  const T *from = nullptr;
  hone_int ld = 0;
  hone_int rows = 0; // Copy: how many
  const T *ahead = nullptr; // what is fetched when c has been; by Nothing alone
};

// c[MR, cols] = sum over p < k of a[i, p] * b[p, :]. ByRow: a[i, p] lies at a[i * lda + p] (row-major, in place); otherwise at
// a[p * lda + i] (packed, or stored transposed). Every element is one chain of multiply-adds in the order of p, whatever the tile.
template <class T, int MR, int NV, bool ByRow, Side S>
void kernel(hone_int k, const T *a, hone_int lda, const T *b, hone_int ldb, T *c, hone_int ldc, int cols, const Epilogue<T> &e,
            const SideWork<T> &side) {
  constexpr int L = kLanes<T>;
  Vec<T> acc[MR][NV];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; v++) acc[i][v] = Vec<T>{};
  }
  // By row, four rows share a pointer: base, base + 1, 2 and 3 strides are addressing modes, so few registers serve many rows.
  const T *base[(MR + 3) / 4];
#pragma GCC unroll 4
  for (int g = 0; g < (MR + 3) / 4; g++) base[g] = a + 4 * g * lda;
  const hone_int lda3 = 3 * lda;
  T *to = side.to;
  const auto step = [&]() __attribute__((always_inline)) {
    Vec<T> bv[NV];
#pragma GCC unroll 4
    for (int v = 0; v < NV; v++) bv[v] = load(b + v * L);
    if (S == Side::Keep) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) {
        store(to + v * L, bv[v]);
        __builtin_prefetch(b + (NV + v) * L); // the next panel
      }
      to += NV * L;
    }
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      const Vec<T> av = broadcast(ByRow ? base[i / 4][i % 4 == 3 ? lda3 : (i % 4) * lda] : a[i]);
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) acc[i][v] = madd(av, bv[v], acc[i][v]);
    }
    if (ByRow) {
#pragma GCC unroll 4
      for (int g = 0; g < (MR + 3) / 4; g++) end_step(++base[g]);
    } else {
      end_step(a += lda);
    }
    end_step(b += ldb);
  };

  const hone_int groups = !kAhead ? 0 : S == Side::Copy && side.rows < k / kGroup ? side.rows : k / kGroup;
  const T *from = side.from, *fetch = c;
  const T *const last_row = c + (MR - 1) * ldc, *const ahead = S == Side::Nothing && side.ahead ? side.ahead : last_row;
  hone_int stride = ldc;
  int column = 0;
  for (hone_int g = 0; g < groups; g++) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; v++) __builtin_prefetch(fetch + v * L, 1); // c is needed last: it travels while the sums form
    const bool all = fetch == last_row;
    fetch = all ? ahead : fetch + stride;
    if (S == Side::Nothing) stride = all ? NV * L : stride;
    if (S == Side::Copy) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) {
        store(to + v * L, load(from + v * L));
        __builtin_prefetch(from + 5 * side.ld + v * L);
      }
      from += side.ld;
      to += NV * L;
    }
    if (S == Side::Fetch) {
      __builtin_prefetch(from, 0, 2);
      __builtin_prefetch(from + side.ld, 0, 2);
      column += 2;
      from += column == NV * L ? L - (NV * L - 2) * side.ld : 2 * side.ld;
      column = column == NV * L ? 0 : column;
    }
#pragma GCC unroll 4
    for (int u = 0; u < kGroup; u++) step();
  }
  for (hone_int p = groups * kGroup; p < k; p++) step();

  if (cols == NV * L) {
    finish(acc, e, c, ldc);
  } else {
    T part[MR * NV * L];
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) store(part + (i * NV + v) * L, acc[i][v]);
    }
    finish_part(part, NV * L, MR, cols, e, c, ldc);
  }
}

template <class T>
using Kernel = void (*)(hone_int, const T *, hone_int, const T *, hone_int, T *, hone_int, int, const Epilogue<T> &, const SideWork<T> &);

// The kernel for this many rows and vectors: at most kTurnedTile by 1, kRows by kWidth (the only ones with work on the side),
// kSlimRows by kSlimWidth.
template <class T, int NV, bool ByRow, Side S, int... R> Kernel<T> pick_rows(int rows, std::integer_sequence<int, R...>) {
  static constexpr Kernel<T> all[] = {kernel<T, R + 1, NV, ByRow, S>...};
  return all[rows - 1];
}
template <class T, bool ByRow> Kernel<T> pick(int rows, int vectors, Side side = Side::Nothing) {
  constexpr auto heights = std::make_integer_sequence<int, kRows>();
  if (vectors == 1) return pick_rows<T, 1, ByRow, Side::Nothing>(rows, std::make_integer_sequence<int, kTurnedTile>());
  if (vectors == kSlimWidth) return pick_rows<T, kSlimWidth, ByRow, Side::Nothing>(rows, std::make_integer_sequence<int, kSlimRows>());
  if (side == Side::Keep) return pick_rows<T, kWidth, ByRow, Side::Keep>(rows, heights);
  if constexpr (kAhead) {
    if (side == Side::Copy) return pick_rows<T, kWidth, ByRow, Side::Copy>(rows, heights);
  }
  // Fetching only warms the cache, for large products; those have a packed, which spares compiling as many kernels again.
  if constexpr (kAhead && !ByRow) {
    if (side == Side::Fetch) return pick_rows<T, kWidth, ByRow, Side::Fetch>(rows, heights);
  }
  return pick_rows<T, kWidth, ByRow, Side::Nothing>(rows, heights);
}

// ---- transposition -----------------------------------------------------------------------------------------------------------

// low and high become the lower and the upper halves of each 16 bytes of both, their elements taken in turn.
template <class T, class V, int... I> HONE_INLINE void interleave_quads(V &low, V &high, std::integer_sequence<int, I...>) {
  constexpr int n = int(sizeof...(I)), E = 16 / int(sizeof(T));
  const V a = low, b = high;
  low = __builtin_shufflevector(a, b, (I / E * E + I % E / 2 + I % 2 * n)...);
  high = __builtin_shufflevector(a, b, (I / E * E + E / 2 + I % E / 2 + I % 2 * n)...);
}
template <class V, class Q, int... I> HONE_INLINE V join(const Q &a, const Q &b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, I...);
}

// to[p * stride + i] = from[i * ld + p] for i < rows <= L, p < k; lanes from rows to L - 1 repeat the last row. Squares of 16 bytes, two
// side by side where vectors are wider: at most eight rows are read at once, as many as a first-level cache holds of rows that alias.
template <class T> void pack_transposed(const T *from, hone_int ld, int rows, hone_int k, T *to, hone_int stride) {
  constexpr int L = kLanes<T>, E = 16 / int(sizeof(T)), W = L == E ? E : 2 * E;
  using Quad = typename VecN<T, E>::type;
  using V = typename VecN<T, W>::type;
  constexpr auto lanes = std::make_integer_sequence<int, W>{};
  for (int first = 0; first < L; first += W, to += W) {
    const T *row[W];
#pragma GCC unroll 8
    for (int i = 0; i < W; i++) row[i] = from + min_of(first + i, rows - 1) * ld;
    hone_int p = 0;
    for (; p + E <= k; p += E) {
      V v[E];
#pragma GCC unroll 4
      for (int i = 0; i < E; i++) {
        if constexpr (W == E) v[i] = load<V>(row[i] + p);
        else v[i] = join<V>(load<Quad>(row[i] + p), load<Quad>(row[i + E] + p), lanes);
      }
      if constexpr (E == 4) {
        interleave_quads<T>(v[0], v[2], lanes);
        interleave_quads<T>(v[1], v[3], lanes);
        interleave_quads<T>(v[2], v[3], lanes);
      }
      interleave_quads<T>(v[0], v[1], lanes);
#pragma GCC unroll 4
      for (int i = 0; i < E; i++) store(to + (p + i) * stride, v[i]);
    }
    for (; p < k; p++) {
#pragma GCC unroll 8
      for (int i = 0; i < W; i++) to[p * stride + i] = row[i][p];
    }
  }
}

// How many of k rows, ld apart, can be read `reach` elements far without passing `end`.
template <class T> HONE_INLINE hone_int readable_rows(const T *from, hone_int ld, hone_int reach, hone_int k, const T *end) {
  const hone_int room = end - from - reach;
  if (room < 0) return 0;
  const hone_int rows = ld > 0 ? room / ld + 1 : k;
  return rows < k ? rows : k;
}

// to[p * width + j] = from[p * ld + j] for j < cols <= width; lanes past cols hold anything; the matrix ends at `end`.
template <class T> void pack_panel(const T *from, hone_int ld, int cols, hone_int k, T *to, int width, const T *end) {
  constexpr int L = kLanes<T>;
  const hone_int safe = readable_rows(from, ld, round_up(cols, L), k, end);
  for (hone_int p = 0; p < k; p++, from += ld, to += width) {
    for (int q = 0; q < cols; q += L) store(to + q, p < safe ? load(from + q) : load_before(from + q, end));
  }
}

// ---- dot products ------------------------------------------------------------------------------------------------------------

// a and b hold sums of 2 H lanes each; the result has a's and b's in turn, of H lanes: upper halves are added to lower ones.
template <class T, int H, int... I> HONE_INLINE Vec<T> fold_pair(const Vec<T> &a, const Vec<T> &b, std::integer_sequence<int, I...>) {
  constexpr int n = kLanes<T>;
  return __builtin_shufflevector(a, b, (I / H % 2 * n + I / (2 * H) * (2 * H) + I % H)...) +
         __builtin_shufflevector(a, b, (I / H % 2 * n + I / (2 * H) * (2 * H) + H + I % H)...);
}

// Lane i of the result is the sum of v[i]'s lanes, i < N <= L, added in one order whatever N and i.
template <class T, int N, int H = kLanes<T> / 2> HONE_INLINE Vec<T> fold(Vec<T> *v) {
  constexpr int left = N < H ? N : H;
#pragma GCC unroll 8
  for (int i = 0; i < left; i++) v[i] = fold_pair<T, H>(v[i], v[i + H < N ? i + H : i], std::make_integer_sequence<int, kLanes<T>>{});
  if constexpr (H == 1) return v[0];
  else return fold<T, left, H / 2>(v);
}

// The last lanes of a vector that ends at `end`, `count` of them, the others zero.
template <class T> HONE_INLINE Vec<T> load_last(const T *end, const MaskOf<T> &lanes) {
  return bits<Vec<T>>(bits<MaskOf<T>>(load(end - kLanes<T>)) & lanes);
}

// out[i * ldo + j] = a[i, :] . b[j, :] for i < RA, j < RB, both row-major along k >= L: nothing needs packing.
template <class T, int RA, int RB>
void dots(hone_int k, const T *a, hone_int lda, const T *b, hone_int ldb, T *out, hone_int ldo) {
  constexpr int L = kLanes<T>, N = RA * RB, filled = int(round_up(N, L));
  Vec<T> acc[filled];
#pragma GCC unroll 16
  for (int i = 0; i < filled; i++) acc[i] = Vec<T>{};
  const auto step = [&](auto read) __attribute__((always_inline)) {
    Vec<T> av[RA];
#pragma GCC unroll 4
    for (int i = 0; i < RA; i++) av[i] = read(a + i * lda);
#pragma GCC unroll 4
    for (int j = 0; j < RB; j++) {
      const Vec<T> bv = read(b + j * ldb);
#pragma GCC unroll 4
      for (int i = 0; i < RA; i++) acc[i * RB + j] = madd(av[i], bv, acc[i * RB + j]);
    }
  };
  hone_int p = 0;
  for (; p + L <= k; p += L) step([&](const T *row) __attribute__((always_inline)) { return load(row + p); });
  if (p < k) {
    // The row's last vector, without the lanes that have been counted.
    MaskOf<T> lanes;
    for (int q = 0; q < L; q++) lanes[q] = q < L - int(k - p) ? 0 : -1;
    step([&](const T *row) __attribute__((always_inline)) { return load_last(row + k, lanes); });
  }
  T sums[filled];
#pragma GCC unroll 16
  for (int i = 0; i < N; i += L) store(sums + i, fold<T, min_of(L, N)>(acc + i));
#pragma GCC unroll 4
  for (int i = 0; i < RA; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < RB; j++) out[i * ldo + j] = sums[i * RB + j];
  }
}

} // namespace tile
} // namespace hone
