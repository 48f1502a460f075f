// linalg.h: what the decompositions share: products and rotations of rows, and a workspace.
#pragma once

#include <cmath>
#include <limits>

#include "linalg/gemm.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/simd.h"
#include "support/status.h"
#include "support/workspace.h"

namespace hone {

// Rows and columns that are factored one by one before the rest is updated by one matrix product.
constexpr hone_int kPanel = 32;

// Four running sums: one alone waits for itself.
template <class T> T dot(const T *a, const T *b, hone_int n) {
  constexpr hone_int L = kLanes<T>;
  Vec<T> s0{}, s1{}, s2{}, s3{};
  hone_int i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    s0 += load(a + i) * load(b + i);
    s1 += load(a + i + L) * load(b + i + L);
    s2 += load(a + i + 2 * L) * load(b + i + 2 * L);
    s3 += load(a + i + 3 * L) * load(b + i + 3 * L);
  }
  for (; i + L <= n; i += L) s0 += load(a + i) * load(b + i);
  T sum = sum_lanes<T>((s0 + s1) + (s2 + s3));
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}

// y += factor x.
template <class T> inline void axpy(T *__restrict y, const T *__restrict x, T factor, hone_int n) {
  for (hone_int i = 0; i < n; i++) y[i] += factor * x[i];
}

// (x, y) = (c x - s y, s x + c y).
template <class T> inline void rotate(T *__restrict x, T *__restrict y, T c, T s, hone_int n) {
  for (hone_int i = 0; i < n; i++) {
    const T u = x[i], v = y[i];
    x[i] = c * u - s * v;
    y[i] = s * u + c * v;
  }
}

// The Euclidean norm without overflow or underflow on the way.
template <class T> T norm2(const T *x, hone_int n) {
  const T plain = std::sqrt(dot(x, x, n));
  if (plain > std::sqrt(std::numeric_limits<T>::min()) * T(1e3) && plain < std::numeric_limits<T>::max()) return plain;
  T largest = 0;
  for (hone_int i = 0; i < n; i++) {
    const T size = std::fabs(x[i]);
    if (!(size <= largest)) largest = size; // NaN too
  }
  if (largest == 0 || !(largest <= std::numeric_limits<T>::max())) return largest;
  T sum = 0;
  for (hone_int i = 0; i < n; i++) sum += (x[i] / largest) * (x[i] / largest);
  return largest * std::sqrt(sum);
}

// A block of memory of one kind of buffer, for this thread; null when there is no memory.
template <class T, int Purpose> T *buffer(hone_int count) {
  static thread_local Workspace space;
  return static_cast<T *>(space.get(size_t(count < 1 ? 1 : count) * sizeof(T)));
}

// Calls f(i) for each matrix of a batch, several at once; returns the first failure.
template <class F> int32_t each_matrix(hone_int batch, hone_int work, F &&f) {
  if (batch == 1) return f(hone_int(0));
  int32_t status = HONE_OK;
  parallel_for(batch, 200000 / (work + 1) + 1, [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      const int32_t own = f(i);
      if (own != HONE_OK) __atomic_store_n(&status, own, __ATOMIC_RELAXED);
    }
  });
  return status;
}

// Householder QR of an m x n matrix given by its columns: at [n, m]. R stands on and above the diagonal afterwards, the reflectors below,
// with tau [min(m, n)]. Then q [columns, m]: the first columns of Q. As LAPACK's geqrf and orgqr.
template <class T> int32_t householder_qr(T *at, hone_int m, hone_int n, T *tau);
template <class T> int32_t householder_q(T *q, hone_int columns, const T *at, hone_int m, hone_int k, const T *tau);

} // namespace hone
