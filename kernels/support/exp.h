// exp.h: exp over vectors for softmax and the losses: within about 1.5 ulp, subnormal results included; NaN stays NaN.
#pragma once

#include "fma.h"
#include "simd.h"

namespace hone {

// As many lanes as Vec<T>, of integers as wide as T.
template <class T> struct IntOf;
template <> struct IntOf<float> { using type = int32_t; };
template <> struct IntOf<double> { using type = int64_t; };
template <class T> using IntVec = Vec<typename IntOf<T>::type>;

template <class T> inline Vec<T> pick(IntVec<T> mask, Vec<T> yes, Vec<T> no) {
  return (Vec<T>)((mask & (IntVec<T>)yes) | (~mask & (IntVec<T>)no));
}

// e^x = 2^n e^r with |r| <= ln 2 / 2; 2^n is applied in two halves, so that it may lie below the normal range.
inline Vec<float> vexp(Vec<float> x) {
  x = pick<float>(x < splat(-104.0f), splat(-104.0f), x);
  x = pick<float>(x > splat(89.0f), splat(89.0f), x);
  const Vec<float> magic = splat(12582912.0f); // 1.5 * 2^23: adding it leaves the integer in the last bits
  Vec<float> t = madd(x, splat(1.44269504088896341f), magic), n = t - magic;
  Vec<float> r = madd(n, splat(-0.693359375f), x);
  r = madd(n, splat(2.12194440e-4f), r);
  Vec<float> p = madd(splat(1.9875691500e-4f), r, splat(1.3981999507e-3f)); // Cephes expf
  p = madd(p, r, splat(8.3334519073e-3f));
  p = madd(p, r, splat(4.1665795894e-2f));
  p = madd(p, r, splat(1.6666665459e-1f));
  p = madd(p, r, splat(5.0000001201e-1f));
  p = madd(p, r * r, r) + 1.0f;
  Vec<int32_t> i = (Vec<int32_t>)t - (Vec<int32_t>)magic, half = i >> 1;
  return p * (Vec<float>)((Vec<uint32_t>)(half + 127) << 23) * (Vec<float>)((Vec<uint32_t>)(i - half + 127) << 23);
}

inline Vec<double> vexp(Vec<double> x) {
  x = pick<double>(x < splat(-746.0), splat(-746.0), x);
  x = pick<double>(x > splat(710.0), splat(710.0), x);
  const Vec<double> magic = splat(6755399441055744.0); // 1.5 * 2^52
  Vec<double> t = madd(x, splat(1.44269504088896340736), magic), n = t - magic;
  Vec<double> r = madd(n, splat(-6.93147180369123816490e-1), x);
  r = madd(n, splat(-1.90821492927058770002e-10), r);
  const double taylor[] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                           1.0 / 720,       1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5};
  Vec<double> p = splat(1.0 / 6227020800);
  for (double c : taylor) p = madd(p, r, splat(c));
  p = madd(p, r * r, r) + 1.0;
  Vec<int64_t> i = (Vec<int64_t>)t - (Vec<int64_t>)magic, half = i >> 1;
  return p * (Vec<double>)((Vec<uint64_t>)(half + 1023) << 52) * (Vec<double>)((Vec<uint64_t>)(i - half + 1023) << 52);
}

// The first count lanes from memory, fill in the rest; and back.
template <class T> inline Vec<T> load_part(const T *from, intptr_t count, T fill) {
  Vec<T> v = splat(fill);
  if (count >= kLanes<T>) return load(from);
  std::memcpy(&v, from, size_t(count) * sizeof(T));
  return v;
}
template <class T> inline void store_part(T *to, intptr_t count, Vec<T> v) {
  if (count >= kLanes<T>) store(to, v);
  else std::memcpy(to, &v, size_t(count) * sizeof(T));
}

template <class T> inline Vec<T> vmax(Vec<T> a, Vec<T> b) { return pick<T>(a > b, a, b); }

// Lanes folded in a fixed order.
template <class T> inline T fold_sum(Vec<T> v) {
  T lane[kLanes<T>];
  std::memcpy(lane, &v, sizeof v);
  for (int n = kLanes<T> / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++) lane[i] += lane[i + n];
  return lane[0];
}
template <class T> inline T fold_max(Vec<T> v) {
  T lane[kLanes<T>];
  std::memcpy(lane, &v, sizeof v);
  for (int n = kLanes<T> / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++) lane[i] = lane[i] > lane[i + n] ? lane[i] : lane[i + n];
  return lane[0];
}

} // namespace hone
