// adaptive.cc: the optimizers that divide by a size of past gradients and keep no mean of them: Adagrad, Adadelta and RMSprop, each
// in one pass over its memory.
#include "optim/optim.h"

using namespace hone;

namespace {

// s += g g;  p -= lr / (1 + (t - 1) decay) g / (sqrt(s) + eps)
struct Adagrad {
  int32_t count;
  const double *list;
  double lr, lr_decay, eps, weight_decay;
  int32_t flags;

  template <class T> void run() const {
    each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      T *param = static_cast<T *>(e.param), *sum = static_cast<T *>(e.state1);
      const T *grad = static_cast<const T *>(e.grad);
      const Direction<T> direction(lr, weight_decay, flags & ~HONE_DECOUPLED);
      const T added = T(eps), rate = T(-(lr / (1 + (e.step - 1) * lr_decay)));
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(param + i);
        const V g = direction(load<V>(grad + i), p), s = add_product(load<V>(sum + i), g, g);
        store(sum + i, s);
        store(param + i, p + (g * rate) / (m_sqrt(s) + added));
      });
    });
  }
};

// v = rho v + (1 - rho) g g;  d = sqrt(u + eps) / sqrt(v + eps) g;  u = rho u + (1 - rho) d d;  p -= lr d
struct Adadelta {
  int32_t count;
  const double *list;
  double lr, rho, eps, weight_decay;
  int32_t flags;

  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      T *param = static_cast<T *>(e.param), *square = static_cast<T *>(e.state1), *accumulated = static_cast<T *>(e.state2);
      const T *grad = static_cast<const T *>(e.grad);
      const Direction<T> direction(lr, weight_decay, flags & ~HONE_DECOUPLED);
      const SquareAverage<T> average(rho);
      const T added = T(eps), rate = T(-lr);
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(param + i);
        const V g = direction(load<V>(grad + i), p), v = average(load<V>(square + i), g), u = load<V>(accumulated + i);
        const V delta = m_sqrt(u + added) / m_sqrt(v + added) * g;
        store(square + i, v);
        store(accumulated + i, average(u, delta));
        store(param + i, add_product(p, delta, broadcast<V>(rate)));
      });
    });
  }
};

// v = alpha v + (1 - alpha) g g;  d = sqrt(v), centered sqrt(v - a^2) with a the mean of g, + eps;  p -= lr g / d,
// with momentum b = m b + g / d;  p -= lr b
struct RMSprop {
  int32_t count;
  const double *list;
  double lr, alpha, eps, weight_decay, momentum;
  int32_t flags;

  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      if (flags & HONE_CENTERED) (momentum > 0 ? block<T, true, true>(e, begin, end) : block<T, true, false>(e, begin, end));
      else (momentum > 0 ? block<T, false, true>(e, begin, end) : block<T, false, false>(e, begin, end));
    });
  }

  template <class T, bool centered, bool has_momentum> void block(const Entry &e, hone_int begin, hone_int end) const {
    T *param = static_cast<T *>(e.param), *square = static_cast<T *>(e.state1), *buffer = static_cast<T *>(e.state2);
    T *mean = static_cast<T *>(e.state3);
    const T *grad = static_cast<const T *>(e.grad);
    const Direction<T> direction(lr, weight_decay, flags & ~HONE_DECOUPLED);
    const SquareAverage<T> average(alpha);
    const Lerp<T> lerp(1 - alpha);
    const T added = T(eps), rate = T(-lr), m = T(momentum);
    sweep<T>(begin, end, [=](auto zero, hone_int i) {
      using V = decltype(zero);
      V p = load<V>(param + i);
      const V g = direction(load<V>(grad + i), p), v = average(load<V>(square + i), g);
      store(square + i, v);
      V size = v;
      if (centered) {
        const V a = lerp(load<V>(mean + i), g);
        store(mean + i, a);
        size = add_product(v, -a, a);
      }
      const V denominator = m_sqrt(size) + added;
      if (has_momentum) {
        const V b = load<V>(buffer + i) * m + g / denominator;
        store(buffer + i, b);
        store(param + i, add_product(p, b, broadcast<V>(rate)));
      } else {
        store(param + i, p + (g * rate) / denominator);
      }
    });
  }
};

} // namespace

HONE_KERNEL(adagrad_step)(int32_t dtype, int32_t count, const double *list, double lr, double lr_decay, double eps, double weight_decay,
                          int32_t flags) {
  return run_step("adagrad_step", dtype, Adagrad{count, list, lr, lr_decay, eps, weight_decay, flags});
}

HONE_KERNEL(adadelta_step)(int32_t dtype, int32_t count, const double *list, double lr, double rho, double eps, double weight_decay,
                           int32_t flags) {
  return run_step("adadelta_step", dtype, Adadelta{count, list, lr, rho, eps, weight_decay, flags});
}

HONE_KERNEL(rmsprop_step)(int32_t dtype, int32_t count, const double *list, double lr, double alpha, double eps, double weight_decay,
                          double momentum, int32_t flags) {
  return run_step("rmsprop_step", dtype, RMSprop{count, list, lr, alpha, eps, weight_decay, momentum, flags});
}
