// elementwise.h: rows of elementwise operations, one function per op and dtype, which the strided and threaded drivers call.
#pragma once

#include "hone.h"

namespace hone {

// What ops.def says of an operation, by the list that it stands in.
enum class Kind { unknown, same, integer, floating, predicate };
struct OpInfo {
  const char *name;
  Kind kind;
};

// The codes of binary operations: k_add, k_sub, ….
enum BinaryCode {
#define HONE_BINARY(name, code, expression) k_##name = code,
#define HONE_BINARY_INT HONE_BINARY
#define HONE_BINARY_FLOAT HONE_BINARY
#define HONE_COMPARE HONE_BINARY
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_INT
#undef HONE_BINARY_FLOAT
#undef HONE_COMPARE
};

// out[i] = op(a[i], b[i]); returns false when an integer divisor was zero.
using BinaryRow = bool (*)(void *out, const void *a, const void *b, hone_int n, double p0, double p1);

struct BinaryOp {
  BinaryRow row; // null: the op does not exist for the dtype
  const char *name;
  bool predicate; // writes bool
  hone_int grain; // elements worth a thread
};

// In binary_float.cc and binary_int.cc.
BinaryRow float32_row(int32_t op);
BinaryRow float64_row(int32_t op);
// pow(a, exponent) where it is simpler than pow in general, else null.
BinaryRow power_row(int32_t dtype, double exponent);
BinaryRow integer_row(int32_t op, int32_t dtype); // int32, int64, uint8, bool
BinaryRow compare_row(int32_t op, int32_t dtype);

} // namespace hone
