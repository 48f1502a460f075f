// dtype.h: the element types behind the dtype codes, one dispatch for all of them, and conversions between them.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/status.h"

namespace hone {

// A bool tensor's element; its own type, so that overloads can tell it from uint8.
struct Bool {
  uint8_t v;
};

// An integer that wraps around instead of overflowing: what the expressions of ops.def see for integer dtypes.
template <class S> struct Int {
  using U = typename std::make_unsigned<S>::type;
  // uint8 would promote to int, int32 and int64 must go through unsigned: uint64 serves all.
  using W = typename std::conditional<sizeof(S) == 8, uint64_t, uint32_t>::type;
  S v;
  Int() = default;
  constexpr Int(S x) : v(x) {}
  friend Int operator+(Int a, Int b) { return S(U(W(a.v) + W(b.v))); }
  friend Int operator-(Int a, Int b) { return S(U(W(a.v) - W(b.v))); }
  friend Int operator*(Int a, Int b) { return S(U(W(a.v) * W(b.v))); }
  friend Int operator-(Int a) { return S(U(W(0) - W(a.v))); }
  friend bool operator==(Int a, Int b) { return a.v == b.v; }
  friend bool operator!=(Int a, Int b) { return a.v != b.v; }
  friend bool operator<(Int a, Int b) { return a.v < b.v; }
  friend bool operator<=(Int a, Int b) { return a.v <= b.v; }
  friend bool operator>(Int a, Int b) { return a.v > b.v; }
  friend bool operator>=(Int a, Int b) { return a.v >= b.v; }
};

template <class T> struct TypeTag {
  using type = T;
};

inline int item_size(int32_t dtype) {
  switch (dtype) {
  case HONE_F64:
  case HONE_I64: return 8;
  case HONE_U8:
  case HONE_BOOL: return 1;
  default: return 4;
  }
}

inline const char *dtype_name(int32_t dtype) {
  static const char *const names[] = {"float32", "float64", "int32", "int64", "uint8", "bool"};
  return dtype >= 0 && dtype < 6 ? names[dtype] : "unknown dtype";
}

// Calls f(TypeTag<element type>) for the dtype; fails with HONE_E_DTYPE on an unknown code.
template <class F> int32_t visit_dtype(int32_t dtype, F &&f) {
  switch (dtype) {
  case HONE_F32: return f(TypeTag<float>());
  case HONE_F64: return f(TypeTag<double>());
  case HONE_I32: return f(TypeTag<int32_t>());
  case HONE_I64: return f(TypeTag<int64_t>());
  case HONE_U8: return f(TypeTag<uint8_t>());
  case HONE_BOOL: return f(TypeTag<Bool>());
  default: return fail(HONE_E_DTYPE, "dtype code %d is unknown", int(dtype));
  }
}

// Conversion as copy_strided promises it: float to integer truncates; int32 and int64 saturate, uint8 counts modulo 256 (as PyTorch, which goes
// through int64), NaN gives 0; to bool is x != 0.
template <class To, class From> inline To convert(From x) {
  if constexpr (std::is_floating_point<From>::value && std::is_same<To, uint8_t>::value) {
    return x > From(-9.2e18) && x < From(9.2e18) ? uint8_t(uint64_t(int64_t(x))) : uint8_t(0);
  } else if constexpr (std::is_same<From, Bool>::value) {
    if constexpr (std::is_same<To, Bool>::value) return x;
    else return To(x.v != 0);
  } else if constexpr (std::is_same<To, Bool>::value) {
    return Bool{uint8_t(x != From(0))};
  } else if constexpr (std::is_floating_point<From>::value && std::is_integral<To>::value) {
    // The largest value rounds up to a power of two in From, so >= is right for it, and the cast below stays in range.
    constexpr From lowest = From(std::numeric_limits<To>::min()), highest = From(std::numeric_limits<To>::max());
    if (x != x) return To(0);
    if (x <= lowest) return std::numeric_limits<To>::min();
    if (x >= highest) return std::numeric_limits<To>::max();
    return To(x);
  } else {
    return To(x);
  }
}

// As convert, but what lies beyond a limit of an integer type becomes that limit, in uint8 too: bounds, infinite ones among them.
template <class To> inline To saturate(double x) {
  if constexpr (std::is_same<To, uint8_t>::value) return x >= 255 ? uint8_t(255) : x > 0 ? uint8_t(x) : uint8_t(0);
  else return convert<To>(x);
}

} // namespace hone
