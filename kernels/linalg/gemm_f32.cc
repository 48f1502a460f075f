// gemm_f32.cc: matrix multiplication of floats. A file of its own, so that both types compile at once.
#include "linalg/gemm_float.h"

int32_t hone::gemm(const Gemm<float> &g) { return run(g); }
