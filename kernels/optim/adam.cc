// adam.cc: Adam and its kin, AdamW, NAdam, RAdam and Adamax, each in one pass over its memory.
#include "optim/optim.h"

using namespace hone;

namespace {

// What all of them are given.
struct AdamSettings {
  int32_t count;
  const double *list;
  double lr, beta1, beta2, eps, weight_decay;
  int32_t flags;

  double correction1(double step) const { return 1 - std::pow(beta1, step); }
  double correction2(double step) const { return 1 - std::pow(beta2, step); }
};

// The four arrays that a block of them walks: param, grad, exp_avg, and exp_avg_sq or exp_inf.
template <class T> struct Arrays {
  T *param, *mean, *square;
  const T *grad;
  explicit Arrays(const Entry &e)
      : param(static_cast<T *>(e.param)), mean(static_cast<T *>(e.state1)), square(static_cast<T *>(e.state2)), grad(static_cast<const T *>(e.grad)) {}
};

// m += (1 - b1) (g - m);  v = b2 v + (1 - b2) g g;
// p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps), with the largest v so far for AMSGrad.
struct Adam : AdamSettings {
  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      if (flags & HONE_AMSGRAD) block<T, true>(e, begin, end);
      else block<T, false>(e, begin, end);
    });
  }

  template <class T, bool amsgrad> void block(const Entry &e, hone_int begin, hone_int end) const {
    const Arrays<T> a(e);
    T *largest = static_cast<T *>(e.state3);
    const Direction<T> direction(lr, weight_decay, flags);
    const Lerp<T> lerp(1 - beta1);
    const SquareAverage<T> average(beta2);
    const T correction = T(std::sqrt(correction2(e.step))), inverse = T(1) / correction;
    const T added = T(eps), rate = T(-(lr / correction1(e.step)));
    sweep<T>(begin, end, [=](auto zero, hone_int i) {
      using V = decltype(zero);
      V p = load<V>(a.param + i);
      const V g = direction(load<V>(a.grad + i), p);
      const V m = lerp(load<V>(a.mean + i), g);
      V v = average(load<V>(a.square + i), g);
      store(a.mean + i, m);
      store(a.square + i, v);
      if (amsgrad) store(largest + i, v = m_maximum(load<V>(largest + i), v));
      const V denominator = quotient(m_sqrt(v), correction, inverse) + added;
      store(a.param + i, p + (m * rate) / denominator);
    });
  }
};

// mu = b1 (1 - 0.96^(t psi) / 2), mu' the next one; entry.scalar is the product of all mu so far.
// p -= lr (1 - mu) / (1 - product) g / d + lr mu' / (1 - product mu') m / d,  d = sqrt(v / (1 - b2^t)) + eps
struct NAdam : AdamSettings {
  double momentum_decay;

  double mu(double step) const { return beta1 * (1 - 0.5 * std::pow(0.96, step * momentum_decay)); }

  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      const Arrays<T> a(e);
      const Direction<T> direction(lr, weight_decay, flags);
      const Lerp<T> lerp(1 - beta1);
      const SquareAverage<T> average(beta2);
      const double next = mu(e.step + 1), product = e.scalar;
      const T correction = T(correction2(e.step)), added = T(eps);
      const T gradient_rate = T(-lr * (1 - mu(e.step)) / (1 - product)), mean_rate = T((-lr * next) / (1 - product * next));
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(a.param + i);
        const V g = direction(load<V>(a.grad + i), p);
        const V m = lerp(load<V>(a.mean + i), g), v = average(load<V>(a.square + i), g);
        store(a.mean + i, m);
        store(a.square + i, v);
        const V denominator = m_sqrt(v / correction) + added;
        p = p + (g * gradient_rate) / denominator;
        store(a.param + i, p + (m * mean_rate) / denominator);
      });
    });
  }
};

// rho = rho' - 2 t b2^t / (1 - b2^t), rho' = 2 / (1 - b2) - 1.  mHat = m / (1 - b1^t).  Where rho > 5 the variance is known well enough:
// p -= lr mHat sqrt(1 - b2^t) / (sqrt(v) + eps) r,  r = sqrt((rho - 4) (rho - 2) rho' / ((rho' - 4) (rho' - 2) rho)); else p -= lr mHat
struct RAdam : AdamSettings {
  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      const Arrays<T> a(e);
      const Direction<T> direction(lr, weight_decay, flags);
      const Lerp<T> lerp(1 - beta1);
      const SquareAverage<T> average(beta2);
      const double most = 2 / (1 - beta2) - 1, rho = most - 2 * e.step * std::pow(beta2, e.step) / correction2(e.step);
      const bool adapts = rho > 5;
      const T correction = T(correction1(e.step)), scale = T(std::sqrt(correction2(e.step))), rate = T(lr), added = T(eps);
      const T rectifier = adapts ? T(std::sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))) : T(1);
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(a.param + i);
        const V g = direction(load<V>(a.grad + i), p);
        const V m = lerp(load<V>(a.mean + i), g), v = average(load<V>(a.square + i), g);
        store(a.mean + i, m);
        store(a.square + i, v);
        V update = m / correction * rate;
        if (adapts) update = update * (broadcast<V>(T(1)) / (m_sqrt(v) + added) * scale) * rectifier;
        store(a.param + i, p - update);
      });
    });
  }
};

// u = max(b2 u, |g| + eps);  p -= lr / (1 - b1^t) m / u
struct Adamax : AdamSettings {
  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      const Arrays<T> a(e);
      const Direction<T> direction(lr, weight_decay, flags & ~HONE_DECOUPLED);
      const Lerp<T> lerp(1 - beta1);
      const T keep = T(beta2), added = T(eps), rate = T(-(lr / correction1(e.step)));
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(a.param + i);
        const V g = direction(load<V>(a.grad + i), p);
        const V m = lerp(load<V>(a.mean + i), g), u = m_maximum(load<V>(a.square + i) * keep, m_fabs(g) + added);
        store(a.mean + i, m);
        store(a.square + i, u);
        store(a.param + i, p + (m * rate) / u);
      });
    });
  }
};

} // namespace

HONE_KERNEL(adam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps, double weight_decay,
                       int32_t flags) {
  return run_step("adam_step", dtype, Adam{{count, list, lr, beta1, beta2, eps, weight_decay, flags}});
}

HONE_KERNEL(nadam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps, double weight_decay,
                        double momentum_decay, int32_t flags) {
  return run_step("nadam_step", dtype, NAdam{{count, list, lr, beta1, beta2, eps, weight_decay, flags}, momentum_decay});
}

HONE_KERNEL(radam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps, double weight_decay,
                        int32_t flags) {
  return run_step("radam_step", dtype, RAdam{{count, list, lr, beta1, beta2, eps, weight_decay, flags}});
}

HONE_KERNEL(adamax_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps, double weight_decay,
                         int32_t flags) {
  return run_step("adamax_step", dtype, Adamax{{count, list, lr, beta1, beta2, eps, weight_decay, flags}});
}
