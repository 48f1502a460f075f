// gemm.cc: matrix multiplication: the entry, and integers by plain loops. Floats: gemm_float.h.
#include "linalg/gemm.h"
#include "support/dtype.h"
#include "support/parallel.h"

namespace hone {
namespace {

// Integers, with wrap-around.
template <class T> int32_t run_integers(const Gemm<T> &g) {
  using U = typename Int<T>::W;
  const hone_int rows = g.batch * g.m;
  if (rows <= 0 || g.n <= 0) return HONE_OK;
  const hone_int work = g.n * (g.k < 1 ? 1 : g.k);
  parallel_for(rows, 1 + 20000 / work, [&](hone_int begin, hone_int end) {
    for (hone_int row = begin; row < end; row++) {
      const hone_int item = row / g.m, i = row % g.m;
      const T *const a = g.a + item * g.stride_a, *const b = g.b + item * g.stride_b;
      T *const c = g.c + item * g.stride_c + i * g.ldc;
      for (hone_int j = 0; j < g.n; j++) {
        const U bias = g.bias ? U(g.bias_row ? g.bias[i] : g.bias[j]) : U(0);
        c[j] = T(bias + (g.accumulate ? U(c[j]) : U(0)));
      }
      for (hone_int p = 0; p < g.k; p++) {
        const U x = U(g.trans_a ? a[p * g.lda + i] : a[i * g.lda + p]);
        if (g.trans_b) {
          for (hone_int j = 0; j < g.n; j++) c[j] = T(U(c[j]) + x * U(b[j * g.ldb + p]));
        } else {
          for (hone_int j = 0; j < g.n; j++) c[j] = T(U(c[j]) + x * U(b[p * g.ldb + j]));
        }
      }
    }
  });
  return HONE_OK;
}

} // namespace
} // namespace hone

extern "C" HONE_KERNEL(gemm)(int32_t dtype, int32_t flags, hone_int batch, hone_int m, hone_int n, hone_int k, const void *a,
                             hone_int lda, hone_int sa, const void *b, hone_int ldb, hone_int sb, void *c, hone_int ldc, hone_int sc,
                             const void *bias) {
  return hone::for_dtypes(dtype, "gemm", [&](auto zero) -> int32_t {
    using T = hone::Plain<decltype(zero)>;
    if (dtype == HONE_BOOL) return hone::wrong_dtype("gemm", dtype);
    hone::Gemm<T> g;
    g.trans_a = flags & HONE_TRANS_A;
    g.trans_b = flags & HONE_TRANS_B;
    g.accumulate = flags & HONE_ACCUMULATE;
    g.bias_row = flags & HONE_BIAS_ROW;
    g.batch = batch;
    g.m = m;
    g.n = n;
    g.k = k;
    g.a = static_cast<const T *>(a);
    g.lda = lda;
    g.stride_a = sa;
    g.b = static_cast<const T *>(b);
    g.ldb = ldb;
    g.stride_b = sb;
    g.c = static_cast<T *>(c);
    g.ldc = ldc;
    g.stride_c = sc;
    g.bias = static_cast<const T *>(bias);
    if constexpr (std::is_floating_point<T>::value) return hone::gemm(g);
    else return hone::run_integers(g);
  });
}
