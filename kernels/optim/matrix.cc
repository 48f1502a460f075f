// matrix.cc: the optimizers that see a parameter as matrices: Adafactor, which keeps row and column means of the squared gradient,
// and Muon, which makes the columns (or rows) of its update orthogonal. One parameter a call, row-major.
#include "optim/optim.h"
#include "support/sizes.h"
#include "support/workspace.h"

using namespace hone;

namespace {

Workspace &workspace() {
  static thread_local Workspace space;
  return space;
}

// The sum of term(i) over n elements, in double; pieces of fixed size, so that it is the same for any number of threads.
template <class F> double sum_pieces(hone_int n, double *pieces, F &&term) {
  const hone_int count = ceil_div(n, kOptimBlock);
  parallel_for(count, 1, [&](hone_int first, hone_int last) {
    for (hone_int k = first; k < last; k++) {
      double sum = 0;
      const hone_int end = (k + 1) * kOptimBlock < n ? (k + 1) * kOptimBlock : n;
      for (hone_int i = k * kOptimBlock; i < end; i++) sum += term(i);
      pieces[k] = sum;
    }
  });
  double total = 0;
  for (hone_int k = 0; k < count; k++) total += pieces[k];
  return total;
}

inline double squared(double x) { return x * x; }

// ---- Adafactor -----------------------------------------------------------------------------------------------------------------

struct Adafactor {
  void *param;
  const void *grad;
  void *row_var, *col_var, *variance;
  hone_int batch, rows, cols;
  double step, lr, beta2_decay, eps1, eps2, d, weight_decay;
  int32_t flags;

  hone_int size() const { return batch * rows * cols; }
  hone_int scratch() const { return ceil_div(size(), kOptimBlock) + batch; }

  // u = g / sqrt(max(V, eps1^2));  p -= alpha u / max(1, rms(u) / d), where V is the mean square, or of matrices
  // row col / mean(row), and alpha = max(eps2, rms(p)) min(lr, 1 / sqrt(t)).
  template <class T> void run(double *scratch) const {
    T *p = static_cast<T *>(param);
    const T *g = static_cast<const T *>(grad);
    const hone_int n = size();
    const double count = double(n), weight = std::pow(step, beta2_decay);
    double *pieces = scratch + batch;
    const double norm = double(T(std::sqrt(sum_pieces(n, pieces, [=](hone_int i) { return squared(double(p[i])); }))));
    const double relative = std::fmin(lr, 1 / std::sqrt(step)), alpha = std::fmax(eps2, norm / std::sqrt(count)) * relative;
    if (weight_decay != 0) {
      const T keep = T(1 - lr * weight_decay);
      each([=](hone_int i) { p[i] *= keep; });
    }
    const T least = T(eps1 * eps1), sign = flags & HONE_MAXIMIZE ? T(-1) : T(1);
    if (variance) {
      T *v = static_cast<T *>(variance);
      const Lerp<T> lerp(weight);
      each([=](hone_int i) { v[i] = lerp(v[i], g[i] * g[i]); });
      apply(p, alpha, pieces, [=](hone_int i) { return T(1) / std::sqrt(m_maximum(v[i], least)) * (sign * g[i]); });
      return;
    }
    T *row = static_cast<T *>(row_var), *col = static_cast<T *>(col_var);
    means(row, col, g, weight);
    T *row_mean = reinterpret_cast<T *>(scratch); // one of each matrix
    for (hone_int b = 0; b < batch; b++) {
      double sum = 0;
      for (hone_int r = 0; r < rows; r++) sum += double(row[b * rows + r]);
      row_mean[b] = m_maximum(T(sum / double(rows)), T(eps1));
    }
    const hone_int height = rows, width = cols;
    apply(p, alpha, pieces, [=](hone_int i) {
      const hone_int line = i / width, b = line / height;
      const T estimate = row[line] * col[b * width + (i - line * width)] / row_mean[b];
      return T(1) / std::sqrt(m_maximum(estimate, least)) * (sign * g[i]);
    });
  }

  template <class F> void each(F &&body) const {
    parallel_for(size(), kOptimBlock, [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++) body(i);
    });
  }

  template <class T, class F> void apply(T *p, double alpha, double *pieces, F &&update) const {
    const double norm = double(T(std::sqrt(sum_pieces(size(), pieces, [=](hone_int i) { return squared(double(update(i))); }))));
    const T rate = T(-alpha / std::fmax(1, norm / (std::sqrt(double(size())) * d)));
    each([=](hone_int i) { p[i] = add_product(p[i], update(i), rate); });
  }

  // The running means of the squares along rows and columns.
  template <class T> void means(T *row, T *col, const T *g, double weight) const {
    const Lerp<T> lerp(weight);
    const auto mean = [](double sum, hone_int n) {
      const T norm = T(std::sqrt(sum));
      return norm * norm / T(n);
    };
    parallel_for(batch * rows, 1 + kOptimBlock / (cols + 1), [&](hone_int begin, hone_int end) {
      for (hone_int r = begin; r < end; r++) {
        double sum = 0;
        for (hone_int c = 0; c < cols; c++) sum += squared(double(g[r * cols + c]));
        row[r] = lerp(row[r], mean(sum, cols));
      }
    });
    constexpr hone_int kWide = 64; // columns summed side by side
    const hone_int strips = ceil_div(cols, kWide);
    parallel_for(batch * strips, 1, [&](hone_int begin, hone_int end) {
      for (hone_int s = begin; s < end; s++) {
        const hone_int b = s / strips, first = (s - b * strips) * kWide, width = cols - first < kWide ? cols - first : kWide;
        double sums[kWide] = {};
        for (hone_int r = 0; r < rows; r++) {
          const T *line = g + (b * rows + r) * cols + first;
          for (hone_int c = 0; c < width; c++) sums[c] += squared(double(line[c]));
        }
        T *out = col + b * cols + first;
        for (hone_int c = 0; c < width; c++) out[c] = lerp(out[c], mean(sums[c], rows));
      }
    });
  }
};

// ---- Muon ----------------------------------------------------------------------------------------------------------------------

// A float rounded to bfloat16's eight bits, to nearest even.
inline float bfloat(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof x);
  if (x == x) bits = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

struct Muon {
  void *param;
  const void *grad;
  void *buffer;
  hone_int rows, cols;
  double lr, adjusted_lr, weight_decay, momentum, a, b, c, eps;
  int32_t steps, flags;

  hone_int tall() const { return rows > cols ? rows : cols; }
  hone_int low() const { return rows < cols ? rows : cols; }
  // floats: two matrices of the parameter's size, two of low x low
  hone_int scratch() const { return 2 * (rows * cols + low() * low()); }

  // B += (1 - momentum) (g - B);  U = nesterov ? g + momentum (B - g) : B;  p = (1 - lr wd) p - adjusted_lr orthogonal(U)
  template <class T> int32_t run(float *x) const {
    T *p = static_cast<T *>(param), *mean = static_cast<T *>(buffer);
    const T *g = static_cast<const T *>(grad);
    const hone_int n = rows * cols, height = low(), width = tall();
    const Lerp<T> into_mean(1 - momentum), towards_mean(momentum);
    const bool nesterov = flags & HONE_NESTEROV, turned = rows > cols;
    for (hone_int i = 0; i < n; i++) {
      mean[i] = into_mean(mean[i], g[i]);
      const T update = nesterov ? towards_mean(g[i], mean[i]) : mean[i];
      x[turned ? (i % cols) * rows + i / cols : i] = bfloat(float(update));
    }
    const float *orthogonal;
    const int32_t status = newton_schulz(x, height, width, &orthogonal);
    if (status != HONE_OK) return status;
    const T keep = T(1 - lr * weight_decay), rate = T(-adjusted_lr);
    for (hone_int i = 0; i < n; i++) p[i] = add_product(p[i] * keep, T(orthogonal[turned ? (i % cols) * rows + i / cols : i]), rate);
    return HONE_OK;
  }

  // X / |X|, then `steps` times G = X X^T; X = a X + (b G + c G G) X: in bfloat16, with sums in float, as PyTorch computes it.
  int32_t newton_schulz(float *x, hone_int height, hone_int width, const float **result) const {
    const hone_int n = height * width, square = height * height;
    float *next = x + n, *gram = next + n, *update = gram + square;
    double sum = 0;
    for (hone_int i = 0; i < n; i++) sum += squared(double(x[i]));
    const float norm = m_maximum(bfloat(float(std::sqrt(sum))), bfloat(float(eps)));
    for (hone_int i = 0; i < n; i++) x[i] = bfloat(x[i] / norm);
    for (int32_t step = 0; step < steps; step++) {
      int32_t status = hone_gemm(HONE_F32, HONE_TRANS_B, 1, height, height, width, x, width, 0, x, width, 0, gram, height, 0, nullptr);
      for (hone_int i = 0; i < square; i++) gram[i] = bfloat(gram[i]);
      if (!status) status = hone_gemm(HONE_F32, 0, 1, height, height, height, gram, height, 0, gram, height, 0, update, height, 0, nullptr);
      for (hone_int i = 0; i < square; i++) update[i] = bfloat(fused(float(b), gram[i], float(c) * update[i]));
      if (!status) status = hone_gemm(HONE_F32, 0, 1, height, width, height, update, height, 0, x, width, 0, next, width, 0, nullptr);
      if (status) return status;
      for (hone_int i = 0; i < n; i++) x[i] = bfloat(fused(float(a), x[i], next[i]));
    }
    *result = x;
    return HONE_OK;
  }
};

} // namespace

HONE_KERNEL(adafactor_step)(int32_t dtype, void *param, const void *grad, void *row_var, void *col_var, void *variance, hone_int batch,
                            hone_int rows, hone_int cols, double step, double lr, double beta2_decay, double eps1, double eps2, double d,
                            double weight_decay, int32_t flags) {
  const Adafactor adafactor{param, grad, row_var, col_var, variance, batch, rows, cols, step, lr, beta2_decay, eps1, eps2, d, weight_decay, flags};
  if (adafactor.size() == 0) return HONE_OK;
  double *scratch = static_cast<double *>(workspace().get(size_t(adafactor.scratch()) * sizeof(double)));
  if (!scratch) return no_memory("adafactor_step");
  return for_floats(dtype, "adafactor_step", [&](auto zero) {
    adafactor.run<decltype(zero)>(scratch);
    return HONE_OK;
  });
}

HONE_KERNEL(muon_step)(int32_t dtype, void *param, const void *grad, void *buffer, hone_int rows, hone_int cols, double lr, double adjusted_lr,
                       double weight_decay, double momentum, double a, double b, double c, double eps, int32_t steps, int32_t flags) {
  const Muon muon{param, grad, buffer, rows, cols, lr, adjusted_lr, weight_decay, momentum, a, b, c, eps, steps, flags};
  if (rows * cols == 0) return HONE_OK;
  float *scratch = static_cast<float *>(workspace().get(size_t(muon.scratch()) * sizeof(float)));
  if (!scratch) return no_memory("muon_step");
  return for_floats(dtype, "muon_step", [&](auto zero) { return muon.run<decltype(zero)>(scratch); });
}
