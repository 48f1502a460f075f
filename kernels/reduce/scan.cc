// scan.cc: positions of extremes, and scans, along one dim of [outer, len, inner].
#include "hone.h"
#include "reduce/reduce.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/status.h"

using namespace hone;

namespace {

// ---- argmax, argmin ----------------------------------------------------------------------------------------------------------------

// Whether x takes the place of best: strictly better, or the first NaN.
template <bool Max, class T> inline bool better(T x, T best) { return ((Max ? x > best : x < best) | (x != x)) & (best == best); }

constexpr hone_int kShortArg = 32, kTurned = 64; // elements of short rows, and how many of them are worked on together
constexpr hone_int kArgBlock = 1024; // elements of a row among which the extreme is sought, then found again

// The first of a's elements that is wanted; there is one. In long rows, runs that hold none are passed by without looking at their elements
// one by one: compilers make vectors of the inner loop.
template <class T, class F> inline hone_int first_of(const T *a, hone_int len, F &&wanted) {
  constexpr hone_int run = 64;
  using Found = typename std::conditional<sizeof(T) == 8, int64_t, typename std::conditional<sizeof(T) == 4, int32_t, int8_t>::type>::type;
  hone_int i = 0;
  for (; i + run <= len && len > 4 * run; i += run) {
    Found found = 0;
    for (hone_int k = 0; k < run; k++) found |= Found(wanted(a[i + k]));
    if (found) break;
  }
  while (!wanted(a[i])) i++;
  return i;
}

template <bool Max, class T> hone_int arg_row(const T *a, hone_int len) {
  using Op = typename std::conditional<Max, MaxOf<T>, MinOf<T>>::type;
  hone_int block = 0;
  T best = a[0];
  for (hone_int i = 0; i < len; i += kArgBlock) {
    const T x = reduce_block<Op>(a + i, len - i < kArgBlock ? len - i : kArgBlock, T(0));
    if (better<Max>(x, best)) best = x, block = i;
  }
  if (best != best) return block + first_of(a + block, len - block, [](T x) { return x != x; });
  return block + first_of(a + block, len - block, [=](T x) { return x == best; });
}

// I: a narrow index where len allows it, for the sake of the vector width.
template <bool Max, class I, class T> void arg_columns(T *best, I *index, const T *a, hone_int len, hone_int inner, hone_int columns) {
  for (hone_int k = 0; k < columns; k++) best[k] = a[k], index[k] = 0;
  for (hone_int r = 1; r < len; r++) {
    const T *row = a + r * inner;
    for (hone_int k = 0; k < columns; k++) {
      const bool win = better<Max>(row[k], best[k]);
      best[k] = win ? row[k] : best[k];
      index[k] = win ? I(r) : index[k];
    }
  }
}

template <bool Max, class I, class T>
void reduce_arg_typed(T *values, int64_t *indices, const T *a, hone_int outer, hone_int len, hone_int inner) {
  if (inner == 1 && len <= kShortArg) { // turned, many at a time: nothing to search for, nor to mispredict
    parallel_for(outer, kChunk / len + 1, [&](hone_int begin, hone_int end) {
      T turned[kShortArg * kTurned], best[kTurned];
      I index[kTurned];
      for (hone_int o = begin; o < end; o += kTurned) {
        const hone_int rows = min_of(kTurned, end - o);
        for (hone_int k = 0; k < rows; k++)
          for (hone_int r = 0; r < len; r++) turned[r * rows + k] = a[(o + k) * len + r];
        arg_columns<Max>(best, index, turned, len, rows, rows);
        for (hone_int k = 0; k < rows; k++) {
          if (indices) indices[o + k] = index[k];
          if (values) values[o + k] = best[k];
        }
      }
    });
    return;
  }
  if (inner == 1) {
    parallel_for(outer, kChunk / len + 1, [&](hone_int begin, hone_int end) {
      for (hone_int o = begin; o < end; o++) {
        const hone_int i = arg_row<Max>(a + o * len, len);
        if (indices) indices[o] = i;
        if (values) values[o] = a[o * len + i];
      }
    });
    return;
  }
  const hone_int strips = ceil_div(inner, kStrip), width = inner < kStrip ? inner : kStrip;
  parallel_for(outer * strips, kChunk / (len * width) + 1, [&](hone_int begin, hone_int end) {
    T best[kStrip];
    I index[kStrip];
    for (hone_int task = begin; task < end; task++) {
      const hone_int o = task / strips, column = task % strips * kStrip, columns = inner - column < kStrip ? inner - column : kStrip;
      arg_columns<Max>(best, index, a + o * len * inner + column, len, inner, columns);
      for (hone_int k = 0; k < columns; k++) {
        if (indices) indices[o * inner + column + k] = index[k];
        if (values) values[o * inner + column + k] = best[k];
      }
    }
  });
}

// ---- scans ---------------------------------------------------------------------------------------------------------------------------

// W: what a running value is kept in: double for floats, the wrapping integer for integers.
template <class W, class T> T from_running(W x) {
  if constexpr (IsInt<W>::value) return x.v;
  else return T(x);
}
// Rows, several side by side: a running value waits for the one before, but not for those of other rows.
template <bool Product, class W, int Rows, class T> void scan_rows(T *to, const T *from, hone_int len) {
  W x[Rows];
  for (W &value : x) value = W(T(Product ? 1 : 0));
  for (hone_int r = 0; r < len; r++)
    for (int k = 0; k < Rows; k++) {
      const W next = W(from[k * len + r]);
      x[k] = Product ? x[k] * next : x[k] + next;
      to[k * len + r] = from_running<W, T>(x[k]);
    }
}
template <bool Product, class W, class T> void scan_typed(T *out, const T *a, hone_int outer, hone_int len, hone_int inner) {
  if (inner == 1) {
    parallel_for(outer, kChunk / (len + 1) + 1, [&](hone_int begin, hone_int end) {
      hone_int o = begin;
      for (; o + 4 <= end; o += 4) scan_rows<Product, W, 4>(out + o * len, a + o * len, len);
      for (; o < end; o++) scan_rows<Product, W, 1>(out + o * len, a + o * len, len);
    });
    return;
  }
  const hone_int strips = ceil_div(inner, kStrip), width = inner < kStrip ? inner : kStrip;
  parallel_for(outer * strips, kChunk / (len * width + 1) + 1, [&](hone_int begin, hone_int end) {
    W running[kStrip];
    for (hone_int task = begin; task < end; task++) {
      const hone_int column = task % strips * kStrip, columns = inner - column < kStrip ? inner - column : kStrip;
      const hone_int base = task / strips * len * inner + column;
      for (hone_int k = 0; k < columns; k++) running[k] = W(T(Product ? 1 : 0));
      for (hone_int r = 0; r < len; r++)
        for (hone_int k = 0; k < columns; k++) {
          const W next = W(a[base + r * inner + k]);
          running[k] = Product ? running[k] * next : running[k] + next;
          out[base + r * inner + k] = from_running<W, T>(running[k]);
        }
    }
  });
}

} // namespace

HONE_KERNEL(reduce_arg)(int32_t op, int32_t dtype, void *values, void *indices_i64, const void *a, hone_int outer, hone_int len,
                        hone_int inner) {
  const char *name = op == 0 ? "argmax" : "argmin";
  if (op != 0 && op != 1) return fail(HONE_E_INVALID, "reduce_arg: code %d is unknown", int(op));
  if (outer <= 0 || inner <= 0) return HONE_OK;
  if (len <= 0) return fail(HONE_E_INVALID, "%s of no elements (%lld x 0 x %lld)", name, (long long)outer, (long long)inner);
  int64_t *indices = static_cast<int64_t *>(indices_i64);
  return for_dtypes(dtype, name, [&](auto zero) -> int32_t {
    using T = Plain<decltype(zero)>;
    const bool narrow = len <= std::numeric_limits<int32_t>::max();
    auto *v = static_cast<T *>(values);
    auto *from = static_cast<const T *>(a);
    if (op == 0 && narrow) reduce_arg_typed<true, int32_t>(v, indices, from, outer, len, inner);
    else if (op == 0) reduce_arg_typed<true, int64_t>(v, indices, from, outer, len, inner);
    else if (narrow) reduce_arg_typed<false, int32_t>(v, indices, from, outer, len, inner);
    else reduce_arg_typed<false, int64_t>(v, indices, from, outer, len, inner);
    return HONE_OK;
  });
}

HONE_KERNEL(scan)(int32_t op, int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner) {
  const char *name = op == 0 ? "cumsum" : "cumprod";
  if (op != 0 && op != 1) return fail(HONE_E_INVALID, "scan: code %d is unknown", int(op));
  if (dtype == HONE_BOOL) return wrong_dtype(name, dtype);
  if (outer <= 0 || inner <= 0 || len <= 0) return HONE_OK;
  return for_dtypes(dtype, name, [&](auto zero) -> int32_t {
    using T = Plain<decltype(zero)>;
    if constexpr (std::is_floating_point<T>::value) {
      if (op == 0) scan_typed<false, double>(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner);
      else scan_typed<true, double>(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner);
    } else {
      if (op == 0) scan_typed<false, Int<T>>(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner);
      else scan_typed<true, Int<T>>(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner);
    }
    return HONE_OK;
  });
}
