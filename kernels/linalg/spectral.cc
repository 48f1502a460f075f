// spectral.cc: orthogonal decompositions of batches of matrices: QR by Householder reflections, eigenvalues of symmetric matrices by
// reduction to a tridiagonal one and implicit QL, singular values by one-sided Jacobi rotations of the factor R.
#include <algorithm>
#include <utility>

#include "hone.h"
#include "linalg/linalg.h"
#include "support/sizes.h"

namespace hone {

// ---- QR -----------------------------------------------------------------------------------------------------------------------------

namespace {

// A reflector (1, v) and tau such that H x = (beta, 0 …), H = I - tau (1, v)(1, v)^T: LAPACK's larfg. x becomes (beta, v).
template <class T> T reflector(T *x, hone_int n) {
  const T rest = n > 1 ? norm2(x + 1, n - 1) : T(0);
  if (rest == 0) return 0;
  const T alpha = x[0], beta = -std::copysign(std::hypot(alpha, rest), alpha);
  const T scale = alpha - beta;
  for (hone_int i = 1; i < n; i++) x[i] /= scale;
  x[0] = beta;
  return (beta - alpha) / beta;
}

// Blocks of reflectors as I - V^T t V, V [width, m]: t [width, width] upper, LAPACK's larft. Writes V with its ones and zeros to v.
template <class T> void block_reflector(T *v, T *t, const T *at, hone_int m, hone_int from, hone_int width, const T *tau) {
  for (hone_int j = 0; j < width; j++) {
    const hone_int start = from + j;
    T *row = v + j * m;
    for (hone_int i = 0; i < start; i++) row[i] = 0;
    row[start] = 1;
    for (hone_int i = start + 1; i < m; i++) row[i] = at[start * m + i];
    T *column = t + j; // of t, which is row-major with leading dimension width
    for (hone_int i = 0; i < j; i++) column[i * width] = -tau[start] * dot(v + i * m + start, row + start, m - start);
    for (hone_int i = 0; i < j; i++) {
      T sum = 0;
      for (hone_int l = i; l < j; l++) sum += t[i * width + l] * column[l * width];
      column[i * width] = sum;
    }
    column[j * width] = tau[start];
    for (hone_int i = j + 1; i < width; i++) column[i * width] = 0;
  }
}

// Applies a block to the rows of c [rows, m], which are columns of the matrix: c = c (I - V^T t^T V) for Q^T, with t for Q.
template <class T>
int32_t apply_block(T *c, hone_int rows, hone_int m, const T *v, const T *t, hone_int width, bool transposed, T *work) {
  T *product = work, *scaled = work + rows * width;
  Gemm<T> g;
  g.trans_b = true;
  g.m = rows, g.n = width, g.k = m;
  g.a = c, g.lda = m;
  g.b = v, g.ldb = m;
  g.c = product, g.ldc = width;
  int32_t status = gemm(g);
  if (status != HONE_OK) return status;
  // A column x of the matrix becomes x - V^T op(t) (V x): a row of c, product op(t)^T.
  for (hone_int r = 0; r < rows; r++)
    for (hone_int j = 0; j < width; j++) {
      T sum = 0;
      for (hone_int l = 0; l < width; l++) sum += product[r * width + l] * (transposed ? t[l * width + j] : t[j * width + l]);
      scaled[r * width + j] = -sum;
    }
  Gemm<T> h;
  h.accumulate = true;
  h.m = rows, h.n = m, h.k = width;
  h.a = scaled, h.lda = width;
  h.b = v, h.ldb = m;
  h.c = c, h.ldc = m;
  return gemm(h);
}

// Applies the reflectors [from, from + width) of at to the rows of c [rows, m]: Q^T (transposed) or Q.
template <class T>
int32_t apply_reflectors(T *c, hone_int rows, const T *at, hone_int m, hone_int from, hone_int width, const T *tau, bool transposed) {
  if (rows <= 0) return HONE_OK;
  T *v = buffer<T, 1>(width * m + width * width + 2 * rows * width);
  if (!v) return no_memory("qr");
  T *t = v + width * m;
  block_reflector(v, t, at, m, from, width, tau);
  return apply_block(c, rows, m, v, t, width, transposed, t + width * width);
}

} // namespace

template <class T> int32_t householder_qr(T *at, hone_int m, hone_int n, T *tau) {
  const hone_int k = m < n ? m : n;
  for (hone_int from = 0; from < k; from += kPanel) {
    const hone_int to = from + kPanel < k ? from + kPanel : k, width = to - from;
    for (hone_int j = from; j < to; j++) {
      T *x = at + j * m + j;
      tau[j] = reflector(x, m - j);
      if (tau[j] == 0) continue;
      const T beta = x[0];
      x[0] = 1;
      for (hone_int c = j + 1; c < to; c++) axpy(at + c * m + j, x, -tau[j] * dot(at + c * m + j, x, m - j), m - j);
      x[0] = beta;
    }
    const int32_t status = apply_reflectors(at + to * m, n - to, at, m, from, width, tau, true);
    if (status != HONE_OK) return status;
  }
  return HONE_OK;
}

template <class T> int32_t householder_q(T *q, hone_int columns, const T *at, hone_int m, hone_int k, const T *tau) {
  for (hone_int c = 0; c < columns; c++)
    for (hone_int i = 0; i < m; i++) q[c * m + i] = i == c ? T(1) : T(0);
  for (hone_int p = ceil_div(k, kPanel); p-- > 0;) {
    const hone_int from = p * kPanel, to = from + kPanel < k ? from + kPanel : k;
    // The columns before `from` are still those of the identity, which these reflectors leave alone.
    const int32_t status = apply_reflectors(q + from * m, columns - from, at, m, from, to - from, tau, false);
    if (status != HONE_OK) return status;
  }
  return HONE_OK;
}

template int32_t householder_qr<float>(float *, hone_int, hone_int, float *);
template int32_t householder_qr<double>(double *, hone_int, hone_int, double *);
template int32_t householder_q<float>(float *, hone_int, const float *, hone_int, hone_int, const float *);
template int32_t householder_q<double>(double *, hone_int, const double *, hone_int, hone_int, const double *);

} // namespace hone

using namespace hone;

namespace {

// ---- eigenvalues of symmetric matrices -------------------------------------------------------------------------------------------------

// Householder reduction of the symmetric a [n, n] (its lower triangle) to the diagonal d and the off-diagonal e[1..]; a becomes Q^T, so that
// rows of it are the columns of Q: EISPACK's tred2, from the last row to the first.
template <class T> void tridiagonalise(T *a, hone_int n, T *d, T *e, T *taus) {
  for (hone_int i = n - 1; i >= 2; i--) {
    T *v = a + i * n; // row i left of the diagonal: a reflector on the leading i x i block, its last element the pivot
    const hone_int m = i;
    const T rest = m > 1 ? norm2(v, m - 1) : T(0);
    taus[i] = 0;
    if (rest == 0) {
      e[i] = v[m - 1];
      continue;
    }
    const T alpha = v[m - 1], beta = -std::copysign(std::hypot(alpha, rest), alpha), scale = alpha - beta;
    for (hone_int k = 0; k < m - 1; k++) v[k] /= scale;
    v[m - 1] = 1;
    const T tau = (beta - alpha) / beta;
    taus[i] = tau;
    e[i] = beta;
    // A = H A H with H = I - tau v v^T: p = tau A v;  w = p - (tau/2 p.v) v;  A -= v w^T + w v^T, on the lower triangle.
    T *p = d; // its first m places are free until the end
    for (hone_int k = 0; k < m; k++) p[k] = 0;
    for (hone_int k = 0; k < m; k++) {
      const T *row = a + k * n;
      p[k] += dot(row, v, k + 1);
      axpy(p, row, v[k], k);
    }
    for (hone_int k = 0; k < m; k++) p[k] *= tau;
    const T half = tau / 2 * dot(p, v, m);
    axpy(p, v, -half, m);
    for (hone_int k = 0; k < m; k++) {
      T *row = a + k * n;
      axpy(row, p, -v[k], k + 1);
      axpy(row, v, -p[k], k + 1);
    }
  }
  if (n > 1) e[1] = a[n];
  e[0] = 0;
  for (hone_int i = 0; i < n; i++) d[i] = a[i * n + i];
}

// The product of the reflectors of tridiagonalise, as rows: q [n, n] = Q^T.
template <class T> void tridiagonal_q(T *q, const T *a, hone_int n, const T *taus) {
  for (hone_int i = 0; i < n; i++)
    for (hone_int k = 0; k < n; k++) q[i * n + k] = i == k ? T(1) : T(0);
  // Q = H(n-1) … H(2). Its columns are rows here; those beyond i - 1 are still the identity's when H(i) comes, from the smallest on.
  for (hone_int i = 2; i < n; i++) {
    if (taus[i] == 0) continue;
    const T *v = a + i * n;
    for (hone_int c = 0; c < i; c++) axpy(q + c * n, v, -taus[i] * dot(q + c * n, v, i), i);
  }
}

// Implicit QL with Wilkinson's shift on a tridiagonal matrix; z [n, n] rows are rotated along, or 0. EISPACK's tql2. False when it does not end.
template <class T> bool implicit_ql(T *d, T *e, T *z, hone_int n) {
  for (hone_int i = 1; i < n; i++) e[i - 1] = e[i];
  if (n > 0) e[n - 1] = 0;
  constexpr T eps = std::numeric_limits<T>::epsilon();
  for (hone_int l = 0; l < n; l++) {
    for (int turn = 0;; turn++) {
      hone_int m = l;
      for (; m + 1 < n; m++) {
        const T size = std::fabs(d[m]) + std::fabs(d[m + 1]);
        if (std::fabs(e[m]) <= eps * size || e[m] == 0) break;
      }
      if (m == l) break;
      if (turn == 60) return false;
      T g = (d[l + 1] - d[l]) / (2 * e[l]), r = std::hypot(g, T(1));
      g = d[m] - d[l] + e[l] / (g + std::copysign(r, g));
      T s = 1, c = 1, p = 0;
      hone_int i = m - 1;
      for (; i >= l; i--) {
        T f = s * e[i];
        const T b = c * e[i];
        e[i + 1] = r = std::hypot(f, g);
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r, c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        d[i + 1] = g + (p = s * r);
        g = c * r - b;
        if (z) rotate(z + i * n, z + (i + 1) * n, c, s, n);
      }
      if (r == 0 && i >= l) continue;
      d[l] -= p, e[l] = g, e[m] = 0;
    }
  }
  return true;
}

// Sorts n values, with the rows of n elements that belong to them, where there are such.
template <class T> void sort_rows(T *values, T *rows, T *more_rows, hone_int n, bool descending) {
  for (hone_int i = 0; i + 1 < n; i++) {
    hone_int best = i;
    for (hone_int k = i + 1; k < n; k++)
      if (descending ? values[k] > values[best] : values[k] < values[best]) best = k;
    if (best == i) continue;
    std::swap(values[i], values[best]);
    if (rows) std::swap_ranges(rows + i * n, rows + (i + 1) * n, rows + best * n);
    if (more_rows) std::swap_ranges(more_rows + i * n, more_rows + (i + 1) * n, more_rows + best * n);
  }
}

// A power of two that brings the largest element to about 1, so that squares neither overflow nor vanish; 0 where something is not finite.
template <class T> T scale_of(const T *a, hone_int count) {
  T largest = 0;
  for (hone_int i = 0; i < count; i++) {
    const T size = std::fabs(a[i]);
    if (!(size <= std::numeric_limits<T>::max())) return 0;
    if (size > largest) largest = size;
  }
  if (largest == 0) return 1;
  int exponent;
  std::frexp(largest, &exponent);
  // The scale itself must be a number too: denormal matrices are brought up as far as that goes.
  const int most = std::numeric_limits<T>::max_exponent - 2;
  return std::ldexp(T(1), -exponent > most ? most : -exponent < -most ? -most : -exponent);
}

template <class T> int32_t eigh(T *a, T *w, hone_int n, bool vectors, int32_t *info) {
  *info = 0;
  if (n == 0) return HONE_OK;
  for (hone_int i = 0; i < n; i++)
    for (hone_int k = i + 1; k < n; k++) a[i * n + k] = 0; // only the lower triangle counts
  const T scale = scale_of(a, n * n);
  if (scale == 0) {
    *info = -1;
    return HONE_OK;
  }
  if (scale != 1)
    for (hone_int i = 0; i < n * n; i++) a[i] *= scale;
  T *space = buffer<T, 2>(2 * n + (vectors ? n * n : 0));
  if (!space) return no_memory("eigh");
  T *e = space, *taus = e + n, *q = vectors ? taus + n : nullptr;
  for (hone_int i = 0; i < n; i++) taus[i] = 0;
  tridiagonalise(a, n, w, e, taus);
  if (vectors) tridiagonal_q(q, a, n, taus);
  if (!implicit_ql(w, e, q, n)) {
    *info = 1;
    return HONE_OK;
  }
  sort_rows<T>(w, q, nullptr, n, false);
  if (vectors) std::copy(q, q + n * n, a);
  if (scale != 1)
    for (hone_int i = 0; i < n; i++) w[i] /= scale;
  return HONE_OK;
}

// ---- singular values ----------------------------------------------------------------------------------------------------------------

// Makes row `row` of x [n, n] a unit vector that is orthogonal to the rows before it.
template <class T> void complete_row(T *x, hone_int row, hone_int n) {
  T *own = x + row * n;
  for (hone_int k = 0; k < n; k++) {
    for (hone_int i = 0; i < n; i++) own[i] = i == k ? T(1) : T(0);
    for (int twice = 0; twice < 2; twice++)
      for (hone_int r = 0; r < row; r++) axpy(own, x + r * n, -dot(own, x + r * n, n), n);
    const T length = norm2(own, n);
    if (length * length * T(n + 1) < T(0.5)) continue; // of all unit vectors one keeps at least 1/n of its square
    for (hone_int i = 0; i < n; i++) own[i] /= length;
    return;
  }
}

// One-sided Jacobi (Hestenes): rotations make the rows of x [n, n] orthogonal, and j [n, n] follows them. Then x = j^T diag(s) V^T: j has the
// left singular vectors as rows, x becomes V^T. Without j only s is wanted. Its accuracy: https://doi.org/10.1137/050639193
template <class T> int32_t jacobi_svd(T *x, T *s, T *j, hone_int n, int32_t *info) {
  *info = 0;
  if (n == 0) return HONE_OK;
  const T scale = scale_of(x, n * n);
  if (scale == 0) {
    *info = -1;
    return HONE_OK;
  }
  if (scale != 1)
    for (hone_int i = 0; i < n * n; i++) x[i] *= scale;
  if (j)
    for (hone_int i = 0; i < n; i++)
      for (hone_int k = 0; k < n; k++) j[i * n + k] = i == k ? T(1) : T(0);
  const T enough = std::numeric_limits<T>::epsilon() * std::sqrt(T(n));
  T *squares = s;
  for (hone_int i = 0; i < n; i++) squares[i] = dot(x + i * n, x + i * n, n);
  bool moved = true;
  for (int sweep = 0; moved; sweep++) {
    if (sweep == 60) {
      *info = 1;
      return HONE_OK;
    }
    moved = false;
    for (hone_int p = 0; p + 1 < n; p++) {
      // The longest row of those left comes first (de Rijk), which saves sweeps.
      const hone_int longest = std::max_element(squares + p, squares + n) - squares;
      if (longest != p) {
        std::swap_ranges(x + p * n, x + (p + 1) * n, x + longest * n);
        if (j) std::swap_ranges(j + p * n, j + (p + 1) * n, j + longest * n);
        std::swap(squares[p], squares[longest]);
      }
      for (hone_int q = p + 1; q < n; q++) {
        T *a = x + p * n, *b = x + q * n;
        const T alpha = squares[p], beta = squares[q];
        if (alpha == 0 || beta == 0) continue;
        const T gamma = dot(a, b, n);
        if (std::fabs(gamma) <= enough * std::sqrt(alpha) * std::sqrt(beta)) continue;
        moved = true;
        const T zeta = (beta - alpha) / (2 * gamma);
        const T t = std::copysign(T(1), zeta) / (std::fabs(zeta) + std::hypot(T(1), zeta));
        const T c = 1 / std::sqrt(1 + t * t), sine = c * t;
        rotate(a, b, c, sine, n);
        if (j) rotate(j + p * n, j + q * n, c, sine, n);
        squares[p] = dot(a, a, n);
        squares[q] = dot(b, b, n);
      }
    }
  }
  for (hone_int i = 0; i < n; i++) s[i] = norm2(x + i * n, n);
  sort_rows(s, x, j, n, true);
  if (j) {
    // Rows too short to have been compared with others say nothing of a direction.
    const T shortest = std::sqrt(std::numeric_limits<T>::min()) * T(1e3);
    for (hone_int i = 0; i < n; i++) {
      if (s[i] < shortest) {
        complete_row(x, i, n);
        continue;
      }
      for (hone_int k = 0; k < n; k++) x[i * n + k] /= s[i];
    }
  }
  if (scale != 1)
    for (hone_int i = 0; i < n; i++) s[i] /= scale;
  return HONE_OK;
}

} // namespace

extern "C" HONE_KERNEL(linalg_qr)(int32_t dtype, void *q, hone_int columns, void *at, hone_int batch, hone_int m, hone_int n) {
  return for_floats(dtype, "qr", [&](auto zero) {
    using T = decltype(zero);
    const hone_int k = m < n ? m : n;
    return each_matrix(batch, m * n * k, [&](hone_int i) {
      T *tau = buffer<T, 3>(k), *own = static_cast<T *>(at) + i * n * m;
      if (!tau) return no_memory("qr");
      // Reflectors of tiny matrices would be made of denormal numbers.
      const T scale = scale_of(own, m * n), least = std::sqrt(std::numeric_limits<T>::min());
      const bool scaled = scale != 0 && (scale * least > 1 || scale < least);
      if (scaled)
        for (hone_int l = 0; l < m * n; l++) own[l] *= scale;
      const int32_t status = householder_qr(own, m, n, tau);
      if (scaled)
        for (hone_int c = 0; c < n; c++)
          for (hone_int r = 0; r < m && r <= c; r++) own[c * m + r] /= scale;
      if (status != HONE_OK || columns == 0) return status;
      return householder_q(static_cast<T *>(q) + i * columns * m, columns, own, m, k < columns ? k : columns, tau);
    });
  });
}

extern "C" HONE_KERNEL(linalg_eigh)(int32_t dtype, int32_t vectors, void *a, void *values, void *info_i32, hone_int batch, hone_int n) {
  return for_floats(dtype, "eigh", [&](auto zero) {
    using T = decltype(zero);
    return each_matrix(batch, 8 * n * n * n, [&](hone_int i) {
      return eigh(static_cast<T *>(a) + i * n * n, static_cast<T *>(values) + i * n, n, vectors != 0, static_cast<int32_t *>(info_i32) + i);
    });
  });
}

extern "C" HONE_KERNEL(linalg_svd)(int32_t dtype, void *left, void *values, void *right, void *info_i32, hone_int batch, hone_int n) {
  return for_floats(dtype, "svd", [&](auto zero) {
    using T = decltype(zero);
    return each_matrix(batch, 40 * n * n * n, [&](hone_int i) {
      T *j = left ? static_cast<T *>(left) + i * n * n : nullptr;
      return jacobi_svd(static_cast<T *>(right) + i * n * n, static_cast<T *>(values) + i * n, j, n, static_cast<int32_t *>(info_i32) + i);
    });
  });
}
