// solve.cc: LU and Cholesky decompositions and triangular systems, of batches of row-major matrices.
#include <utility>

#include "hone.h"
#include "linalg/linalg.h"
#include "support/sizes.h"

using namespace hone;

namespace {

// c [m, n] -= a [m, k] op(b), op(b) [k, n]: what a finished panel takes from the rest of a matrix. a is negated into a workspace of its own.
template <class T>
int32_t subtract_product(const char *op, T *c, hone_int ldc, const T *a, hone_int lda, const T *b, hone_int ldb, bool trans_b, hone_int m, hone_int n,
                         hone_int k) {
  if (m == 0 || n == 0) return HONE_OK;
  T *negated = buffer<T, 0>(m * k);
  if (!negated) return no_memory(op);
  for (hone_int i = 0; i < m; i++)
    for (hone_int j = 0; j < k; j++) negated[i * k + j] = -a[i * lda + j];
  Gemm<T> g;
  g.accumulate = true, g.trans_b = trans_b;
  g.m = m, g.n = n, g.k = k;
  g.a = negated, g.lda = k;
  g.b = b, g.ldb = ldb;
  g.c = c, g.ldc = ldc;
  return gemm(g);
}

// ---- triangular systems -----------------------------------------------------------------------------------------------------------

// b = inverse(a) b for one panel of rows [from, to) of a triangle; the rows before (or after) are done.
template <class T> void solve_rows(const T *a, hone_int lda, T *b, hone_int ldb, hone_int k, hone_int from, hone_int to, bool upper, bool unit) {
  for (hone_int step = 0; step < to - from; step++) {
    const hone_int i = upper ? to - 1 - step : from + step;
    T *row = b + i * ldb;
    for (hone_int j = upper ? i + 1 : from; j < (upper ? to : i); j++) axpy(row, b + j * ldb, -a[i * lda + j], k);
    if (!unit) {
      const T pivot = a[i * lda + i];
      for (hone_int c = 0; c < k; c++) row[c] /= pivot;
    }
  }
}

// b [n, k] = inverse(a) b, a [n, n] a triangle. Panels are solved row by row, the rest of b is updated by products.
template <class T> int32_t solve_triangle(const T *a, hone_int lda, T *b, hone_int ldb, hone_int n, hone_int k, bool upper, bool unit) {
  if (n <= 2 * kPanel || k == 0) {
    solve_rows(a, lda, b, ldb, k, 0, n, upper, unit);
    return HONE_OK;
  }
  const hone_int panels = ceil_div(n, kPanel);
  for (hone_int p = 0; p < panels; p++) {
    const hone_int from = (upper ? panels - 1 - p : p) * kPanel, to = from + kPanel < n ? from + kPanel : n, width = to - from;
    solve_rows(a, lda, b, ldb, k, from, to, upper, unit);
    const hone_int first = upper ? 0 : to, rows = upper ? from : n - to;
    const int32_t status = subtract_product("solveTriangular", b + first * ldb, ldb, a + first * lda + from, lda, b + from * ldb, ldb, false, rows, k, width);
    if (status != HONE_OK) return status;
  }
  return HONE_OK;
}

// ---- LU ---------------------------------------------------------------------------------------------------------------------------

// Factors columns [from, to) of rows from on, with partial pivoting: the first of the largest is the pivot. Whole rows are exchanged.
// Returns the first column (1-based) whose pivot is 0, or 0.
template <class T> hone_int lu_panel(T *a, hone_int m, hone_int n, hone_int from, hone_int to, int32_t *pivots) {
  hone_int zero = 0;
  for (hone_int j = from; j < to; j++) {
    hone_int best = j;
    for (hone_int i = j + 1; i < m; i++)
      if (std::fabs(a[i * n + j]) > std::fabs(a[best * n + j])) best = i;
    pivots[j] = int32_t(best + 1);
    if (best != j)
      for (hone_int c = 0; c < n; c++) std::swap(a[j * n + c], a[best * n + c]);
    const T pivot = a[j * n + j];
    if (pivot == 0) {
      if (zero == 0) zero = j + 1;
      continue;
    }
    for (hone_int i = j + 1; i < m; i++) {
      const T factor = a[i * n + j] /= pivot;
      if (factor != 0) axpy(a + i * n + j + 1, a + j * n + j + 1, -factor, to - j - 1);
    }
  }
  return zero;
}

template <class T> int32_t lu(T *a, hone_int m, hone_int n, int32_t *pivots, int32_t *info) {
  const hone_int k = m < n ? m : n;
  hone_int zero = 0;
  for (hone_int from = 0; from < k; from += kPanel) {
    const hone_int to = from + kPanel < k ? from + kPanel : k, width = to - from, rest = n - to, rows = m - to;
    const hone_int own = lu_panel(a, m, n, from, to, pivots);
    if (zero == 0) zero = own;
    if (rest == 0) continue;
    solve_rows(a + from * n + from, n, a + from * n + to, n, rest, hone_int(0), width, false, true);
    const int32_t status = subtract_product("lu", a + to * n + to, n, a + to * n + from, n, a + from * n + to, n, false, rows, rest, width);
    if (status != HONE_OK) return status;
  }
  *info = int32_t(zero);
  return HONE_OK;
}

// ---- Cholesky ---------------------------------------------------------------------------------------------------------------------

// The lower factor over the lower triangle of a; info: the first leading minor that is not positive (1-based), or 0.
template <class T> int32_t cholesky(T *a, hone_int n, int32_t *info) {
  *info = 0;
  for (hone_int from = 0; from < n; from += kPanel) {
    const hone_int to = from + kPanel < n ? from + kPanel : n, width = to - from, rows = n - to;
    for (hone_int i = from; i < n; i++) {
      T *row = a + i * n;
      for (hone_int j = from; j < (i < to ? i : to); j++) row[j] = (row[j] - dot(row + from, a + j * n + from, j - from)) / a[j * n + j];
      if (i >= to) continue;
      const T rest = row[i] - dot(row + from, row + from, i - from);
      if (!(rest > 0)) { // NaN too
        *info = int32_t(i + 1);
        return HONE_OK;
      }
      row[i] = std::sqrt(rest);
    }
    const int32_t status = subtract_product("cholesky", a + to * n + to, n, a + to * n + from, n, a + to * n + from, n, true, rows, rows, width);
    if (status != HONE_OK) return status;
  }
  for (hone_int i = 0; i < n; i++)
    for (hone_int j = i + 1; j < n; j++) a[i * n + j] = 0;
  return HONE_OK;
}

} // namespace

extern "C" HONE_KERNEL(linalg_triangular)(int32_t dtype, int32_t upper, int32_t unit, void *b, const void *a, hone_int batch, hone_int n,
                                          hone_int k) {
  return for_floats(dtype, "solveTriangular", [&](auto zero) {
    using T = decltype(zero);
    return each_matrix(batch, n * n * k, [&](hone_int i) {
      return solve_triangle(static_cast<const T *>(a) + i * n * n, n, static_cast<T *>(b) + i * n * k, k, n, k, upper != 0, unit != 0);
    });
  });
}

extern "C" HONE_KERNEL(linalg_lu)(int32_t dtype, void *a, void *pivots_i32, void *info_i32, hone_int batch, hone_int m, hone_int n) {
  return for_floats(dtype, "lu", [&](auto zero) {
    using T = decltype(zero);
    const hone_int k = m < n ? m : n;
    return each_matrix(batch, m * n * k, [&](hone_int i) {
      return lu(static_cast<T *>(a) + i * m * n, m, n, static_cast<int32_t *>(pivots_i32) + i * k, static_cast<int32_t *>(info_i32) + i);
    });
  });
}

extern "C" HONE_KERNEL(linalg_permutation)(void *rows_i64, const void *pivots_i32, hone_int batch, hone_int m, hone_int k) {
  for (hone_int i = 0; i < batch; i++) {
    int64_t *rows = static_cast<int64_t *>(rows_i64) + i * m;
    const int32_t *pivots = static_cast<const int32_t *>(pivots_i32) + i * k;
    for (hone_int j = 0; j < m; j++) rows[j] = j;
    for (hone_int j = 0; j < k; j++) {
      if (pivots[j] < 1 || pivots[j] > m)
        return fail(HONE_E_INDEX, "pivots: row %d is outside 1..%lld", int(pivots[j]), (long long)m);
      std::swap(rows[j], rows[pivots[j] - 1]);
    }
  }
  return HONE_OK;
}

extern "C" HONE_KERNEL(linalg_cholesky)(int32_t dtype, void *a, void *info_i32, hone_int batch, hone_int n) {
  return for_floats(dtype, "cholesky", [&](auto zero) {
    using T = decltype(zero);
    return each_matrix(batch, n * n * n, [&](hone_int i) {
      return cholesky(static_cast<T *>(a) + i * n * n, n, static_cast<int32_t *>(info_i32) + i);
    });
  });
}
