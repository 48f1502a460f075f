// functions.h: the functions that ops.def's expressions call, for floats (scalars and vectors V) and for wrapping integers (Int<S>).
// Their meaning at the edges (NaN, signed zeros, bounds) is PyTorch's.
#pragma once

#include "math/special.h"
#include "math/trig.h"
#include "math/vecmath.h"
#include "support/dtype.h"

namespace hone {

template <class V> struct IsInt : std::false_type {};
template <class S> struct IsInt<Int<S>> : std::true_type {};
template <class V> using IfFloat = typename std::enable_if<!IsInt<V>::value, int>::type;

// ---- floats and integers alike -----------------------------------------------------------------------------------------------------

// NaN wins; of equals the first. b > a ? b : a, one instruction, gives a where either is NaN: only b's NaN is to be seen to, which does
// not wait for a, the running value of reductions.
template <class V> inline V m_maximum(V a, V b) {
  if constexpr (IsInt<V>::value) return a >= b ? a : b;
  else return select(b != b, b, select(b > a, b, a));
}
template <class V> inline V m_minimum(V a, V b) {
  if constexpr (IsInt<V>::value) return a <= b ? a : b;
  else return select(b != b, b, select(b < a, b, a));
}
template <class V, class T> inline V m_clamp(V x, T low, T high) { return m_minimum(m_maximum(x, broadcast<V>(low)), broadcast<V>(high)); }
template <class V> inline V m_abs(V x) {
  if constexpr (IsInt<V>::value) return x < V(0) ? -x : x;
  else return m_fabs(x);
}
template <class V> inline V m_sign(V x) {
  if constexpr (IsInt<V>::value) return x > V(0) ? V(1) : x < V(0) ? -V(1) : V(0);
  else return select(x > ElementOf<V>(0), broadcast<V>(1), select(x < ElementOf<V>(0), broadcast<V>(-1), broadcast<V>(0)));
}
template <class V> inline V m_relu(V x) {
  if constexpr (IsInt<V>::value) return x < V(0) ? V(0) : x;
  else return select(x < ElementOf<V>(0), broadcast<V>(0), x);
}

// ---- integers ----------------------------------------------------------------------------------------------------------------------

template <class S> inline Int<S> m_floor(Int<S> x) { return x; }
template <class S> inline Int<S> m_ceil(Int<S> x) { return x; }
template <class S> inline Int<S> m_round(Int<S> x) { return x; }
template <class S> inline Int<S> m_trunc(Int<S> x) { return x; }

// The kernel reports zero divisors; here they give 0. -1 is apart, for the smallest integer has no negative.
template <class S> inline Int<S> m_floor_divide(Int<S> a, Int<S> b) {
  if (b.v == 0) return S(0);
  if (std::is_signed<S>::value && b.v == S(-1)) return -a;
  const S quotient = S(a.v / b.v), rest = S(a.v % b.v);
  return S(quotient - (rest != 0 && (rest < 0) != (b.v < 0)));
}
template <class S> inline Int<S> m_fmod(Int<S> a, Int<S> b) {
  if (b.v == 0 || (std::is_signed<S>::value && b.v == S(-1))) return S(0);
  return S(a.v % b.v);
}
template <class S> inline Int<S> m_remainder(Int<S> a, Int<S> b) {
  const S rest = m_fmod(a, b).v;
  return S(rest != 0 && (rest < 0) != (b.v < 0) ? rest + b.v : rest);
}
template <class S> inline Int<S> m_pow(Int<S> a, Int<S> b) {
  if (b.v < 0) return a.v == 1 ? S(1) : std::is_signed<S>::value && a.v == S(-1) ? S(b.v % 2 ? -1 : 1) : S(0);
  Int<S> result = S(1);
  for (S e = b.v; e > 0; e = S(e >> 1)) {
    if (e & 1) result = result * a;
    a = a * a;
  }
  return result;
}

template <class S> inline Int<S> m_bit_and(Int<S> a, Int<S> b) { return S(a.v & b.v); }
template <class S> inline Int<S> m_bit_or(Int<S> a, Int<S> b) { return S(a.v | b.v); }
template <class S> inline Int<S> m_bit_xor(Int<S> a, Int<S> b) { return S(a.v ^ b.v); }
template <class S> inline Int<S> m_shift_left(Int<S> a, Int<S> b) {
  using W = typename Int<S>::W;
  return b.v < 0 || b.v >= S(8 * sizeof(S)) ? S(0) : S(typename Int<S>::U(W(typename Int<S>::U(a.v)) << b.v));
}
template <class S> inline Int<S> m_shift_right(Int<S> a, Int<S> b) {
  constexpr S most = S(8 * sizeof(S) - (std::is_signed<S>::value ? 1 : 0));
  if (b.v < 0 || b.v >= most) return S(std::is_signed<S>::value && a.v < 0 ? -1 : 0);
  return S(a.v >> b.v);
}
// Of the absolute values; the smallest integer has none, and wraps around.
template <class S> inline Int<S> m_gcd(Int<S> a, Int<S> b) {
  using U = typename Int<S>::U;
  U x = U(m_abs(a).v), y = U(m_abs(b).v);
  while (y != 0) {
    const U rest = U(x % y);
    x = y;
    y = rest;
  }
  return S(x);
}
template <class S> inline Int<S> m_lcm(Int<S> a, Int<S> b) {
  const Int<S> divisor = m_gcd(a, b);
  return divisor.v == 0 ? Int<S>(S(0)) : m_abs(m_floor_divide(a, divisor) * b);
}

// ---- floats: arithmetic --------------------------------------------------------------------------------------------------------------

template <class V, IfFloat<V> = 0> inline V m_pow(V a, V b) { return m_powf(a, b); }
// float32: the quotient in float64. Below 2^29 it times b is exact, and so is the rest; other lanes are libm's.
template <class V, IfFloat<V> = 0> inline V m_fmod(V a, V b) {
  if constexpr (!is_f32<V> || VecInfo<V>::lanes == 1) {
    return each<V, std::fmod>(a, b);
  } else {
    Halves<V> x(m_fabs(a)), y(m_fabs(b)), far(a);
    for (int i = 0; i < 2; i++) {
      using D = typename Halves<V>::D;
      const D dividend = x.wide(i), divisor = y.wide(i), quotient = dividend / divisor;
      D rest = dividend - m_trunc(quotient) * divisor;
      rest = select(rest < 0.0, rest + divisor, rest); // the quotient was rounded up to a whole number
      x.set(i, rest);
      const auto near = (quotient < 536870912.0) & (divisor < std::numeric_limits<double>::infinity());
      far.set(i, select(near, broadcast<D>(0.0), broadcast<D>(1.0)));
    }
    return by_lane(far.join(), m_copysign(x.join(), a), [](float p, float q) { return std::fmod(p, q); }, a, b);
  }
}
template <class V, IfFloat<V> = 0> inline V m_remainder(V a, V b) {
  const V rest = m_fmod(a, b);
  const auto wrong = (rest != ElementOf<V>(0)) & ((b < ElementOf<V>(0)) != (rest < ElementOf<V>(0)));
  return select(wrong, rest + b, rest);
}
template <class V, IfFloat<V> = 0> inline V m_floor_divide(V a, V b) {
  using T = ElementOf<V>;
  const V rest = m_fmod(a, b);
  const auto wrong = (rest != T(0)) & ((b < T(0)) != (rest < T(0)));
  V quotient = (a - rest) / b;
  quotient = select(wrong, quotient - T(1), quotient);
  const V down = m_floor(quotient);
  const V rounded = select(quotient - down > T(0.5), down + T(1), down);
  const V result = select(quotient != T(0), rounded, m_copysign(broadcast<V>(0), a / b));
  return select(b == T(0), a / b, result);
}

// ---- floats: activations and their gradients; g is the gradient of the output -----------------------------------------------------------

template <class V> inline V m_logsigmoid(V x) {
  using T = ElementOf<V>;
  return select(x > T(0), broadcast<V>(0), x) - m_log1p(m_exp(-m_fabs(x)));
}
template <class V, class T> inline V m_softplus(V x, T beta, T threshold) {
  const V scaled = x * beta;
  return select(scaled > threshold, x, m_log1p(m_exp(scaled)) / beta);
}
template <class V, class T> inline V m_softplus_grad(V g, V x, T beta, T threshold) {
  const V scaled = x * beta;
  return select(scaled > threshold, g, g * m_sigmoid(scaled));
}
// x Phi(x), and Phi(x) + x phi(x)
template <class V> inline V m_gelu(V x) {
  using T = ElementOf<V>;
  return x * T(0.5) * (T(1) + erf_beside_one(x * T(0.70710678118654752440)));
}
template <class V> inline V m_gelu_grad(V g, V x) {
  using T = ElementOf<V>;
  const V cdf = T(0.5) * (T(1) + erf_beside_one(x * T(0.70710678118654752440)));
  const V pdf = T(0.39894228040143267794) * m_exp(x * x * T(-0.5));
  return g * (cdf + x * pdf);
}
template <class V> inline V m_gelu_tanh(V x) {
  using T = ElementOf<V>;
  const V inner = T(0.79788456080286535588) * (x + T(0.044715) * x * x * x);
  return x * T(0.5) * (T(1) + m_tanh(inner));
}
template <class V> inline V m_gelu_tanh_grad(V g, V x) {
  using T = ElementOf<V>;
  const V square = x * x, t = m_tanh(T(0.79788456080286535588) * (x + T(0.044715) * square * x));
  const V slope = T(0.79788456080286535588) * (T(1) + T(3 * 0.044715) * square);
  return g * (T(0.5) * (T(1) + t) + T(0.5) * x * (T(1) - t * t) * slope);
}
template <class V> inline V m_silu_grad(V g, V x) {
  using T = ElementOf<V>;
  const V s = m_sigmoid(x);
  return g * s * (T(1) + x * (T(1) - s));
}
template <class V, class T> inline V m_leaky_relu(V x, T slope) { return select(x > T(0), x, x * slope); }
template <class V, class T> inline V m_leaky_relu_grad(V g, V x, T slope) { return select(x > T(0), g, g * slope); }
template <class V, class T> inline V m_elu(V x, T alpha, T scale) { return select(x < T(0), m_expm1(x) * (alpha * scale), x * scale); }
template <class V, class T> inline V m_elu_grad(V g, V x, T alpha, T scale) {
  return select(x <= T(0), g * (alpha * scale) * m_exp(x), g * scale);
}
// x tanh(softplus(x)) = x n / (n + 2) with n = e^x (e^x + 2); from 20 on the quotient is 1.
template <class V> inline V mish_gate(V x, V &e) {
  using T = ElementOf<V>;
  e = m_exp(select(x > T(20), broadcast<V>(T(20)), x));
  const V n = e * (e + T(2));
  return n / (n + T(2));
}
template <class V> inline V m_mish(V x) {
  V e;
  return x * mish_gate(x, e);
}
// The slope of the gate w is (1 - w^2) sigmoid(x).
template <class V> inline V m_mish_grad(V g, V x) {
  using T = ElementOf<V>;
  V e;
  const V w = mish_gate(x, e);
  return g * select(x > T(20), broadcast<V>(1), w + x * (e / (T(1) + e)) * (T(1) - w * w));
}
template <class V, class T> inline V m_celu(V x, T alpha) { return select(x < T(0), m_expm1(x / alpha) * alpha, x); }
// 0 up to -3, g from 3 on, g (x / 3 + 1 / 2) between.
template <class V> inline V m_hardswish_grad(V g, V x) {
  using T = ElementOf<V>;
  return select(x <= T(-3), broadcast<V>(0), select(x < T(3), g * (x / T(3) + T(0.5)), g));
}
// g where x > 0, else 0; a NaN x passes g, as in PyTorch.
template <class V> inline V m_select_gt0(V x, V g) { return select(x <= ElementOf<V>(0), broadcast<V>(0), g); }
template <class V, class T> inline V m_clamp_grad(V g, V x, T low, T high) {
  // An infinite bound is none: infinities pass it.
  auto above = (x > low) | (broadcast<V>(low) == broadcast<V>(-__builtin_inf()));
  auto below = (x < high) | (broadcast<V>(high) == broadcast<V>(__builtin_inf()));
  return select(above & below & (x == x), g, broadcast<V>(0));
}

} // namespace hone
