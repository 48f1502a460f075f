// special.h: the error function's and the gamma function's relatives and modified Bessel functions, in float64 for every dtype, lane by
// lane. Series and asymptotic expansions are those of Abramowitz and Stegun's Handbook of Mathematical Functions; chapters stand beside them.
#pragma once

#include <math.h>

#include "math/trig.h"

namespace hone {

constexpr double kPi = 3.14159265358979323846, kHalfRoot = 0.70710678118654752440 /* sqrt(1/2) */;

// exp(x^2) erfc(x), 7.1.2 and 7.1.23. The square is taken in two parts: its rounding error would come back multiplied by itself.
inline double erfcx_double(double x) {
  if (x > 12) {
    const double z = -0.5 / (x * x);
    double sum = 1, term = 1;
    for (int k = 1; k < 20; k++) sum += term *= z * (2 * k - 1);
    return sum / (x * 1.77245385090551602730);
  }
  const double high = x * x, low = std::fma(x, x, -high);
  const double scale = std::exp(high);
  // Where the square is infinite its rounding error is no number.
  return scale == std::numeric_limits<double>::infinity() ? 2 * scale : scale * (1 + low) * std::erfc(x);
}

inline double lgamma_double(double x) {
#if defined(_WIN32)
  return std::lgamma(x);
#else
  int sign; // lgamma itself would write it to a global variable, from several threads
  return ::lgamma_r(x, &sign);
#endif
}

// Bernoulli numbers B_2, B_4, … divided by (2k)!: the weights of the Euler-Maclaurin formula (23.1.30).
constexpr double kBernoulli[] = {1.0 / 12,
                                 -1.0 / 720,
                                 1.0 / 30240,
                                 -1.0 / 1209600,
                                 1.0 / 47900160,
                                 -691.0 / 1307674368000.0,
                                 1.0 / 74724249600.0,
                                 -3617.0 / 10670622842880000.0};

// 6.3.18, after 6.3.5 has brought x to where it is exact, and 6.3.7 for negative x.
inline double digamma_double(double x) {
  if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
  if (x < 0) {
    const double fraction = x - std::trunc(x);
    if (fraction == 0) return std::numeric_limits<double>::quiet_NaN();
    return digamma_double(1 - x) - kPi / std::tan(kPi * fraction);
  }
  double result = 0;
  for (; x < 10; x += 1) result -= 1 / x;
  // B_2k / (2k x^2k) = kBernoulli (2k - 1)! / x^2k
  const double z = 1 / (x * x);
  double power = z, factorial = 1, tail = 0;
  for (int k = 0; k < 8; k++) {
    tail += kBernoulli[k] * factorial * power;
    power *= z;
    factorial *= (2 * k + 2) * (2 * k + 3);
  }
  return result + std::log(x) - 0.5 / x - tail;
}

// Hurwitz' zeta function of a whole order from 2 on, for q > 0: the sum of (q + k)^-order.
inline double zeta_positive(double order, double q) {
  double sum = 0;
  for (; q < 12; q += 1) sum += std::pow(q, -order);
  const double last = std::pow(q, -order);
  sum += last * q / (order - 1) + last / 2;
  double factor = order * last / q;
  for (int k = 0; k < 8; k++) {
    sum += kBernoulli[k] * factor;
    factor *= (order + 2 * k + 1) * (order + 2 * k + 2) / (q * q);
  }
  return sum;
}
// Below 0 the terms on either side of it are two sums of positive ones.
inline double zeta_double(double order, double q) {
  if (!(q <= 0)) return q == std::numeric_limits<double>::infinity() ? 0 : zeta_positive(order, q);
  const double down = std::floor(q), fraction = q - down;
  if (fraction == 0) return std::numeric_limits<double>::infinity();
  const double below = zeta_positive(order, 1 - fraction) - zeta_positive(order, 1 - q);
  return zeta_positive(order, fraction) + (std::fmod(order, 2) == 0 ? below : -below);
}

// The derivatives of digamma: 6.4.10.
inline double polygamma_double(double x, double order) {
  const double value = std::tgamma(order + 1) * zeta_double(order + 1, x);
  return std::fmod(order, 2) == 0 ? -value : value;
}

// exp(-|x|) I_order(|x|) for the orders 0 and 1: 9.6.10 near 0, 9.7.1 where its smallest term is below the last bit.
inline double bessel_scaled(int order, double x) {
  const double a = std::fabs(x);
  if (a <= 20) {
    const double z = a * a / 4;
    double term = order == 0 ? 1 : a / 2, sum = term;
    for (int k = 1; term > sum * 1e-18; k++) sum += term *= z / (double(k) * (k + order));
    return sum * std::exp(-a);
  }
  double term = 1, sum = 1;
  for (int k = 1; k < 40 && std::fabs(term) > 1e-18; k++) sum += term *= ((2 * k - 1) * (2 * k - 1) - 4 * order) / (8 * a * k);
  return sum / std::sqrt(2 * kPi * a);
}
inline double i0e_double(double x) { return bessel_scaled(0, x); }
inline double i1e_double(double x) { return std::copysign(bessel_scaled(1, x), x); }
inline double i0_double(double x) { return std::exp(std::fabs(x)) * i0e_double(x); }
inline double i1_double(double x) { return std::exp(std::fabs(x)) * i1e_double(x); }

// log(Phi(x)), Phi the distribution function of the normal distribution.
inline double log_ndtr_double(double x) {
  const double t = x * kHalfRoot;
  return x < -1 ? std::log(erfcx_double(-t) / 2) - t * t : std::log1p(-std::erfc(t) / 2);
}

// The inverse of Phi: by erfinv in the middle, by Newton's method on log(Phi) from 26.2.23 in the tails.
inline double ndtri_double(double p) {
  if (!(p > 0 && p < 1))
    return p == 0 ? -std::numeric_limits<double>::infinity() : p == 1 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (p > 0.25 && p < 0.75) return erfinv_double(2 * p - 1) / kHalfRoot;
  const double tail = std::log(p < 0.5 ? p : 1 - p), t = std::sqrt(-2 * tail);
  double x = ((0.010328 * t + 0.802853) * t + 2.515517) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1) - t;
  for (int i = 0; i < 4; i++) x -= (log_ndtr_double(x) - tail) * erfcx_double(-x * kHalfRoot) * 1.25331413731550025121; // sqrt(pi / 2)
  return p < 0.5 ? x : -x;
}

#define HONE_SPECIAL(name)                                                     \
  inline float name##_float(float x) { return float(name##_double(double(x))); } \
  template <class V> inline V m_##name(V x) {                                  \
    if constexpr (is_f32<V>) return each<V, name##_float>(x);                  \
    else return each<V, name##_double>(x);                                     \
  }
HONE_SPECIAL(erfcx)
HONE_SPECIAL(lgamma)
HONE_SPECIAL(digamma)
HONE_SPECIAL(i0)
HONE_SPECIAL(i0e)
HONE_SPECIAL(i1)
HONE_SPECIAL(i1e)
HONE_SPECIAL(ndtri)
HONE_SPECIAL(log_ndtr)
#undef HONE_SPECIAL

// float32: erfcx, a minimax polynomial in (x - 3) / (x + 3) of relative error 2e-9, times exp(-x^2), in float64.
template <class D> inline D erfc_wide(D x) {
  D a = m_fabs(x);
  a = select(a > 10.6, broadcast<D>(10.6), a); // float32 is 0 there
  const D u = (a - 3.0) / (a + 3.0);
  D p = u * 5.6089433559099929e-5 + 2.9282998016105917e-5;
  p = p * u - 0.00059439368839032036;
  p = p * u + 0.00071553882850716212;
  p = p * u + 0.0042687353024452434;
  p = p * u - 0.024394206541668881;
  p = p * u + 0.071665892184690799;
  p = p * u - 0.15011578251469082;
  p = p * u + 0.24560379584626174;
  p = p * u - 0.32623356383083735;
  p = p * u + 0.17900115128075392;
  const D r = p * exp_for_float(-a * a);
  return select(x < 0.0, 2.0 - r, r);
}
template <class V> inline V m_erfc(V x) {
  if constexpr (is_f32<V> && (VecInfo<V>::lanes > 1)) {
    Halves<V> h(x);
    for (int i = 0; i < 2; i++) h.set(i, erfc_wide(h.wide(i)));
    return h.join();
  } else {
    return each<V, std::erfc>(x);
  }
}

inline float polygamma_float(float x, float order) { return float(polygamma_double(double(x), double(order))); }
template <class V> inline V m_polygamma(V x, ElementOf<V> order) {
  if constexpr (is_f32<V>) return each<V, polygamma_float>(x, broadcast<V>(order));
  else return each<V, polygamma_double>(x, broadcast<V>(order));
}

} // namespace hone
