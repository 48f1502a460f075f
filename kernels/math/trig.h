// trig.h: functions that float32 computes in float64, half a vector at a time (sin, cos, tan, pow, …), and those that are libm's,
// lane by lane. V as in vecmath.h.
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
    T from[VecInfo<V>::lanes], lane[VecInfo<V>::lanes], any = 0;
    std::memcpy(lane, &far, sizeof far);
    for (T l : lane) any += l;
    if (any != 0) {
      std::memcpy(from, &x, sizeof x);
      for (int i = 0; i < VecInfo<V>::lanes; i++)
        if (lane[i] != 0) r[i] = Function::narrow(from[i]);
    }
    return r;
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
      base.set(i, m_exp(exponent.wide(i) * l));
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
HONE_THROUGH_DOUBLE(exp2, m_exp(x * 0.69314718055994530942))
HONE_THROUGH_DOUBLE(log2, m_log(x) * 1.44269504088896340736)
HONE_THROUGH_DOUBLE(log10, m_log(x) * 0.43429448190325182765)
// Near 0 the first terms of the series, where the formula would cancel.
HONE_THROUGH_DOUBLE(sinh, select(m_fabs(x) < 1e-4, x + x * x * x * (1.0 / 6), (m_exp(x) - m_exp(-x)) * 0.5))
HONE_THROUGH_DOUBLE(cosh, (m_exp(x) + m_exp(-x)) * 0.5)
HONE_THROUGH_DOUBLE(asinh, select(m_fabs(x) < 1e-4, x * (1.0 - x * x * (1.0 / 6)), m_copysign(m_log(m_fabs(x) + m_sqrt(x * x + 1.0)), x)))
HONE_THROUGH_DOUBLE(acosh, m_log(select(x < 0.0, x, x + m_sqrt(x * x - 1.0))))
HONE_THROUGH_DOUBLE(atanh, select(m_fabs(x) < 1e-4, x + x * x * x * (1.0 / 3), 0.5 * m_log((1.0 + x) / (1.0 - x))))
#undef HONE_THROUGH_DOUBLE

#define HONE_LIBM(name) \
  template <class V> inline V m_##name(V x) { return each<V, std::name>(x); }
HONE_LIBM(asin)
HONE_LIBM(acos)
HONE_LIBM(atan)
#undef HONE_LIBM
template <class V> inline V m_atan2(V y, V x) { return each<V, std::atan2>(y, x); }
template <class V> inline V m_hypot(V x, V y) { return each<V, std::hypot>(x, y); }

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
template <class V> inline V m_erfinv(V x) {
  if constexpr (is_f32<V>) return each<V, erfinv_float>(x);
  else return each<V, erfinv_double>(x);
}

} // namespace hone
