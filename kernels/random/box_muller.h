// box_muller.h: PyTorch's float32 block transform from uniforms to normals: Cephes polynomials in the exact order of its fused AVX2
// kernel (avx_mathfun.h by G. Garberoglio). Every constant and every rounding here is visible in the results.
#pragma once

#include "math/fused.h"
#include "math/vecmath.h"

namespace hone {

#if HONE_HAS_FMA
inline Vec<float> poly(Vec<float> a, Vec<float> b, Vec<float> c) { return fused(a, b, c); }
#else
// Rounding the double sum was compared with fma over all 2^24 uniforms, for the logarithm, the sine and the cosine: no difference.
inline Vec<float> poly(Vec<float> a, Vec<float> b, Vec<float> c) { return fmaf_nearly(a, b, c); }
#endif
inline Vec<float> poly(Vec<float> a, Vec<float> b, float c) { return poly(a, b, broadcast(c)); }

using Floats = Vec<float>;
using Ints = Vec<int32_t>;

// Natural logarithm, 0 < x <= 1.
inline Floats cephes_log(Floats x) {
  Ints bits = (Ints)x; // x is positive: a signed shift will do
  Floats e = __builtin_convertvector((bits >> 23) - 126, Floats);
  Floats m = (Floats)((bits & ~0x7f800000) | 0x3f000000);
  Ints low = m < broadcast(0.707106781186547524f);
  Floats twice = (Floats)(low & (Ints)m);
  m = m - 1.0f;
  e = e - (Floats)(low & (Ints)broadcast(1.0f));
  m = m + twice;
  Floats z = m * m, y = broadcast(7.0376836292E-2f);
  y = poly(y, m, -1.1514610310E-1f);
  y = poly(y, m, 1.1676998740E-1f);
  y = poly(y, m, -1.2420140846E-1f);
  y = poly(y, m, 1.4249322787E-1f);
  y = poly(y, m, -1.6668057665E-1f);
  y = poly(y, m, 2.0000714765E-1f);
  y = poly(y, m, -2.4999993993E-1f);
  y = poly(y, m, 3.3333331174E-1f);
  y = y * m;
  y = poly(y, z, e * -2.12194440e-4f);
  y = poly(-z, broadcast(0.5f), y);
  m = m + y;
  return poly(e, broadcast(0.693359375f), m);
}

// Sine and cosine, t >= 0.
inline void cephes_sincos(Floats t, Floats *sine, Floats *cosine) {
  Ints j = __builtin_convertvector(t * 1.27323954473516f, Ints);
  j = (j + 1) & ~1;
  Floats y = __builtin_convertvector(j, Floats), x;
  x = poly(y, broadcast(-0.78515625f), t);
  x = poly(y, broadcast(-2.4187564849853515625e-4f), x);
  x = poly(y, broadcast(-3.77489497744594108e-8f), x);
  Floats z = x * x;
  Floats c = poly(broadcast(2.443315711809948E-5f), z, -1.388731625493765E-3f);
  c = poly(c, z, 4.166664568298827E-2f);
  c = c * z;
  c = poly(c, z, -(z * 0.5f));
  c = c + 1.0f;
  Floats s = poly(broadcast(-1.9515295891E-4f), z, 8.3321608736E-3f);
  s = poly(s, z, -1.6666654611E-1f);
  s = s * z;
  s = poly(s, x, x);
  Ints swap = (j & 2) != 0;
  Vec<uint32_t> sine_sign = (Vec<uint32_t>)(j & 4) << 29, cosine_sign = (Vec<uint32_t>)(~(j - 2) & 4) << 29;
  *sine = (Floats)((Vec<uint32_t>)select(swap, c, s) ^ sine_sign);
  *cosine = (Floats)((Vec<uint32_t>)select(swap, s, c) ^ cosine_sign);
}

struct NormalScale {
  Floats mean, std;
};

// One vector of angle-radius pairs; u1 and u2 are the draws themselves.
inline void box_muller(const NormalScale &scale, Vec<uint32_t> u1, Vec<uint32_t> u2, Floats *first, Floats *second) {
  Floats a = __builtin_convertvector((Ints)(u1 & 0xffffffu), Floats) * 0x1p-24f;
  Floats b = __builtin_convertvector((Ints)(u2 & 0xffffffu), Floats) * 0x1p-24f;
  Floats radius = m_sqrt(-2.0f * cephes_log(1.0f - a)), s, c;
  cephes_sincos(6.283185307179586476925286766559f * b, &s, &c);
  *first = fused(radius * c, scale.std, scale.mean);
  *second = fused(radius * s, scale.std, scale.mean);
}

// count blocks of 16: draws (32-bit words) in from, normals in to; from may be to. In each block the first 8 pair with the last 8.
inline void normal_blocks(const NormalScale &scale, const void *from, float *to, intptr_t count) {
  const char *source = static_cast<const char *>(from);
  auto words = [&](intptr_t at) {
    Vec<uint32_t> v;
    std::memcpy(&v, source + 4 * at, sizeof v);
    return v;
  };
  Floats first, second;
#if defined(__AVX512F__)
  // Two blocks make two full vectors; a lone last block fills its other half with itself.
#define HONE_PAIR(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define HONE_REST(a, b) __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
  for (intptr_t i = 0; i < count; i += 2) {
    bool lone = i + 1 == count;
    Vec<uint32_t> a = words(16 * i), b = lone ? a : words(16 * i + 16);
    box_muller(scale, HONE_PAIR(a, b), HONE_REST(a, b), &first, &second);
    store(to + 16 * i, HONE_PAIR(first, second));
    if (!lone) store(to + 16 * i + 16, HONE_REST(first, second));
  }
#undef HONE_PAIR
#undef HONE_REST
#else
  constexpr int lanes = kLanes<float>;
  static_assert(8 % lanes == 0, "a block's halves are whole vectors");
  for (intptr_t i = 0; i < count; i++) {
    for (int j = 0; j < 8; j += lanes) {
      box_muller(scale, words(16 * i + j), words(16 * i + 8 + j), &first, &second);
      store(to + 16 * i + j, first);
      store(to + 16 * i + 8 + j, second);
    }
  }
#endif
}

} // namespace hone
