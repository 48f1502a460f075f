// binary_int.cc: rows of arithmetic on integers and bools, and of comparisons on every dtype.
#include "elementwise/elementwise.h"
#include "math/functions.h"

using namespace hone;

namespace {

template <class Op, class S> bool int_rows(void *out_, Side a_, Side b_, hone_int rows, hone_int n, double p0_, double) {
  S *out = static_cast<S *>(out_);
  DenseSide<S> left(a_), right(b_);
  const Int<S> p0 = convert<S>(p0_);
  bool ok = true;
  each_dense(
      rows, n,
      [&](hone_int at, hone_int count, const S *a, const S *b) {
        if (Op::divides)
          for (hone_int i = 0; i < count; i++) ok &= b[i] != 0;
        for (hone_int i = 0; i < count; i++) out[at + i] = Op::apply(Int<S>(a[i]), Int<S>(b[i]), p0).v;
      },
      left, right);
  return ok;
}

template <class Op> bool bool_rows(void *out_, Side a_, Side b_, hone_int rows, hone_int n, double p0, double) {
  uint8_t *out = static_cast<uint8_t *>(out_);
  DenseSide<uint8_t> left(a_), right(b_);
  const uint8_t scale = p0 != 0;
  each_dense(
      rows, n,
      [=](hone_int at, hone_int count, const uint8_t *a, const uint8_t *b) {
        for (hone_int i = 0; i < count; i++) out[at + i] = uint8_t(Op::apply(a[i], b[i], scale) != 0);
      },
      left, right);
  return true;
}

template <class Op, class T> bool predicate_rows(void *out_, Side a_, Side b_, hone_int rows, hone_int n, double, double) {
  uint8_t *out = static_cast<uint8_t *>(out_);
  DenseSide<T> left(a_), right(b_);
  each_dense(
      rows, n,
      [=](hone_int at, hone_int count, const T *a, const T *b) {
        for (hone_int i = 0; i < count; i++) out[at + i] = Op::apply(a[i], b[i]);
      },
      left, right);
  return true;
}

#define HONE_BINARY(name, code, expression)                                              \
  struct op_##name {                                                                     \
    static constexpr bool divides = code == k_floor_divide || code == k_remainder || code == k_fmod; \
    template <class T> static inline T apply(T a, T b, T p0) {                           \
      (void)p0;                                                                          \
      return expression;                                                                 \
    }                                                                                    \
  };
#define HONE_BINARY_INT HONE_BINARY
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_INT
#define HONE_COMPARE(name, code, expression) \
  struct op_##name {                         \
    template <class T> static inline bool apply(T a, T b) { return expression; } \
  };
#include "ops.def"
#undef HONE_COMPARE

// What PyTorch defines on bools: + and maximum are or, * and minimum are and.
struct BoolOr {
  static inline int apply(uint8_t a, uint8_t b, uint8_t) { return a | b; }
};
struct BoolAnd {
  static inline int apply(uint8_t a, uint8_t b, uint8_t) { return a & b; }
};
struct BoolOrScaled {
  static inline int apply(uint8_t a, uint8_t b, uint8_t p0) { return a | (b & p0); }
};
struct BoolXor {
  static inline int apply(uint8_t a, uint8_t b, uint8_t) { return a ^ b; }
};

BinaryRows find_bool(int32_t op) {
  switch (op) {
  case k_add:
  case k_bitwise_or:
  case k_maximum: return bool_rows<BoolOr>;
  case k_mul:
  case k_bitwise_and:
  case k_minimum: return bool_rows<BoolAnd>;
  case k_add_scaled: return bool_rows<BoolOrScaled>;
  case k_bitwise_xor: return bool_rows<BoolXor>;
  default: return nullptr;
  }
}

template <class S> BinaryRows find_int(int32_t op) {
  switch (op) {
#define HONE_BINARY(name, code, expression) case code: return int_rows<op_##name, S>;
#define HONE_BINARY_INT HONE_BINARY
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_INT
  default: return nullptr;
  }
}

template <class T> BinaryRows find_compare(int32_t op) {
  switch (op) {
#define HONE_COMPARE(name, code, expression) case code: return predicate_rows<op_##name, T>;
#include "ops.def"
#undef HONE_COMPARE
  default: return nullptr;
  }
}

} // namespace

BinaryRows hone::integer_row(int32_t op, int32_t dtype) {
  BinaryRows row = nullptr;
  for_dtypes(dtype, "binary", [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same<T, Bool>::value) row = find_bool(op);
    else if constexpr (std::is_integral<T>::value) row = find_int<T>(op);
    return HONE_OK;
  });
  return row;
}

BinaryRows hone::compare_row(int32_t op, int32_t dtype) {
  BinaryRows row = nullptr;
  for_dtypes(dtype, "binary", [&](auto zero) {
    row = find_compare<Plain<decltype(zero)>>(op);
    return HONE_OK;
  });
  return row;
}
