// gemm.h: matrix multiplication for other kernels (conv.cc): hone_gemm's arguments as a struct, by element type.
#pragma once

#include "hone.h"

namespace hone {

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
};

// As hone_gemm (see hone.h), for float and double. Serial when called from within a parallel_for.
int32_t gemm(const Gemm<float> &g);
int32_t gemm(const Gemm<double> &g);

} // namespace hone
