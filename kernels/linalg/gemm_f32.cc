// gemm_f32.cc: matrix multiplication of floats. A file of its own, so that both types compile at once.
#include "linalg/gemm_float.h"

int32_t hone::gemm(const Gemm<float> &g) { return run(g); }
template size_t hone::packed_size<float>(hone_int, hone_int);
template void hone::pack_b(const Gemm<float> &, float *, hone_int, hone_int);
