// gemm_float.h: matrix multiplication of floats, by type; gemm_f32.cc and gemm_f64.cc compile it. A product goes one of three ways,
// chosen by shape alone:
//
// - blocked: tiles of c in registers over blocks of k; panels of b and blocks of a are packed where reuse pays for it, else read in place.
// - turned: b stored transposed and few rows in a: the roles swap, rows of b are broadcast in place against a packed a, and finished
//   tiles are transposed into c.
// - dots: a handful of rows against rows stored along k: dot products, no packing.
#pragma once

#include <atomic>

#if defined(__linux__)
#include <unistd.h>
#endif

#include "linalg/gemm.h"
#include "linalg/gemm_kernel.h"
#include "support/fetch.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/status.h"
#include "support/workspace.h"

namespace hone {
namespace {

using namespace tile;

// A tile of a and a panel of b come out of the second-level cache as fast as they are used, so blocks of k may be long: c is read and
// written once for each.
#if defined(__AVX512F__)
template <class T> constexpr hone_int kBlockK = 4096 / sizeof(T);
#else
template <class T> constexpr hone_int kBlockK = 2048 / sizeof(T);
#endif
constexpr size_t kKeptBytes = 8 << 20; // packed panels of b that are kept for all rows of a
constexpr hone_int kNominalCache = 1 << 19; // what sums are cut by: the bits of a result do not depend on the machine's own cache
#if defined(__wasm__)
constexpr hone_int kThinK = 8;         // up to this k writing c takes longest: row by row, a in place
#else
constexpr hone_int kThinK = 32;
#endif
constexpr hone_int kTurnedRows = 64;   // turned up to this many
constexpr double kGrainFlops = 8e5;    // a thread's share is worth at least this much

// Bytes of a packed block of a: about half of the second-level cache.
size_t block_bytes() {
  long cache = 0;
#if defined(_SC_LEVEL2_CACHE_SIZE)
  static const long asked = sysconf(_SC_LEVEL2_CACHE_SIZE);
  cache = asked;
#endif
  if (cache < (512 << 10)) cache = 512 << 10;
  return size_t(cache < (2 << 20) ? cache : 2 << 20) / 2;
}

Workspace &workspace() {
  static thread_local Workspace space;
  return space;
}

// A part of c: what one task computes.
struct Part {
  hone_int m0, m1, n0, n1;
};

enum class Way { Blocked, Turned, Dots };

struct Plan {
  Way way;
  hone_int block_k;      // k falls into blocks of this size
  hone_int tile;         // rows in a tile of c; turned: rows of b
  bool pack_a, pack_b;   // blocked only
  bool by_rows;          // blocked only: all panels for a tile of rows, not all tiles of rows for a panel
  hone_int unit_m, unit_n; // parts are cut at multiples of these
};

// So few rows or columns that dot products leave fewer lanes idle than vectors across them would.
template <class T> bool few(hone_int n) { return n <= 12 && 4 * n <= 3 * round_up(n, kLanes<T>); }

template <class T> Plan make_plan(const Gemm<T> &g) {
  constexpr int L = kLanes<T>;
  Plan plan{};
  // Where half the block of k lets all rows of a lie packed in the second-level cache at once, each panel of b passes only once.
  const hone_int packed_row = ceil_div(g.m, kRows) * kPackedRows<T> * hone_int(sizeof(T)), fit = kNominalCache / packed_row;
  const hone_int block_k = !g.packed && fit < kBlockK<T> && fit >= kBlockK<T> / 2 ? fit : kBlockK<T>;
  plan.block_k = g.k > 0 ? round_up(ceil_div(g.k, ceil_div(g.k, block_k)), 16) : 1;
  // A row of c gains from dots where b lies along k, and a narrow c even where b must be turned first.
  const bool narrow = !g.packed && few<T>(g.n) && (g.trans_b ? g.k >= 2 * L : g.m >= 2 * L && g.k >= 4 * L);
  if (!g.trans_a && ((g.trans_b && g.k >= 2 * L && (g.m <= 8 || few<T>(g.m))) || narrow)) {
    plan.way = Way::Dots;
    plan.unit_m = 12;
    plan.unit_n = 12;
    return plan;
  }
  // Rows a multiple of 4 KiB apart fall on the same eight cache lines: only so many of b can be read, and of c written, side by side.
  const auto aliases = [](hone_int ld, hone_int bytes) { return (ld * hone_int(sizeof(T))) % bytes == 0; };
  // Turned where transposing a tile of c, and lanes without a row, cost less than packing b.
  if (g.trans_b && !g.trans_a && g.m <= kTurnedRows && g.n >= g.m && g.k >= 2 * L && g.k > g.m && round_up(g.m, L) - g.m <= 4) {
    plan.way = Way::Turned;
    plan.tile = aliases(g.ldb, 4096) ? 4 : aliases(g.ldb, 2048) ? 8 : kTurnedTile;
    plan.unit_m = L;
    plan.unit_n = kTurnedTile;
    return plan;
  }
  plan.way = Way::Blocked;
  plan.unit_m = kRows;
  plan.unit_n = kWidth * L;
  // Few rows: packing b pays only where b comes from afar, because packing reads it in order.
  const bool far = g.k * g.n * hone_int(sizeof(T)) > (1 << 20) || (g.batch > 1 && g.stride_b != 0);
  const hone_int panels = ceil_div(g.n, kWidth * L);
  plan.by_rows = !g.packed && g.k <= kThinK;
  plan.pack_b = g.trans_b || (!plan.by_rows && g.m > (far ? 14 : 48));
  // Many rows, and b's columns lie packed in the second-level cache in blocks of k that are worth a pass over c: each row of a is read but
  // once, in place.
  const hone_int longest = min_of(kBlockK<T> / 2, kNominalCache / (panels * kWidth * L * hone_int(sizeof(T))));
  const bool many = g.m >= 8 * kRows && longest >= min_of(g.k, kBlockK<T> / 4);
  if (many && !g.packed && !plan.by_rows && plan.pack_b && !g.trans_a && kRowsInPlace == kRows) {
    plan.block_k = round_up(ceil_div(g.k, ceil_div(g.k, longest)), 16);
    plan.by_rows = !aliases(g.lda, 4096);
  }
  plan.pack_a = !plan.by_rows && g.m >= kRows && (panels >= 4 || (panels >= 2 && !g.trans_a && aliases(g.lda, 2048)));
  if (g.packed && kRowsInPlace == kRows && !aliases(g.lda, 2048)) plan.pack_a = false;
  plan.tile = plan.by_rows && g.k <= kThinK && kRows > 7 && aliases(g.ldc, 4096) ? 7 : plan.pack_a || g.trans_a ? kRows : kRowsInPlace;
  return plan;
}

template <class T> Epilogue<T> epilogue_at(const Gemm<T> &g, hone_int p0, hone_int i, hone_int j) {
  const T *bias = p0 == 0 ? g.bias : nullptr;
  return {bias && !g.bias_row ? bias + j : nullptr, bias && g.bias_row ? bias + i : nullptr, g.accumulate || p0 > 0};
}

// A block of rows as tiles at most `high`, all about equally high.
struct RowTiles {
  hone_int count, each, more;
  RowTiles(hone_int rows, hone_int high) : count(ceil_div(rows, high)), each(rows / count), more(rows % count) {}
  hone_int start(hone_int t) const { return t * each + min_of(t, more); }
  int height(hone_int t) const { return int(each + (t < more)); }
};

template <class T> void pack_rows(const Gemm<T> &g, hone_int i0, const RowTiles &tiles, hone_int p0, hone_int kc, T *to) {
  constexpr int L = kLanes<T>, P = kPackedRows<T>;
  if (g.trans_a) {
    // Rows of the stored matrix run across tiles: a few tiles at a time, so that each row is read in one go.
    const T *const end = g.a + (g.k - 1) * g.lda + g.m;
    constexpr hone_int kTogether = 8;
    for (hone_int t0 = 0; t0 < tiles.count; t0 += kTogether) {
      const hone_int t1 = min_of(t0 + kTogether, tiles.count);
      const T *from = g.a + p0 * g.lda + i0;
      const hone_int safe = readable_rows(from, g.lda, tiles.start(t1 - 1) + P, kc, end);
      for (hone_int p = 0; p < kc; p++, from += g.lda) {
        T *row = to + (t0 * kc + p) * P;
        for (hone_int t = t0; t < t1; t++, row += kc * P) {
          const T *const at = from + tiles.start(t);
          if (kAhead) __builtin_prefetch(at + 8 * g.lda); // short pieces far apart, which the processor does not foresee
#pragma GCC unroll 4
          for (int r = 0; r < P; r += L) store(row + r, p < safe ? load(at + r) : load_before(at + r, end));
        }
      }
    }
    return;
  }
  for (hone_int t = 0; t < tiles.count; t++) {
    const hone_int i = i0 + tiles.start(t);
    for (int r = 0; r < tiles.height(t); r += L) {
      pack_transposed<T>(g.a + (i + r) * g.lda + p0, g.lda, int(min_of(L, tiles.height(t) - r)), kc, to + t * kc * P + r, P);
    }
  }
}

// Columns j to j + cols of op(b), as one panel of `width`.
template <class T> void pack_columns(const Gemm<T> &g, hone_int j, int cols, hone_int p0, hone_int kc, T *to, int width) {
  constexpr int L = kLanes<T>;
  if (!g.trans_b) return pack_panel<T>(g.b + p0 * g.ldb + j, g.ldb, cols, kc, to, width, g.b + (g.k - 1) * g.ldb + g.n);
  for (int q = 0; q < cols; q += L) pack_transposed<T>(g.b + (j + q) * g.ldb + p0, g.ldb, int(min_of(L, cols - q)), kc, to + q, width);
}

template <class T> bool blocked(const Gemm<T> &g, const Plan &plan, const Part &part) {
  constexpr int L = kLanes<T>, P = kPackedRows<T>;
  const hone_int kb = plan.block_k;
  const bool given = g.packed != nullptr; // all panels of b
  const int width = (g.m <= kSlimRows && !given ? kSlimWidth : kWidth) * L;
  // Rows per block: the packed block of a must stay in cache while the panels of b pass by.
  hone_int block_m = part.m1 - part.m0;
  if (plan.pack_a) {
    const hone_int fit = hone_int(block_bytes() / (size_t(P) * size_t(kb) * sizeof(T))) * kRows;
    const hone_int pieces = ceil_div(block_m, fit < kRows ? kRows : fit);
    block_m = round_up(ceil_div(block_m, pieces), kRows);
  }
  // Panels of b are packed for the first block of rows and kept for the others, as many columns of them as fit; without others two take
  // turns.
  const hone_int panels = ceil_div(part.n1 - part.n0, width), room = hone_int(kKeptBytes / (size_t(kb * width) * sizeof(T)));
  const bool keeps = !given && (plan.by_rows || (plan.pack_b && block_m < part.m1 - part.m0));
  const hone_int slots = given ? 0 : keeps ? min_of(panels, room) : 2;
  const hone_int chunk = keeps ? slots * width : panels * width;
  const size_t panel_size = size_t(kb * width);
  const size_t a_size = plan.pack_a ? size_t(ceil_div(block_m, kRows)) * size_t(P * kb) : 0;
  T *const memory = static_cast<T *>(workspace().get((size_t(slots) * panel_size + a_size + 1) * sizeof(T)));
  if (!memory) return false;
  T *const packed_a = memory + size_t(slots) * panel_size;

  for (hone_int p0 = 0; p0 < g.k; p0 += kb) {
    const hone_int kc = min_of(kb, g.k - p0);
    for (hone_int j0 = part.n0; j0 < part.n1; j0 += chunk) {
      const hone_int j1 = min_of(part.n1, j0 + chunk);
      for (hone_int i0 = part.m0; i0 < part.m1; i0 += block_m) {
        const RowTiles tiles(min_of(block_m, part.m1 - i0), plan.tile);
        if (plan.pack_a) pack_rows<T>(g, i0, tiles, p0, kc, packed_a);
        const auto vectors_at = [&](hone_int j) { return j1 - j <= L ? 1 : width == kWidth * L || j1 - j <= kWidth * L ? kWidth : kSlimWidth; };
        // One tile of c, from columns of b at `b`.
        const auto tile = [&](hone_int t, hone_int j, const T *b, hone_int ldb, Side side, const SideWork<T> &work) {
          const hone_int i = i0 + tiles.start(t);
          const int rows = tiles.height(t), cols = int(min_of(width, j1 - j)), vectors = vectors_at(j);
          SideWork<T> side_work = work;
          if (g.ahead && kc / kGroup > rows) side_work.ahead = static_cast<const T *>(g.ahead->take((kc / kGroup - rows) * vectors * L * hone_int(sizeof(T))));
          const auto run = [&](auto by_row, const T *a, hone_int lda) {
            pick<T, decltype(by_row)::value>(rows, vectors, side)(kc, a, lda, b, ldb, g.c + i * g.ldc + j, g.ldc, cols,
                                                                  epilogue_at(g, p0, i, j), side_work);
          };
          if (plan.pack_a) {
            run(std::false_type(), packed_a + t * P * kc, P);
          } else if (g.trans_a) {
            run(std::false_type(), g.a + p0 * g.lda + i, g.lda);
          } else {
            run(std::true_type(), g.a + i * g.lda + p0, g.lda);
          }
        };
        const auto slot = [&](hone_int j) {
          return given ? const_cast<T *>(g.packed) + j * g.k + p0 * width : memory + size_t((j - j0) / width % slots) * panel_size;
        };
        // Whether the kernel could not read b's columns from j on in place.
        const auto must_pack = [&](hone_int j) { return g.trans_b || j1 - j < vectors_at(j) * L; };
        if (plan.by_rows) {
          for (hone_int j = j0; j < j1; j += width) {
            if (i0 == part.m0 && (plan.pack_b || must_pack(j))) pack_columns<T>(g, j, int(min_of(width, j1 - j)), p0, kc, slot(j), width);
          }
          for (hone_int t = 0; t < tiles.count; t++) {
            for (hone_int j = j0; j < j1; j += width) {
              if (g.k > kThinK && t + 1 < tiles.count) {
                // A share of the rows to come.
                const hone_int from = kc * (j - j0) / (j1 - j0), until = kc * min_of(j + width - j0, j1 - j0) / (j1 - j0);
                fetch_ahead(g.a + (i0 + tiles.start(t + 1)) * g.lda + p0 + from, g.lda, tiles.height(t + 1), until - from);
              }
              if (plan.pack_b || must_pack(j)) tile(t, j, slot(j), width, Side::Nothing, {});
              else tile(t, j, g.b + p0 * g.ldb + j, g.ldb, Side::Nothing, {});
            }
          }
          continue;
        }
        const bool kept = given || (keeps && i0 > part.m0); // all panels are there
        // With tiles enough, each panel of b is packed while the one before is at work.
        const bool ahead = kAhead && plan.pack_b && !kept && tiles.count >= kGroup && kc >= 4 * L;
        bool ready = kept; // the panel at j is packed
        for (hone_int j = j0; j < j1; j += width) {
          const int cols = int(min_of(width, j1 - j));
          T *const panel = slot(j), *const next = slot(j + width);
          if (!ready && (ahead || keeps || must_pack(j))) {
            pack_columns<T>(g, j, cols, p0, kc, panel, width);
            ready = true;
          }
          const T *b = ready ? panel : g.b + p0 * g.ldb + j;
          hone_int ldb = ready ? width : g.ldb;
          Side side = Side::Nothing;
          SideWork<T> work;
          const bool prepares = ahead && j + 2 * width <= j1;
          if (prepares) {
            side = g.trans_b ? Side::Fetch : Side::Copy;
            work.ld = g.ldb;
          } else if (!ready && plan.pack_b && vectors_at(j) == kWidth && tiles.count > 1) {
            side = Side::Keep;
            work.to = panel;
          }
          hone_int done = 0; // of the next panel
          for (hone_int t = 0; t < tiles.count; t++) {
            const hone_int goal = g.trans_b ? min_of(kc, round_up(kc * (t + 1) / tiles.count, L)) : min_of(kc, done + kc / kGroup);
            if (side == Side::Copy) {
              work.rows = goal - done;
              work.from = g.b + (p0 + done) * g.ldb + j + width;
              work.to = next + done * width;
              if (work.rows == 0) side = Side::Nothing;
            } else if (side == Side::Fetch) {
              work.from = g.b + (j + width) * g.ldb + p0 + done;
            }
            tile(t, j, b, ldb, side, work);
            if (side == Side::Keep) {
              b = panel;
              ldb = width;
              side = Side::Nothing;
            }
            if (side == Side::Fetch) {
              for (int q = 0; q < width; q += L) {
                pack_transposed<T>(g.b + (j + width + q) * g.ldb + p0 + done, g.ldb, L, goal - done, next + done * width + q, width);
              }
            }
            if (prepares) done = goal;
          }
          if (prepares && done < kc) {
            pack_panel<T>(g.b + (p0 + done) * g.ldb + j + width, g.ldb, width, kc - done, next + done * width, width, g.b + (g.k - 1) * g.ldb + g.n);
          }
          ready = kept || prepares;
        }
      }
    }
  }
  return true;
}

// Transposes a tile of L by L sums into rows by cols elements of c.
template <class T> void flush_turned(T *sums, int rows, int cols, const Epilogue<T> &e, T *c, hone_int ldc) {
  constexpr int L = kLanes<T>;
  Vec<T> v[L];
  for (int r = 0; r < L; r++) v[r] = load(sums + r * L);
  turn_square<T>(v);
  if (cols == L) {
    for (int r = 0; r < rows; r++) {
      Vec<T> row[1][1] = {{v[r]}};
      finish(row, {e.bias_col, e.bias_row ? e.bias_row + r : nullptr, e.add}, c + r * ldc, ldc);
    }
  } else {
    for (int r = 0; r < L; r++) store(sums + r * L, v[r]);
    finish_part(sums, L, rows, cols, e, c, ldc);
  }
}

// Tiles of kTurnedTile rows of b by L rows of a.
template <class T> bool turned(const Gemm<T> &g, const Plan &plan, const Part &part) {
  constexpr int L = kLanes<T>;
  const hone_int kb = plan.block_k, rows = part.m1 - part.m0;
  const hone_int panels = ceil_div(rows, L);
  T *const packed = static_cast<T *>(workspace().get(size_t(panels * L * kb) * sizeof(T)));
  if (!packed) return false;
  for (hone_int p0 = 0; p0 < g.k; p0 += kb) {
    const hone_int kc = min_of(kb, g.k - p0);
    for (hone_int q = 0; q < panels; q++) {
      const hone_int i = part.m0 + q * L;
      pack_transposed<T>(g.a + i * g.lda + p0, g.lda, int(min_of(L, part.m1 - i)), kc, packed + q * L * kc, L);
    }
    for (hone_int j = part.n0; j < part.n1; j += plan.tile) {
      const int cols = int(min_of(plan.tile, part.n1 - j));
      const Kernel<T> tile = pick<T, true>(cols, 1);
      for (hone_int q = 0; q < panels; q++) {
        const hone_int i = part.m0 + q * L;
        T sums[kTurnedTile * L]; // [row of b, row of a]
        tile(kc, g.b + j * g.ldb + p0, g.ldb, packed + q * L * kc, L, sums, L, L, Epilogue<T>{}, SideWork<T>{});
        for (int s = 0; s < cols; s += L) {
          flush_turned(sums + s * L, int(min_of(L, part.m1 - i)), int(min_of(L, cols - s)), epilogue_at(g, p0, i, j + s), g.c + i * g.ldc + j + s,
                       g.ldc);
        }
      }
    }
  }
  return true;
}

template <class T, int RB> void dot_rows(int rows, hone_int k, const T *a, hone_int lda, const T *b, hone_int ldb, T *out, hone_int ldo) {
  if (kDots == 4 && rows == 4) return dots<T, kDots, RB>(k, a, lda, b, ldb, out, ldo);
  if (rows == 3) return dots<T, 3, RB>(k, a, lda, b, ldb, out, ldo);
  if (rows == 2) return dots<T, 2, RB>(k, a, lda, b, ldb, out, ldo);
  dots<T, 1, RB>(k, a, lda, b, ldb, out, ldo);
}

// Blocks of c that are long one way and short the other, so that the rows of the shorter operand stay in cache.
template <class T> bool dot_blocks(const Gemm<T> &g, const Part &part) {
  constexpr int L = kLanes<T>;
  const T *b = g.b;
  hone_int ldb = g.ldb;
  if (!g.trans_b) {
    // b's columns as rows.
    ldb = round_up(g.k, L);
    T *const turned = static_cast<T *>(workspace().get(size_t(g.n * ldb) * sizeof(T)));
    if (!turned) return false;
    for (hone_int p = 0; p < g.k; p += L) pack_transposed<T>(g.b + p * g.ldb, g.ldb, int(min_of(L, g.k - p)), g.n, turned + p, ldb);
    b = turned;
  }
  const bool tall = g.m > g.n;
  const hone_int height = tall ? 96 : 12, width = tall ? 12 : 96;
  T sums[96 * 12];
  for (hone_int i0 = part.m0; i0 < part.m1; i0 += height) {
    const int rows = int(min_of(height, part.m1 - i0));
    for (hone_int j0 = part.n0; j0 < part.n1; j0 += width) {
      const int cols = int(min_of(width, part.n1 - j0));
      const auto tile = [&](int i, int j) {
        const int high = int(min_of(kDots, rows - i)), wide = int(min_of(4, cols - j));
        const T *const at_a = g.a + (i0 + i) * g.lda, *const at_b = b + (j0 + j) * ldb;
        T *const out = sums + i * width + j;
        if (wide == 4) return dot_rows<T, 4>(high, g.k, at_a, g.lda, at_b, ldb, out, width);
        for (int q = 0; q < wide; q++) dot_rows<T, 1>(high, g.k, at_a, g.lda, at_b + q * ldb, ldb, out + q, width);
      };
      if (tall) {
        for (int i = 0; i < rows; i += kDots) {
          for (int j = 0; j < cols; j += 4) tile(i, j);
        }
      } else {
        for (int j = 0; j < cols; j += 4) {
          for (int i = 0; i < rows; i += kDots) tile(i, j);
        }
      }
      finish_part(sums, int(width), rows, cols, epilogue_at(g, 0, i0, j0), g.c + i0 * g.ldc + j0, g.ldc);
    }
  }
  return true;
}

// k 0: the bias, or zeros.
template <class T> void without_k(const Gemm<T> &g, const Part &part) {
  const T zero[1] = {T(0)};
  for (hone_int i = part.m0; i < part.m1; i++) {
    for (hone_int j = part.n0; j < part.n1; j++) finish_part(zero, 1, 1, 1, epilogue_at(g, 0, i, j), g.c + i * g.ldc + j, g.ldc);
  }
}

// A column is a row in disguise: what would otherwise run one lane wide is turned round.
template <class T> void normalise(Gemm<T> &g) {
  // c^T = b^T a^T: a row of c instead of a column, so that lanes run along it.
  if (g.n == 1 && g.ldc == 1 && g.m > 1) {
    Gemm<T> t = g;
    t.m = g.n;
    t.n = g.m;
    t.a = g.b;
    t.lda = g.ldb;
    t.stride_a = g.stride_b;
    t.trans_a = !g.trans_b;
    t.b = g.a;
    t.ldb = g.lda;
    t.stride_b = g.stride_a;
    t.trans_b = !g.trans_a;
    t.ldc = g.m;
    t.bias_row = !g.bias_row;
    g = t;
  }
  if (g.m == 1 && g.trans_a && g.lda == 1) {
    g.trans_a = false;
    g.lda = g.k;
  }
  if (g.n == 1 && !g.trans_b && g.ldb == 1) {
    g.trans_b = true;
    g.ldb = g.k;
  }
  if (g.k == 1 && g.trans_b && g.ldb == 1) {
    g.trans_b = false;
    g.ldb = g.n;
  }
}

// How many pieces c's rows and columns are cut into: enough for every thread, packing as little as possible twice.
struct Split {
  hone_int m, n;
};
template <class T> Split make_split(const Gemm<T> &g, const Plan &plan, hone_int wanted) {
  const hone_int units_m = ceil_div(g.m, plan.unit_m), units_n = ceil_div(g.n, plan.unit_n);
  Split best{1, 1};
  double best_cost = 0;
  for (hone_int sm = 1; sm <= wanted; sm++) {
    if (sm > units_m) break;
    const hone_int sn = min_of(wanted / sm, units_n);
    // The longest part, and the operands it reads (packing one costs about as much as 8 columns or rows of work).
    const double rows = double(ceil_div(units_m, sm) * plan.unit_m), cols = double(ceil_div(units_n, sn) * plan.unit_n);
    const double cost = rows * cols + 8 * (rows + cols);
    if (best_cost == 0 || cost < best_cost) {
      best = {sm, sn};
      best_cost = cost;
    }
  }
  return best;
}

Part cut(hone_int m, hone_int n, const Plan &plan, const Split &split, hone_int index) {
  const auto at = [](hone_int size, hone_int unit, hone_int pieces, hone_int i) {
    return min_of(size, ceil_div(size, unit) * i / pieces * unit);
  };
  const hone_int im = index / split.n, in = index % split.n;
  return {at(m, plan.unit_m, split.m, im), at(m, plan.unit_m, split.m, im + 1), at(n, plan.unit_n, split.n, in),
          at(n, plan.unit_n, split.n, in + 1)};
}

template <class T> int32_t run(Gemm<T> g) {
  if (g.batch <= 0 || g.m <= 0 || g.n <= 0) return HONE_OK;
  if (!g.packed) normalise(g);
  const Plan plan = make_plan(g);
  const double flops = 2.0 * double(g.m) * double(g.n) * double(g.k < 1 ? 1 : g.k);
  const double worth = flops * double(g.batch) / kGrainFlops; // threads this product can keep busy
  const hone_int threads = worth < 2 ? 1 : worth < thread_count() ? hone_int(worth) : thread_count();
  Split split{1, 1};
  if (threads > 1 || !kAhead) g.ahead = nullptr;
  if (threads > 1 && g.batch % threads != 0 && g.batch < 4 * threads) split = make_split(g, plan, threads);
  const hone_int pieces = split.m * split.n, tasks = g.batch * pieces;
  std::atomic<bool> ok{true};
  const auto body = [&](hone_int begin, hone_int end) {
    for (hone_int task = begin; task < end; task++) {
      const hone_int item = task / pieces;
      Gemm<T> one = g;
      one.a += item * g.stride_a;
      one.b += item * g.stride_b;
      one.c += item * g.stride_c;
      const Part part = cut(g.m, g.n, plan, split, task % pieces);
      if (g.k <= 0) {
        without_k(one, part);
      } else if (!(plan.way == Way::Dots ? dot_blocks(one, part) : plan.way == Way::Turned ? turned(one, plan, part) : blocked(one, plan, part))) {
        ok.store(false, std::memory_order_relaxed);
      }
    }
  };
  if (threads > 1) {
    parallel_for(tasks, tasks < threads ? 1 : tasks / threads, body);
  } else {
    body(0, tasks);
  }
  if (!ok.load()) return no_memory("gemm");
  return HONE_OK;
}

} // namespace

template <class T> size_t packed_size(hone_int n, hone_int rows) { return size_t(round_up(n, kWidth * kLanes<T>) * rows); }

template <class T> void pack_b(const Gemm<T> &g, T *to, hone_int from, hone_int rows) {
  constexpr int width = kWidth * kLanes<T>;
  for (hone_int j = 0; j < g.n; j += width) {
    pack_columns<T>(g, j, int(min_of(width, g.n - j)), 0, g.k, to + j * rows + from * width, width);
  }
}

} // namespace hone
