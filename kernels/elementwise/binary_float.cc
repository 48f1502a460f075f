// binary_float.cc: rows of arithmetic and gradient operations on float32 and float64.
#include "elementwise/elementwise.h"
#include "math/functions.h"

using namespace hone;

namespace {

template <class Op, class T> bool float_row(void *out_, const void *a_, const void *b_, hone_int n, double p0_, double p1_) {
  T *out = static_cast<T *>(out_);
  const T *a = static_cast<const T *>(a_), *b = static_cast<const T *>(b_), p0 = T(p0_), p1 = T(p1_);
  hone_int i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) store<T>(out + i, Op::apply(load(a + i), load(b + i), p0, p1));
  if (i == n) return true;
  // The rest goes through a whole vector too: a result does not depend on where it stands.
  T rest_a[kLanes<T>] = {}, rest_b[kLanes<T>] = {};
  for (hone_int j = i; j < n; j++) rest_a[j - i] = a[j], rest_b[j - i] = b[j];
  store<T>(rest_a, Op::apply(load(rest_a), load(rest_b), p0, p1));
  for (hone_int j = i; j < n; j++) out[j] = rest_a[j - i];
  return true;
}

#define HONE_BINARY(name, code, expression)                              \
  struct op_##name {                                                     \
    template <class V, class T> static inline V apply(V a, V b, T p0, T p1) { \
      (void)p0;                                                          \
      (void)p1;                                                          \
      return expression;                                                 \
    }                                                                    \
  };
#define HONE_BINARY_FLOAT HONE_BINARY
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_FLOAT

template <class T> BinaryRow find(int32_t op) {
  switch (op) {
#define HONE_BINARY(name, code, expression) case code: return float_row<op_##name, T>;
#define HONE_BINARY_FLOAT HONE_BINARY
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_FLOAT
  default: return nullptr;
  }
}

// pow with these exponents, as PyTorch computes it: b is not looked at.
#define HONE_POWER(name, expression) \
  struct name {                      \
    template <class V, class T> static inline V apply(V a, V, T, T) { return expression; } \
  };
HONE_POWER(SquareRoot, m_sqrt(a))
HONE_POWER(InverseRoot, T(1) / m_sqrt(a))
HONE_POWER(Square, a * a)
HONE_POWER(Cube, a * a * a)
HONE_POWER(Inverse, T(1) / a)
HONE_POWER(InverseSquare, T(1) / (a * a))
#undef HONE_POWER

template <class T> BinaryRow find_power(double exponent) {
  if (exponent == 0.5) return float_row<SquareRoot, T>;
  if (exponent == -0.5) return float_row<InverseRoot, T>;
  if (exponent == 2) return float_row<Square, T>;
  if (exponent == 3) return float_row<Cube, T>;
  if (exponent == -1) return float_row<Inverse, T>;
  if (exponent == -2) return float_row<InverseSquare, T>;
  return nullptr;
}

} // namespace

BinaryRow hone::power_row(int32_t dtype, double exponent) {
  return dtype == HONE_F32 ? find_power<float>(exponent) : dtype == HONE_F64 ? find_power<double>(exponent) : nullptr;
}
BinaryRow hone::float32_row(int32_t op) { return find<float>(op); }
BinaryRow hone::float64_row(int32_t op) { return find<double>(op); }
