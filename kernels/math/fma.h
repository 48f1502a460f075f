// fma.h: a * b + c on vectors, fused wherever the build has a fused instruction.
#pragma once

#include "support/simd.h"

namespace hone {

template <class V> inline __attribute__((always_inline)) V madd(V a, V b, V c) { return a * b + c; }

#if defined(__wasm_relaxed_simd__)
// clang does not contract to the relaxed instructions by itself.
inline __attribute__((always_inline)) Vec<float> madd(Vec<float> a, Vec<float> b, Vec<float> c) {
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
}
inline __attribute__((always_inline)) Vec<double> madd(Vec<double> a, Vec<double> b, Vec<double> c) {
  return __builtin_wasm_relaxed_madd_f64x2(a, b, c);
}
#endif

} // namespace hone
