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

// One operand of a row function: its rows start `row` elements apart; step is 1 where they lie dense, 0 where a row is one value.
struct Side {
  const void *at;
  hone_int row;
  int step;
};

// out[r][i] = op(a[r][i], b[r][i]) for rows of n elements; out is dense, and may be a or b. Returns false when an integer divisor was zero.
using BinaryRows = bool (*)(void *out, Side a, Side b, hone_int rows, hone_int n, double p0, double p1);

constexpr int kBlock = 1024; // elements in a buffer

// A side's rows as dense ones: its own, or a buffer full of the one value, which serves up to kBlock elements at a time.
template <class T> struct DenseSide {
  const T *own;
  hone_int row;
  int step;
  T buffer[kBlock];

  explicit DenseSide(Side side) : own(static_cast<const T *>(side.at)), row(side.row), step(side.step) {}
  void start(hone_int r, hone_int n) {
    if (step) return;
    const T value = own[r * row];
    for (hone_int i = 0, count = n < kBlock ? n : kBlock; i < count; i++) buffer[i] = value;
  }
  const T *at(hone_int r, hone_int i) const { return step ? own + r * row + i : buffer; }
};

// Calls body(first output element, count, dense sides …) for all rows; a row at once where all sides lie dense.
template <class Body, class... Sides> void each_dense(hone_int rows, hone_int n, Body &&body, Sides &...sides) {
  const bool dense = (sides.step & ...);
  for (hone_int r = 0; r < rows; r++) {
    (sides.start(r, n), ...);
    for (hone_int i = 0; i < n;) {
      const hone_int count = dense || n - i < kBlock ? n - i : kBlock;
      body(r * n + i, count, sides.at(r, i)...);
      i += count;
    }
  }
}

struct BinaryOp {
  BinaryRows row; // null: the op does not exist for the dtype
  const char *name;
  bool predicate; // writes bool
  hone_int grain; // elements worth a thread
};

// In binary_float.cc and binary_int.cc.
BinaryRows float32_row(int32_t op);
BinaryRows float64_row(int32_t op);
// pow(a, exponent) where it is simpler than pow in general, else null.
BinaryRows power_row(int32_t dtype, double exponent);
BinaryRows integer_row(int32_t op, int32_t dtype); // int32, int64, uint8, bool
BinaryRows compare_row(int32_t op, int32_t dtype);

} // namespace hone
