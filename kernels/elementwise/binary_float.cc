// binary_float.cc: rows of arithmetic and gradient operations on float32 and float64.
#include "elementwise/elementwise.h"
#include "math/functions.h"

using namespace hone;

namespace {

// One row of n >= a vector's lanes; a vector further on in a is a_next elements on, 0 where a is one value in all lanes.
template <class Op, class T> inline void float_row(T *out, const T *a, const T *b, hone_int n, hone_int a_next, hone_int b_next, T p0, T p1) {
  constexpr hone_int L = kLanes<T>;
  // The rest is the row's last whole vector, which shares elements with the one before: computed before anything is written, since out
  // may be an operand. So every result comes from a whole vector, and does not depend on where it stands.
  const hone_int rest = n % L;
  Vec<T> last{};
  if (rest) last = Op::apply(load(a_next ? a + n - L : a), load(b_next ? b + n - L : b), p0, p1);
  for (hone_int i = 0; i + L <= n; i += L, a += a_next, b += b_next) store<T>(out + i, Op::apply(load(a), load(b), p0, p1));
  if (rest) store<T>(out + n - L, last);
}

template <class Op, class T> bool float_rows(void *out_, Side a_, Side b_, hone_int rows, hone_int n, double p0_, double p1_) {
  constexpr hone_int L = kLanes<T>;
  T *out = static_cast<T *>(out_);
  const T *a = static_cast<const T *>(a_.at), *b = static_cast<const T *>(b_.at), p0 = T(p0_), p1 = T(p1_);
  const hone_int a_next = a_.step * L, b_next = b_.step * L, whole = n < L ? L : n;
  T side[2][L] = {}, result[L];
  for (hone_int r = 0; r < rows; r++, out += n, a += a_.row, b += b_.row) {
    const T *from[2] = {a, b};
    for (int k = 0; k < 2; k++) {
      if (!(k ? b_.step : a_.step)) store<T>(side[k], broadcast(*from[k])), from[k] = side[k];
      else if (n < L) std::memcpy(side[k], from[k], size_t(n) * sizeof(T)), from[k] = side[k];
    }
    float_row<Op>(n < L ? result : out, from[0], from[1], whole, a_next, b_next, p0, p1);
    if (n < L) std::memcpy(out, result, size_t(n) * sizeof(T));
  }
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

template <class T> BinaryRows find(int32_t op) {
  switch (op) {
#define HONE_BINARY(name, code, expression) case code: return float_rows<op_##name, T>;
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

template <class T> BinaryRows find_power(double exponent) {
  if (exponent == 0.5) return float_rows<SquareRoot, T>;
  if (exponent == -0.5) return float_rows<InverseRoot, T>;
  if (exponent == 2) return float_rows<Square, T>;
  if (exponent == 3) return float_rows<Cube, T>;
  if (exponent == -1) return float_rows<Inverse, T>;
  if (exponent == -2) return float_rows<InverseSquare, T>;
  return nullptr;
}

} // namespace

BinaryRows hone::power_row(int32_t dtype, double exponent) {
  return dtype == HONE_F32 ? find_power<float>(exponent) : dtype == HONE_F64 ? find_power<double>(exponent) : nullptr;
}
BinaryRows hone::float32_row(int32_t op) { return find<float>(op); }
BinaryRows hone::float64_row(int32_t op) { return find<double>(op); }
