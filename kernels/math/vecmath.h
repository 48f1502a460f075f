// vecmath.h: exp, log and their kin, written once for scalars and for vectors of any width (V is float, double or a vector of them).
// float32 results are within 2 ulp; float64 exp and log within 1 to 2, the rest of float64 is libm, lane by lane.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#if (defined(__x86_64__) || defined(__i386__)) && !defined(__clang__)
#include <immintrin.h>
#endif

#include "support/simd.h"

namespace hone {

// Applies a scalar function to each lane; not inlined, for the sake of size.
template <class V, ElementOf<V> (*F)(ElementOf<V>)> __attribute__((noinline)) V each(V x) {
  using T = ElementOf<V>;
  T lane[VecInfo<V>::lanes];
  std::memcpy(lane, &x, sizeof x);
  for (T &l : lane) l = F(l);
  return bits<V>(lane);
}
template <class V, ElementOf<V> (*F)(ElementOf<V>, ElementOf<V>)> __attribute__((noinline)) V each(V x, V y) {
  using T = ElementOf<V>;
  T a[VecInfo<V>::lanes], b[VecInfo<V>::lanes];
  std::memcpy(a, &x, sizeof x);
  std::memcpy(b, &y, sizeof y);
  for (int i = 0; i < VecInfo<V>::lanes; i++) a[i] = F(a[i], b[i]);
  return bits<V>(a);
}

template <class V> inline V m_fabs(V x) {
  using U = typename VecInfo<V>::U;
  return bits<V>(bits<U>(x) & ~bits<U>(broadcast<V>(ElementOf<V>(-0.0))));
}
template <class V> inline V m_copysign(V x, V sign) {
  using U = typename VecInfo<V>::U;
  const U mask = bits<U>(broadcast<V>(ElementOf<V>(-0.0)));
  return bits<V>((bits<U>(x) & ~mask) | (bits<U>(sign) & mask));
}

template <class V> inline V m_sqrt(V x) {
  if constexpr (VecInfo<V>::lanes == 1) {
    return std::sqrt(x);
  } else {
#if defined(__clang__)
    return __builtin_elementwise_sqrt(x);
#else
#if defined(__AVX512F__)
    if constexpr (sizeof(V) == 64) {
      if constexpr (is_f32<V>) return bits<V>(_mm512_maskz_sqrt_ps(__mmask16(-1), bits<__m512>(x)));
      else return bits<V>(_mm512_maskz_sqrt_pd(__mmask8(-1), bits<__m512d>(x)));
    }
#endif
#if defined(__AVX__)
    if constexpr (sizeof(V) == 32) {
      if constexpr (is_f32<V>) return bits<V>(_mm256_sqrt_ps(bits<__m256>(x)));
      else return bits<V>(_mm256_sqrt_pd(bits<__m256d>(x)));
    }
#endif
#if defined(__SSE2__)
    if constexpr (sizeof(V) == 16) {
      if constexpr (is_f32<V>) return bits<V>(_mm_sqrt_ps(bits<__m128>(x)));
      else return bits<V>(_mm_sqrt_pd(bits<__m128d>(x)));
    }
#endif
    V r{};
    for (int i = 0; i < VecInfo<V>::lanes; i++) r[i] = std::sqrt(x[i]);
    return r;
#endif
  }
}

// ---- rounding: adding and taking away 2^23 (2^52) leaves an integer, rounded half to even -------------------------------------

template <class V> inline V m_round(V x) {
  using T = ElementOf<V>;
  const V big = broadcast<V>(is_f32<V> ? T(8388608.0) : T(4503599627370496.0));
  const V magnitude = m_fabs(x);
  const V rounded = (magnitude + big) - big;
  return select(magnitude < big, m_copysign(rounded, x), x);
}
// Where the build has an instruction for them: the immediate operand of the x86 ones is 1 down, 2 up, 3 towards zero.
#if defined(__clang__) && (defined(__wasm__) || defined(__aarch64__) || defined(__SSE4_1__))
#define HONE_ROUNDED(way, builtin) if constexpr (VecInfo<V>::lanes > 1) return builtin(x);
#elif defined(__AVX512F__)
#define HONE_ROUNDED(way, builtin)                                                                                              \
  if constexpr (sizeof(V) == 64 && is_f32<V>) return bits<V>(_mm512_maskz_roundscale_ps(__mmask16(-1), bits<__m512>(x), way));  \
  else if constexpr (sizeof(V) == 64) return bits<V>(_mm512_maskz_roundscale_pd(__mmask8(-1), bits<__m512d>(x), way));
#elif defined(__AVX__)
#define HONE_ROUNDED(way, builtin)                                                                                \
  if constexpr (sizeof(V) == 32 && is_f32<V>) return bits<V>(_mm256_round_ps(bits<__m256>(x), way | _MM_FROUND_NO_EXC)); \
  else if constexpr (sizeof(V) == 32) return bits<V>(_mm256_round_pd(bits<__m256d>(x), way | _MM_FROUND_NO_EXC));
#else
#define HONE_ROUNDED(way, builtin)
#endif
template <class V> inline V m_floor(V x) {
  HONE_ROUNDED(1, __builtin_elementwise_floor)
  const V r = m_round(x);
  return m_copysign(select(r > x, r - ElementOf<V>(1), r), x);
}
template <class V> inline V m_ceil(V x) {
  HONE_ROUNDED(2, __builtin_elementwise_ceil)
  const V r = m_round(x);
  return m_copysign(select(r < x, r + ElementOf<V>(1), r), x);
}
template <class V> inline V m_trunc(V x) {
  HONE_ROUNDED(3, __builtin_elementwise_trunc)
  const V magnitude = m_fabs(x);
  const V r = m_round(magnitude);
  return m_copysign(select(r > magnitude, r - ElementOf<V>(1), r), x);
}
#undef HONE_ROUNDED

// ---- exponentials --------------------------------------------------------------------------------------------------------------

// x = n ln 2 + r with |r| <= ln 2 / 2: gives r, n as a V in `count`, n's bits in the result's low mantissa in `shifted`.
template <class V> inline V reduce_exp(V x, V &count, V &shifted) {
  using T = ElementOf<V>;
  constexpr T magic = is_f32<V> ? T(12582912.0) : T(6755399441055744.0); // 1.5 * 2^23, 1.5 * 2^52
  constexpr T high = is_f32<V> ? T(0.693359375) : T(6.93145751953125e-1);
  constexpr T low = is_f32<V> ? T(-2.12194440e-4) : T(1.42860682030941723212e-6);
  shifted = x * T(1.44269504088896340736) + magic;
  count = shifted - magic;
  return (x - count * high) - count * low;
}
// 2^n for an n in the normal range, n given as an integer.
template <class V> inline V power_of_two(typename VecInfo<V>::U n) {
  using U = typename VecInfo<V>::U;
  using S = typename BitsOf<ElementOf<V>>::U;
  constexpr S bias = is_f32<V> ? 127 : 1023, mantissa = is_f32<V> ? 23 : 52;
  return bits<V>(U((n + bias) << mantissa));
}
template <class V> inline typename VecInfo<V>::U integer_of(V shifted) {
  using U = typename VecInfo<V>::U;
  using T = ElementOf<V>;
  return bits<U>(shifted) - bits<typename BitsOf<T>::U>(is_f32<V> ? T(12582912.0) : T(6755399441055744.0));
}

// float32's exp(r) - 1 for what reduce_exp leaves. Brief: without the last term, 1.2e-7 off at most.
template <bool Brief = false, class V> inline V expm1_series(V r) {
  using T = ElementOf<V>;
  V p = broadcast<V>(T(1.3981999507e-3));
  if constexpr (!Brief) p = r * T(1.9875691500e-4) + p;
  p = p * r + T(8.3334519073e-3);
  p = p * r + T(4.1665795894e-2);
  p = p * r + T(1.6666665459e-1);
  p = p * r + T(5.0000001201e-1);
  return p * (r * r) + r;
}

template <class V> inline V m_exp(V x) {
  using T = ElementOf<V>;
  using I = typename VecInfo<V>::I;
  using U = typename VecInfo<V>::U;
  const T lowest = is_f32<V> ? T(-104) : T(-746), highest = is_f32<V> ? T(89) : T(710);
  x = select(x < lowest, broadcast<V>(lowest), x);
  x = select(x > highest, broadcast<V>(highest), x);
  V n, shifted, p;
  const V r = reduce_exp(x, n, shifted);
  if constexpr (is_f32<V>) {
    p = expm1_series(r) + T(1);
  } else {
    const V z = r * r;
    V q = z * T(1.26177193074810590878e-4) + T(3.02994407707441961300e-2);
    q = (q * z + T(9.99999999999999999910e-1)) * r;
    V d = z * T(3.00198505138664455042e-6) + T(2.52448340349684104192e-3);
    d = d * z + T(2.27265548208155028766e-1);
    d = d * z + T(2);
    p = T(1) + T(2) * (q / (d - q));
  }
  // Two steps, so that results below and n above the normal range come out rounded once.
  const I whole = bits<I>(integer_of(shifted)), half = whole >> 1;
  return p * power_of_two<V>(bits<U>(half)) * power_of_two<V>(bits<U>(whole) - bits<U>(half));
}

// float32's exp of what lies between -87 and 88: neither the ends of the range nor NaN are seen to, and 2^n goes straight into the exponent.
template <bool Brief = false, class V> inline V exp_tame(V x) {
  static_assert(is_f32<V>, "float64 has m_exp");
  using U = typename VecInfo<V>::U;
  V n, shifted;
  const V p = expm1_series<Brief>(reduce_exp(x, n, shifted)) + ElementOf<V>(1);
  return bits<V>(U(bits<U>(p) + (bits<U>(shifted) << 23)));
}

// exp of what is at most 0 (or NaN), as scores less their largest are, without m_exp's steps for large results and denormals: below -87
// float32 gives 0, where exp would be under 1.7e-38. NaN stays.
template <class V> inline V exp_below(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    const auto gone = x < T(-87);
    return select(gone, broadcast<V>(T(0)), exp_tame(select(gone, broadcast<V>(T(-87)), x)));
  } else {
    return m_exp(x);
  }
}

template <class V> inline V m_exp2(V x) {
  using T = ElementOf<V>;
  using I = typename VecInfo<V>::I;
  using U = typename VecInfo<V>::U;
  if constexpr (is_f32<V>) {
    x = select(x < T(-151), broadcast<V>(T(-151)), x);
    x = select(x > T(129), broadcast<V>(T(129)), x);
    const V shifted = x + T(12582912.0), f = x - (shifted - T(12582912.0)); // exact: |f| <= 1/2
    V p = f * T(1.5252734e-5) + T(1.5403530e-4); // the series of exp(f ln 2)
    p = p * f + T(1.3333558e-3);
    p = p * f + T(9.6181291e-3);
    p = p * f + T(5.5504109e-2);
    p = p * f + T(2.4022651e-1);
    // What 1 + f ln 2 loses in rounding is added back with the rest: without fused multiply-adds it is half a unit.
    const V line = f * T(6.9314718e-1), sum = line + T(1);
    p = sum + (p * (f * f) + (line - (sum - T(1))));
    const I whole = bits<I>(integer_of(shifted)), half = whole >> 1;
    return p * power_of_two<V>(bits<U>(half)) * power_of_two<V>(bits<U>(whole) - bits<U>(half));
  } else {
    return each<V, std::exp2>(x);
  }
}

template <class V> inline V m_expm1(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    using S = typename BitsOf<T>::U;
    V y = select(x < T(-20), broadcast<V>(T(-20)), x);
    y = select(y > T(89), broadcast<V>(T(89)), y);
    V n, shifted;
    const V r = reduce_exp(y, n, shifted);
    const V p = expm1_series(r);
    // 2^n (p + 1) - 1, by way of 2^(n-1), which n = 128 needs.
    const V scale = power_of_two<V>(integer_of(shifted) - S(1));
    const V result = T(2) * (scale * p + (scale - T(0.5)));
    return select(m_fabs(x) < T(5.9604645e-8), x, result);
  } else {
    return each<V, std::expm1>(x);
  }
}

// ---- logarithms ------------------------------------------------------------------------------------------------------------------

// A small integer, given as two's complement, as a V.
template <class V> inline V small_float(typename VecInfo<V>::U n) {
  using T = ElementOf<V>;
  constexpr T magic = is_f32<V> ? T(12582912.0) : T(6755399441055744.0);
  return bits<V>(typename VecInfo<V>::U(n + bits<typename BitsOf<T>::U>(magic))) - magic;
}
// log(2^k (1 + f)) + c, 1 + f in [sqrt(1/2), sqrt(2)] (fdlibm).
template <class V> inline V log_core(V k, V f, V c) {
  using T = ElementOf<V>;
  const V s = f / (f + T(2)), z = s * s, w = z * z, half = f * f * T(0.5);
  V r;
  if constexpr (is_f32<V>) {
    r = w * (w * T(0.24279078841) + T(0.40000972152)) + z * (w * T(0.28498786688) + T(0.66666662693));
    return s * (half + r) + (k * T(9.0580006145e-06) + c) - half + f + k * T(6.9313812256e-01);
  } else {
    r = w * (w * (w * T(1.531383769920937332e-01) + T(2.222219843214978396e-01)) + T(3.999999999940941908e-01)) +
        z * (w * (w * (w * T(1.479819860511658591e-01) + T(1.818357216161805012e-01)) + T(2.857142874366239149e-01)) +
             T(6.666666666666735130e-01));
    return s * (half + r) + (k * T(1.90821492927058770002e-10) + c) - half + f + k * T(6.93147180369123816490e-01);
  }
}
// x = 2^k m with m in [sqrt(1/2), sqrt(2)]; x normal and positive.
template <class V> inline V split_log(V x, typename VecInfo<V>::U &k) {
  using U = typename VecInfo<V>::U;
  using S = typename BitsOf<ElementOf<V>>::U;
  constexpr S one = is_f32<V> ? S(0x3f800000u) : S(0x3ff0000000000000u), root = is_f32<V> ? S(0x3f3504f3u) : S(0x3fe6a09e00000000u);
  constexpr S mantissa = is_f32<V> ? 23 : 52, bias = is_f32<V> ? 127 : 1023;
  const U u = bits<U>(x) + (one - root);
  k = (u >> mantissa) - bias;
  return bits<V>(U((u & ((S(1) << mantissa) - 1)) + root));
}

template <class V> inline V m_log(V x) {
  using T = ElementOf<V>;
  using U = typename VecInfo<V>::U;
  using L = std::numeric_limits<T>;
  constexpr T up = is_f32<V> ? T(33554432.0) : T(18014398509481984.0); // 2^25, 2^54
  const auto tiny = x < L::min();
  const V scaled = select(tiny, x * up, x);
  U k;
  const V m = split_log(scaled, k);
  const V count = small_float<V>(k) - select(tiny, broadcast<V>(is_f32<V> ? T(25) : T(54)), broadcast<V>(T(0)));
  V r = log_core(count, m - T(1), broadcast<V>(T(0)));
  r = select(x < L::infinity(), r, x); // inf and NaN
  r = select(x == T(0), broadcast<V>(-L::infinity()), r);
  return select(x < T(0), broadcast<V>(L::quiet_NaN()), r);
}

template <class V> inline V m_log1p(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    using U = typename VecInfo<V>::U;
    using L = std::numeric_limits<T>;
    const V u = x + T(1);
    U k;
    const V m = split_log(u, k);
    V count = small_float<V>(k);
    const auto near = (x > T(-0.29289)) & (x < T(0.41421));
    V c = select(count >= T(2), T(1) - (u - x), x - (u - T(1))) / u;
    c = select(count < T(25), c, broadcast<V>(T(0)));
    const V r0 = log_core(select(near, broadcast<V>(T(0)), count), select(near, x, m - T(1)), select(near, broadcast<V>(T(0)), c));
    V r = select(m_fabs(x) < T(5.9604645e-8), x, r0);
    r = select(x < L::infinity(), r, x);
    r = select(x == T(-1), broadcast<V>(-L::infinity()), r);
    return select(x < T(-1), broadcast<V>(L::quiet_NaN()), r);
  } else {
    return each<V, std::log1p>(x);
  }
}

// ---- sigmoids ----------------------------------------------------------------------------------------------------------------------

template <class V> inline V m_sigmoid(V x) {
  using T = ElementOf<V>;
  return T(1) / (T(1) + m_exp(-x));
}

template <class V> inline V m_tanh(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    const V a = m_fabs(x), z = x * x;
    const V far = T(1) - T(2) / (m_exp(a + a) + T(1));
    V p = z * T(-5.70498872745e-3) + T(2.06390887954e-2);
    p = p * z + T(-5.37397155531e-2);
    p = p * z + T(1.33314422036e-1);
    p = p * z + T(-3.33332819422e-1);
    return m_copysign(select(a < T(0.625), p * z * a + a, far), x);
  } else {
    return each<V, std::tanh>(x);
  }
}

template <class V> inline V m_erf(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    // Two minimax polynomials: erf(x) / x near 0, log(erfc(x)) farther out.
    V t = m_fabs(x);
    t = select(t > T(4), broadcast<V>(T(4)), t);
    const V s = t * t;
    V q = t * T(-1.72853470e-5) + T(3.83197126e-4);
    q = q * s + (t * T(-3.88396438e-3) + T(2.42546219e-2));
    q = q * t + T(-1.06777877e-1);
    q = q * t + T(-6.34846687e-1);
    q = q * t + T(-1.28717512e-1);
    q = q * t - t;
    const V far = m_copysign(T(1) - exp_tame(q), x); // not taken for NaN
    V p = s * T(-5.96761703e-4) + T(4.99119423e-3);
    p = p * s + T(-2.67681349e-2);
    p = p * s + T(1.12819925e-1);
    p = p * s + T(-3.76125336e-1);
    p = p * s + T(1.28379166e-1);
    return select(t > T(0.927734375), far, p * x + x);
  } else {
    return each<V, std::erf>(x);
  }
}

// erf within 2e-7, absolutely: enough beside a 1, where gelu has it. A quotient of polynomials in x^2, without an exponential.
template <class V> inline V erf_beside_one(V x) {
  using T = ElementOf<V>;
  if constexpr (is_f32<V>) {
    x = select(x > T(3.92), broadcast<V>(T(3.92)), x);
    x = select(x < T(-3.92), broadcast<V>(T(-3.92)), x);
    const V s = x * x;
    V p = s * T(2.05006185e-06) + T(0.000284864866);
    p = p * s + T(0.00376515887);
    p = p * s + T(0.0527472765);
    p = p * s + T(0.190396873);
    p = p * s + T(1.12837915);
    V q = s * T(3.80905167e-05) + T(0.00116241047);
    q = q * s + T(0.0149683021);
    q = q * s + T(0.114104986);
    q = q * s + T(0.502067578);
    q = q * s + T(1);
    const V r = x * p / q;
    const V below = select(r > T(1), broadcast<V>(T(1)), r);
    return select(below < T(-1), broadcast<V>(T(-1)), below);
  } else {
    return m_erf(x);
  }
}

} // namespace hone
