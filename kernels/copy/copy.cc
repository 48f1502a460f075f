// copy.cc: fill, arange, strided copies with casts, and the gathering of image batches.
#include <cmath>
#include <cstring>

#include "hone.h"
#include "support/dtype.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/strided.h"
#include "support/transpose.h"

using namespace hone;

namespace {

constexpr hone_int kGrainBytes = 512 * 1024; // a copy of this size is worth a thread
constexpr hone_int kTile = 256; // rows and columns transposed together
constexpr hone_int kPatch = 16;

template <class T> void fill_typed(T *out, hone_int n, T value) {
  for (hone_int i = 0; i < n; i++) out[i] = value;
}

// What fits the second cache is copied faster by vectors than by the C library, which has the largest blocks in mind.
void copy_dense(char *out, const char *src, hone_int bytes) {
  hone_int i = 0;
  if (bytes <= (hone_int(1) << 20))
    for (; i + kVecBytes <= bytes; i += kVecBytes) store(out + i, load(src + i));
  std::memcpy(out + i, src + i, size_t(bytes - i));
}
void copy_bytes(void *out, const void *src, hone_int bytes) {
  if (bytes <= 0 || out == src) return;
  parallel_for(bytes, kGrainBytes, [&](hone_int begin, hone_int end) {
    copy_dense(static_cast<char *>(out) + begin, static_cast<const char *>(src) + begin, end - begin);
  });
}

// n elements, each stride given in elements; items are moved, not interpreted.
template <class T> void move_row(T *out, hone_int so, const T *in, hone_int si, hone_int n) {
  if (so == 1 && si == 1) {
    copy_row(out, in, n);
  } else if (so == 1 && si == 0) {
    fill_typed(out, n, *in);
  } else if (so == 1 && si == -1) {
    for (hone_int i = 0; i < n; i++) out[i] = in[-i];
  } else {
    for (hone_int i = 0; i < n; i++) out[i * so] = in[i * si];
  }
}

// Not inlined: beside a strided loop compilers make no vectors of it.
template <class To, class From> __attribute__((noinline)) void cast_dense(To *out, const From *in, hone_int n) {
  if constexpr (std::is_same<To, Bool>::value && !std::is_same<From, Bool>::value) {
    uint8_t *to = reinterpret_cast<uint8_t *>(out); // a loop that compilers make vectors of
    for (hone_int i = 0; i < n; i++) to[i] = in[i] != From(0);
    return;
  }
  for (hone_int i = 0; i < n; i++) out[i] = convert<To>(in[i]);
}
// Strided sides go through a buffer, so that there is one loop for each pair of types.
template <class To, class From> void cast_row(To *out, hone_int so, const From *in, hone_int si, hone_int n) {
  if (so == 1 && si == 1) return cast_dense(out, in, n);
  constexpr hone_int block = 256;
  From from[block];
  To to[block];
  for (hone_int i = 0; i < n; i += block) {
    const hone_int count = n - i < block ? n - i : block;
    const From *source = in + i;
    if (si != 1) move_row(from, 1, in + i * si, si, count), source = from;
    if (so == 1) {
      cast_dense(out + i, source, count);
    } else {
      cast_dense(to, source, count);
      move_row(out + i * so, so, static_cast<const To *>(to), 1, count);
    }
  }
}

// out[c * so + r] = in[r * si + c], squares of whole vectors first.
template <class T> void transpose_block(T *out, hone_int so, const T *in, hone_int si, hone_int rows, hone_int columns) {
  constexpr hone_int L = kLanes<T>;
  hone_int c = 0;
  if constexpr (sizeof(T) >= 4) {
    for (; c + L <= columns; c += L) {
      hone_int r = 0;
      for (; r + L <= rows; r += L) {
        Vec<T> square[L];
        for (hone_int i = 0; i < L; i++) square[i] = load(in + (r + i) * si + c);
        turn_square<T>(square);
        for (hone_int i = 0; i < L; i++) store<T>(out + (c + i) * so + r, square[i]);
      }
      for (; r < rows; r++)
        for (hone_int i = 0; i < L; i++) out[(c + i) * so + r] = in[r * si + c + i];
    }
  }
  for (; c < columns; c++)
    for (hone_int r = 0; r < rows; r++) out[c * so + r] = in[r * si + c];
}
// Big tiles keep to few memory pages, the blocks in them to the first cache.
template <class T> void transpose_plane(T *out, hone_int so, const T *in, hone_int si, hone_int rows, hone_int columns) {
  for (hone_int r = 0; r < rows; r += kTile) {
    const hone_int tall = rows - r < kTile ? rows - r : kTile;
    for (hone_int c = 0; c < columns; c += kPatch)
      for (hone_int i = 0; i < tall; i += kPatch)
        transpose_block(out + c * so + r + i, so, in + (r + i) * si + c, si, tall - i < kPatch ? tall - i : kPatch, columns - c < kPatch ? columns - c : kPatch);
  }
}

template <int planes, class T> void interleave_planes(T *out, const T *in, hone_int plane, hone_int n) {
  for (hone_int i = 0; i < n; i++)
    for (int p = 0; p < planes; p++) out[i * planes + p] = in[p * plane + i];
}

// The walk's dims are sorted by the output's strides: the innermost is the output's densest.
template <class T> bool try_transpose(const Walk<2> &w, T *out, const T *in) {
  const int last = w.d - 1;
  if (w.d < 2 || w.s[0][last] != 1 || w.s[1][last] == 1) return false;
  int other = -1;
  for (int i = 0; i < last; i++)
    if (w.s[1][i] == 1) other = i;
  const bool few = other == last - 1 && w.n[last] < 4 && w.s[0][other] == w.n[last]; // two or three planes to be interleaved, as of pictures
  if (other < 0 || w.n[other] < 4 || (w.n[last] < 4 && !few)) return false;
  Walk<2> outer;
  outer.d = 1;
  outer.total = 1;
  for (int i = 0; i < last; i++) {
    if (i == other) continue;
    outer.n[outer.d - 1] = w.n[i];
    outer.s[0][outer.d - 1] = w.s[0][i];
    outer.s[1][outer.d - 1] = w.s[1][i];
    outer.total *= w.n[i];
    outer.d++;
  }
  outer.n[outer.d - 1] = 1; // the cursor leaves out the innermost dim, which is the transposed plane
  const hone_int rows = w.n[last], columns = w.n[other], so = w.s[0][other], si = w.s[1][last];
  const hone_int strip = kTile, strips = ceil_div(columns, strip);
  const hone_int work = rows * strip * hone_int(sizeof(T));
  parallel_for(outer.total * strips, kGrainBytes / 2 / work + 1, [&](hone_int begin, hone_int end) {
    RowCursor<2> cursor(outer, begin / strips);
    for (hone_int task = begin; task < end; task++) {
      const hone_int c = task % strips * strip, width = columns - c < strip ? columns - c : strip;
      T *to = out + cursor.offset[0] + c * so;
      const T *from = in + cursor.offset[1] + c;
      if (few && rows == 3) interleave_planes<3>(to, from, si, width);
      else if (few) interleave_planes<2>(to, from, si, width);
      else transpose_plane(to, so, from, si, rows, width);
      if ((task + 1) % strips == 0) cursor.next();
    }
  });
  return true;
}

// Calls row(out, in) for every row, or for parts of one that is all there is.
template <class Out, class In, class Row> void for_rows(const Walk<2> &w, Out *out, const In *in, Row &&row) {
  const hone_int inner = w.inner(), so = w.stride(0), si = w.stride(1), grain = kGrainBytes / 2 / hone_int(sizeof(Out));
  if (w.d == 1) {
    parallel_for(inner, grain, [&](hone_int begin, hone_int end) { row(out + begin * so, so, in + begin * si, si, end - begin); });
    return;
  }
  parallel_for(w.rows(), grain / inner + 1, [&](hone_int begin, hone_int end) {
    RowCursor<2> cursor(w, begin);
    for (hone_int i = begin; i < end; i++, cursor.next()) row(out + cursor.offset[0], so, in + cursor.offset[1], si, inner);
  });
}

template <class T> void move_walk(const Walk<2> &w, void *out_, const void *in_) {
  T *out = static_cast<T *>(out_);
  const T *in = static_cast<const T *>(in_);
  if (w.d == 1 && w.s[0][0] == 1 && w.s[1][0] == 1) return copy_bytes(out, in, w.total * hone_int(sizeof(T)));
  if (try_transpose(w, out, in)) return;
  for_rows(w, out, in, move_row<T>);
}

} // namespace

HONE_KERNEL(fill)(int32_t dtype, void *out, hone_int n, double value) {
  return for_dtypes(dtype, "fill", [&](auto zero) {
    using T = decltype(zero);
    const T typed = convert<T>(value);
    parallel_for(n, kGrainBytes / hone_int(sizeof(T)), [&](hone_int begin, hone_int end) { fill_typed(static_cast<T *>(out) + begin, end - begin, typed); });
    return HONE_OK;
  });
}

HONE_KERNEL(arange)(int32_t dtype, void *out, hone_int n, double start, double step) {
  return for_dtypes(dtype, "arange", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    if constexpr (std::is_floating_point<T>::value) {
      constexpr hone_int L = 32 / hone_int(sizeof(T));
      const hone_int whole = n / (2 * L) * (2 * L);
      for (hone_int i = 0; i < n; i++) {
        const hone_int lane = i < whole ? i % L : 0;
        const T first = T(std::fma(step, double(i - lane), start));
        to[i] = lane == 0 ? first : T(std::fma(step, double(lane), double(first)));
      }
    } else {
      uint64_t x = uint64_t(convert<int64_t>(start));
      const uint64_t add = uint64_t(convert<int64_t>(step));
      for (hone_int i = 0; i < n; i++, x += add) to[i] = convert<T>(int64_t(x));
    }
    return HONE_OK;
  });
}

HONE_KERNEL(linspace)(int32_t dtype, void *out, hone_int n, double start, double end, double step) {
  return for_floats(dtype, "linspace", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T first = T(start), last = T(end), by = T(step);
    const hone_int half = n == 1 ? 1 : n / 2;
    for (hone_int i = 0; i < half; i++) to[i] = std::fma(by, T(i), first);
    for (hone_int i = half; i < n; i++) to[i] = std::fma(-by, T(n - 1 - i), last);
    return HONE_OK;
  });
}

HONE_KERNEL(copy_strided)(int32_t out_dtype, int32_t in_dtype, void *out, const void *src, int32_t ndim, const double *meta) {
  if (ndim < 0 || ndim > HONE_MAX_DIMS) return fail(HONE_E_INVALID, "copy_strided: %d dims, the most is %d", int(ndim), HONE_MAX_DIMS);
  Walk<2> w;
  w.build(ndim, meta, 0);
  if (w.total <= 0) return HONE_OK;
  if (out_dtype == in_dtype)
    return for_sizes(item_size(out_dtype), "copy_strided", [&](auto zero) {
      move_walk<decltype(zero)>(w, out, src);
      return HONE_OK;
    });
  return for_dtypes(out_dtype, "copy_strided", [&](auto to) {
    return for_dtypes(in_dtype, "copy_strided", [&](auto from) {
      using To = decltype(to);
      using From = decltype(from);
      if constexpr (!std::is_same<To, From>::value) for_rows(w, static_cast<To *>(out), static_cast<const From *>(src), cast_row<To, From>);
      return HONE_OK;
    });
  });
}

HONE_KERNEL(gather_images)(void *out, const void *src, const void *index_i64, hone_int count, hone_int items, hone_int channels,
                           hone_int plane, const double *mean, const double *std, int32_t scale) {
  const int64_t *index = static_cast<const int64_t *>(index_i64);
  for (hone_int i = 0; i < count; i++)
    if (index[i] < 0 || index[i] >= items)
      return fail(HONE_E_INDEX, "index %lld at position %lld is outside 0..%lld", (long long)index[i], (long long)i, (long long)items - 1);
  if (count == 0 || channels == 0 || plane == 0) return HONE_OK;
  // A byte has 256 values: each channel's results are looked up, with the roundings of ToTensor and Normalize in float32.
  const Memory<float> table(channels * 256);
  if (!table.get()) return no_memory("gather_images");
  for (hone_int c = 0; c < channels; c++)
    for (int v = 0; v < 256; v++) {
      float x = scale ? float(v) / 255.0f : float(v);
      if (mean) x -= float(mean[c]);
      if (std) x /= float(std[c]);
      table[c * 256 + v] = x;
    }
  const hone_int size = channels * plane;
  parallel_for(count, 32768 / size + 1, [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++)
      for (hone_int c = 0; c < channels; c++) {
        const uint8_t *from = static_cast<const uint8_t *>(src) + index[i] * size + c * plane;
        float *to = static_cast<float *>(out) + i * size + c * plane;
        const float *values = table.get() + c * 256;
        for (hone_int p = 0; p < plane; p++) to[p] = values[from[p]];
      }
  });
  return HONE_OK;
}
