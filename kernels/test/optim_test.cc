// optim_test.cc: SGD and Adam over lists of parameters against the formulas in long double, with every option.
#include <algorithm>
#include <cstring>
#include <vector>

#include "test/check.h"

template <class T> constexpr int32_t kType = sizeof(T) == 4 ? HONE_F32 : HONE_F64;
using Real = long double;

template <class T> struct Parameter {
  std::vector<T> p, g, s1, s2, s3;
  std::vector<Real> rp, r1, r2, r3;

  Parameter(hone_int n, check::Lcg &r) {
    for (hone_int i = 0; i < n; i++) p.push_back(T(r.uniform()));
    s1 = s2 = s3 = std::vector<T>(size_t(n), T(0));
    g = s1;
    rp.assign(p.begin(), p.end());
    r1 = r2 = r3 = std::vector<Real>(size_t(n), 0);
  }
};

template <class T> static double address(std::vector<T> &v) { return double(uintptr_t(v.data())); }

template <class T> static std::vector<double> list_of(std::vector<Parameter<T>> &all, int step, bool buffer) {
  std::vector<double> list;
  for (auto &x : all) {
    for (double v : {address(x.p), address(x.g), buffer ? address(x.s1) : 0.0, address(x.s2), address(x.s3), double(x.p.size()), double(step),
                     step == 1 ? 1.0 : 0.0}) {
      list.push_back(v);
    }
  }
  return list;
}

struct Options {
  double lr, momentum, dampening, decay, beta1, beta2, eps;
  int32_t flags;
};

static void sgd_reference(Real &p, Real &b, Real g, const Options &o, int step) {
  if (o.flags & HONE_MAXIMIZE) g = -g;
  g += Real(o.decay) * p;
  if (o.momentum != 0) {
    b = step == 1 ? g : Real(o.momentum) * b + (1 - Real(o.dampening)) * g;
    g = o.flags & HONE_NESTEROV ? g + Real(o.momentum) * b : b;
  }
  p -= Real(o.lr) * g;
}

static void adam_reference(Real &p, Real &m, Real &v, Real &top, Real g, const Options &o, int step) {
  if (o.flags & HONE_MAXIMIZE) g = -g;
  if (o.flags & HONE_DECOUPLED) p *= 1 - Real(o.lr) * Real(o.decay);
  else g += Real(o.decay) * p;
  m = Real(o.beta1) * m + (1 - Real(o.beta1)) * g;
  v = Real(o.beta2) * v + (1 - Real(o.beta2)) * g * g;
  top = std::max(top, v);
  const Real used = o.flags & HONE_AMSGRAD ? top : v;
  p -= Real(o.lr) / (1 - std::pow(Real(o.beta1), Real(step))) * m / (std::sqrt(used) / std::sqrt(1 - std::pow(Real(o.beta2), Real(step))) + Real(o.eps));
}

template <class T> static void steps(bool adam, const Options &o, const std::vector<hone_int> &sizes) {
  check::Lcg r(uint64_t(o.flags) + sizes.size());
  std::vector<Parameter<T>> all;
  for (hone_int n : sizes) all.emplace_back(n, r);
  const double tolerance = sizeof(T) == 4 ? 3e-5 : 1e-13; // ten steps of rounding; 1 / (sqrt(v) + eps) amplifies small gradients
  bool ok = true;
  for (int step = 1; step <= 10; step++) {
    for (auto &x : all)
      for (T &g : x.g) g = T(r.uniform() + (r.uniform() > 0 ? 0.3 : -0.3));
    const auto list = list_of(all, step, adam || o.momentum != 0);
    ok &= CHECK((adam ? hone_adam_step(kType<T>, int32_t(sizes.size()), list.data(), o.lr, o.beta1, o.beta2, o.eps, o.decay, o.flags)
                      : hone_sgd_step(kType<T>, int32_t(sizes.size()), list.data(), o.lr, o.momentum, o.dampening, o.decay, o.flags)) == HONE_OK);
    for (auto &x : all) {
      bool same = true;
      for (size_t i = 0; i < x.p.size(); i++) {
        if (adam) adam_reference(x.rp[i], x.r1[i], x.r2[i], x.r3[i], Real(x.g[i]), o, step);
        else sgd_reference(x.rp[i], x.r1[i], Real(x.g[i]), o, step);
        same &= check::close(double(x.p[i]), double(x.rp[i]), tolerance);
        if (adam || o.momentum != 0) same &= check::close(double(x.s1[i]), double(x.r1[i]), tolerance);
        if (adam) same &= check::close(double(x.s2[i]), double(x.r2[i]), tolerance);
        if (o.flags & HONE_AMSGRAD) same &= check::close(double(x.s3[i]), double(x.r3[i]), tolerance);
      }
      ok &= CHECK(same);
    }
  }
  if (!ok) std::printf("  %s lr %g momentum %g dampening %g decay %g betas %g %g flags %d\n", adam ? "adam" : "sgd", o.lr, o.momentum, o.dampening, o.decay, o.beta1, o.beta2, int(o.flags));
}

template <class T> static void all_options() {
  const std::vector<std::vector<hone_int>> lists = {{}, {0}, {1}, {7, 0, 16, 33, 1}, {1000, 16384, 5, 16385, 40001}};
  for (const auto &sizes : lists) {
    for (double decay : {0.0, 0.1}) {
      for (double momentum : {0.0, 0.9}) {
        for (int32_t flags : {0, int32_t(HONE_MAXIMIZE), int32_t(HONE_NESTEROV)}) {
          steps<T>(false, {0.05, momentum, flags & HONE_NESTEROV ? 0 : 0.2, decay, 0, 0, 0, flags}, sizes);
        }
      }
      for (int32_t flags = 0; flags < 8; flags++) {
        steps<T>(true, {0.01, 0, 0, decay, 0.9, 0.999, 1e-8, flags}, sizes);
        steps<T>(true, {0.01, 0, 0, decay, 0.3, 0.5, 1e-3, flags}, sizes);
      }
    }
  }
}

// What torch.optim gives for three steps from [1, -2, 0.5] with gradients [0.1, -0.2, 0.3] * step (float32).
static void against_torch() {
  struct Row {
    bool adam;
    Options o;
    float expected[3];
  };
  const Row rows[] = {
#include "test/optim_vectors.inc"
  };
  for (const Row &row : rows) {
    float p[3] = {1, -2, 0.5f}, g[3], s1[3] = {}, s2[3] = {}, s3[3] = {};
    for (int step = 1; step <= 3; step++) {
      const float base[] = {0.1f, -0.2f, 0.3f};
      for (int i = 0; i < 3; i++) g[i] = base[i] * float(step);
      const double list[] = {double(uintptr_t(p)), double(uintptr_t(g)), double(uintptr_t(s1)), double(uintptr_t(s2)), double(uintptr_t(s3)), 3, double(step), step == 1 ? 1.0 : 0.0};
      const Options &o = row.o;
      CHECK((row.adam ? hone_adam_step(HONE_F32, 1, list, o.lr, o.beta1, o.beta2, o.eps, o.decay, o.flags)
                      : hone_sgd_step(HONE_F32, 1, list, o.lr, o.momentum, o.dampening, o.decay, o.flags)) == HONE_OK);
    }
    for (int i = 0; i < 3; i++) CHECK(check::close(double(p[i]), double(row.expected[i]), 2.5e-7));
  }
}

// The same bits for every number of threads, and NaN stays where it is.
static void threads() {
  std::vector<float> result[2];
  for (int k = 0; k < 2; k++) {
    hone_set_threads(k ? 4 : 1);
    check::Lcg r(3);
    std::vector<Parameter<float>> all;
    for (hone_int n : {100003, 17, 50000}) all.emplace_back(n, r);
    all[0].g[5] = NAN;
    const auto list = list_of(all, 1, true);
    CHECK(hone_adam_step(HONE_F32, 3, list.data(), 1e-3, 0.9, 0.999, 1e-8, 0.01, HONE_DECOUPLED | HONE_AMSGRAD) == HONE_OK);
    CHECK(std::isnan(all[0].p[5]) && std::isnan(all[0].s3[5]) && !std::isnan(all[0].p[4]) && !std::isnan(all[0].p[6]));
    all[0].p[5] = 0;
    for (auto &x : all) result[k].insert(result[k].end(), x.p.begin(), x.p.end());
  }
  CHECK(result[0] == result[1]);
  CHECK(hone_adam_step(HONE_I32, 0, nullptr, 0, 0, 0, 0, 0, 0) == HONE_E_DTYPE);
  CHECK(hone_sgd_step(HONE_U8, 0, nullptr, 0, 0, 0, 0, 0) == HONE_E_DTYPE);
}

int main() {
  all_options<float>();
  all_options<double>();
  against_torch();
  threads();
  return check::finish();
}
