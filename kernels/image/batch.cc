// batch.cc: batches out of images in memory. Cropping, padding and mirroring take whole rows and columns, so that any number of them
// in a row is one list of rows and one of columns for each image; what is done to each value by itself (scaling, normalising) is a table.
#include "hone.h"
#include "support/parallel.h"
#include "support/status.h"

using namespace hone;

namespace {

constexpr hone_int kGrainPixels = 16384; // pixels that are worth a thread

struct Batch {
  const int64_t *index;
  const int32_t *rows, *columns;
  hone_int row_step, column_step, count, items, channels, height, width, out_height, out_width, fills;
  bool src_last, out_last;

  hone_int item(hone_int i) const { return index ? hone_int(index[i]) : i; }
};

// The longest stretch of columns from the first inside on that lie side by side, forwards or backwards.
struct Run {
  hone_int begin = 0, end = 0;
  bool back = false;

  Run(const int32_t *columns, hone_int n) {
    while (begin < n && columns[begin] < 0) begin++;
    end = begin < n ? begin + 1 : begin;
    if (end >= n) return;
    const int32_t step = columns[end] - columns[begin];
    if (columns[end] < 0 || (step != 1 && step != -1)) return;
    back = step < 0;
    while (end < n && columns[end] >= 0 && columns[end] - columns[end - 1] == step) end++;
  }
};

template <class T> struct Moved {
  T operator()(T x) const { return x; }
};
template <class T> struct Mapped {
  const T *table;
  T operator()(uint8_t x) const { return table[x]; }
};

// One row of one channel: `from` is its first source pixel, null where the whole row lies outside, in fill `row_fill`.
// A step of 0 says that it is known only at run time.
template <hone_int SrcStep, hone_int OutStep, class T, class S, class F>
void gather_row(const Batch &b, const Run &run, const int32_t *columns, const S *from, int32_t row, T *to, const T *fill, F &&value) {
  const hone_int n = b.out_width, src_step = SrcStep ? SrcStep : b.channels, out_step = OutStep ? OutStep : b.channels;
  if (row < 0) {
    for (hone_int x = 0; x < n; x++) {
      const int32_t place = columns[x] < row ? columns[x] : row;
      to[x * out_step] = fill[-1 - place];
    }
    return;
  }
  const auto one = [&](hone_int x) { to[x * out_step] = columns[x] < 0 ? fill[-1 - columns[x]] : value(from[columns[x] * src_step]); };
  for (hone_int x = 0; x < run.begin; x++) one(x);
  const hone_int length = run.end - run.begin;
  if (length > 0) {
    const S *first = from + columns[run.begin] * src_step;
    T *start = to + run.begin * out_step;
    if (run.back) {
      for (hone_int x = 0; x < length; x++) start[x * out_step] = value(first[-x * src_step]);
    } else {
      for (hone_int x = 0; x < length; x++) start[x * out_step] = value(first[x * src_step]);
    }
  }
  for (hone_int x = run.end; x < n; x++) one(x);
}

template <hone_int SrcStep, hone_int OutStep, class T, class S, class F>
void gather_all(const Batch &b, T *out, const S *src, const T *fill, F &&value_of) {
  const hone_int src_plane = b.height * b.width, out_plane = b.out_height * b.out_width;
  const hone_int src_line = b.width * (b.src_last ? b.channels : 1), out_line = b.out_width * (b.out_last ? b.channels : 1);
  const hone_int lines = b.count * b.out_height, line_pixels = b.out_width * b.channels;
  parallel_for(lines, kGrainPixels / line_pixels + 1, [&](hone_int begin, hone_int end) {
    for (hone_int line = begin; line < end;) {
      const hone_int i = line / b.out_height, last = (i + 1) * b.out_height < end ? (i + 1) * b.out_height : end;
      const int32_t *rows = b.rows + i * b.row_step, *columns = b.columns + i * b.column_step;
      const Run run(columns, b.out_width);
      const S *item = src + b.item(i) * b.channels * src_plane;
      T *to = out + i * b.channels * out_plane;
      for (; line < last; line++) {
        const hone_int y = line - i * b.out_height;
        const int32_t row = rows[y];
        const S *from = row < 0 ? nullptr : item + row * src_line;
        for (hone_int c = 0; c < b.channels; c++) {
          const S *first = row < 0 ? nullptr : from + (b.src_last ? c : c * src_plane);
          T *start = to + y * out_line + (b.out_last ? c : c * out_plane);
          gather_row<SrcStep, OutStep>(b, run, columns, first, row, start, fill + c * b.fills, value_of(c));
        }
      }
    }
  });
}

template <class T, class S, class F> void gather_laid(const Batch &b, T *out, const S *src, const T *fill, F &&value_of) {
  if (b.channels == 1 || (!b.src_last && !b.out_last)) gather_all<1, 1>(b, out, src, fill, value_of);
  else if (!b.out_last && b.channels == 3) gather_all<3, 1>(b, out, src, fill, value_of);
  else if (!b.src_last && b.channels == 3) gather_all<1, 3>(b, out, src, fill, value_of);
  else if (!b.out_last) gather_all<0, 1>(b, out, src, fill, value_of);
  else if (!b.src_last) gather_all<1, 0>(b, out, src, fill, value_of);
  else gather_all<0, 0>(b, out, src, fill, value_of);
}

template <class T> int32_t gather_as(const Batch &b, T *out, const void *src, const void *table, const void *fill) {
  const T *fills = static_cast<const T *>(fill);
  if (!table) {
    gather_laid(b, out, static_cast<const T *>(src), fills, [](hone_int) { return Moved<T>{}; });
  } else {
    const T *values = static_cast<const T *>(table);
    gather_laid(b, out, static_cast<const uint8_t *>(src), fills, [values](hone_int c) { return Mapped<T>{values + 256 * c}; });
  }
  return HONE_OK;
}

// Whether each of n places is inside 0..size-1, or one of the fills.
int32_t check_places(const char *what, const int32_t *places, hone_int n, hone_int size, hone_int fills) {
  for (hone_int i = 0; i < n; i++)
    if (places[i] >= size || places[i] < -fills)
      return fail(HONE_E_INDEX, "%s %d at position %lld is neither inside 0..%lld nor one of %lld fills", what, int(places[i]), (long long)i,
                  (long long)size - 1, (long long)fills);
  return HONE_OK;
}

} // namespace

HONE_KERNEL(gather_pixels)(int32_t dtype, int32_t src_dtype, void *out, const void *src, const void *index_i64, const void *rows_i32,
                           const void *columns_i32, hone_int row_step, hone_int column_step, hone_int count, hone_int items,
                           hone_int channels, hone_int height, hone_int width, hone_int out_height, hone_int out_width, int32_t src_last,
                           int32_t out_last, const void *table, const void *fill, hone_int fills) {
  const Batch b{static_cast<const int64_t *>(index_i64), static_cast<const int32_t *>(rows_i32), static_cast<const int32_t *>(columns_i32),
                row_step, column_step, count, items, channels, height, width, out_height, out_width, fills, src_last != 0, out_last != 0};
  if (count <= 0 || channels <= 0 || out_height <= 0 || out_width <= 0) return HONE_OK;
  if (!index_i64 && count > items) return fail(HONE_E_INDEX, "%lld images of only %lld", (long long)count, (long long)items);
  if (index_i64)
    for (hone_int i = 0; i < count; i++)
      if (b.index[i] < 0 || b.index[i] >= items)
        return fail(HONE_E_INDEX, "index %lld at position %lld is outside 0..%lld", (long long)b.index[i], (long long)i, (long long)items - 1);
  const auto places = [&](const char *what, const int32_t *at, hone_int step, hone_int n, hone_int size) {
    for (hone_int i = 0; i < (step ? count : 1); i++)
      if (const int32_t status = check_places(what, at + i * step, n, size, fills)) return status;
    return int32_t(HONE_OK);
  };
  if (const int32_t status = places("row", b.rows, row_step, out_height, height)) return status;
  if (const int32_t status = places("column", b.columns, column_step, out_width, width)) return status;
  if (src_dtype != HONE_U8 && (table || src_dtype != dtype)) return fail(HONE_E_DTYPE, "gather_pixels takes bytes, or floats as they are");
  if (dtype == HONE_F32) {
    if (src_dtype == HONE_U8 && !table) return fail(HONE_E_DTYPE, "gather_pixels makes floats of bytes by a table");
    return gather_as(b, static_cast<float *>(out), src, table, fill);
  }
  if (dtype == HONE_U8 && src_dtype == HONE_U8) return gather_as(b, static_cast<uint8_t *>(out), src, table, fill);
  return fail(HONE_E_DTYPE, "gather_pixels makes bytes or float32");
}
