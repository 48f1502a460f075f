// elementwise.cc: binary operations and where over dense, scalar and broadcast operands. One row function per op and dtype does the
// arithmetic on rows that are dense or one value; others are laid out block by block in a buffer that stays in the first cache.
#include "elementwise/elementwise.h"

#include <atomic>
#include <cstring>

#include "support/dtype.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/strided.h"

using namespace hone;

namespace {

constexpr hone_int kGrain = 65536, kCostlyGrain = 8192; // elements worth a thread

OpInfo info_of(int32_t op) {
  switch (op) {
#define HONE_BINARY(name, code, expression) case code: return {#name, Kind::same};
#define HONE_BINARY_INT(name, code, expression) case code: return {#name, Kind::integer};
#define HONE_BINARY_FLOAT(name, code, expression) case code: return {#name, Kind::floating};
#define HONE_COMPARE(name, code, expression) case code: return {#name, Kind::predicate};
#include "ops.def"
#undef HONE_BINARY
#undef HONE_BINARY_INT
#undef HONE_BINARY_FLOAT
#undef HONE_COMPARE
  default: return {"unknown op", Kind::unknown};
  }
}

// Whether an element takes many times as long as to read and to write it.
bool is_costly(int32_t op) {
  switch (op) {
  case k_pow:
  case k_floor_divide:
  case k_remainder:
  case k_fmod:
  case k_gcd:
  case k_lcm:
  case k_atan2:
  case k_hypot:
  case k_silu_grad:
  case k_gelu_grad:
  case k_gelu_tanh_grad:
  case k_softplus_grad:
  case k_elu_grad:
  case k_mish_grad: return true;
  default: return false;
  }
}

BinaryOp find_binary(int32_t op, int32_t dtype) {
  const OpInfo info = info_of(op);
  BinaryOp found{nullptr, info.name, info.kind == Kind::predicate, is_costly(op) ? kCostlyGrain : kGrain};
  if (found.predicate) found.row = compare_row(op, dtype);
  else if (dtype == HONE_F32) found.row = float32_row(op);
  else if (dtype == HONE_F64) found.row = float64_row(op);
  else found.row = integer_row(op, dtype);
  return found;
}

constexpr hone_int kShortRow = 16; // rows from here on are worked on as they lie, shorter ones are gathered into blocks

int32_t finish(const std::atomic<bool> &ok) {
  return ok.load(std::memory_order_relaxed) ? HONE_OK : fail(HONE_E_INVALID, "integer division or modulo by zero");
}

// n elements from a strided place to a dense one; items are moved, not interpreted.
template <class T> inline void gather(T *to, const T *from, hone_int stride, hone_int n) {
  if (stride == 0) {
    const T value = *from;
    for (hone_int i = 0; i < n; i++) to[i] = value;
  } else if (stride == 1) {
    for (hone_int i = 0; i < n; i++) to[i] = from[i];
  } else {
    for (hone_int i = 0; i < n; i++) to[i] = from[i * stride];
  }
}
void gather_items(int item, void *to, const void *from, hone_int offset, hone_int stride, hone_int n) {
  for_sizes(item, "elementwise", [&](auto zero) {
    using T = decltype(zero);
    gather(static_cast<T *>(to), static_cast<const T *>(from) + offset, stride, n);
    return HONE_OK;
  });
}

// Calls body(first output element, sides, rows, elements of a row) until the walk's elements are all done, on the engine's threads.
template <int K, class Body>
void run_rows(const Walk<K> &w, const void *const (&base)[K], const int (&item)[K], hone_int grain, Body &&body) {
  const hone_int inner = w.inner(), rows = w.rows();
  auto at = [&](int k, hone_int offset) { return static_cast<const void *>(static_cast<const char *>(base[k]) + offset * item[k]); };

  if (inner >= kShortRow || w.d == 1) {
    bool direct = true; // no buffers: as many rows at once as lie evenly
    for (int k = 0; k < K; k++) direct &= w.stride(k) == 1 || w.stride(k) == 0;
    parallel_for(w.total, grain, [&](hone_int begin, hone_int end) {
      alignas(64) char buffer[K][kBlock * 8];
      RowCursor<K> cursor(w, begin / inner);
      hone_int position = begin, column = begin % inner;
      Side side[K];
      while (position < end) {
        const hone_int left = end - position;
        if (direct) {
          const hone_int even = w.d > 1 ? w.n[w.d - 2] - cursor.index[w.d - 2] : 1;
          const hone_int whole = column == 0 ? left / inner : 0, count = whole < even ? whole : even;
          const hone_int n = count > 0 ? inner : left < inner - column ? left : inner - column;
          for (int k = 0; k < K; k++)
            side[k] = {at(k, cursor.offset[k] + column * w.stride(k)), w.d > 1 ? w.s[k][w.d - 2] : 0, int(w.stride(k))};
          body(position, side, count > 0 ? count : 1, n);
          position += count > 0 ? count * n : n;
          column = 0;
          cursor.skip(count > 0 ? count : 1);
          continue;
        }
        const hone_int room = left < inner - column ? left : inner - column, n = room < kBlock ? room : kBlock;
        for (int k = 0; k < K; k++) {
          const hone_int s = w.stride(k), from = cursor.offset[k] + column * s;
          side[k] = {at(k, from), 0, int(s)};
          if (s == 0 || s == 1) continue;
          gather_items(item[k], buffer[k], base[k], from, s, n);
          side[k] = {buffer[k], 0, 1};
        }
        body(position, side, 1, n);
        position += n;
        column += n;
        if (column == inner) column = 0, cursor.next();
      }
    });
    return;
  }

  // An operand that repeats from row to row fills its buffer once.
  bool dense[K], same_rows[K];
  for (int k = 0; k < K; k++) {
    dense[k] = w.dense(k);
    same_rows[k] = true;
    for (int i = 0; i < w.d - 1; i++) same_rows[k] &= w.s[k][i] == 0;
  }
  const hone_int group = kBlock / inner;
  parallel_for(rows, grain / inner + 1, [&](hone_int begin, hone_int end) {
    alignas(64) char buffer[K][kBlock * 8];
    RowCursor<K> cursor(w, begin);
    for (hone_int row = begin; row < end;) {
      const hone_int count = end - row < group ? end - row : group;
      bool ready[K];
      for (int k = 0; k < K; k++) ready[k] = dense[k] || (same_rows[k] && row > begin);
      for (hone_int r = 0; r < count; r++, cursor.next())
        for (int k = 0; k < K; k++)
          if (!ready[k]) gather_items(item[k], buffer[k] + r * inner * item[k], base[k], cursor.offset[k], w.stride(k), inner);
      Side side[K];
      for (int k = 0; k < K; k++) side[k] = {dense[k] ? at(k, row * inner) : buffer[k], 0, 1};
      body(row * inner, side, 1, count * inner);
      row += count;
    }
  });
}

// A transposed operand is laid out dense first, by the kernel that does so tile by tile: afterwards operand k is dense.
template <int K> bool lay_out(Walk<K> &w, int k, const void *&base, int item, Memory<char> &memory) {
  bool unit = false;
  for (int i = 0; i < w.d - 1; i++) unit |= w.s[k][i] == 1 && w.n[i] > 3;
  if (!unit || w.stride(k) == 0 || w.stride(k) == 1 || w.total < 4096) return true;
  if (!memory.reserve(w.total * item)) return false;
  double meta[3 * (HONE_MAX_DIMS + 1)];
  hone_int dense = 1;
  for (int i = w.d - 1; i >= 0; i--) {
    meta[i] = double(w.n[i]);
    meta[w.d + i] = double(dense);
    meta[2 * w.d + i] = double(w.s[k][i]);
    w.s[k][i] = dense;
    dense *= w.n[i];
  }
  const int32_t dtype = item == 4 ? HONE_F32 : item == 8 ? HONE_F64 : HONE_U8;
  hone_copy_strided(dtype, dtype, memory.get(), base, w.d, meta);
  base = memory.get();
  return true;
}

template <class T> void where_rows(T *out, Side cond_, Side a_, Side b_, hone_int rows, hone_int n) {
  DenseSide<uint8_t> chosen(cond_);
  DenseSide<T> left(a_), right(b_);
  each_dense(
      rows, n,
      [=](hone_int at, hone_int count, const uint8_t *cond, const T *a, const T *b) {
        for (hone_int i = 0; i < count; i++) out[at + i] = cond[i] ? a[i] : b[i];
      },
      chosen, left, right);
}

} // namespace

HONE_KERNEL(binary)(int32_t op, int32_t dtype, void *out, const void *a, const void *b, hone_int n, double p0, double p1) {
  const BinaryOp found = find_binary(op, dtype);
  if (!found.row) return wrong_dtype(found.name, dtype);
  const hone_int size = item_size(dtype), out_size = found.predicate ? 1 : size;
  std::atomic<bool> ok{true};
  parallel_for(n, found.grain, [&](hone_int begin, hone_int end) {
    const Side left{static_cast<const char *>(a) + begin * size, 0, 1}, right{static_cast<const char *>(b) + begin * size, 0, 1};
    const bool good = found.row(static_cast<char *>(out) + begin * out_size, left, right, 1, end - begin, p0, p1);
    if (!good) ok.store(false, std::memory_order_relaxed);
  });
  return finish(ok);
}

HONE_KERNEL(binary_scalar)(int32_t op, int32_t dtype, void *out, const void *a, hone_int n, double scalar, int32_t reversed) {
  BinaryOp found = find_binary(op, dtype);
  if (!found.row) return wrong_dtype(found.name, dtype);
  if (op == k_pow && !reversed)
    if (const BinaryRows simple = power_row(dtype, scalar)) found.row = simple, found.grain = kGrain;
  alignas(64) char value[8];
  for_dtypes(dtype, found.name, [&](auto zero) {
    using T = decltype(zero);
    const T typed = convert<T>(scalar);
    std::memcpy(value, &typed, sizeof typed);
    return HONE_OK;
  });
  const void *operands[2] = {reversed ? value : a, reversed ? a : value};
  Walk<2> w;
  w.d = 1;
  w.n[0] = w.total = n;
  w.s[0][0] = reversed ? 0 : 1;
  w.s[1][0] = reversed ? 1 : 0;
  if (n <= 0) return HONE_OK;
  const int size = item_size(dtype);
  const int items[2] = {size, size};
  const hone_int out_size = found.predicate ? 1 : size;
  std::atomic<bool> ok{true};
  run_rows<2>(w, operands, items, found.grain, [&](hone_int at, const Side *side, hone_int rows, hone_int n) {
    if (!found.row(static_cast<char *>(out) + at * out_size, side[0], side[1], rows, n, 1, 0)) ok.store(false, std::memory_order_relaxed);
  });
  return finish(ok);
}

HONE_KERNEL(binary_strided)(int32_t op, int32_t dtype, void *out, const void *a, const void *b, int32_t ndim, const double *meta,
                            double p0, double p1) {
  const BinaryOp found = find_binary(op, dtype);
  if (!found.row) return wrong_dtype(found.name, dtype);
  if (ndim < 0 || ndim > HONE_MAX_DIMS) return fail(HONE_E_INVALID, "%s: %d dims, the most is %d", found.name, int(ndim), HONE_MAX_DIMS);
  Walk<2> w;
  w.build(ndim, meta);
  if (w.total <= 0) return HONE_OK;
  const void *operands[2] = {a, b};
  const int size = item_size(dtype);
  const int items[2] = {size, size};
  const hone_int out_size = found.predicate ? 1 : size;
  Memory<char> memory[2];
  for (int k = 0; k < 2; k++)
    if (!lay_out(w, k, operands[k], size, memory[k])) return no_memory(found.name);
  std::atomic<bool> ok{true};
  run_rows<2>(w, operands, items, found.grain, [&](hone_int at, const Side *side, hone_int rows, hone_int n) {
    if (!found.row(static_cast<char *>(out) + at * out_size, side[0], side[1], rows, n, p0, p1)) ok.store(false, std::memory_order_relaxed);
  });
  return finish(ok);
}

HONE_KERNEL(where)(int32_t dtype, void *out, const void *cond, const void *a, const void *b, int32_t ndim, const double *meta) {
  if (dtype < HONE_F32 || dtype > HONE_BOOL) return wrong_dtype("where", dtype);
  if (ndim < 0 || ndim > HONE_MAX_DIMS) return fail(HONE_E_INVALID, "where: %d dims, the most is %d", int(ndim), HONE_MAX_DIMS);
  Walk<3> w;
  w.build(ndim, meta);
  if (w.total <= 0) return HONE_OK;
  const void *operands[3] = {cond, a, b};
  const int size = item_size(dtype);
  const int items[3] = {1, size, size};
  return for_sizes(size, "where", [&](auto zero) {
    using T = decltype(zero);
    run_rows<3>(w, operands, items, kGrain, [&](hone_int at, const Side *side, hone_int rows, hone_int n) {
      where_rows(static_cast<T *>(out) + at, side[0], side[1], side[2], rows, n);
    });
    return HONE_OK;
  });
}
