// gemm.h: matrix multiplication for other kernels (conv.cc): hone_gemm's arguments as a struct, by element type.
#pragma once

#include <cstddef>

#include "hone.h"

namespace hone {

// What a caller needs next and has in far memory: while a product runs on one thread, its inner loops bring it into the cache bit by bit.
class Ahead {
public:
  void add(const void *from, hone_int bytes) {
    if (from && count_ < kMost) ranges_[count_++] = {static_cast<const char *>(from), bytes};
  }
  // Where so many bytes begin, or some at least; null when nothing is left.
  const void *take(hone_int bytes) {
    if (count_ == 0) return nullptr;
    Range &range = ranges_[count_ - 1];
    const char *const at = range.from;
    range.from += bytes;
    range.bytes -= bytes;
    if (range.bytes <= 0) count_--;
    return at;
  }

private:
  static constexpr int kMost = 6;
  struct Range {
    const char *from;
    hone_int bytes;
  };
  Range ranges_[kMost];
  int count_ = 0;
};

template <class T> struct Gemm {
  bool trans_a = false, trans_b = false, accumulate = false, bias_row = false;
  hone_int batch = 1, m = 0, n = 0, k = 0;
  const T *a = nullptr;
  hone_int lda = 0, stride_a = 0;
  const T *b = nullptr;
  hone_int ldb = 0, stride_b = 0;
  T *c = nullptr;
  hone_int ldc = 0, stride_c = 0;
  const T *bias = nullptr;
  const T *packed = nullptr; // instead of b: what pack_b made of it
  Ahead *ahead = nullptr;
};

// As hone_gemm (see hone.h), for float and double. Serial when called from within a parallel_for.
int32_t gemm(const Gemm<float> &g);
int32_t gemm(const Gemm<double> &g);

// For many products by the same b: lays g.b [k, n] out as the inner loops read it, in packed_size(n, rows) elements, for Gemm::packed. It
// may be one of several matrices that stand one below the other: its rows are those after `from` of `rows`. Every sum of a product by it is
// one chain in order of k (by blocks), whatever m.
template <class T> size_t packed_size(hone_int n, hone_int rows);
template <class T> void pack_b(const Gemm<T> &g, T *to, hone_int from, hone_int rows);

} // namespace hone
