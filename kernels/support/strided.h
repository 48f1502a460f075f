// strided.h: walks a row-major shape with K strided operands, dims collapsed first.
#pragma once

#include "hone.h"
#include "support/simd.h"

namespace hone {

// The collapsed iteration space: shape n[0..d) from the outside in, and each operand's strides in elements.
template <int K> struct Walk {
  int d = 0;
  hone_int n[HONE_MAX_DIMS + 1];
  hone_int s[K][HONE_MAX_DIMS + 1];
  hone_int total = 1;

  // meta: shape[ndim], then ndim strides for each operand. sort_by: the operand whose strides order the dims, or -1.
  void build(int ndim, const double *meta, int sort_by = -1) {
    d = 0;
    total = 1;
    int order[HONE_MAX_DIMS];
    for (int i = 0; i < ndim; i++) order[i] = i;
    if (sort_by >= 0) {
      const double *by = meta + ndim * (1 + sort_by);
      auto size_of = [&](int i) { return by[i] < 0 ? -by[i] : by[i]; };
      for (int i = 1; i < ndim; i++)
        for (int j = i; j > 0 && size_of(order[j - 1]) < size_of(order[j]); j--) {
          const int t = order[j];
          order[j] = order[j - 1];
          order[j - 1] = t;
        }
    }
    for (int j = 0; j < ndim; j++) {
      const int i = order[j];
      const hone_int size = hone_int(meta[i]);
      total *= size;
      if (size == 1) continue;
      bool merge = d > 0;
      for (int k = 0; merge && k < K; k++) merge = s[k][d - 1] == hone_int(meta[ndim * (1 + k) + i]) * size;
      if (!merge) {
        n[d] = 1;
        d++;
      }
      n[d - 1] *= size;
      for (int k = 0; k < K; k++) s[k][d - 1] = hone_int(meta[ndim * (1 + k) + i]);
    }
    if (d == 0) {
      d = 1;
      n[0] = 1;
      for (int k = 0; k < K; k++) s[k][0] = 1;
    }
  }

  hone_int inner() const { return n[d - 1]; }
  hone_int rows() const { return inner() ? total / inner() : 0; }
  hone_int stride(int k) const { return s[k][d - 1]; }
  // Whether operand k lies dense and row-major over the whole shape.
  bool dense(int k) const {
    hone_int expected = 1;
    for (int i = d - 1; i >= 0; i--) {
      if (s[k][i] != expected) return false;
      expected *= n[i];
    }
    return true;
  }
};

// Where a row (all dims but the innermost) starts in each operand; next() moves to the following row.
template <int K> struct RowCursor {
  const Walk<K> &walk;
  hone_int index[HONE_MAX_DIMS + 1];
  hone_int offset[K];

  RowCursor(const Walk<K> &w, hone_int row) : walk(w) {
    for (int k = 0; k < K; k++) offset[k] = 0;
    for (int i = w.d - 2; i >= 0; i--) {
      index[i] = row % w.n[i];
      row /= w.n[i];
      for (int k = 0; k < K; k++) offset[k] += index[i] * w.s[k][i];
    }
  }
  // To the row that is count on; count may not lead past the end of the dim outside the rows.
  void skip(hone_int count) {
    const int i = walk.d - 2;
    if (i < 0) return;
    for (int k = 0; k < K; k++) offset[k] += (count - 1) * walk.s[k][i];
    index[i] += count - 1;
    next();
  }
  void next() {
    for (int i = walk.d - 2; i >= 0; i--) {
      for (int k = 0; k < K; k++) offset[k] += walk.s[k][i];
      if (++index[i] < walk.n[i]) return;
      for (int k = 0; k < K; k++) offset[k] -= index[i] * walk.s[k][i];
      index[i] = 0;
    }
  }
};

// n elements from one place to another, apart from it: short rows by whole vectors, where a call of memcpy would take as long as the copy.
template <class T> inline void copy_row(T *to, const T *from, hone_int n) {
  constexpr hone_int L = kVecBytes / hone_int(sizeof(T));
  auto copy = [=](hone_int at) { store(reinterpret_cast<char *>(to + at), load(reinterpret_cast<const char *>(from + at))); };
  if (n > 64 * L) {
    std::memcpy(to, from, size_t(n) * sizeof(T));
    return;
  }
  hone_int i = 0;
  for (; i + L <= n; i += L) copy(i);
  if (i == n) return;
  if (n >= L) copy(n - L); // shares elements with the one before
  else
    for (; i < n; i++) to[i] = from[i];
}

} // namespace hone
