// reduce.cc: sums, products, extremes, variance and mean along one dim of [outer, len, inner].
#include "reduce/reduce.h"
#include "hone.h"
#include "support/dtype.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/sizes.h"

using namespace hone;

namespace {

// Null where there is no such operation.
const char *reduce_name(int32_t op) {
  switch (op) {
#define HONE_REDUCE(name, code) case code: return #name;
#include "ops.def"
#undef HONE_REDUCE
  default: return nullptr;
  }
}

template <class T> Reduction sum_of(int32_t op) {
  if constexpr (std::is_floating_point<T>::value) {
    if (op == k_sumsq) return make_reduction<SumOf<T, Squared>, T, T>();
    if (op == k_sumabs) return make_reduction<SumOf<T, Magnitude>, T, T>();
    return make_reduction<SumOf<T, Itself>, T, T>();
  } else {
    if (op == k_sumsq) return make_reduction<IntSum<T, Squared>, T, T>();
    if (op == k_sumabs) return make_reduction<IntSum<T, Magnitude>, T, T>();
    return make_reduction<IntSum<T, Itself>, T, T>();
  }
}
template <class T> Reduction find_reduction(int32_t op) {
  using Prod = typename std::conditional<std::is_floating_point<T>::value, ProdOf<T>, IntProd<T>>::type;
  switch (op) {
  case k_any: return make_reduction<Truth<T, false>, T, uint8_t>();
  case k_all: return make_reduction<Truth<T, true>, T, uint8_t>();
  case k_max: return make_reduction<MaxOf<T>, T, T>();
  case k_min: return make_reduction<MinOf<T>, T, T>();
  case k_prod: return make_reduction<Prod, T, T>();
  default: return sum_of<T>(op);
  }
}

// ---- variance and mean -------------------------------------------------------------------------------------------------------------

template <class T> int32_t var_mean_typed(T *variance, T *mean, const T *a, hone_int outer, hone_int len, hone_int inner, double correction, bool root) {
  constexpr bool kWide = std::is_same<T, float>::value;
  using Sum = typename std::conditional<kWide, WideSum<Itself>, SumOf<T, Itself>>::type;
  using Spread = typename std::conditional<kWide, WideSum<SquaredDistance>, SumOf<T, SquaredDistance>>::type;
  const double n = double(len), divisor = n > correction ? n - correction : 0;
  // The mean that the second pass subtracts is rounded to T; what that adds to the sum of squares is known exactly.
  auto variance_of = [&](double spread, double exact, T rounded) {
    const double off = exact - double(rounded), sum = spread - n * off * off;
    const double value = (sum < 0 ? 0 : sum) / divisor;
    return T(root ? std::sqrt(value) : value);
  };
  if (inner == 1 && len <= kChunk) {
    parallel_for(outer, kChunk / (2 * len + 1) + 1, [&](hone_int begin, hone_int end) {
      for (hone_int o = begin; o < end; o++) {
        const T *row = a + o * len;
        const double exact = Sum::value(reduce_row<Sum>(row, len, T(0))) / n;
        const T rounded = T(exact);
        if (variance) variance[o] = variance_of(Spread::value(reduce_row<Spread>(row, len, rounded)), exact, rounded);
        if (mean) mean[o] = rounded;
      }
    });
    return HONE_OK;
  }
  const hone_int count = outer * inner;
  if (count <= 0) return HONE_OK;
  const Memory<double> exact(count), spread(variance ? count : 0);
  const Memory<T> rounded(count);
  if (!exact.get() || !spread.get() || !rounded.get()) return no_memory("var_mean");
  bool done = reduce_all(make_reduction<Sum, T, double>(), exact.get(), a, outer, len, inner, nullptr);
  for (hone_int i = 0; i < count; i++) {
    exact[i] /= n;
    rounded[i] = T(exact[i]);
    if (mean) mean[i] = rounded[i];
  }
  if (done && variance) {
    done = reduce_all(make_reduction<Spread, T, double>(), spread.get(), a, outer, len, inner, rounded.get());
    for (hone_int i = 0; i < count; i++) variance[i] = variance_of(spread[i], exact[i], rounded[i]);
  }
  return done ? HONE_OK : no_memory("var_mean");
}

} // namespace

bool hone::reduce_all(const Reduction &reduction, void *out_, const void *a_, hone_int outer, hone_int len, hone_int inner, const void *shift_) {
  if (outer <= 0 || inner <= 0) return true;
  char *out = static_cast<char *>(out_);
  const char *a = static_cast<const char *>(a_), *shift = static_cast<const char *>(shift_);
  const hone_int width = inner < kStrip ? inner : kStrip, strips = ceil_div(inner, kStrip);
  // Rows of a chunk: a multiple of the block, so that the blocks stand where they would without chunks.
  const hone_int unit = inner == 1 ? kBlockRow : kBlockRows;
  const hone_int chunk = (kChunk / width + unit - 1) / unit * unit;
  const hone_int chunks = len <= 2 * chunk ? 1 : ceil_div(len, chunk);
  auto part = [&](void *total, hone_int o, hone_int first, hone_int rows, hone_int column, hone_int columns) {
    reduction.part(total, a + ((o * len + first) * inner + column) * reduction.item, rows, inner, columns,
                   shift ? shift + (o * inner + column) * reduction.item : nullptr);
  };
  auto columns_at = [&](hone_int column) { return inner - column < kStrip ? inner - column : kStrip; };

  // The usual ones: rows that are a block each, and columns of one block.
  if (inner == 1 && len <= kBlockRow) {
    parallel_for(outer, kChunk / (len + 1) + 1, [&](hone_int begin, hone_int end) {
      reduction.rows(out + begin * reduction.out, a + begin * len * reduction.item, end - begin, len,
                     shift ? shift + begin * reduction.item : nullptr, a + outer * len * reduction.item);
    });
    return true;
  }
  if (len <= kBlockRows && (inner >= kNarrow || len < kNarrow)) {
    parallel_for(outer * strips, kChunk / (len * width + 1) + 1, [&](hone_int begin, hone_int end) {
      for (hone_int task = begin; task < end; task++) {
        const hone_int o = task / strips, column = task % strips * kStrip;
        reduction.few_rows(out + (o * inner + column) * reduction.out, a + (o * len * inner + column) * reduction.item, len, inner,
                           columns_at(column), shift ? shift + (o * inner + column) * reduction.item : nullptr);
      }
    });
    return true;
  }
  if (chunks == 1) {
    parallel_for(outer * strips, kChunk / (len * width + 1) + 1, [&](hone_int begin, hone_int end) {
      alignas(64) char total[kStrip * sizeof(Compensated)];
      for (hone_int task = begin; task < end; task++) {
        const hone_int o = task / strips, column = task % strips * kStrip, columns = columns_at(column);
        part(total, o, 0, len, column, columns);
        reduction.write(out + (o * inner + column) * reduction.out, total, columns);
      }
    });
    return true;
  }
  const hone_int size = reduction.total, stride = chunks * inner * size;
  const Memory<char> memory(outer * stride);
  char *const parts = memory.get();
  if (!parts) return false;
  parallel_for(outer * chunks * strips, 1, [&](hone_int begin, hone_int end) {
    for (hone_int task = begin; task < end; task++) {
      const hone_int row = task / strips, first = row % chunks * chunk, column = task % strips * kStrip;
      part(parts + (row * inner + column) * size, row / chunks, first, len - first < chunk ? len - first : chunk, column, columns_at(column));
    }
  });
  for (hone_int o = 0; o < outer; o++) {
    for (hone_int i = 1; i < chunks; i++) reduction.merge(parts + o * stride, parts + o * stride + i * inner * size, inner);
    reduction.write(out + o * inner * reduction.out, parts + o * stride, inner);
  }
  return true;
}

HONE_KERNEL(reduce)(int32_t op, int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner) {
  const char *const name = reduce_name(op);
  if (!name) return fail(HONE_E_INVALID, "reduction code %d is unknown", int(op));
  if (len == 0 && (op == k_max || op == k_min) && outer > 0 && inner > 0)
    return fail(HONE_E_INVALID, "%s of no elements (%lld x 0 x %lld)", name, (long long)outer, (long long)inner);
  if (dtype == HONE_BOOL && op != k_any && op != k_all && op != k_max && op != k_min)
    return wrong_dtype(name, dtype);
  return for_dtypes(dtype, name, [&](auto zero) -> int32_t {
    using T = Plain<decltype(zero)>;
    return reduce_all(find_reduction<T>(op), out, a, outer, len, inner, nullptr) ? HONE_OK : no_memory(name);
  });
}

HONE_KERNEL(var_mean)(int32_t dtype, void *variance, void *mean, const void *a, hone_int outer, hone_int len, hone_int inner,
                      double correction, int32_t root) {
  return for_floats(dtype, "var_mean", [&](auto zero) {
    using T = decltype(zero);
    return var_mean_typed(static_cast<T *>(variance), static_cast<T *>(mean), static_cast<const T *>(a), outer, len, inner, correction, root != 0);
  });
}

