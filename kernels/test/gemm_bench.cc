// gemm_bench.cc: GFLOP/s of matrix multiplication, and the share of the cores' peak, at the shapes that training meets. Best of several.
//   gemm_bench [threads]
#include "hone.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

double peak = 0;
std::vector<float> a, b, c, bias;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The best time of a call, over about `budget` seconds.
template <class F> double best_of(F &&call, double budget = 0.15) {
  call();
  double once = seconds();
  call();
  once = seconds() - once;
  const int calls = once < 2e-4 ? int(2e-4 / once) + 1 : 1;
  double best = 1e9;
  const double start = seconds();
  for (int i = 0; i < 5 || seconds() - start < budget; i++) {
    const double from = seconds();
    for (int q = 0; q < calls; q++) call();
    const double took = (seconds() - from) / calls;
    if (took < best) best = took;
  }
  return best;
}

struct Case {
  hone_int batch, m, n, k;
  int flags;
  bool bias, share_a;
};

void grow(std::vector<float> &v, size_t n) {
  for (size_t i = v.size(); i < n; i++) v.push_back(float(i * 2654435761u % 1000003u) * 2e-6f - 1.0f);
}

void multiply(const Case &q) {
  hone_gemm(HONE_F32, q.flags, q.batch, q.m, q.n, q.k, a.data(), q.flags & HONE_TRANS_A ? q.m : q.k, q.share_a ? 0 : q.m * q.k, b.data(),
            q.flags & HONE_TRANS_B ? q.k : q.n, q.n * q.k, c.data(), q.n, q.m * q.n, q.bias ? bias.data() : nullptr);
}

double run(const char *label, const Case &q) {
  grow(a, size_t(q.batch * q.m * q.k));
  grow(b, size_t(q.batch * q.n * q.k));
  grow(c, size_t(q.batch * q.m * q.n));
  grow(bias, size_t(q.m + q.n));
  const double flops = 2.0 * double(q.batch * q.m) * double(q.n) * double(q.k);
  const double took = best_of([&] { multiply(q); });
  std::printf("%-22s batch %4d m %5d n %5d k %5d %c%c %10.1f us %7.1f GFLOP/s %5.1f %%\n", label, int(q.batch), int(q.m), int(q.n), int(q.k),
              q.flags & HONE_TRANS_A ? 'T' : 'N', q.flags & HONE_TRANS_B ? 'T' : 'N', took * 1e6, flops / took * 1e-9,
              flops / took * 1e-7 / peak);
  return took;
}

// The three products of each linear layer in a training step; the first layer needs no input gradient.
void mlp(const char *name, hone_int rows, const std::vector<hone_int> &sizes) {
  double took = 0, flops = 0;
  for (size_t i = 0; i + 1 < sizes.size(); i++) {
    const hone_int in = sizes[i], out = sizes[i + 1];
    const double each = 2.0 * double(rows) * double(in) * double(out);
    took += run("  forward", {1, rows, out, in, HONE_TRANS_B, true, false});
    took += run("  weight gradient", {1, out, in, rows, HONE_TRANS_A, false, false});
    flops += 2 * each;
    if (i > 0) {
      took += run("  input gradient", {1, rows, in, out, 0, false, false});
      flops += each;
    }
  }
  std::printf("%s: %.1f us, %.1f GFLOP/s, %.1f %%\n\n", name, took * 1e6, flops / took * 1e-9, flops / took * 1e-7 / peak);
}

} // namespace

int main(int argc, char **argv) {
  if (argc > 1) hone_set_threads(std::atoi(argv[1]));
  hone_fma_peak(HONE_F32, 0.5, &peak);
  std::printf("%d threads, peak %.1f GFLOP/s (f32)\n\n", hone_threads(), peak);
  for (int flags = 0; flags < 4; flags++) run("square", {1, 1024, 1024, 1024, flags, false, false});
  for (hone_int n : {64, 128, 256, 512, 2048}) run("square", {1, n, n, n, 0, false, false});
  std::printf("\n");
  mlp("784-2048-1024-512-256-128-64-10, batch 200", 200, {784, 2048, 1024, 512, 256, 128, 64, 10});
  mlp("784-128-64-10, batch 16", 16, {784, 128, 64, 10});
  for (hone_int m : {16, 32, 64}) {
    for (hone_int k : {9, 144, 288, 576}) run("convolution", {100, m, 784, k, 0, true, true});
  }
  run("matrix by vector", {1, 1024, 1, 1024, 0, false, false});
  run("vector by matrix", {1, 1, 1024, 1024, 0, false, false});
  run("vector by matrix^T", {1, 1, 1024, 1024, HONE_TRANS_B, false, false});
  run("small batches", {1000, 16, 16, 16, 0, false, false});
  run("attention", {64, 64, 64, 32, HONE_TRANS_B, false, false});
  return 0;
}
