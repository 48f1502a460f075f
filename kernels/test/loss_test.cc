// loss_test.cc: softmax, cross entropy and negative log likelihood against plain loops in long double, forward and backward.
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "support/status.h"
#include "test/check.h"

using Real = long double;
static const double inf = std::numeric_limits<double>::infinity(), nan_value = std::numeric_limits<double>::quiet_NaN();

template <class T> constexpr int32_t kType = sizeof(T) == 4 ? HONE_F32 : HONE_F64;
template <class I> constexpr int32_t kIndex = sizeof(I) == 4 ? HONE_I32 : HONE_I64;
template <class T> constexpr double kTolerance = sizeof(T) == 4 ? 4e-6 : 1e-13;

// log-softmax of one row with a stride, as PyTorch defines it at the edges.
template <class T> static std::vector<Real> log_softmax(const T *x, hone_int len, hone_int stride) {
  Real max = -inf, sum = 0;
  for (hone_int j = 0; j < len; j++) max = Real(x[j * stride]) > max ? Real(x[j * stride]) : max;
  for (hone_int j = 0; j < len; j++) sum += std::exp(Real(x[j * stride]) - max);
  std::vector<Real> y;
  for (hone_int j = 0; j < len; j++) y.push_back(Real(x[j * stride]) - max - std::log(sum));
  return y;
}

template <class T> static std::vector<T> randoms(check::Lcg &r, hone_int n, double scale) {
  std::vector<T> v;
  for (hone_int i = 0; i < n; i++) v.push_back(T(r.uniform() * scale));
  return v;
}

template <class T> static bool all_close(const std::vector<T> &a, const std::vector<Real> &b, double tolerance = kTolerance<T>) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    if (!check::close(double(a[i]), double(b[i]), tolerance)) {
      std::printf("  element %zu of %zu: %.9g, expected %.9g\n", i, a.size(), double(a[i]), double(b[i]));
      return false;
    }
  }
  return true;
}

template <class T> static void softmaxes() {
  check::Lcg r(11);
  for (hone_int outer : {0, 1, 3, 17}) {
    for (hone_int len : {0, 1, 2, 7, 10, 16, 31, 32, 33, 64, 130, 5003}) {
      for (hone_int inner : {1, 2, 5, 16, 19}) {
        if (len > 1000 && inner > 2) continue;
        const hone_int n = outer * len * inner;
        for (int kind = 0; kind < 4; kind++) {
          auto a = randoms<T>(r, n, kind == 1 ? 1000 : 3), g = randoms<T>(r, n, 1);
          if (kind == 2) for (T &x : a) x = r.below(3) ? x : T(-inf);
          if (kind == 3 && n) a[size_t(r.below(n))] = T(r.below(2) ? inf : nan_value);
          for (int log = 0; log < 2; log++) {
            std::vector<Real> y(size_t(n), 0), grad(size_t(n), 0);
            for (hone_int o = 0; o < outer; o++) {
              for (hone_int i = 0; i < inner; i++) {
                const hone_int at = o * len * inner + i;
                auto row = len ? log_softmax(a.data() + at, len, inner) : std::vector<Real>();
                Real sum = 0;
                for (hone_int j = 0; j < len; j++) {
                  const size_t k = size_t(at + j * inner);
                  y[k] = log ? row[size_t(j)] : std::exp(row[size_t(j)]);
                  sum += log ? Real(g[k]) : Real(g[k]) * y[k];
                }
                for (hone_int j = 0; j < len; j++) {
                  const size_t k = size_t(at + j * inner);
                  grad[k] = log ? Real(g[k]) - std::exp(y[k]) * sum : (Real(g[k]) - sum) * y[k];
                }
              }
            }
            std::vector<T> out(size_t(n), T(7)), back(size_t(n), T(7)), same = a;
            bool ok = CHECK(hone_softmax(kType<T>, log, out.data(), a.data(), outer, len, inner) == HONE_OK);
            ok &= CHECK(all_close(out, y));
            ok &= CHECK(hone_softmax(kType<T>, log, same.data(), same.data(), outer, len, inner) == HONE_OK);
            ok &= CHECK(n == 0 || !std::memcmp(same.data(), out.data(), size_t(n) * sizeof(T)));
            ok &= CHECK(hone_softmax_backward(kType<T>, log, back.data(), g.data(), out.data(), outer, len, inner) == HONE_OK);
            ok &= CHECK(all_close(back, grad, kTolerance<T> * (kind == 1 ? 200 : 4) * (len > 1000 ? 10 : 1)));
            if (!ok) std::printf("  softmax log %d outer %d len %d inner %d kind %d\n", log, int(outer), int(len), int(inner), kind);
          }
        }
      }
    }
  }
}

struct Case {
  hone_int n, c, inner;
  bool weighted;
  double ignore, smoothing, scale;
  int32_t reduction;
};

template <class T, class I> static void loss_case(check::Lcg &r, const Case &k) {
  const hone_int items = k.n * k.inner;
  auto x = randoms<T>(r, items * k.c, k.scale), w = randoms<T>(r, k.c, 0.4);
  for (T &v : w) v = k.weighted ? v + T(0.5) : T(1);
  std::vector<I> t;
  for (hone_int i = 0; i < items; i++) t.push_back(r.below(4) ? I(r.below(k.c)) : I(k.ignore));
  for (I &v : t) if ((v < 0 || v >= k.c) && double(v) != k.ignore) v = 0;
  auto g = randoms<T>(r, k.reduction == HONE_REDUCE_NONE ? items : 1, 1);

  std::vector<Real> loss, grad(size_t(items * k.c), 0), nll, nll_grad(size_t(items * k.c), 0), lse;
  std::vector<T> logp(size_t(items * k.c));
  Real total = 0, sum = 0, nll_sum = 0, weights = 0;
  for (T v : w) weights += Real(v);
  for (hone_int i = 0; i < items; i++) {
    if (double(t[size_t(i)]) != k.ignore) total += Real(w[size_t(t[size_t(i)])]);
  }
  for (hone_int i = 0; i < items; i++) {
    const hone_int at = i / k.inner * k.c * k.inner + i % k.inner, target = hone_int(t[size_t(i)]);
    const auto y = log_softmax(x.data() + at, k.c, k.inner);
    lse.push_back(Real(x[size_t(at)]) - y[0]);
    Real value = 0, plain = 0, smooth = 0, scale = Real(g[k.reduction == HONE_REDUCE_NONE ? size_t(i) : 0]);
    if (k.reduction == HONE_REDUCE_MEAN) scale /= total;
    for (hone_int j = 0; j < k.c; j++) {
      smooth -= Real(w[size_t(j)]) * y[size_t(j)];
      logp[size_t(at + j * k.inner)] = T(y[size_t(j)]);
    }
    if (double(t[size_t(i)]) != k.ignore) {
      const Real own = Real(w[size_t(target)]);
      plain = -own * y[size_t(target)];
      value = (1 - k.smoothing) * plain + k.smoothing / k.c * smooth;
      for (hone_int j = 0; j < k.c; j++) {
        const Real p = std::exp(y[size_t(j)]);
        grad[size_t(at + j * k.inner)] =
            scale * ((1 - k.smoothing) * own * (p - (j == target)) + k.smoothing / k.c * (weights * p - Real(w[size_t(j)])));
      }
      nll_grad[size_t(at + target * k.inner)] = -own * scale;
    }
    sum += value;
    nll_sum += plain;
    if (k.reduction == HONE_REDUCE_NONE) loss.push_back(value), nll.push_back(plain);
  }
  if (k.reduction != HONE_REDUCE_NONE) {
    loss.push_back(k.reduction == HONE_REDUCE_MEAN ? sum / total : sum);
    nll.push_back(k.reduction == HONE_REDUCE_MEAN ? nll_sum / total : nll_sum);
  }

  const double tolerance = kTolerance<T> * (k.scale > 100 ? 100 : 4);
  std::vector<T> out(loss.size(), T(7)), saved(size_t(items), T(7)), back(size_t(items * k.c), T(7)), tw(1, T(7));
  const T *weight = k.weighted ? w.data() : nullptr;
  bool ok = CHECK(hone_cross_entropy(kType<T>, kIndex<I>, out.data(), saved.data(), tw.data(), x.data(), t.data(), weight, k.n, k.c, k.inner,
                                     k.ignore, k.smoothing, k.reduction) == HONE_OK);
  ok &= CHECK(all_close(out, loss, tolerance));
  ok &= CHECK(all_close(saved, lse, tolerance));
  ok &= CHECK(check::close(double(tw[0]), double(total), 1e-6));
  ok &= CHECK(hone_cross_entropy_backward(kType<T>, kIndex<I>, back.data(), g.data(), x.data(), saved.data(), tw.data(), t.data(), weight, k.n, k.c,
                                          k.inner, k.ignore, k.smoothing, k.reduction) == HONE_OK);
  ok &= CHECK(all_close(back, grad, tolerance));
  ok &= CHECK(hone_nll_loss(kType<T>, kIndex<I>, out.data(), tw.data(), logp.data(), t.data(), weight, k.n, k.c, k.inner, k.ignore, k.reduction) ==
              HONE_OK);
  ok &= CHECK(all_close(out, nll, tolerance));
  ok &= CHECK(check::close(double(tw[0]), double(total), 1e-6));
  ok &= CHECK(hone_nll_loss_backward(kType<T>, kIndex<I>, back.data(), g.data(), tw.data(), t.data(), weight, k.n, k.c, k.inner, k.ignore,
                                     k.reduction) == HONE_OK);
  ok &= CHECK(all_close(back, nll_grad, tolerance));
  if (!ok) {
    std::printf("  loss n %d c %d inner %d weighted %d ignore %g smoothing %g scale %g reduction %d\n", int(k.n), int(k.c), int(k.inner), k.weighted,
                k.ignore, k.smoothing, k.scale, int(k.reduction));
  }
}

static void losses() {
  check::Lcg r(5);
  for (hone_int n : {0, 1, 2, 13, 131}) {
    for (hone_int c : {1, 2, 10, 17, 64, 1009}) {
      for (hone_int inner : {1, 3, 16, 37}) {
        if (n * c * inner > 300000) continue;
        for (int32_t reduction : {HONE_REDUCE_NONE, HONE_REDUCE_MEAN, HONE_REDUCE_SUM}) {
          for (int variant = 0; variant < 6; variant++) {
            const Case k{n, c, inner, variant % 2 == 1, variant < 4 ? -100.0 : double(c / 2), variant % 3 == 0 ? 0.0 : variant == 5 ? 1.0 : 0.1,
                         variant == 3 ? 1000.0 : 4.0, reduction};
            if (variant % 2) loss_case<float, int32_t>(r, k), loss_case<double, int64_t>(r, k);
            else loss_case<float, int64_t>(r, k), loss_case<double, int32_t>(r, k);
          }
        }
      }
    }
  }
}

static void edges() {
  float loss, lse[4], tw, grad[8] = {9, 9, 9, 9, 9, 9, 9, 9}, one = 1;
  auto run = [&](const float *x, const int64_t *t, hone_int n, hone_int c) {
    const int32_t status = hone_cross_entropy(HONE_F32, HONE_I64, &loss, lse, &tw, x, t, nullptr, n, c, 1, -100, 0, HONE_REDUCE_MEAN);
    if (status) return status;
    return hone_cross_entropy_backward(HONE_F32, HONE_I64, grad, &one, x, lse, &tw, t, nullptr, n, c, 1, -100, 0, HONE_REDUCE_MEAN);
  };
  const float huge[] = {1e30f, 1e30f, -1e30f, 0}, masked[] = {-INFINITY, 1, 2, -INFINITY}, none[] = {-INFINITY, -INFINITY};
  int64_t t[] = {0, 1};
  CHECK(run(huge, t, 1, 4) == HONE_OK && check::close(loss, std::log(2.0), 1e-6) && grad[0] == -0.5f && grad[1] == 0.5f && grad[2] == 0);
  // -inf logits: impossible classes have no gradient, an impossible target costs infinity, a row of them is NaN.
  t[0] = 2;
  CHECK(run(masked, t, 1, 4) == HONE_OK && check::close(loss, std::log1p(std::exp(-1.0)), 1e-6) && grad[0] == 0 && grad[3] == 0);
  t[0] = 0;
  CHECK(run(masked, t, 1, 4) == HONE_OK && loss == INFINITY);
  CHECK(run(none, t, 1, 2) == HONE_OK && std::isnan(loss) && std::isnan(grad[0]));
  // Nothing but ignored targets: the mean is NaN, the gradient is 0.
  t[0] = -100;
  CHECK(run(masked, t, 1, 4) == HONE_OK && std::isnan(loss) && tw == 0 && grad[0] == 0 && grad[1] == 0);
  for (int64_t bad : {int64_t(10), int64_t(-1), int64_t(1) << 40}) {
    const float x[20] = {};
    t[1] = bad;
    loss = 5;
    CHECK(run(x, t, 2, 10) == HONE_E_INDEX && loss == 5);
    CHECK(std::string(hone_last_error_text()) == "target " + std::to_string(bad) + " is out of bounds for 10 classes");
    CHECK(hone_nll_loss(HONE_F32, HONE_I64, &loss, &tw, x, t, nullptr, 2, 10, 1, -100, HONE_REDUCE_SUM) == HONE_E_INDEX);
    CHECK(hone_nll_loss_backward(HONE_F32, HONE_I64, grad, &one, &tw, t, nullptr, 2, 10, 1, -100, HONE_REDUCE_SUM) == HONE_E_INDEX);
  }
  CHECK(hone_softmax(HONE_I32, 0, grad, grad, 1, 1, 1) == HONE_E_DTYPE);
  CHECK(hone_cross_entropy(HONE_F32, HONE_F32, &loss, lse, &tw, none, t, nullptr, 1, 2, 1, -100, 0, 1) == HONE_E_DTYPE);
}

// The same bits for every number of threads.
static void threads() {
  check::Lcg r(9);
  const hone_int n = 700, c = 100;
  auto x = randoms<float>(r, n * c, 5);
  std::vector<int64_t> t;
  for (hone_int i = 0; i < n; i++) t.push_back(r.below(c));
  std::vector<float> lse(static_cast<size_t>(n)), first(x.size()), again(x.size());
  float loss[2], tw;
  for (int k = 0; k < 2; k++) {
    hone_set_threads(k ? 4 : 1);
    CHECK(hone_cross_entropy(HONE_F32, HONE_I64, loss + k, lse.data(), &tw, x.data(), t.data(), nullptr, n, c, 1, -100, 0.1, HONE_REDUCE_MEAN) == HONE_OK);
    CHECK(hone_softmax(HONE_F32, 0, k ? again.data() : first.data(), x.data(), n, c, 1) == HONE_OK);
  }
  CHECK(!std::memcmp(loss, loss + 1, 4) && first == again);
}

int main() {
  softmaxes<float>();
  softmaxes<double>();
  losses();
  edges();
  threads();
  return check::finish();
}
