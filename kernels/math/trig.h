// trig.h: functions that float32 computes in float64, half a vector at a time (sin, cos, tan, pow, atan, …); float64 has libm's, lane by
// lane. V as in vecmath.h.
#pragma once

#include "math/vecmath.h"

namespace hone {

// float32 work that needs float64 inside goes half a vector at a time.
template <class V> struct Halves {
  static constexpr int lanes = VecInfo<V>::lanes;
  using F = typename VecN<float, lanes / 2>::type;
  using D = typename VecN<double, lanes / 2>::type;
  F part[2];
  explicit Halves(V x) { std::memcpy(part, &x, sizeof x); }
  V join() const { return bits<V>(part); }
  D wide(int i) const { return __builtin_convertvector(part[i], D); }
  void set(int i, D x) { part[i] = __builtin_convertvector(x, F); }
};

// r, but f(x, …) in the lanes where far is not 0: for the few that a vector's way does not reach.
template <class V, class F, class... X> inline V by_lane(V far, V r, F f, X... x) {
  using T = ElementOf<V>;
  constexpr int lanes = VecInfo<V>::lanes;
  T lane[lanes], any = 0;
  std::memcpy(lane, &far, sizeof far);
  for (T l : lane) any += l;
  if (any != 0)
    for (int i = 0; i < lanes; i++)
      if (lane[i] != 0) r[i] = f(x[i]...);
  return r;
}

// exp of D for what is rounded to float32 afterwards: exact to 2e-10, and to 0 or infinity only where float32 is.
template <class D> inline D exp_for_float(D x) {
  using U = typename VecInfo<D>::U;
  x = select(x < -120.0, broadcast<D>(-120.0), x);
  x = select(x > 100.0, broadcast<D>(100.0), x);
  D n, shifted;
  const D r = reduce_exp(x, n, shifted);
  D p = r * (1.0 / 40320) + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * bits<D>(U((bits<U>(shifted) << 52) + (uint64_t(1023) << 52)));
}

// x = n pi/2 + r for |x| < 2^28: r, and n mod 4 in quadrant.
template <class D> inline D reduce_trig(D x, typename VecInfo<D>::U &quadrant) {
  constexpr double magic = 6755399441055744.0;
  const D shifted = x * 0.63661977236758134308 + magic, n = shifted - magic;
  quadrant = bits<typename VecInfo<D>::U>(shifted) & uint64_t(3);
  return (x - n * 1.57079631090164184570) - n * 1.58932547735281966916e-08;
}
template <class D> inline void sincos_poly(D r, D &s, D &c) {
  const D z = r * r, w = z * z;
  s = (r + z * r * (z * 0.008333329385889463 - 0.16666666641626524)) + z * r * w * (z * 0.0000027183114939898219 - 0.00019839334836096632);
  c = ((1.0 + z * -0.499999997251031003120) + w * 0.0416666233237390631894) + (w * z) * (z * 0.0000243904487962774090654 - 0.00138867637746099294692);
}

struct Sine {
  static float narrow(float x) { return std::sin(x); }
  static double wide(double x) { return std::sin(x); }
  template <class D, class U> static D pick(D s, D c, U quadrant) {
    const D value = select((quadrant & uint64_t(1)) != uint64_t(0), c, s);
    return select((quadrant & uint64_t(2)) != uint64_t(0), -value, value);
  }
};
struct Cosine {
  static float narrow(float x) { return std::cos(x); }
  static double wide(double x) { return std::cos(x); }
  template <class D, class U> static D pick(D s, D c, U quadrant) { return Sine::pick(s, c, (quadrant + uint64_t(1))); }
};
struct Tangent {
  static float narrow(float x) { return std::tan(x); }
  static double wide(double x) { return std::tan(x); }
  template <class D, class U> static D pick(D s, D c, U quadrant) {
    const auto odd = (quadrant & uint64_t(1)) != uint64_t(0);
    return select(odd, -c, s) / select(odd, s, c);
  }
};

template <class Function, class V> inline V trigonometric(V x) {
  using T = ElementOf<V>;
  if constexpr (!is_f32<V>) {
    return each<V, Function::wide>(x);
  } else if constexpr (VecInfo<V>::lanes == 1) {
    return Function::narrow(x);
  } else {
    using H = Halves<V>;
    using D = typename H::D;
    H h(x);
    for (int i = 0; i < 2; i++) {
      typename VecInfo<D>::U quadrant;
      D s, c;
      sincos_poly(reduce_trig(h.wide(i), quadrant), s, c);
      h.set(i, Function::pick(s, c, quadrant));
    }
    V r = h.join();
    if (!std::is_same<Function, Cosine>::value) r = select(x == T(0), x, r);
    // Beyond the reach of reduce_trig, and for inf and NaN, these lanes (and no others) are libm's.
    const V far = select(m_fabs(x) < T(268435456.0), broadcast<V>(0), broadcast<V>(1));
    return by_lane(far, r, Function::narrow, x);
  }
}
template <class V> inline V m_sin(V x) { return trigonometric<Sine>(x); }
template <class V> inline V m_cos(V x) { return trigonometric<Cosine>(x); }
template <class V> inline V m_tan(V x) { return trigonometric<Tangent>(x); }

// x^y = 2^(y log2 |x|) in float64, the sign and the special cases after it; exact to the last bit but rare ties.
template <class V> inline V m_powf(V x, V y) {
  using T = ElementOf<V>;
  if constexpr (!is_f32<V> || VecInfo<V>::lanes == 1) {
    return each<V, std::pow>(x, y);
  } else {
    using H = Halves<V>;
    using L = std::numeric_limits<T>;
    H base(m_fabs(x)), exponent(y);
    for (int i = 0; i < 2; i++) {
      using D = typename H::D;
      const D l = m_log(base.wide(i));
      base.set(i, exp_for_float(exponent.wide(i) * l));
    }
    V r = base.join();
    const V whole = m_trunc(y), half = m_trunc(y * T(0.5)) * T(2);
    const auto integer = whole == y, odd = integer & (half != y);
    const auto negative = bits<typename VecInfo<V>::I>(x) < 0;
    r = select(negative & odd, -r, r);
    r = select((x < T(0)) & !integer & (x > -L::infinity()), broadcast<V>(L::quiet_NaN()), r);
    const auto one = (y == T(0)) | (x == T(1)) | ((x == T(-1)) & (m_fabs(y) == L::infinity()));
    return select(one, broadcast<V>(T(1)), r);
  }
}

// A float64 expression on D x for float32 vectors; libm for the rest.
#define HONE_THROUGH_DOUBLE(name, expression)                                             \
  struct Wide_##name {                                                                    \
    template <class D> static inline D apply(D x) { return expression; }                  \
  };                                                                                      \
  template <class V> inline V m_##name(V x) {                                             \
    if constexpr (is_f32<V> && (VecInfo<V>::lanes > 1)) {                                 \
      Halves<V> h(x);                                                                     \
      for (int i = 0; i < 2; i++) h.set(i, Wide_##name::apply(h.wide(i)));                \
      return h.join();                                                                    \
    } else {                                                                              \
      return each<V, std::name>(x);                                                       \
    }                                                                                     \
  }
HONE_THROUGH_DOUBLE(log2, m_log(x) * 1.44269504088896340736)
HONE_THROUGH_DOUBLE(log10, m_log(x) * 0.43429448190325182765)
// Near 0 the first terms of the series, where the formula would cancel.
HONE_THROUGH_DOUBLE(sinh, select(m_fabs(x) < 1e-4, x + x * x * x * (1.0 / 6), (m_exp(x) - m_exp(-x)) * 0.5))
HONE_THROUGH_DOUBLE(cosh, (exp_for_float(x) + exp_for_float(-x)) * 0.5)
HONE_THROUGH_DOUBLE(asinh, select(m_fabs(x) < 1e-4, x * (1.0 - x * x * (1.0 / 6)), m_copysign(m_log(m_fabs(x) + m_sqrt(x * x + 1.0)), x)))
HONE_THROUGH_DOUBLE(acosh, m_log(select(x < 0.0, x, x + m_sqrt(x * x - 1.0))))
HONE_THROUGH_DOUBLE(atanh, select(m_fabs(x) < 1e-4, x + x * x * x * (1.0 / 3), 0.5 * m_log((1.0 + x) / (1.0 - x))))

// The inverse functions for float32: minimax polynomials in float64, of relative errors below 5e-10.
template <class D> inline D asin_poly(D s, D z) { // asin(s) for s <= 1/2, z = s^2
  D p = z * 0.0375164509 + 0.0144386043;
  p = p * z + 0.0318077186;
  p = p * z + 0.0445169552;
  p = p * z + 0.0750050418;
  p = p * z + 0.1666666;
  return s + s * z * p;
}
template <class D> inline D atan_poly(D t) { // atan(t) for 0 <= t <= 1
  const D z = t * t;
  D p = z * 0.00111377182 - 0.00731787189;
  p = p * z + 0.0225396873;
  p = p * z - 0.0446897304;
  p = p * z + 0.0674158213;
  p = p * z - 0.0881108478;
  p = p * z + 0.110582219;
  p = p * z - 0.142798328;
  p = p * z + 0.199996711;
  p = p * z - 0.333333269;
  return t + t * z * p;
}
constexpr double kHalfPi = 1.57079632679489661923;
// asin(|x|), by way of asin(sqrt((1 - |x|) / 2)) from 1/2 on; minor: that smaller angle, or asin(|x|) itself.
template <class D> inline D asin_magnitude(D x, D &minor) {
  const D a = m_fabs(x);
  const auto big = a > 0.5;
  const D z = select(big, (1.0 - a) * 0.5, a * a);
  minor = asin_poly(select(big, m_sqrt(z), a), z);
  return select(big, kHalfPi - 2.0 * minor, minor);
}
template <class D> inline D asin_wide(D x) {
  D minor;
  return m_copysign(asin_magnitude(x, minor), x);
}
template <class D> inline D acos_wide(D x) {
  D minor;
  const D a = asin_magnitude(x, minor);
  return select(x > 0.5, 2.0 * minor, kHalfPi - m_copysign(a, x)); // near 1 the difference would cancel
}
template <class D> inline D atan_wide(D x) {
  const D a = m_fabs(x);
  const auto inverse = a > 1.0;
  const D r = atan_poly(select(inverse, broadcast<D>(1.0), a) / select(inverse, a, broadcast<D>(1.0)));
  return m_copysign(select(inverse, kHalfPi - r, r), x);
}
template <class D> inline D atan2_wide(D y, D x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const D ax = m_fabs(x), ay = m_fabs(y);
  const auto steep = ay > ax;
  const D small = select(steep, ax, ay), large = select(steep, ay, ax);
  D t = small / large;
  t = select((small == 0.0) & (large == 0.0), broadcast<D>(0.0), t);
  t = select(small == infinity, broadcast<D>(1.0), t); // the larger is infinite too
  D r = atan_poly(t);
  r = select(steep, kHalfPi - r, r);
  r = select(bits<typename VecInfo<D>::I>(x) < 0, 2 * kHalfPi - r, r);
  r = select((x == x) & (y == y), r, x + y);
  return m_copysign(r, y);
}
template <class D> inline D hypot_wide(D x, D y) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return select((m_fabs(x) == infinity) | (m_fabs(y) == infinity), broadcast<D>(infinity), m_sqrt(x * x + y * y));
}
HONE_THROUGH_DOUBLE(asin, asin_wide(x))
HONE_THROUGH_DOUBLE(acos, acos_wide(x))
HONE_THROUGH_DOUBLE(atan, atan_wide(x))
#undef HONE_THROUGH_DOUBLE

#define HONE_THROUGH_DOUBLE_2(name, expression)                                                \
  template <class V> inline V m_##name(V a, V b) {                                             \
    if constexpr (is_f32<V> && (VecInfo<V>::lanes > 1)) {                                      \
      Halves<V> x(a), y(b);                                                                    \
      for (int i = 0; i < 2; i++) x.set(i, expression(x.wide(i), y.wide(i)));                  \
      return x.join();                                                                         \
    } else {                                                                                   \
      return each<V, std::name>(a, b);                                                         \
    }                                                                                          \
  }
HONE_THROUGH_DOUBLE_2(atan2, atan2_wide)
HONE_THROUGH_DOUBLE_2(hypot, hypot_wide)
#undef HONE_THROUGH_DOUBLE_2

// A rational first guess and Newton steps, in double: two are enough for float32, three for float64.
template <int Steps> inline double erfinv_newton(double y) {
  const double a = std::fabs(y);
  if (!(a < 1)) return a == 1 ? std::copysign(std::numeric_limits<double>::infinity(), y) : std::numeric_limits<double>::quiet_NaN();
  double x;
  if (a <= 0.7) {
    const double z = y * y;
    x = y * (((-0.140543331 * z + 0.914624893) * z - 1.645349621) * z + 0.886226899) /
        ((((0.012229801 * z - 0.329097515) * z + 1.442710462) * z - 2.118377725) * z + 1);
  } else {
    const double z = std::sqrt(-std::log((1 - a) / 2));
    x = std::copysign(((1.641345311 * z + 3.429567803) * z - 1.624906493) * z - 1.970840454, y) / ((1.637067800 * z + 3.543889200) * z + 1);
  }
  for (int i = 0; i < Steps; i++) {
    // erf(x) - y through erfc where erf is near 1 and would cancel
    const double error = a <= 0.7 ? std::erf(x) - y : ((1 - a) - std::erfc(std::fabs(x))) * std::copysign(1.0, y);
    x -= error / (1.12837916709551257390 * std::exp(-x * x));
  }
  return x;
}
inline double erfinv_double(double y) { return erfinv_newton<3>(y); }
inline float erfinv_float(float y) { return float(erfinv_newton<2>(double(y))); }
// erfinv(y) / y is smooth in w = -log(1 - y^2), and in its root farther out: two minimax polynomials, of errors below 3e-9.
template <class D> inline D erfinv_wide(D y) {
  const D w = -m_log((1.0 - y) * (1.0 + y)), s = m_sqrt(w);
  D p = w * 3.5334624842553599e-11 - 4.865016641522867e-10;
  p = p * w - 9.2001523550716671e-9;
  p = p * w + 2.684969775647247e-7;
  p = p * w - 2.375881295640052e-6;
  p = p * w + 5.6400029708300895e-6;
  p = p * w + 4.060752540903228e-5;
  p = p * w - 0.00012191642779377724;
  p = p * w - 0.0023387159388423839;
  p = p * w + 0.011550425112823597;
  p = p * w + 0.23201354149934067;
  p = p * w + 0.88622692779891243;
  D q = s * -3.4434276228427172e-5 + 0.0012020524260085868;
  q = q * s - 0.018782713306496956;
  q = q * s + 0.17275453490689779;
  q = q * s - 1.0336532243720296;
  q = q * s + 4.1915219864199429;
  q = q * s - 11.611906618525442;
  q = q * s + 21.535103540274111;
  q = q * s - 25.232889101873205;
  q = q * s + 17.390790996538406;
  q = q * s - 4.3408700542537053;
  const D r = y * select(w > 6.0, q, p);
  return select(m_fabs(y) == 1.0, m_copysign(broadcast<D>(std::numeric_limits<double>::infinity()), y), r);
}
template <class V> inline V m_erfinv(V x) {
  if constexpr (!is_f32<V>) {
    return each<V, erfinv_double>(x);
  } else if constexpr (VecInfo<V>::lanes == 1) {
    return erfinv_float(x);
  } else {
    Halves<V> h(x);
    for (int i = 0; i < 2; i++) h.set(i, erfinv_wide(h.wide(i)));
    return h.join();
  }
}

} // namespace hone
