// gemm_f64.cc: matrix multiplication of doubles. A file of its own, so that both types compile at once.
#include "linalg/gemm_float.h"

int32_t hone::gemm(const Gemm<double> &g) { return run(g); }
template size_t hone::packed_size<double>(hone_int, hone_int);
template void hone::pack_b(const Gemm<double> &, double *, hone_int, hone_int);
