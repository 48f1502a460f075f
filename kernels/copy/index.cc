// index.cc: selecting, adding and writing by index arrays, gather and scatter, positions of true elements.
// Every kernel checks all of its indices before it writes, so that a failure leaves out as it was.
#include <cstring>

#include "support/dtype.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/strided.h"

using namespace hone;

namespace {

constexpr hone_int kWorkBytes = 1 << 16; // what makes a chunk worth a thread
constexpr hone_int kPiece = 64;          // elements of a row that index_add gives to one unit of work
constexpr hone_int kPieceBytes = 1 << 12;

int32_t check_index(const int64_t *index, hone_int n, hone_int dim) {
  uint64_t outside = 0;
  for (hone_int i = 0; i < n; i++) outside |= uint64_t(index[i]) + uint64_t(dim) >= 2 * uint64_t(dim);
  if (!outside) return HONE_OK;
  for (hone_int i = 0; i < n; i++) {
    if (index[i] < -int64_t(dim) || index[i] >= int64_t(dim)) {
      return fail(HONE_E_INDEX, "index %lld is out of bounds for dimension with size %lld", (long long)index[i], (long long)dim);
    }
  }
  return HONE_OK;
}

// Indexed and Walk have room for so many.
int32_t check_dims(const char *what, int32_t ndim, int32_t dim) {
  if (ndim < 0 || ndim > HONE_MAX_DIMS) return fail(HONE_E_INVALID, "%s: %d dims, the most is %d", what, int(ndim), HONE_MAX_DIMS);
  if (ndim > 0 && (dim < 0 || dim >= ndim)) return fail(HONE_E_INVALID, "%s: dim %d of %d dims", what, int(dim), int(ndim));
  return HONE_OK;
}

hone_int wrap(int64_t index, hone_int dim) { return hone_int(index < 0 ? index + dim : index); }

template <class T> void add_to(T &sum, T x) {
  if constexpr (std::is_same<T, Bool>::value) sum.v = sum.v | x.v;
  else if constexpr (std::is_integral<T>::value) sum = T(uint64_t(sum) + uint64_t(x)); // wraps around
  else sum += x;
}

template <class T> void multiply_to(T &product, T x) {
  if constexpr (std::is_same<T, Bool>::value) product.v = product.v & x.v;
  else if constexpr (std::is_integral<T>::value) product = T(uint64_t(product) * uint64_t(x)); // wraps around
  else product *= x;
}

// NaN wins, as in every maximum and minimum.
template <class T, bool largest> void extreme_to(T &best, T x) {
  if constexpr (std::is_same<T, Bool>::value) best.v = largest ? best.v | x.v : best.v & x.v;
  else if ((largest ? x > best : x < best) || x != x) best = x;
}

enum { kSet = 0, kAdd = 1, kMultiply = 2, kMax = 3, kMin = 4 };

template <int mode, class T> void combine(T &target, T x) {
  if constexpr (mode == kAdd) add_to(target, x);
  else if constexpr (mode == kMultiply) multiply_to(target, x);
  else if constexpr (mode == kMax || mode == kMin) extreme_to<T, mode == kMax>(target, x);
  else target = x;
}

// gather's and scatter's operands: the strides of one or two arrays over the index's shape, the one of the indexed array along dim
// set to 0 and kept apart.
template <int K> struct Indexed {
  Walk<K> walk;
  hone_int along;

  Indexed(int32_t ndim, int32_t dim, const double *meta) {
    double zeroed[(1 + K) * HONE_MAX_DIMS];
    for (int i = 0; i < (1 + K) * ndim; i++) zeroed[i] = meta[i];
    along = ndim ? hone_int(meta[ndim + dim]) : 1;
    if (ndim) zeroed[ndim + dim] = 0;
    walk.build(ndim, zeroed);
  }
};

template <class T>
void gather_rows(const Indexed<1> &shape, T *out, const T *a, const int64_t *index, hone_int dim_size, hone_int begin, hone_int end) {
  const hone_int inner = shape.walk.inner(), stride = shape.walk.stride(0), along = shape.along;
  RowCursor<1> row(shape.walk, begin / inner);
  for (hone_int i = begin; i < end; row.next()) {
    const hone_int first = i % inner, stop = end - i < inner - first ? end - i : inner - first;
    const T *from = a + row.offset[0] + first * stride;
    if (stride == 0 && along == 1)
      for (hone_int j = 0; j < stop; j++) out[i + j] = from[wrap(index[i + j], dim_size)];
    else if (stride == 1)
      for (hone_int j = 0; j < stop; j++) out[i + j] = from[j + wrap(index[i + j], dim_size) * along];
    else
      for (hone_int j = 0; j < stop; j++) out[i + j] = from[j * stride + wrap(index[i + j], dim_size) * along];
    i += stop;
  }
}

template <class T, int mode>
void scatter_rows(const Indexed<2> &shape, T *out, const int64_t *index, const T *src, hone_int dim_size, hone_int first, hone_int last) {
  const hone_int inner = shape.walk.inner(), stride = shape.walk.stride(0), src_stride = shape.walk.stride(1), along = shape.along;
  RowCursor<2> row(shape.walk, first);
  for (hone_int r = first; r < last; r++, row.next()) {
    T *to = out + row.offset[0];
    const T *from = src + row.offset[1];
    const int64_t *at = index + r * inner;
    for (hone_int j = 0; j < inner; j++) {
      combine<mode>(to[j * stride + wrap(at[j], dim_size) * along], from[j * src_stride]);
    }
  }
}

template <class T, int mode>
int32_t scatter(T *out, const int64_t *index, const T *src, int32_t ndim, int32_t dim, hone_int dim_size, const double *meta) {
  const Indexed<2> shape(ndim, dim, meta);
  if (shape.walk.total == 0) return HONE_OK;
  if (int32_t status = check_index(index, shape.walk.total, dim_size)) return status;
  // Along the last dim rows meet nowhere; along another one the order of the whole walk counts.
  const bool apart = ndim && dim == ndim - 1 && hone_int(meta[dim]) > 1;
  auto rows = [&](hone_int first, hone_int last) { scatter_rows<T, mode>(shape, out, index, src, dim_size, first, last); };
  if (apart) parallel_for(shape.walk.rows(), grain_of(kWorkBytes, shape.walk.inner() * hone_int(sizeof(T) + sizeof(int64_t))), rows);
  else rows(0, shape.walk.rows());
  return HONE_OK;
}

} // namespace

HONE_KERNEL(index_select)(int32_t item, void *out, const void *a, const void *index, hone_int outer, hone_int dim, hone_int inner,
                          hone_int count) {
  const int64_t *at = static_cast<const int64_t *>(index);
  if (outer <= 0 || count <= 0) return HONE_OK;
  if (int32_t status = check_index(at, count, dim)) return status;
  if (inner <= 0) return HONE_OK;
  return for_sizes(item, "index_select", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(a);
    parallel_for(outer * count, grain_of(kWorkBytes, inner * item), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end;) {
        const hone_int first = i % count, stop = end - i < count - first ? end - i : count - first;
        const T *slice = from + i / count * dim * inner;
        const int64_t *chosen = at + first;
        if (inner == 1)
          for (hone_int j = 0; j < stop; j++) to[i + j] = slice[wrap(chosen[j], dim)];
        else
          for (hone_int j = 0; j < stop; j++) copy_row(to + (i + j) * inner, slice + wrap(chosen[j], dim) * inner, inner);
        i += stop;
      }
    });
    return HONE_OK;
  });
}

HONE_KERNEL(index_add)(int32_t dtype, void *out, const void *index, const void *src, hone_int outer, hone_int dim, hone_int inner,
                       hone_int count) {
  const int64_t *at = static_cast<const int64_t *>(index);
  if (outer <= 0 || count <= 0) return HONE_OK;
  if (int32_t status = check_index(at, count, dim)) return status;
  if (inner <= 0) return HONE_OK;
  return for_dtypes(dtype, "index_add", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(src);
    // A unit of work is a piece of every row of one outer item: whoever does it, rows are added in the index's order.
    const hone_int pieces = ceil_div(inner, kPiece);
    parallel_for(outer * pieces, grain_of(kWorkBytes, count * (inner < kPiece ? inner : kPiece) * hone_int(sizeof(T))), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++) {
        const hone_int o = i / pieces, first = i % pieces * kPiece, n = inner - first < kPiece ? inner - first : kPiece;
        for (hone_int k = 0; k < count; k++) {
          T *sum = to + (o * dim + wrap(at[k], dim)) * inner + first;
          const T *row = from + (o * count + k) * inner + first;
          for (hone_int j = 0; j < n; j++) add_to(sum[j], row[j]);
        }
      }
    });
    return HONE_OK;
  });
}

HONE_KERNEL(index_copy)(int32_t item, void *out, const void *index, const void *src, hone_int outer, hone_int dim, hone_int inner,
                        hone_int count) {
  const int64_t *at = static_cast<const int64_t *>(index);
  if (outer <= 0 || count <= 0) return HONE_OK;
  if (int32_t status = check_index(at, count, dim)) return status;
  const hone_int row_bytes = inner * item;
  if (row_bytes <= 0) return HONE_OK;
  char *to = static_cast<char *>(out);
  const char *from = static_cast<const char *>(src);
  const hone_int pieces = ceil_div(row_bytes, kPieceBytes), longest = row_bytes < kPieceBytes ? row_bytes : kPieceBytes;
  parallel_for(outer * pieces, grain_of(kWorkBytes, count * longest), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      const hone_int o = i / pieces, first = i % pieces * kPieceBytes, n = row_bytes - first < kPieceBytes ? row_bytes - first : kPieceBytes;
      for (hone_int k = 0; k < count; k++) {
        std::memcpy(to + (o * dim + wrap(at[k], dim)) * row_bytes + first, from + (o * count + k) * row_bytes + first, size_t(n));
      }
    }
  });
  return HONE_OK;
}

HONE_KERNEL(gather)(int32_t item, void *out, const void *a, const void *index, int32_t ndim, int32_t dim, hone_int dim_size,
                    const double *meta) {
  if (int32_t status = check_dims("gather", ndim, dim)) return status;
  const Indexed<1> shape(ndim, dim, meta);
  const int64_t *at = static_cast<const int64_t *>(index);
  if (shape.walk.total == 0) return HONE_OK;
  if (int32_t status = check_index(at, shape.walk.total, dim_size)) return status;
  return for_sizes(item, "gather", [&](auto zero) {
    using T = decltype(zero);
    parallel_for(shape.walk.total, kWorkBytes / 8, [&](hone_int begin, hone_int end) {
      gather_rows(shape, static_cast<T *>(out), static_cast<const T *>(a), at, dim_size, begin, end);
    });
    return HONE_OK;
  });
}

HONE_KERNEL(scatter)(int32_t dtype, int32_t mode, void *out, const void *index, const void *src, int32_t ndim, int32_t dim, hone_int dim_size,
                     const double *meta) {
  if (int32_t status = check_dims("scatter", ndim, dim)) return status;
  return for_dtypes(dtype, "scatter", [&](auto zero) {
    using T = decltype(zero);
    const int64_t *at = static_cast<const int64_t *>(index);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(src);
    switch (mode) {
    case kSet: return scatter<T, kSet>(to, at, from, ndim, dim, dim_size, meta);
    case kAdd: return scatter<T, kAdd>(to, at, from, ndim, dim, dim_size, meta);
    case kMultiply: return scatter<T, kMultiply>(to, at, from, ndim, dim, dim_size, meta);
    case kMax: return scatter<T, kMax>(to, at, from, ndim, dim, dim_size, meta);
    case kMin: return scatter<T, kMin>(to, at, from, ndim, dim, dim_size, meta);
    default: return fail(HONE_E_INVALID, "scatter: mode %d is unknown", int(mode));
    }
  });
}

HONE_KERNEL(nonzero)(void *out, void *count, const void *mask, hone_int n) {
  constexpr hone_int blocks = 256; // counted first, so that each knows where its positions start
  const uint8_t *set = static_cast<const uint8_t *>(mask);
  const hone_int size = ceil_div(n, blocks);
  int64_t found[blocks] = {}, *positions = static_cast<int64_t *>(out);
  auto each = [&](auto &&body) {
    parallel_for(blocks, grain_of(kWorkBytes, size), [&](hone_int begin, hone_int end) {
      for (hone_int b = begin; b < end; b++) {
        const hone_int first = b * size < n ? b * size : n;
        body(b, first, first + size < n ? first + size : n);
      }
    });
  };
  each([&](hone_int b, hone_int begin, hone_int end) {
    int64_t sum = 0;
    for (hone_int i = begin; i < end; i++) sum += set[i] != 0;
    found[b] = sum;
  });
  int64_t total = 0;
  for (int64_t &f : found) {
    const int64_t here = f;
    f = total;
    total += here;
  }
  *static_cast<int64_t *>(count) = total;
  if (!positions) return HONE_OK;
  each([&](hone_int b, hone_int begin, hone_int end) {
    int64_t *to = positions + found[b];
    const int64_t *const last = positions + (b + 1 < blocks ? found[b + 1] : total);
    // Every position is written, and kept where the mask is set: no branch that has to be guessed.
    for (hone_int i = begin; i < end && to != last; i++) {
      *to = i;
      to += set[i] != 0;
    }
  });
  return HONE_OK;
}
