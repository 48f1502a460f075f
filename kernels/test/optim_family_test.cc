// optim_family_test.cc: the optimizers beside SGD and Adam over lists of parameters, against their formulas in long double.
#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "test/check.h"

using Real = long double;
template <class T> constexpr int32_t kType = sizeof(T) == 4 ? HONE_F32 : HONE_F64;
template <class T> static double address(const std::vector<T> &v) { return double(uintptr_t(v.data())); }

// One element's value and state.
struct Element {
  Real p, s1, s2, s3;
};

// A step of one element with gradient g; scalars are the entry's step and scalar.
struct Rule {
  const char *name;
  Real first1, first2; // what state1 and state2 start from
  std::function<int32_t(int32_t dtype, int32_t count, const double *list)> kernel;
  std::function<void(Element &, Real g, Real step, Real scalar)> reference;
  double scalar = 0;
  double step_is = 0; // in the place of the step, where not 0
};

template <class T> static void steps(const Rule &rule, const std::vector<hone_int> &sizes) {
  check::Lcg r(sizes.size() + 7);
  struct Parameter {
    std::vector<T> p, g, s1, s2, s3;
    std::vector<Element> reference;
  };
  std::vector<Parameter> all;
  for (hone_int n : sizes) {
    Parameter x{std::vector<T>(size_t(n)), std::vector<T>(size_t(n)), std::vector<T>(size_t(n), T(rule.first1)), std::vector<T>(size_t(n), T(rule.first2)), std::vector<T>(size_t(n)), {}};
    for (T &p : x.p) {
      p = T(r.uniform());
      x.reference.push_back({Real(p), Real(T(rule.first1)), Real(T(rule.first2)), 0});
    }
    all.push_back(x);
  }
  const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-12;
  for (int step = 1; step <= 8; step++) {
    std::vector<double> list;
    const double first = rule.step_is != 0 ? rule.step_is : step;
    for (auto &x : all) {
      for (T &g : x.g) g = T(r.uniform() + (r.uniform() > 0 ? 0.3 : -0.3));
      for (double v : {address(x.p), address(x.g), address(x.s1), address(x.s2), address(x.s3), double(x.p.size()), first, rule.scalar}) list.push_back(v);
    }
    bool ok = CHECK(rule.kernel(kType<T>, int32_t(sizes.size()), list.data()) == HONE_OK), same = true;
    for (auto &x : all) {
      for (size_t i = 0; i < x.p.size(); i++) {
        Element &e = x.reference[i];
        rule.reference(e, Real(x.g[i]), Real(first), Real(rule.scalar));
        same &= check::close(double(x.p[i]), double(e.p), tolerance) && check::close(double(x.s1[i]), double(e.s1), tolerance) &&
                check::close(double(x.s2[i]), double(e.s2), tolerance) && check::close(double(x.s3[i]), double(e.s3), tolerance);
      }
    }
    ok &= CHECK(same);
    if (!ok) std::printf("  %s, dtype %d, step %d\n", rule.name, int(kType<T>), step);
  }
  CHECK(rule.kernel(HONE_I32, 0, nullptr) == HONE_E_DTYPE);
}

static Real sign(Real x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

static std::vector<Rule> rules() {
  std::vector<Rule> all;
  for (int32_t flags : {0, int32_t(HONE_MAXIMIZE), int32_t(HONE_DECOUPLED)}) {
    for (double wd : {0.0, 0.1}) {
      const Real lr = 0.05L, b1 = 0.8L, b2 = 0.95L, eps = 1e-3L, decay = wd;
      const bool maximize = flags & HONE_MAXIMIZE, decoupled = flags & HONE_DECOUPLED;
      const auto coupled = [=](Element &e, Real g) { return (maximize ? -g : g) + decay * e.p; };
      const auto either = [=](Element &e, Real g) {
        if (decoupled) e.p *= 1 - lr * decay;
        return decoupled ? g : coupled(e, g);
      };
      all.push_back({"nadam", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_nadam_step(t, n, l, 0.05, 0.8, 0.95, 1e-3, wd, 0.1, flags); },
                     [=](Element &e, Real g, Real t, Real product) {
                       g = either(e, g);
                       e.s1 = b1 * e.s1 + (1 - b1) * g;
                       e.s2 = b2 * e.s2 + (1 - b2) * g * g;
                       const Real mu = b1 * (1 - 0.5L * std::pow(0.96L, t * 0.1L)), next = b1 * (1 - 0.5L * std::pow(0.96L, (t + 1) * 0.1L));
                       const Real d = std::sqrt(e.s2 / (1 - std::pow(b2, t))) + eps;
                       e.p -= lr * ((1 - mu) / (1 - product) * g + next / (1 - product * next) * e.s1) / d;
                     },
                     0.25});
      all.push_back({"radam", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_radam_step(t, n, l, 0.05, 0.8, 0.95, 1e-3, wd, flags); },
                     [=](Element &e, Real g, Real t, Real) {
                       g = either(e, g);
                       e.s1 = b1 * e.s1 + (1 - b1) * g;
                       e.s2 = b2 * e.s2 + (1 - b2) * g * g;
                       const Real most = 2 / (1 - b2) - 1, rho = most - 2 * t * std::pow(b2, t) / (1 - std::pow(b2, t));
                       const Real m = e.s1 / (1 - std::pow(b1, t)), r = std::sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho));
                       e.p -= lr * m * (rho > 5 ? r * std::sqrt(1 - std::pow(b2, t)) / (std::sqrt(e.s2) + eps) : 1);
                     }});
      all.push_back({"lion", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_lion_step(t, n, l, 0.05, 0.8, 0.95, wd, flags); },
                     [=](Element &e, Real g, Real, Real) {
                       if (maximize) g = -g;
                       e.p = e.p * (1 - lr * decay) - lr * sign(b1 * e.s1 + (1 - b1) * g);
                       e.s1 = b2 * e.s1 + (1 - b2) * g;
                     }});
      if (decoupled) continue;
      all.push_back({"adamax", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_adamax_step(t, n, l, 0.05, 0.8, 0.95, 1e-3, wd, flags); },
                     [=](Element &e, Real g, Real t, Real) {
                       g = coupled(e, g);
                       e.s1 = b1 * e.s1 + (1 - b1) * g;
                       e.s2 = std::max(b2 * e.s2, std::fabs(g) + eps);
                       e.p -= lr / (1 - std::pow(b1, t)) * e.s1 / e.s2;
                     }});
      all.push_back({"adagrad", 0.5, 0, [=](int32_t t, int32_t n, const double *l) { return hone_adagrad_step(t, n, l, 0.05, 0.1, 1e-3, wd, flags); },
                     [=](Element &e, Real g, Real t, Real) {
                       g = coupled(e, g);
                       e.s1 += g * g;
                       e.p -= lr / (1 + (t - 1) * 0.1L) * g / (std::sqrt(e.s1) + eps);
                     }});
      all.push_back({"adadelta", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_adadelta_step(t, n, l, 0.05, 0.8, 1e-3, wd, flags); },
                     [=](Element &e, Real g, Real, Real) {
                       g = coupled(e, g);
                       e.s1 = 0.8L * e.s1 + 0.2L * g * g;
                       const Real d = std::sqrt(e.s2 + eps) / std::sqrt(e.s1 + eps) * g;
                       e.s2 = 0.8L * e.s2 + 0.2L * d * d;
                       e.p -= lr * d;
                     }});
      for (double momentum : {0.0, 0.7}) {
        for (int32_t centered : {0, int32_t(HONE_CENTERED)}) {
          all.push_back({"rmsprop", 0, 0,
                         [=](int32_t t, int32_t n, const double *l) { return hone_rmsprop_step(t, n, l, 0.05, 0.8, 1e-1, wd, momentum, flags | centered); },
                         [=](Element &e, Real g, Real, Real) {
                           g = coupled(e, g);
                           e.s1 = 0.8L * e.s1 + 0.2L * g * g;
                           if (centered) e.s3 = 0.8L * e.s3 + 0.2L * g;
                           const Real d = g / (std::sqrt(e.s1 - e.s3 * e.s3) + 0.1L);
                           if (momentum > 0) e.s2 = Real(momentum) * e.s2 + d;
                           e.p -= lr * (momentum > 0 ? e.s2 : d);
                         }});
        }
      }
      for (double mu : {1.0, 0.25}) {
        all.push_back({"asgd", 0, 0, [=](int32_t t, int32_t n, const double *l) { return hone_asgd_step(t, n, l, 0.01, wd, flags); },
                       [=](Element &e, Real g, Real eta, Real weight) {
                         g = coupled(e, g);
                         e.p = e.p * (1 - 0.01L * eta) - eta * g;
                         e.s1 += weight * (e.p - e.s1);
                       },
                       mu, 0.04});
      }
      all.push_back({"rprop", 0, 0.02L, [=](int32_t t, int32_t n, const double *l) { return hone_rprop_step(t, n, l, 0.5, 1.5, 0.015, 0.05, flags); },
                     [=](Element &e, Real g, Real, Real) {
                       if (maximize) g = -g;
                       const Real turn = g * e.s1;
                       e.s2 = std::min(std::max(e.s2 * (turn > 0 ? 1.5L : turn < 0 ? 0.5L : 1), 0.015L), 0.05L);
                       if (turn < 0) g = 0;
                       e.p -= sign(g) * e.s2;
                       e.s1 = g;
                     }});
    }
  }
  return all;
}

template <class T> static void adafactor(hone_int batch, hone_int rows, hone_int cols, bool factored, int32_t flags) {
  const size_t n = size_t(batch * rows * cols);
  check::Lcg r(n + 3);
  std::vector<T> p(n), g(n), row(size_t(batch * rows)), col(size_t(batch * cols)), variance(n);
  for (T &x : p) x = T(r.uniform());
  std::vector<Real> rp(p.begin(), p.end()), rrow(row.size()), rcol(col.size()), rv(n), u(n);
  for (int step = 1; step <= 3; step++) {
    for (T &x : g) x = T(r.uniform() * 3);
    CHECK(hone_adafactor_step(kType<T>, p.data(), g.data(), factored ? row.data() : nullptr, factored ? col.data() : nullptr,
                              factored ? nullptr : variance.data(), batch, rows, cols, step, 0.05, -0.8, 1e-6, 1e-3, 1.25, 0.1, flags) == HONE_OK);
    const Real fresh = std::pow(Real(step), -0.8L), rate = std::min(0.05L, 1 / std::sqrt(Real(step)));
    Real size = 0, height = 0;
    for (Real x : rp) size += x * x;
    const Real alpha = std::max(1e-3L, std::sqrt(size / Real(n))) * rate;
    std::vector<Real> rows_now(row.size()), cols_now(col.size());
    for (size_t i = 0; i < n; i++) {
      rp[i] *= 1 - 0.05L * 0.1L;
      const Real square = Real(g[i]) * Real(g[i]);
      const size_t line = i / size_t(cols), b = line / size_t(rows), c = b * size_t(cols) + i % size_t(cols);
      rows_now[line] += square / Real(cols);
      cols_now[c] += square / Real(rows);
      rv[i] += fresh * (square - rv[i]);
    }
    for (size_t i = 0; i < row.size(); i++) rrow[i] += fresh * (rows_now[i] - rrow[i]);
    for (size_t i = 0; i < col.size(); i++) rcol[i] += fresh * (cols_now[i] - rcol[i]);
    for (size_t i = 0; i < n; i++) {
      const size_t line = i / size_t(cols), b = line / size_t(rows), c = b * size_t(cols) + i % size_t(cols);
      Real mean = 0;
      for (size_t k = 0; k < size_t(rows); k++) mean += rrow[b * size_t(rows) + k] / Real(rows);
      const Real v = factored ? rrow[line] * rcol[c] / std::max(mean, 1e-6L) : rv[i];
      u[i] = (flags & HONE_MAXIMIZE ? -1 : 1) * Real(g[i]) / std::sqrt(std::max(v, 1e-12L));
      height += u[i] * u[i];
    }
    const Real clip = std::max(Real(1), std::sqrt(height / Real(n)) / 1.25L);
    const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;
    bool same = true;
    for (size_t i = 0; i < n; i++) {
      rp[i] -= alpha / clip * u[i];
      same &= check::close(double(p[i]), double(rp[i]), tolerance);
    }
    for (size_t i = 0; factored && i < row.size(); i++) same &= check::close(double(row[i]), double(rrow[i]), tolerance);
    for (size_t i = 0; factored && i < col.size(); i++) same &= check::close(double(col[i]), double(rcol[i]), tolerance);
    CHECK(same);
  }
}

// The update of a matrix of full rank has singular values near 1: its short side's Gram matrix is nearly the unit matrix.
template <class T> static void muon(hone_int rows, hone_int cols, int32_t flags) {
  const hone_int n = rows * cols, low = std::min(rows, cols);
  check::Lcg r(uint64_t(n) + 5);
  const std::vector<T> before(size_t(n), T(2));
  std::vector<T> p = before, g, buffer(size_t(n), T(0));
  for (hone_int i = 0; i < n; i++) g.push_back(T(r.uniform()));
  CHECK(hone_muon_step(kType<T>, p.data(), g.data(), buffer.data(), rows, cols, 0.1, 0.5, 0.2, 0.9, 3.4445, -4.775, 2.0315, 1e-7, 10, flags) == HONE_OK);
  std::vector<Real> update;
  bool same = true;
  for (hone_int i = 0; i < n; i++) {
    update.push_back((2 * (1 - 0.1L * 0.2L) - Real(p[size_t(i)])) / 0.5L);
    same &= check::close(double(buffer[size_t(i)]), 0.1 * double(g[size_t(i)]), 1e-6);
  }
  CHECK(same);
  Real trace = 0, alignment = 0;
  for (Real x : update) trace += x * x;
  for (hone_int i = 0; i < n; i++) alignment += update[size_t(i)] * Real(g[size_t(i)]);
  CHECK(trace > 0.4L * Real(low) && trace < 1.6L * Real(low) && alignment > 0);
}

int main() {
  for (const Rule &rule : rules()) {
    for (const std::vector<hone_int> &sizes : std::vector<std::vector<hone_int>>{{}, {0, 1}, {7, 0, 33}, {16385, 5}}) {
      steps<float>(rule, sizes);
      steps<double>(rule, sizes);
    }
  }
  for (int32_t flags : {0, int32_t(HONE_MAXIMIZE)}) {
    adafactor<float>(1, 1, 20000, false, flags);
    adafactor<double>(1, 1, 1, false, flags);
    adafactor<float>(3, 5, 130, true, flags);
    adafactor<double>(1, 200, 7, true, flags);
    adafactor<double>(2, 1, 1, true, flags);
  }
  for (int32_t flags : {0, int32_t(HONE_NESTEROV)}) {
    muon<float>(3, 8, flags);
    muon<double>(40, 17, flags);
    muon<float>(1, 1, flags);
  }
  CHECK(hone_muon_step(HONE_F32, nullptr, nullptr, nullptr, 0, 3, 0.1, 0.1, 0, 0, 1, 1, 1, 1, 5, 0) == HONE_OK);
  CHECK(hone_muon_step(HONE_I32, nullptr, nullptr, nullptr, 1, 1, 0.1, 0.1, 0, 0, 1, 1, 1, 1, 5, 0) == HONE_E_DTYPE);
  CHECK(hone_adafactor_step(HONE_F64, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0, 4, 1, 0, 0, 0, 0, 1, 0, 0) == HONE_OK);
  CHECK(hone_adafactor_step(HONE_U8, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0) == HONE_E_DTYPE);
  return check::finish();
}
