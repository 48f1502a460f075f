// optim.cc: SGD, Adam and AdamW steps over a list of parameters, each in one pass over its memory, in the order of operations (and of
// roundings, on builds with FMA) of torch.optim's single-tensor formulas.
#include <cmath>
#include <limits>

#include "support/denormals.h"
#include "support/fused.h"
#include "support/parallel.h"
#include "support/status.h"

using namespace hone;

namespace {

constexpr hone_int kBlock = 1 << 14; // elements to a unit of work; blocks never straddle parameters

// One parameter of the list.
struct Entry {
  void *param;
  const void *grad;
  void *state1, *state2, *state3;
  hone_int n;
  double step;
  bool fresh; // SGD: no momentum buffer yet

  explicit Entry(const double *e)
      : param(address(e[0])), grad(address(e[1])), state1(address(e[2])), state2(address(e[3])), state3(address(e[4])), n(hone_int(e[5])), step(e[6]),
        fresh(e[7] == 1) {}
  static void *address(double x) { return reinterpret_cast<void *>(uintptr_t(x)); }
  hone_int blocks() const { return (n + kBlock - 1) / kBlock; }
};

// Calls body(entry, begin, end) over every block of every entry, on all threads.
template <class F> void each_block(int32_t count, const double *list, F &&body) {
  hone_int total = 0;
  for (int32_t i = 0; i < count; i++) total += Entry(list + hone_int(i) * HONE_OPTIM_STRIDE).blocks();
  parallel_for(total, 1, [&](hone_int first, hone_int last) {
    const FlushDenormals flush;
    hone_int at = 0; // number of the entry's first block
    for (int32_t i = 0; i < count && at < last; i++) {
      const Entry entry(list + hone_int(i) * HONE_OPTIM_STRIDE);
      const hone_int blocks = entry.blocks();
      const hone_int from = first > at ? first - at : 0, to = last - at < blocks ? last - at : blocks;
      if (from < to) body(entry, from * kBlock, to * kBlock < entry.n ? to * kBlock : entry.n);
      at += blocks;
    }
  });
}

template <class V, class T> inline V all_of(T x) { return x - V{}; }

// c + a * b: one rounding where PyTorch's builds have one. Without an FMA instruction two, as emulating it would cost too much here.
template <class V> inline V add_product(V c, V a, V b) {
#if HONE_HAS_FMA
  return fused(a, b, c);
#else
  return c + a * b;
#endif
}

// a * b, rounded before anything is added to it.
template <class V> inline V product(V a, V b) {
#if HONE_HAS_FMA
  return fused(a, b, -V{});
#else
  return a * b;
#endif
}

// x / by for x >= 0, by > 0 normal, inverse = 1 / by: the correctly rounded quotient (Markstein 1990), for a third of a division's time.
// A residual of infinity would be NaN.
template <class V, class T> inline V quotient(V x, T by, T inverse) {
#if HONE_HAS_FMA
  const V q = x * inverse;
  const V exact = fused(fused(-q, all_of<V>(by), x), all_of<V>(inverse), q);
  return x <= std::numeric_limits<T>::max() ? exact : x;
#else
  (void)inverse;
  return x / by;
#endif
}

template <class T> inline T larger(T a, T b) { return a >= b || a != a ? a : b; } // NaN wins
inline Vec<float> larger(Vec<float> a, Vec<float> b) {
  const Vec<int32_t> mask = (a >= b) | (a != a);
  return (Vec<float>)((mask & (Vec<int32_t>)a) | (~mask & (Vec<int32_t>)b));
}
inline Vec<double> larger(Vec<double> a, Vec<double> b) {
  const Vec<int64_t> mask = (a >= b) | (a != a);
  return (Vec<double>)((mask & (Vec<int64_t>)a) | (~mask & (Vec<int64_t>)b));
}

// A scalar T or a vector of T at memory, by one name.
template <class V, class T> inline V read(const T *from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class V, class T> inline void write(T *to, const V &v) { std::memcpy(to, &v, sizeof v); }

// Calls body(V{}, i) with vectors while they fit, then with single elements.
template <class T, class F> inline void sweep(hone_int begin, hone_int end, F &&body) {
  hone_int i = begin;
  for (; i + kLanes<T> <= end; i += kLanes<T>) body(Vec<T>{}, i);
  for (; i < end; i++) body(T{}, i);
}

// ---- SGD -----------------------------------------------------------------------------------------------------------------------

// g += wd p;  b = m b + (1 - dampening) g;  g = nesterov ? g + m b : b;  p -= lr g
template <class T, bool momentum>
void sgd_block(const Entry &e, hone_int begin, hone_int end, T lr, T m, T undamped, T decay, bool decays, int32_t flags) {
  T *param = static_cast<T *>(e.param), *buffer = static_cast<T *>(e.state1);
  const T *grad = static_cast<const T *>(e.grad);
  const bool maximize = flags & HONE_MAXIMIZE, nesterov = flags & HONE_NESTEROV, fresh = e.fresh;
  sweep<T>(begin, end, [=](auto zero, hone_int i) {
    using V = decltype(zero);
    V p = read<V>(param + i), g = read<V>(grad + i);
    if (maximize) g = -g;
    if (decays) g = add_product(g, p, all_of<V>(decay));
    if (momentum) {
      const V b = fresh ? g : add_product(read<V>(buffer + i) * m, g, all_of<V>(undamped));
      write(buffer + i, b);
      g = nesterov ? add_product(g, b, all_of<V>(m)) : b;
    }
    write(param + i, add_product(p, g, all_of<V>(-lr)));
  });
}

template <class T>
int32_t sgd(int32_t count, const double *list, double lr, double momentum, double dampening, double weight_decay, int32_t flags) {
  each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
    auto run = [&](auto block) { block(e, begin, end, T(lr), T(momentum), T(1 - dampening), T(weight_decay), weight_decay != 0, flags); };
    if (momentum != 0 && e.state1) run(sgd_block<T, true>);
    else run(sgd_block<T, false>);
  });
  return HONE_OK;
}

// ---- Adam ----------------------------------------------------------------------------------------------------------------------

struct AdamSettings {
  double lr, beta1, beta2, eps, weight_decay;
  int32_t flags;
};

// AdamW: p *= 1 - lr wd; Adam: g += wd p.  m += (1 - b1) (g - m);  v = b2 v + (1 - b2) g g;
// p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps), with the largest v so far for AMSGrad.
template <class T, bool amsgrad, bool decoupled> void adam_block(const Entry &e, hone_int begin, hone_int end, const AdamSettings &s) {
  T *param = static_cast<T *>(e.param), *mean = static_cast<T *>(e.state1), *square = static_cast<T *>(e.state2);
  T *largest = static_cast<T *>(e.state3);
  const T *grad = static_cast<const T *>(e.grad);
  const bool maximize = s.flags & HONE_MAXIMIZE, decays = s.weight_decay != 0;
  const T decay = decoupled ? T(1 - product(s.lr, s.weight_decay)) : T(s.weight_decay), weight1 = T(1 - s.beta1), beta2 = T(s.beta2), weight2 = T(1 - s.beta2);
  const T correction2 = T(std::sqrt(1 - std::pow(s.beta2, e.step))), inverse2 = T(1) / correction2;
  const T eps = T(s.eps), step = T(-(s.lr / (1 - std::pow(s.beta1, e.step))));
  // lerp_ goes from the nearer end
  const bool near_end = std::fabs(weight1) >= T(0.5);
  const T coefficient = near_end ? weight1 - 1 : weight1;
  sweep<T>(begin, end, [=](auto zero, hone_int i) {
    using V = decltype(zero);
    V p = read<V>(param + i), g = read<V>(grad + i), m = read<V>(mean + i), v = read<V>(square + i);
    if (maximize) g = -g;
    if (decays && decoupled) p = product(p, all_of<V>(decay));
    if (decays && !decoupled) g = add_product(g, p, all_of<V>(decay));
    m = add_product(near_end ? g : m, g - m, all_of<V>(coefficient));
    v = add_product(v * beta2, g * weight2, g);
    write(mean + i, m);
    write(square + i, v);
    if (amsgrad) write(largest + i, v = larger(read<V>(largest + i), v));
    const V denominator = quotient(root(v), correction2, inverse2) + eps;
    write(param + i, p + (m * step) / denominator);
  });
}

template <class T> int32_t adam(int32_t count, const double *list, const AdamSettings &s) {
  each_block(count, list, [&](const Entry &e, hone_int begin, hone_int end) {
    const bool amsgrad = s.flags & HONE_AMSGRAD;
    if (s.flags & HONE_DECOUPLED) (amsgrad ? adam_block<T, true, true> : adam_block<T, false, true>)(e, begin, end, s);
    else (amsgrad ? adam_block<T, true, false> : adam_block<T, false, false>)(e, begin, end, s);
  });
  return HONE_OK;
}

} // namespace

HONE_KERNEL(sgd_step)(int32_t dtype, int32_t count, const double *list, double lr, double momentum, double dampening, double weight_decay,
                      int32_t flags) {
  if (dtype == HONE_F32) return sgd<float>(count, list, lr, momentum, dampening, weight_decay, flags);
  if (dtype == HONE_F64) return sgd<double>(count, list, lr, momentum, dampening, weight_decay, flags);
  return fail(HONE_E_DTYPE, "sgd_step does not support dtype %d", int(dtype));
}

HONE_KERNEL(adam_step)(int32_t dtype, int32_t count, const double *list, double lr, double beta1, double beta2, double eps, double weight_decay,
                       int32_t flags) {
  const AdamSettings settings{lr, beta1, beta2, eps, weight_decay, flags};
  if (dtype == HONE_F32) return adam<float>(count, list, settings);
  if (dtype == HONE_F64) return adam<double>(count, list, settings);
  return fail(HONE_E_DTYPE, "adam_step does not support dtype %d", int(dtype));
}
