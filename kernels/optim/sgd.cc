// sgd.cc: the optimizers without a second moment: SGD, ASGD, Rprop and Lion, each in one pass over its memory.
#include "optim/optim.h"

using namespace hone;

namespace {

// g += wd p;  b = m b + (1 - dampening) g;  g = nesterov ? g + m b : b;  p -= lr g
struct Sgd {
  int32_t count;
  const double *list;
  double lr, momentum, dampening, weight_decay;
  int32_t flags;

  template <class T> void run() const {
    if (momentum == 0) each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) { block<T, false>(e, begin, end); });
    else each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) { block<T, true>(e, begin, end); });
  }

  template <class T, bool has_momentum> void block(const Entry &e, hone_int begin, hone_int end) const {
    T *param = static_cast<T *>(e.param), *buffer = static_cast<T *>(e.state1);
    const T *grad = static_cast<const T *>(e.grad);
    const T m = T(momentum), undamped = T(1 - dampening), rate = T(-lr);
    const Direction<T> direction(lr, weight_decay, flags & ~HONE_DECOUPLED);
    const bool nesterov = flags & HONE_NESTEROV, fresh = e.scalar == 1;
    sweep<T>(begin, end, [=](auto zero, hone_int i) {
      using V = decltype(zero);
      V p = load<V>(param + i), g = direction(load<V>(grad + i), p);
      if (has_momentum) {
        const V b = fresh ? g : add_product(load<V>(buffer + i) * m, g, broadcast<V>(undamped));
        store(buffer + i, b);
        g = nesterov ? add_product(g, b, broadcast<V>(m)) : b;
      }
      store(param + i, add_product(p, g, broadcast<V>(rate)));
    });
  }
};

// g += wd p;  p *= 1 - lambd eta;  p -= eta g;  ax += mu (p - ax)
struct Asgd {
  int32_t count;
  const double *list;
  double lambd, weight_decay;
  int32_t flags;

  template <class T> void run() const {
    each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      T *param = static_cast<T *>(e.param), *mean = static_cast<T *>(e.state1);
      const T *grad = static_cast<const T *>(e.grad);
      const double eta = e.step, mu = e.scalar;
      const T shrink = T(1 - lambd * eta), rate = T(-eta), weight = T(mu);
      const Direction<T> direction(0, weight_decay, flags & ~HONE_DECOUPLED);
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(param + i);
        const V g = direction(load<V>(grad + i), p);
        p = add_product(p * shrink, g, broadcast<V>(rate));
        store(param + i, p);
        const V ax = load<V>(mean + i);
        store(mean + i, mu == 1 ? p : ax + (p - ax) * weight);
      });
    });
  }
};

// s = sign(g prev);  size = clamp(size (s > 0 ? eta+ : s < 0 ? eta- : 1));  g = s < 0 ? 0 : g;  p -= sign(g) size;  prev = g
struct Rprop {
  int32_t count;
  const double *list;
  double eta_minus, eta_plus, least, most;
  int32_t flags;

  template <class T> void run() const {
    each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      T *param = static_cast<T *>(e.param), *previous = static_cast<T *>(e.state1), *sizes = static_cast<T *>(e.state2);
      const T *grad = static_cast<const T *>(e.grad);
      const T minus = T(eta_minus), plus = T(eta_plus), low = T(least), high = T(most);
      const bool maximize = flags & HONE_MAXIMIZE;
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V g = load<V>(grad + i);
        if (maximize) g = -g;
        const V turn = g * load<V>(previous + i);
        const auto turned = turn < V{};
        const V factor = select(turn > V{}, broadcast<V>(plus), select(turned, broadcast<V>(minus), broadcast<V>(T(1))));
        const V size = m_minimum(m_maximum(load<V>(sizes + i) * factor, broadcast<V>(low)), broadcast<V>(high));
        g = select(turned, V{}, g);
        store(sizes + i, size);
        store(previous + i, g);
        store(param + i, add_product(load<V>(param + i), -m_sign(g), size));
      });
    });
  }
};

// p *= 1 - lr wd;  p -= lr sign(b1 m + (1 - b1) g);  m = b2 m + (1 - b2) g
struct Lion {
  int32_t count;
  const double *list;
  double lr, beta1, beta2, weight_decay;
  int32_t flags;

  template <class T> void run() const {
    each_decaying_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
      T *param = static_cast<T *>(e.param), *mean = static_cast<T *>(e.state1);
      const T *grad = static_cast<const T *>(e.grad);
      const T keep1 = T(beta1), take1 = T(1 - beta1), keep2 = T(beta2), take2 = T(1 - beta2), rate = T(-lr);
      const Direction<T> direction(lr, weight_decay, flags | HONE_DECOUPLED);
      sweep<T>(begin, end, [=](auto zero, hone_int i) {
        using V = decltype(zero);
        V p = load<V>(param + i);
        const V g = direction(load<V>(grad + i), p), m = load<V>(mean + i);
        store(param + i, add_product(p, m_sign(m * keep1 + g * take1), broadcast<V>(rate)));
        store(mean + i, add_product(m * keep2, g, broadcast<V>(take2)));
      });
    });
  }
};

} // namespace

HONE_KERNEL(sgd_step)(int32_t dtype, int32_t count, const double *list, double lr, double momentum, double dampening, double weight_decay,
                      int32_t flags) {
  return run_step("sgd_step", dtype, Sgd{count, list, lr, momentum, dampening, weight_decay, flags});
}

HONE_KERNEL(asgd_step)(int32_t dtype, int32_t count, const double *list, double lambd, double weight_decay, int32_t flags) {
  return run_step("asgd_step", dtype, Asgd{count, list, lambd, weight_decay, flags});
}

HONE_KERNEL(rprop_step)(int32_t dtype, int32_t count, const double *list, double eta_minus, double eta_plus, double least, double most,
                        int32_t flags) {
  return run_step("rprop_step", dtype, Rprop{count, list, eta_minus, eta_plus, least, most, flags});
}

HONE_KERNEL(lion_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double weight_decay,
                       int32_t flags) {
  return run_step("lion_step", dtype, Lion{count, list, lr, beta1, beta2, weight_decay, flags});
}
