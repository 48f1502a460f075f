// elementwise.h: rows of elementwise operations, one function per op and dtype, which the strided and threaded drivers call.
#pragma once

#include "hone.h"

namespace hone {

// out[i] = op(a[i], b[i]); returns false when an integer divisor was zero.
using BinaryRow = bool (*)(void *out, const void *a, const void *b, hone_int n, double p0, double p1);

struct BinaryOp {
  BinaryRow row; // null: the op does not exist for the dtype
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

// The op's name in ops.def, or "unknown op".
const char *binary_name(int32_t op);
BinaryOp find_binary(int32_t op, int32_t dtype);

} // namespace hone
