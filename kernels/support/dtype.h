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

inline int32_t wrong_dtype(const char *op, int32_t dtype) { return fail(HONE_E_DTYPE, "%s does not take %s", op, dtype_name(dtype)); }

// Calls f with a zero of the dtype's element type, one of the two floats, and returns what it returns: a status.
template <class F> int32_t for_floats(int32_t dtype, const char *op, F &&f) {
  switch (dtype) {
  case HONE_F32: return f(float());
  case HONE_F64: return f(double());
  default: return wrong_dtype(op, dtype);
  }
}

// The same for every dtype.
template <class F> int32_t for_dtypes(int32_t dtype, const char *op, F &&f) {
  switch (dtype) {
  case HONE_F32: return f(float());
  case HONE_F64: return f(double());
  case HONE_I32: return f(int32_t());
  case HONE_I64: return f(int64_t());
  case HONE_U8: return f(uint8_t());
  case HONE_BOOL: return f(Bool());
  default: return wrong_dtype(op, dtype);
  }
}

// For kernels that move elements and do not look into them: calls f with a zero of the unsigned integer of as many bytes.
template <class F> int32_t for_sizes(int32_t bytes, const char *op, F &&f) {
  switch (bytes) {
  case 1: return f(uint8_t());
  case 4: return f(uint32_t());
  case 8: return f(uint64_t());
  default: return fail(HONE_E_DTYPE, "%s does not take elements of %d bytes", op, int(bytes));
  }
}

// What arithmetic sees of an element: a bool is a uint8 of 0 or 1.
template <class T> using Plain = typename std::conditional<std::is_same<T, Bool>::value, uint8_t, T>::type;

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
