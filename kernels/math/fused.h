// fused.h: a * b + c with one rounding on every build: the FMA instruction where there is one, an exact emulation elsewhere.
// The emulations need a file compiled without contraction (-ffp-contract=off), as random.cc is.
#pragma once

#include <cmath>

#include "support/simd.h"

#if defined(__FMA__) || defined(__aarch64__)
#define HONE_HAS_FMA 1
#else
#define HONE_HAS_FMA 0
#endif
#if defined(__FMA__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace hone {

// Emulations -------------------------------------------------------------------------------------------------------------------

// Doubles hold a product of two floats exactly; only rounding the sum twice could go wrong. Rounding it to odd first (the last bit
// is set when anything was lost) makes the second rounding the right one.
inline float fmaf_by_double(float a, float b, float c) {
  double p = double(a) * double(b), s = p + double(c);
  double t = s - p, lost = (p - (s - t)) + (double(c) - t);
  if (lost > 0 || lost < 0) { // not for NaN
    int64_t bits;
    std::memcpy(&bits, &s, sizeof s);
    if (!(bits & 1)) bits += ((lost > 0) == (s > 0)) ? 1 : -1;
    std::memcpy(&s, &bits, sizeof s);
  }
  return float(s);
}

inline double two_sum(double a, double b, double *lost) {
  double s = a + b, t = s - a;
  *lost = (a - (s - t)) + (b - t);
  return s;
}

// Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums" (2008); the C library where ranges are extreme.
inline double fma_by_parts(double a, double b, double c) {
  double p = a * b, size = std::fabs(p), addend = std::fabs(c);
  bool tame = size > 1e-200 && size < 1e200 && std::fabs(a) < 1e200 && std::fabs(b) < 1e200 && (addend > 1e-200 || c == 0) && addend < 1e200;
  if (!tame) return std::fma(a, b, c);
  double sa = 134217729.0 * a, sb = 134217729.0 * b; // 2^27 + 1: splits into halves of 26 bits
  double ah = sa - (sa - a), bh = sb - (sb - b), al = a - ah, bl = b - bh;
  double pl = ((ah * bh - p) + ah * bl + al * bh) + al * bl;
  double tl, vl, lost;
  double th = two_sum(c, pl, &tl), vh = two_sum(p, th, &vl), z = two_sum(tl, vl, &lost);
  if (lost != 0) {
    int64_t bits;
    std::memcpy(&bits, &z, sizeof z);
    if (!(bits & 1)) bits += ((lost > 0) == (z > 0)) ? 1 : -1;
    std::memcpy(&z, &bits, sizeof z);
  }
  return vh + z;
}

typedef double WideDouble __attribute__((vector_size(2 * kVecBytes))); // as many lanes as Vec<float>
typedef int64_t WideInt __attribute__((vector_size(2 * kVecBytes)));

inline Vec<float> fmaf_by_double(Vec<float> a, Vec<float> b, Vec<float> c) {
  WideDouble wide = __builtin_convertvector(c, WideDouble);
  WideDouble p = __builtin_convertvector(a, WideDouble) * __builtin_convertvector(b, WideDouble), s = p + wide;
  WideDouble t = s - p, lost = (p - (s - t)) + (wide - t);
  WideInt bits = (WideInt)s, inexact = (WideInt)(lost > 0) | (WideInt)(lost < 0);
  WideInt step = ((WideInt)(lost < 0) ^ (WideInt)(s < 0)) | 1;
  bits += step & inexact & ((bits & 1) - 1);
  return __builtin_convertvector((WideDouble)bits, Vec<float>);
}

// Rounds the double sum twice: only where the operands are known never to land on the one bad case.
inline Vec<float> fmaf_nearly(Vec<float> a, Vec<float> b, Vec<float> c) {
  WideDouble s = __builtin_convertvector(a, WideDouble) * __builtin_convertvector(b, WideDouble) + __builtin_convertvector(c, WideDouble);
  return __builtin_convertvector(s, Vec<float>);
}

// What kernels call --------------------------------------------------------------------------------------------------------------

#if HONE_HAS_FMA
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
inline float fused(float a, float b, float c) { return fmaf_by_double(a, b, c); }
inline double fused(double a, double b, double c) { return fma_by_parts(a, b, c); }
#endif

#if defined(__AVX512F__)
inline Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) { return (Vec<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
inline Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  return (Vec<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
#elif defined(__FMA__) && defined(__AVX2__)
inline Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) { return (Vec<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  return (Vec<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
#elif defined(__aarch64__)
inline Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) {
  return (Vec<float>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
inline Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  return (Vec<double>)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else
inline Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) { return fmaf_by_double(a, b, c); }
inline Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  Vec<double> r;
  for (int i = 0; i < kLanes<double>; i++) r[i] = fma_by_parts(a[i], b[i], c[i]);
  return r;
}
#endif

} // namespace hone
