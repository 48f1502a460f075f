// resample.cc: images of bytes made larger or smaller, to the grey level as Pillow does it for images and PyTorch for tensors.
#include "image/resample.h"

#include <cmath>
#include <cstring>
#include <utility>

#include "image/opacity.h"
#include "support/parallel.h"
#include "support/simd.h"
#include "support/sizes.h"
#include "support/status.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace hone {

namespace {

// ---- filters: weights by distance, none beyond the reach ----

constexpr double kPi = 3.14159265358979323846;

double box_filter(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }
double bilinear_filter(double x) {
  x = std::fabs(x);
  return x < 1 ? 1 - x : 0;
}
double hamming_filter(double x) {
  x = std::fabs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  x *= kPi;
  return std::sin(x) / x * (double(0.54f) + double(0.46f) * std::cos(x));
}
// Cubic convolution [Keys 1981]; a is -0.75 where PyTorch interpolates without smoothing.
double cubic(double x, double a) {
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
double bicubic_filter(double x) { return cubic(x, -0.5); }
double sharp_bicubic_filter(double x) { return cubic(x, -0.75); }
double sinc(double x) {
  if (x == 0) return 1;
  x *= kPi;
  return std::sin(x) / x;
}
double lanczos_filter(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

using Filter = double (*)(double);
struct Kind {
  Filter filter;
  double reach;
};

Kind kind_of(int32_t filter) {
  switch (filter) {
  case HONE_BOX: return {box_filter, 0.5};
  case HONE_BILINEAR: return {bilinear_filter, 1};
  case HONE_HAMMING: return {hamming_filter, 1};
  case HONE_BICUBIC: return {bicubic_filter, 2};
  default: return {lanczos_filter, 3};
  }
}

// Weights that add up to 1, of the places around `center` for a filter that is widened when the axis shrinks.
hone_int smooth_weights(double *weight, hone_int most, hone_int from, double center, double widening, Kind kind, int32_t &start) {
  const double reach = kind.reach * widening, narrowing = 1 / widening;
  const hone_int low = max_of(hone_int(center - reach + 0.5), 0);
  const hone_int count = max_of(min_of(min_of(hone_int(center + reach + 0.5), from) - low, most), 0);
  double total = 0;
  for (hone_int k = 0; k < count; k++) total += weight[k] = kind.filter((double(k + low) - center + 0.5) * narrowing);
  if (total != 0)
    for (hone_int k = 0; k < count; k++) weight[k] /= total;
  start = int32_t(low);
  return count;
}

// PyTorch's without smoothing: the two or four places around; beyond the ends the outermost place counts.
// largest: the largest that any of them was meanwhile.
hone_int sharp_weights(double *weight, hone_int most, hone_int from, double scale, hone_int i, int32_t &start, double &largest) {
  double at = scale * (double(i) + 0.5) - 0.5;
  if (most == 2 && at < 0) at = 0;
  const hone_int below = min_of(hone_int(std::floor(at)), from - 1);
  const double share = std::fmin(std::fmax(at - double(below), 0), 1);
  const hone_int half = most / 2, low = below - half + 1;
  const hone_int first = max_of(low, 0), count = max_of(min_of(below + half + 1, from) - first, 0);
  for (hone_int k = 0; k < most; k++) weight[k] = 0;
  for (hone_int k = 0, place = 0; k < most; k++, place++) {
    const double x = double(k + 1 - half) - share;
    if (low + k <= 0) place = 0;
    else if (low + k >= from - 1) place = count - 1;
    weight[place] += most == 2 ? bilinear_filter(x) : sharp_bicubic_filter(x);
    largest = std::fmax(largest, weight[place]);
  }
  start = int32_t(first);
  return count;
}

} // namespace

bool AxisTaps::make(hone_int from, hone_int to, double low, double high, int32_t filter, int32_t flags) {
  const Kind kind = kind_of(filter);
  const bool torch = flags & HONE_RESIZE_TORCH, sharp = flags & HONE_RESIZE_SHARP;
  // Pillow's edges are float32, and so is their difference.
  const double scale = torch ? double(from) / double(to) : double(float(high) - float(low)) / double(to);
  const double widening = scale < 1 ? 1 : scale;
  most = sharp ? hone_int(2 * kind.reach) : hone_int(std::ceil(kind.reach * widening)) * 2 + 1;
  Memory<double> exact(to * most);
  if (!exact.get() || !start.reserve(to) || !count.reserve(to) || !weight.reserve(to * most)) return false;
  double largest = 0;
  first = from;
  last = 0;
  for (hone_int i = 0; i < to; i++) {
    double *w = exact.get() + i * most;
    const hone_int n = sharp ? sharp_weights(w, most, from, scale, i, start[i], largest)
                             : smooth_weights(w, most, from, low + (double(i) + 0.5) * scale, widening, kind, start[i]);
    count[i] = int32_t(n);
    for (hone_int k = 0; k < n; k++) largest = std::fmax(largest, w[k]);
    if (n == 0) continue;
    first = min_of(first, start[i]);
    last = max_of(last, start[i] + n);
  }
  if (first > last) first = last;
  // Pillow takes 22 bits always; PyTorch as many as let the largest weight fit 16 bits.
  precision = 22;
  if (torch)
    for (precision = 0; precision < 22; precision++)
      if (int(0.5 + largest * (1 << (precision + 1))) >= 1 << 15) break;
  const double one = 1 << precision;
  for (hone_int i = 0; i < to; i++)
    for (hone_int k = 0; k < count[i]; k++) {
      const double w = exact[i * most + k];
      weight[i * most + k] = int32_t(w < 0 ? w * one - 0.5 : w * one + 0.5);
    }
  return true;
}

namespace {

// ---- the two passes ----

// Bytes of as many rows as are worked on together, and their sums.
constexpr int kRows = 16;
using Bytes = VecN<uint8_t, kRows>::type;
using Sums = VecN<int32_t, kRows>::type;

template <int... I> inline __attribute__((always_inline)) void interleave(Bytes &low, Bytes &high, std::integer_sequence<int, I...>) {
  const Bytes a = low, b = high;
  low = __builtin_shufflevector(a, b, (I % 2 ? kRows + I / 2 : I / 2)...);
  high = __builtin_shufflevector(a, b, (I % 2 ? kRows + kRows / 2 + I / 2 : kRows / 2 + I / 2)...);
}

// Turns the square v[lane of row][lane of column] in place: four rounds of perfect shuffles.
inline __attribute__((always_inline)) void turn(Bytes *v) {
#pragma GCC unroll 4
  for (int round = 1; round < kRows; round *= 2) {
    Bytes next[kRows];
#pragma GCC unroll 8
    for (int i = 0; i < kRows / 2; i++) {
      next[2 * i] = v[i];
      next[2 * i + 1] = v[i + kRows / 2];
      interleave(next[2 * i], next[2 * i + 1], std::make_integer_sequence<int, kRows>{});
    }
#pragma GCC unroll 16
    for (int i = 0; i < kRows; i++) v[i] = next[i];
  }
}

// to[c][r] = from[r][c] for kRows rows, of which `rows` are there: the last one stands for the others.
void gather_columns(uint8_t *to, const uint8_t *from, hone_int row, hone_int rows, hone_int columns) {
  const uint8_t *at[kRows];
  for (int r = 0; r < kRows; r++) at[r] = from + min_of(r, rows - 1) * row;
  hone_int c = 0;
  for (; c + kRows <= columns; c += kRows) {
    Bytes v[kRows];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; r++) v[r] = load<Bytes>(at[r] + c);
    turn(v);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; r++) store(to + (c + r) * kRows, v[r]);
  }
  for (; c < columns; c++)
    for (int r = 0; r < kRows; r++) to[c * kRows + r] = at[r][c];
}

// The other way round; rows that are not there are not written.
void scatter_columns(uint8_t *to, hone_int row, const uint8_t *from, hone_int rows, hone_int columns) {
  hone_int c = 0;
  if (rows == kRows)
    for (; c + kRows <= columns; c += kRows) {
      Bytes v[kRows];
#pragma GCC unroll 16
      for (int r = 0; r < kRows; r++) v[r] = load<Bytes>(from + (c + r) * kRows);
      turn(v);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; r++) store(to + r * row + c, v[r]);
    }
  for (; c < columns; c++)
    for (hone_int r = 0; r < rows; r++) to[r * row + c] = from[c * kRows + r];
}

// kRows bytes as numbers, and back. Compilers take the vectors apart for __builtin_convertvector where there are instructions for it.
inline __attribute__((always_inline)) Sums widened(const uint8_t *at) {
#if defined(__AVX512F__)
  return bits<Sums>(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(at))));
#elif defined(__AVX2__)
  const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
  const __m256i halves[2] = {_mm256_cvtepu8_epi32(x), _mm256_cvtepu8_epi32(_mm_srli_si128(x, 8))};
  return bits<Sums>(halves);
#elif defined(__SSE2__)
  const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at)), none = _mm_setzero_si128();
  const __m128i low = _mm_unpacklo_epi8(x, none), high = _mm_unpackhi_epi8(x, none);
  const __m128i quarters[4] = {_mm_unpacklo_epi16(low, none), _mm_unpackhi_epi16(low, none), _mm_unpacklo_epi16(high, none),
                               _mm_unpackhi_epi16(high, none)};
  return bits<Sums>(quarters);
#else
  return __builtin_convertvector(load<Bytes>(at), Sums);
#endif
}

inline __attribute__((always_inline)) Bytes rounded(Sums sum, int precision) {
  sum >>= precision;
#if defined(__SSE2__)
  __m128i quarters[4];
  std::memcpy(quarters, &sum, sizeof quarters);
  return bits<Bytes>(_mm_packus_epi16(_mm_packs_epi32(quarters[0], quarters[1]), _mm_packs_epi32(quarters[2], quarters[3])));
#else
  const Sums none = {}, all = none + 255;
  sum = sum < none ? none : sum;
  sum = sum > all ? all : sum;
  return __builtin_convertvector(sum, Bytes);
#endif
}

// Along an axis whose places are C groups of kRows bytes: each place of the result from its taps.
template <int C> void across_rows(uint8_t *out, const uint8_t *in, const AxisTaps &taps, hone_int to) {
  const Sums half = Sums{} + (taps.precision > 0 ? 1 << (taps.precision - 1) : 0);
  for (hone_int i = 0; i < to; i++) {
    const uint8_t *at = in + (taps.start[i] - taps.first) * C * kRows;
    const int32_t *w = taps.weight.get() + i * taps.most;
    const hone_int n = taps.count[i];
    Sums sum[C];
    for (int c = 0; c < C; c++) sum[c] = half;
    for (hone_int k = 0; k < n; k++, at += C * kRows)
#pragma GCC unroll 4
      for (int c = 0; c < C; c++) sum[c] += widened(at + c * kRows) * w[k];
    for (int c = 0; c < C; c++) store(out + (i * C + c) * kRows, rounded(sum[c], taps.precision));
  }
}

// A row of the result from its taps among the rows of the input.
void down_columns(uint8_t *out, const uint8_t *in, hone_int row, hone_int columns, const int32_t *w, hone_int n, int precision) {
  const int32_t half = precision > 0 ? 1 << (precision - 1) : 0;
  constexpr int kWide = 4;
  hone_int c = 0;
  for (; c + kWide * kRows <= columns; c += kWide * kRows) {
    Sums sum[kWide];
    for (int j = 0; j < kWide; j++) sum[j] = Sums{} + half;
    const uint8_t *at = in + c;
    for (hone_int k = 0; k < n; k++, at += row)
#pragma GCC unroll 4
      for (int j = 0; j < kWide; j++) sum[j] += widened(at + j * kRows) * w[k];
    for (int j = 0; j < kWide; j++) store(out + c + j * kRows, rounded(sum[j], precision));
  }
  for (; c + kRows <= columns; c += kRows) {
    Sums sum = Sums{} + half;
    const uint8_t *at = in + c;
    for (hone_int k = 0; k < n; k++, at += row) sum += widened(at) * w[k];
    store(out + c, rounded(sum, precision));
  }
  for (; c < columns; c++) {
    int32_t sum = half;
    for (hone_int k = 0; k < n; k++) sum += in[k * row + c] * w[k];
    sum >>= precision;
    out[c] = uint8_t(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}

constexpr hone_int kWorth = 1 << 16; // sums that make a chunk worth a thread

// The images between the passes: rows of bytes.
struct Rows {
  uint8_t *data;
  hone_int row;
};

// Each of `rows` rows of `from` along its taps; from begins at taps.first.
bool pass_across(Rows to, const uint8_t *from, hone_int row, hone_int rows, hone_int channels, const AxisTaps &taps, hone_int width) {
  const hone_int columns = (taps.last - taps.first) * channels, made_columns = width * channels;
  bool room = true;
  parallel_for(ceil_div(rows, kRows), grain_of(kWorth, (columns + made_columns * taps.most) * kRows), [&](hone_int begin, hone_int end) {
    const Memory<uint8_t> turned((columns + made_columns) * kRows);
    if (!turned.get()) {
      room = false;
      return;
    }
    uint8_t *made = turned.get() + columns * kRows;
    for (hone_int b = begin; b < end; b++) {
      const hone_int r = b * kRows, there = min_of(kRows, rows - r);
      gather_columns(turned.get(), from + r * row, row, there, columns);
      switch (channels) {
      case 1: across_rows<1>(made, turned.get(), taps, width); break;
      case 2: across_rows<2>(made, turned.get(), taps, width); break;
      case 3: across_rows<3>(made, turned.get(), taps, width); break;
      default: across_rows<4>(made, turned.get(), taps, width); break;
      }
      scatter_columns(to.data + r * to.row, to.row, made, there, made_columns);
    }
  });
  return room;
}

// Each of `columns` columns of `from` along its taps; from begins at taps.first.
void pass_down(Rows to, const uint8_t *from, hone_int row, hone_int columns, const AxisTaps &taps, hone_int height) {
  parallel_for(height, grain_of(kWorth, columns * taps.most), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++)
      down_columns(to.data + i * to.row, from + (taps.start[i] - taps.first) * row, row, columns, taps.weight.get() + i * taps.most,
                   taps.count[i], taps.precision);
  });
}

} // namespace

bool resample_bytes(uint8_t *out, hone_int out_height, hone_int out_width, const ByteImage &in, const AxisTaps *across, const AxisTaps *down,
                    bool down_first) {
  const hone_int channels = in.channels, row = out_width * channels;
  const uint8_t *from = in.data + (down ? down->first * in.row : 0) + (across ? across->first * channels : 0);
  if (!across && !down) {
    for (hone_int i = 0; i < out_height; i++) std::memcpy(out + i * row, from + i * in.row, size_t(row));
  } else if (!down) {
    return pass_across({out, row}, from, in.row, out_height, channels, *across, out_width);
  } else if (!across) {
    pass_down({out, row}, from, in.row, row, *down, out_height);
  } else {
    const hone_int rows = down->last - down->first, columns = (across->last - across->first) * channels;
    const Memory<uint8_t> between(down_first ? out_height * columns : rows * row);
    if (!between.get()) return false;
    if (down_first) {
      pass_down({between.get(), columns}, from, in.row, columns, *down, out_height);
      return pass_across({out, row}, between.get(), columns, out_height, channels, *across, out_width);
    }
    if (!pass_across({between.get(), row}, from, in.row, rows, channels, *across, out_width)) return false;
    pass_down({out, row}, between.get(), row, row, *down, out_height);
  }
  return true;
}

namespace {

// The image, its colours times their opacity; dense.
void premultiply_rows(uint8_t *out, const ByteImage &in) {
  const hone_int row = in.width * in.channels;
  for (hone_int y = 0; y < in.height; y++)
    if (in.channels == 2) premultiply<2>(out + y * row, in.data + y * in.row, in.width, 2, 1);
    else premultiply<4>(out + y * row, in.data + y * in.row, in.width, 4, 1);
}

// Pillow's places of the nearest pixels: steps are added up, so that rounding adds up, too; -1 outside.
void nearest_places(hone_int *place, hone_int from, hone_int to, double low, double high) {
  const double step = double(float(high) - float(low)) / double(to);
  double at = low + step * 0.5;
  for (hone_int i = 0; i < to; i++, at += step) place[i] = at >= 0 && at < double(from) ? hone_int(at) : -1;
}

template <int C> void copy_pixels(uint8_t *out, const uint8_t *from, const hone_int *place, hone_int n) {
  for (hone_int i = 0; i < n; i++)
    if (place[i] >= 0) std::memcpy(out + i * C, from + place[i] * C, C);
    else std::memset(out + i * C, 0, C);
}

bool nearest_bytes(uint8_t *out, hone_int out_height, hone_int out_width, const ByteImage &in, const double *box) {
  Memory<hone_int> columns(out_width), rows(out_height);
  if (!columns.get() || !rows.get()) return false;
  nearest_places(columns.get(), in.width, out_width, box[0], box[2]);
  nearest_places(rows.get(), in.height, out_height, box[1], box[3]);
  const hone_int row = out_width * in.channels;
  parallel_for(out_height, grain_of(kWorth, row), [&](hone_int begin, hone_int end) {
    for (hone_int y = begin; y < end; y++) {
      uint8_t *to = out + y * row;
      if (rows[y] < 0) {
        std::memset(to, 0, size_t(row));
        continue;
      }
      const uint8_t *from = in.data + rows[y] * in.row;
      switch (in.channels) {
      case 1: copy_pixels<1>(to, from, columns.get(), out_width); break;
      case 2: copy_pixels<2>(to, from, columns.get(), out_width); break;
      case 3: copy_pixels<3>(to, from, columns.get(), out_width); break;
      default: copy_pixels<4>(to, from, columns.get(), out_width); break;
      }
    }
  });
  return true;
}

} // namespace

} // namespace hone

using namespace hone;

HONE_KERNEL(image_resize)(void *out, const void *src, hone_int planes, hone_int channels, hone_int height, hone_int width, hone_int row,
                          hone_int plane, hone_int out_height, hone_int out_width, int32_t filter, int32_t flags, const double *box) {
  if (channels < 1 || channels > 4) return fail(HONE_E_INVALID, "image_resize: %lld channels, expected 1 to 4", (long long)channels);
  if (planes == 0 || out_height == 0 || out_width == 0) return HONE_OK;
  const hone_int size = out_height * out_width * channels;
  if (height <= 0 || width <= 0) {
    std::memset(out, 0, size_t(planes * size));
    return HONE_OK;
  }
  const bool all_columns = out_width == width && box[0] == 0 && box[2] == double(width);
  const bool all_rows = out_height == height && box[1] == 0 && box[3] == double(height);
  AxisTaps across, down;
  if (filter != HONE_NEAREST && !(all_columns && all_rows)) {
    if (!all_columns && !across.make(width, out_width, box[0], box[2], filter, flags)) return no_memory("image_resize");
    if (!all_rows && !down.make(height, out_height, box[1], box[3], filter, flags)) return no_memory("image_resize");
  }
  const bool premultiplied = (flags & HONE_RESIZE_OPACITY) && channels % 2 == 0 && filter != HONE_NEAREST && !(all_columns && all_rows);
  // As Pillow does from 13.0 on, which before went across first always; PyTorch does.
  const bool down_first = !(flags & HONE_RESIZE_TORCH) && out_height < height && height - out_height > 2 * (width - out_width);
  Memory<uint8_t> multiplied;
  if (premultiplied && !multiplied.reserve(height * width * channels)) return no_memory("image_resize");
  for (hone_int p = 0; p < planes; p++) {
    uint8_t *to = static_cast<uint8_t *>(out) + p * size;
    ByteImage in = {static_cast<const uint8_t *>(src) + p * plane, height, width, channels, row};
    if (premultiplied) {
      premultiply_rows(multiplied.get(), in);
      in.data = multiplied.get();
      in.row = width * channels;
    }
    const bool done = filter == HONE_NEAREST
                          ? nearest_bytes(to, out_height, out_width, in, box)
                          : resample_bytes(to, out_height, out_width, in, all_columns ? nullptr : &across, all_rows ? nullptr : &down, down_first);
    if (!done) return no_memory("image_resize");
    if (premultiplied && channels == 2) unpremultiply<2>(to, out_height * out_width, 2, 1);
    if (premultiplied && channels == 4) unpremultiply<4>(to, out_height * out_width, 4, 1);
  }
  return HONE_OK;
}
