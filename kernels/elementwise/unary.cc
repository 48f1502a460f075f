// unary.cc: out[i] = op(a[i]).
#include "elementwise/elementwise.h"
#include "math/functions.h"
#include "support/parallel.h"

using namespace hone;

namespace {

using UnaryRow = void (*)(void *out, const void *a, hone_int n, double p0, double p1);

template <class Op, class T> void float_row(void *out_, const void *a_, hone_int n, double p0_, double p1_) {
  constexpr hone_int L = kLanes<T>;
  T *out = static_cast<T *>(out_), short_row[L] = {};
  const T *a = static_cast<const T *>(a_), p0 = T(p0_), p1 = T(p1_);
  const hone_int count = n;
  if (n < L) std::memcpy(short_row, a, size_t(n) * sizeof(T)), a = out = short_row, n = L;
  // The rest is the row's last whole vector, which shares elements with the one before: computed before anything is written, since out
  // may be a. So every result comes from a whole vector, and does not depend on where it stands.
  const hone_int rest = n % L;
  Vec<T> last{};
  if (rest) last = Op::apply(load(a + n - L), p0, p1);
  for (hone_int i = 0; i + L <= n; i += L) store<T>(out + i, Op::apply(load(a + i), p0, p1));
  if (rest) store<T>(out + n - L, last);
  if (count < L) std::memcpy(out_, short_row, size_t(count) * sizeof(T));
}

template <class Op, class S> void integer_row(void *out_, const void *a_, hone_int n, double p0_, double p1_) {
  S *out = static_cast<S *>(out_);
  const S *a = static_cast<const S *>(a_);
  const Int<S> p0 = saturate<S>(p0_), p1 = saturate<S>(p1_);
  for (hone_int i = 0; i < n; i++) out[i] = Op::apply(Int<S>(a[i]), p0, p1).v;
}

template <class Op, class T> void predicate_row(void *out_, const void *a_, hone_int n, double, double) {
  uint8_t *out = static_cast<uint8_t *>(out_);
  const T *a = static_cast<const T *>(a_);
  for (hone_int i = 0; i < n; i++) out[i] = Op::apply(a[i]);
}

#define HONE_OP(name, code, expression)                                                   \
  struct op_##name {                                                                      \
    template <class V, class T> static inline V apply(V x, T p0, T p1) {                  \
      (void)p0;                                                                           \
      (void)p1;                                                                           \
      return expression;                                                                  \
    }                                                                                     \
  };
#define HONE_UNARY HONE_OP
#define HONE_UNARY_FLOAT HONE_OP
#include "ops.def"
#undef HONE_UNARY
#undef HONE_UNARY_FLOAT

template <class T> inline bool m_is_zero(T x) { return x == T(0); }
template <class T> inline bool m_isnan(T x) { return x != x; }
template <class T> inline bool m_isinf(T x) {
  if constexpr (std::is_floating_point<T>::value) return x == std::numeric_limits<T>::infinity() || x == -std::numeric_limits<T>::infinity();
  else return false;
}
template <class T> inline bool m_isfinite(T x) {
  if constexpr (std::is_floating_point<T>::value) return m_fabs(x) < std::numeric_limits<T>::infinity();
  else return true;
}
#define HONE_UNARY_BOOL(name, code, expression)                     \
  struct op_##name {                                                \
    template <class T> static inline bool apply(T x) { return expression; } \
  };
#include "ops.def"
#undef HONE_UNARY_BOOL

OpInfo info_of(int32_t op) {
  switch (op) {
#define HONE_UNARY(name, code, expression) case code: return {#name, Kind::same};
#define HONE_UNARY_FLOAT(name, code, expression) case code: return {#name, Kind::floating};
#define HONE_UNARY_BOOL(name, code, expression) case code: return {#name, Kind::predicate};
#include "ops.def"
#undef HONE_UNARY
#undef HONE_UNARY_FLOAT
#undef HONE_UNARY_BOOL
  default: return {"unknown op", Kind::unknown};
  }
}

template <class T> UnaryRow find_float(int32_t op) {
  switch (op) {
#define HONE_UNARY(name, code, expression) case code: return float_row<op_##name, T>;
#define HONE_UNARY_FLOAT HONE_UNARY
#include "ops.def"
#undef HONE_UNARY
#undef HONE_UNARY_FLOAT
  default: return nullptr;
  }
}
template <class S> UnaryRow find_integer(int32_t op) {
  switch (op) {
#define HONE_UNARY(name, code, expression) case code: return integer_row<op_##name, S>;
#include "ops.def"
#undef HONE_UNARY
  default: return nullptr;
  }
}
template <class T> UnaryRow find_predicate(int32_t op) {
  switch (op) {
#define HONE_UNARY_BOOL(name, code, expression) case code: return predicate_row<op_##name, T>;
#include "ops.def"
#undef HONE_UNARY_BOOL
  default: return nullptr;
  }
}

UnaryRow find(int32_t op, int32_t dtype, bool predicate) {
  UnaryRow row = nullptr;
  for_dtypes(dtype, "unary", [&](auto zero) {
    using T = decltype(zero);
    if (predicate) row = find_predicate<Plain<T>>(op);
    else if constexpr (std::is_floating_point<T>::value) row = find_float<T>(op);
    else if constexpr (!std::is_same<T, Bool>::value) row = find_integer<T>(op);
    return HONE_OK;
  });
  return row;
}

} // namespace

HONE_KERNEL(unary)(int32_t op, int32_t dtype, void *out, const void *a, hone_int n, double p0, double p1) {
  const OpInfo info = info_of(op);
  const bool predicate = info.kind == Kind::predicate;
  const UnaryRow row = find(op, dtype, predicate);
  if (!row) return wrong_dtype(info.name, dtype);
  const hone_int in_size = item_size(dtype), out_size = predicate ? 1 : in_size;
  parallel_for(n, info.kind == Kind::floating ? 8192 : 65536, [&](hone_int begin, hone_int end) {
    row(static_cast<char *>(out) + begin * out_size, static_cast<const char *>(a) + begin * in_size, end - begin, p0, p1);
  });
  return HONE_OK;
}
