// optim.h: what the optimizers share: the list of parameters that a step goes through, and arithmetic in PyTorch's order of operations
// (and of roundings, on builds with FMA). Their files are compiled without contraction: what is one rounding is written so.
#pragma once

#include <cmath>
#include <limits>

#include "math/functions.h"
#include "math/fused.h"
#include "optim/denormals.h"
#include "support/parallel.h"
#include "support/sizes.h"

namespace hone {

constexpr hone_int kOptimBlock = 1 << 14; // elements to a unit of work; blocks never straddle parameters

// One parameter of the list.
struct Entry {
  void *param;
  const void *grad;
  void *state1, *state2, *state3;
  hone_int n;
  double step, scalar;

  explicit Entry(const double *e)
      : param(address(e[0])), grad(address(e[1])), state1(address(e[2])), state2(address(e[3])), state3(address(e[4])), n(hone_int(e[5])), step(e[6]),
        scalar(e[7]) {}
  static void *address(double x) { return reinterpret_cast<void *>(uintptr_t(x)); }
  hone_int blocks() const { return ceil_div(n, kOptimBlock); }
};

// Calls body(entry, begin, end) over every block of every entry, on all threads.
template <class F> void each_block(int32_t count, const double *list, F &&body) {
  hone_int total = 0;
  for (int32_t i = 0; i < count; i++) total += Entry(list + hone_int(i) * HONE_OPTIM_STRIDE).blocks();
  parallel_for(total, 1, [&](hone_int first, hone_int last) {
    hone_int at = 0; // number of the entry's first block
    for (int32_t i = 0; i < count && at < last; i++) {
      const Entry entry(list + hone_int(i) * HONE_OPTIM_STRIDE);
      const hone_int blocks = entry.blocks();
      const hone_int from = first > at ? first - at : 0, to = last - at < blocks ? last - at : blocks;
      if (from < to) body(entry, from * kOptimBlock, to * kOptimBlock < entry.n ? to * kOptimBlock : entry.n);
      at += blocks;
    }
  });
}

// each_block for state that decays towards 0: without gradients it would end in denormal numbers and stay there, and every further step
// take many times as long.
template <class F> void each_decaying_block(int32_t count, const double *list, F &&body) {
  each_block(count, list, [&](const Entry &entry, hone_int begin, hone_int end) {
    const FlushDenormals flush;
    body(entry, begin, end);
  });
}

// c + a * b: one rounding where PyTorch's builds have one. Without an FMA instruction two, as emulating it would cost too much here.
template <class V> inline V add_product(V c, V a, V b) {
#if HONE_HAS_FMA
  return fused(a, b, c);
#else
  return c + a * b;
#endif
}

// x / by for x >= 0, by > 0 normal, inverse = 1 / by: the correctly rounded quotient (Markstein 1990), for a third of a division's time.
// A residual of infinity would be NaN.
template <class V, class T> inline V quotient(V x, T by, T inverse) {
#if HONE_HAS_FMA
  const V q = x * inverse;
  const V exact = fused(fused(-q, broadcast<V>(by), x), broadcast<V>(inverse), q);
  return x <= std::numeric_limits<T>::max() ? exact : x;
#else
  (void)inverse;
  return x / by;
#endif
}

// Calls body(V{}, i) with vectors while they fit, then with single elements.
template <class T, class F> inline void sweep(hone_int begin, hone_int end, F &&body) {
  hone_int i = begin;
  for (; i + kLanes<T> <= end; i += kLanes<T>) body(Vec<T>{}, i);
  for (; i < end; i++) body(T{}, i);
}

// torch.lerp with a number: from + weight (to - from), from the nearer end.
template <class T> struct Lerp {
  bool near_end;
  T coefficient;
  explicit Lerp(double weight) : near_end(std::fabs(T(weight)) >= T(0.5)), coefficient(near_end ? T(weight) - 1 : T(weight)) {}
  template <class V> V operator()(V from, V to) const { return add_product(near_end ? to : from, to - from, broadcast<V>(coefficient)); }
};

// keep v + (1 - keep) g g: v.mul_(keep).addcmul_(g, g, value=1 - keep).
template <class T> struct SquareAverage {
  T keep, take;
  explicit SquareAverage(double keep_) : keep(T(keep_)), take(T(1 - keep_)) {}
  template <class V> V operator()(V v, V g) const { return add_product(v * keep, g * take, g); }
};

// The gradient to descend along, and how weights decay: coupled, g += decay p; decoupled, p *= 1 - lr decay.
template <class T> struct Direction {
  bool maximize, coupled, decoupled;
  T decay;
  Direction(double lr, double weight_decay, int32_t flags)
      : maximize(flags & HONE_MAXIMIZE), coupled(weight_decay != 0 && !(flags & HONE_DECOUPLED)),
        decoupled(weight_decay != 0 && (flags & HONE_DECOUPLED)), decay(decoupled ? T(1 - lr * weight_decay) : T(weight_decay)) {}
  template <class V> V operator()(V g, V &p) const {
    if (maximize) g = -g;
    if (decoupled) p = p * decay;
    return coupled ? add_product(g, p, broadcast<V>(decay)) : g;
  }
};

// Runs step.run<T>() for the list's dtype.
template <class S> inline int32_t run_step(const char *name, int32_t dtype, const S &step) {
  return for_floats(dtype, name, [&](auto zero) {
    step.template run<decltype(zero)>();
    return HONE_OK;
  });
}

} // namespace hone
