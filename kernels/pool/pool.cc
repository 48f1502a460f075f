// pool.cc: max and average pooling over planes, and their gradients.
#include <atomic>
#include <limits>

#include "conv/conv.h"
#include "pool/windows.h"
#include "reduce/reduce.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"

namespace {

using namespace hone;
using namespace hone::conv;
using namespace hone::pool;

// The columns j of the output whose tap lands inside the image: 0 <= j * stride + first < w.
struct Range {
  hone_int from, until;
};
inline Range inside(hone_int first, hone_int stride, hone_int w, hone_int ow) {
  const hone_int from = min_of(ow, first >= 0 ? hone_int(0) : ceil_div(-first, stride));
  return {from, max_of(from, first >= w ? hone_int(0) : min_of(ow, ceil_div(w - first, stride)))};
}

// Widens positions to int64, half a vector at a time.
template <class T, int... I> inline void store_positions(int64_t *to, const Vec<Position<T>> &at, std::integer_sequence<int, I...>) {
  if constexpr (sizeof(T) == 8) {
    std::memcpy(to, &at, sizeof at);
  } else {
    constexpr int half = kLanes<T> / 2;
    const Vec<int64_t> low = __builtin_convertvector(__builtin_shufflevector(at, at, I...), Vec<int64_t>);
    const Vec<int64_t> high = __builtin_convertvector(__builtin_shufflevector(at, at, (half + I)...), Vec<int64_t>);
    store(to, low);
    store(to + half, high);
  }
}

// A plane is pooled from a copy with a border, each phase of the column stride apart, so that a vector of neighbouring outputs reads a
// vector at every tap.
struct PoolPlan {
  hone_int phases, pitch, rows, plane, buffer; // rows: output rows at a time
};

template <class T> PoolPlan plan_pool(const ConvShape &s) {
  PoolPlan p{};
  p.phases = min_of(s.stride_w, (s.kw - 1) * s.dil_w + 1);
  p.pitch = s.ow + (s.kw - 1) * s.dil_w / s.stride_w;
  const hone_int row = p.pitch * p.phases * s.stride_h * hone_int(sizeof(T));
  p.rows = max_of(1, min_of(s.oh, (hone_int(64) << 10) / max_of(1, row)));
  p.plane = ((p.rows - 1) * s.stride_h + (s.kh - 1) * s.dil_h + 1) * p.pitch;
  p.buffer = p.phases * p.plane + 2 * kLanes<T>;
  return p;
}

// Stores n of a vector's lanes; all of them where the rest will be overwritten by what follows (room lanes up to the end).
template <class T> inline void store_within(T *to, const Vec<T> &v, hone_int n, hone_int room) {
  if (room >= kLanes<T>) store(to, v);
  else store_some<T>(to, v, n);
}

// The first position inside the image of each window that starts at column left, left + stride, ….
template <class T> Vec<Position<T>> clipped_positions(hone_int row_start, hone_int left, const ConvShape &s) {
  Position<T> at[kLanes<T>];
  for (int l = 0; l < kLanes<T>; l++, left += s.stride_w)
    at[l] = Position<T>(row_start + (left >= 0 ? left : left + ceil_div(-left, s.dil_w) * s.dil_w));
  return load(at);
}

// Pools planes [begin, end) in order. columns: for the average, each output column's extent.
template <class T, bool Max>
void pool_planes(T *out, int64_t *indices, const T *x, hone_int begin, hone_int end, const ConvShape &s, const PoolPlan &p, T *buffer,
                 const T *columns, bool count_pad, double divisor) {
  constexpr hone_int lanes = kLanes<T>;
  const T outside = Max ? -std::numeric_limits<T>::infinity() : T(0);
  const hone_int out_plane = s.oh * s.ow, last = end * out_plane;
  Vec<Position<T>> steps{};
  for (int l = 0; l < lanes; l++) steps[l] = Position<T>(l * s.stride_w);
  for (hone_int i = begin; i < end; i++) {
    for (hone_int band = 0; band < s.oh; band += p.rows) {
      const hone_int rows = min_of(p.rows, s.oh - band);
      const Piece piece{band * s.stride_h - s.pad_h, 0, (rows - 1) * s.stride_h + (s.kh - 1) * s.dil_h + 1, p.pitch};
      for (hone_int f = 0; f < p.phases; f++)
        copy_piece(buffer + f * p.plane, x + i * s.h * s.w, s.h, s.w, piece, 1, s.stride_w, 0, f - s.pad_w, outside);
      for (hone_int y = band; y < band + rows; y++) {
        const hone_int y0 = y * s.stride_h - s.pad_h;
        const hone_int first_row = y0 >= 0 ? y0 : y0 + ceil_div(-y0, s.dil_h) * s.dil_h;
        const T tall = T(extent(y, s.stride_h, s.pad_h, s.kh, s.h, count_pad));
        for (hone_int j = 0; j < s.ow; j += lanes) {
          const hone_int n = min_of(lanes, s.ow - j), x0 = j * s.stride_w - s.pad_w, to = i * out_plane + y * s.ow + j;
          Vec<T> best = broadcast(outside);
          Vec<Position<T>> at{};
          if constexpr (Max) { // what wins if every value is -infinity: the window's first place inside the image
            if (x0 >= 0)
              at = steps + Position<T>(first_row * s.w + x0);
            else
              at = clipped_positions<T>(first_row * s.w, x0, s);
          }
          for (hone_int a = 0; a < s.kh; a++) {
            const T *row = buffer + ((y - band) * s.stride_h + a * s.dil_h) * p.pitch + j;
            Position<T> place = Position<T>((y0 + a * s.dil_h) * s.w + x0);
            hone_int phase = 0, column = 0;
            for (hone_int b = 0; b < s.kw; b++) {
              const Vec<T> v = load(row + phase * p.plane + column);
              if constexpr (Max) {
                const auto wins = (v > best) | (v != v);
                best = wins ? v : best;
                at = wins ? steps + place : at;
                place += Position<T>(s.dil_w);
              } else {
                best += v;
              }
              for (phase += s.dil_w; phase >= s.stride_w; phase -= s.stride_w) column++;
            }
          }
          if constexpr (Max) {
            if (indices) {
              if (to + lanes <= last)
                store_positions<T>(indices + to, at, std::make_integer_sequence<int, int(lanes) / 2>{});
              else
                for (hone_int l = 0; l < n; l++) indices[to + l] = int64_t(at[l]);
            }
          } else {
            best = best / (divisor != 0 ? broadcast(T(divisor)) : tall * load(columns + j));
          }
          store_within<T>(out + to, best, n, last - to);
        }
      }
    }
  }
}

// How many planes are worth a thread's while: some 10 microseconds.
hone_int plane_grain(double elements) { return hone_int(20000 / (elements + 16)) + 1; }

// False when memory ran out.
template <class T, bool Max> bool pool_evenly(T *out, int64_t *indices, const T *x, const ConvShape &s, bool count_pad, double divisor) {
  const PoolPlan p = plan_pool<T>(s);
  Memory<T> columns(s.ow + kLanes<T>);
  if (!columns.get()) return false;
  for (hone_int j = 0; j < s.ow + kLanes<T>; j++) columns[j] = j < s.ow ? T(extent(j, s.stride_w, s.pad_w, s.kw, s.w, count_pad)) : T(1);
  std::atomic<bool> failed{false};
  parallel_for(s.n * s.c, plane_grain(double(s.h * s.w) + double(s.oh * s.ow) * double(s.kh * s.kw)), [&](hone_int begin, hone_int end) {
    T *buffer = static_cast<T *>(thread_workspace().get(size_t(p.buffer) * sizeof(T)));
    if (buffer)
      pool_planes<T, Max>(out, indices, x, begin, end, s, p, buffer, columns.get(), count_pad, divisor);
    else
      failed = true;
  });
  return !failed;
}

constexpr hone_int kRowChunk = 256; // output columns at a time, so that a row of shares fits on the stack

template <class T> void max_pool_backward(T *grad_x, const T *grad, const int64_t *indices, const ConvShape &s) {
  const hone_int plane = s.h * s.w, out_plane = s.oh * s.ow;
  parallel_for(s.n * s.c, plane_grain(double(plane)), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      T *to = grad_x + i * plane;
      std::memset(to, 0, size_t(plane) * sizeof(T));
      for (hone_int p = 0; p < out_plane; p++) { // the index of a window wholly in the padding is outside
        const int64_t at = indices[i * out_plane + p];
        if (uint64_t(at) < uint64_t(plane)) to[at] += grad[i * out_plane + p];
      }
    }
  });
}

// 1 / divisor of each window of a row; divisors[j] for column j.
template <class T>
void row_divisors(T *divisors, hone_int y, hone_int j0, hone_int n, const ConvShape &s, bool count_pad, double divisor) {
  const hone_int tall = extent(y, s.stride_h, s.pad_h, s.kh, s.h, count_pad);
  for (hone_int j = 0; j < n; j++)
    divisors[j] = divisor != 0 ? T(divisor) : T(tall * extent(j0 + j, s.stride_w, s.pad_w, s.kw, s.w, count_pad));
}

template <class T, int Stride>
inline void spread_strided(T *__restrict to, const T *__restrict src, hone_int n, hone_int run_stride) {
  const hone_int stride = Stride ? Stride : run_stride;
  for (hone_int j = 0; j < n; j++) to[j * stride] += src[j];
}

// Windows wider than the output is: few of them lie side by side.
bool wide(const ConvShape &s) { return adaptive(s) || s.kw > s.ow; }

// body(plane, windows, line) for every plane of x. False when memory ran out.
template <class T, class F> bool each_plane(const ConvShape &s, bool count_pad, F &&body) {
  const Windows windows(s, count_pad);
  if (!windows.made()) return false;
  std::atomic<bool> failed{false};
  parallel_for(s.n * s.c, plane_grain(double(s.h * s.w) + double(s.oh * s.ow)), [&](hone_int begin, hone_int end) {
    void *const line = thread_workspace().get(size_t(line_bytes<T>(s.w)));
    if (!line) failed = true;
    for (hone_int i = begin; i < end && line; i++) body(i, windows, static_cast<T *>(line));
  });
  return !failed;
}

// One window for a plane, over all of it.
bool whole_planes(const ConvShape &s) {
  const auto all = [](const Window &w, hone_int size) { return w.from == 0 && w.until == size; };
  return s.oh == 1 && s.ow == 1 && s.h > 0 && s.w > 0 && all(window(0, s.h, 1, s.kh, s.stride_h, s.pad_h, true), s.h) &&
         all(window(0, s.w, 1, s.kw, s.stride_w, s.pad_w, true), s.w);
}
// What its sum is divided by.
double whole_divisor(const ConvShape &s, bool count_pad, double divisor) {
  if (divisor != 0) return divisor;
  return double(window(0, s.h, 1, s.kh, s.stride_h, s.pad_h, count_pad).extent * window(0, s.w, 1, s.kw, s.stride_w, s.pad_w, count_pad).extent);
}

template <class T> void average_plane_backward(T *grad_x, const T *grad, const ConvShape &s, bool count_pad, double divisor) {
  T shares[kRowChunk];
  std::memset(grad_x, 0, size_t(s.h * s.w) * sizeof(T));
  for (hone_int y = 0; y < s.oh; y++) {
    const hone_int y0 = y * s.stride_h - s.pad_h, top = max_of(y0, 0), bottom = min_of(y0 + s.kh, s.h);
    for (hone_int j0 = 0; j0 < s.ow; j0 += kRowChunk) {
      const hone_int n = min_of(kRowChunk, s.ow - j0), x0 = j0 * s.stride_w - s.pad_w;
      row_divisors(shares, y, j0, n, s, count_pad, divisor);
      for (hone_int j = 0; j < n; j++) shares[j] = grad[y * s.ow + j0 + j] / shares[j];
      if (s.kw == 2 && s.stride_w == 2 && x0 >= 0 && x0 + 2 * n <= s.w) { // pairs side by side
        for (hone_int row = top; row < bottom; row++) {
          T *__restrict to = grad_x + row * s.w + x0;
          for (hone_int j = 0; j < n; j++) {
            const T share = shares[j];
            to[2 * j] += share, to[2 * j + 1] += share;
          }
        }
      } else {
        const auto pass = s.stride_w == 1 ? spread_strided<T, 1> : s.stride_w == 2 ? spread_strided<T, 2> : spread_strided<T, 0>;
        for (hone_int row = top; row < bottom; row++)
          for (hone_int k = 0; k < s.kw; k++) {
            const Range r = inside(x0 + k, s.stride_w, s.w, n);
            if (r.from < r.until) pass(grad_x + row * s.w + x0 + k + r.from * s.stride_w, shares + r.from, r.until - r.from, s.stride_w);
          }
      }
    }
  }
}

} // namespace

HONE_KERNEL(max_pool2d)(int32_t dtype, void *out, void *indices_i64, const void *x, const double *geometry) {
  const ConvShape s(geometry);
  if (dtype == HONE_F32 && double(s.h) * double(s.w) > 2147483647.0)
    return fail(HONE_E_INVALID, "max_pool2d: a plane of %lld x %lld is too large", (long long)s.h, (long long)s.w);
  return for_floats(dtype, "max_pool2d", [&](auto zero) {
    using T = decltype(zero);
    T *const to = static_cast<T *>(out);
    int64_t *const indices = static_cast<int64_t *>(indices_i64);
    const T *const from = static_cast<const T *>(x);
    const hone_int plane = s.h * s.w, out_plane = s.oh * s.ow;
    bool done;
    if (wide(s) && s.pad_h == 0 && s.pad_w == 0 && s.dil_h == 1 && s.dil_w == 1)
      done = each_plane<T>(s, false, [&](hone_int i, const Windows &windows, T *line) {
        Position<T> *const places = reinterpret_cast<Position<T> *>(line + round_up(s.w, kLanes<T>) + kLanes<T>);
        max_windows(to + i * out_plane, indices ? indices + i * out_plane : nullptr, from + i * plane, from + s.n * s.c * plane, s, windows, line, places);
      });
    else
      done = pool_evenly<T, true>(to, indices, from, s, false, 0);
    return done ? HONE_OK : no_memory("max_pool2d");
  });
}

HONE_KERNEL(max_pool2d_backward)(int32_t dtype, void *grad_x, const void *grad_out, const void *indices_i64, const double *geometry) {
  const ConvShape s(geometry);
  return for_floats(dtype, "max_pool2d_backward", [&](auto zero) {
    using T = decltype(zero);
    max_pool_backward(static_cast<T *>(grad_x), static_cast<const T *>(grad_out), static_cast<const int64_t *>(indices_i64), s);
    return HONE_OK;
  });
}

HONE_KERNEL(avg_pool2d)(int32_t dtype, void *out, const void *x, const double *geometry, int32_t count_include_pad, double divisor) {
  const ConvShape s(geometry);
  return for_floats(dtype, "avg_pool2d", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    T *const to = static_cast<T *>(out);
    const T *const from = static_cast<const T *>(x);
    const hone_int plane = s.h * s.w;
    if (whole_planes(s)) { // the planes are rows to add up
      const int32_t status = hone_reduce(k_sum, dtype, out, x, s.n * s.c, plane, 1);
      const T by = T(whole_divisor(s, count_include_pad != 0, divisor));
      for (hone_int i = 0; i < s.n * s.c && status == HONE_OK; i++) to[i] /= by;
      return status;
    }
    bool done;
    if (wide(s))
      done = each_plane<T>(s, count_include_pad != 0, [&](hone_int i, const Windows &windows, T *line) {
        average_windows(to + i * s.oh * s.ow, from + i * plane, from + s.n * s.c * plane, s, windows, divisor, line);
      });
    else
      done = pool_evenly<T, false>(to, nullptr, from, s, count_include_pad != 0, divisor);
    return done ? HONE_OK : no_memory("avg_pool2d");
  });
}

HONE_KERNEL(avg_pool2d_backward)(int32_t dtype, void *grad_x, const void *grad_out, const double *geometry, int32_t count_include_pad,
                                 double divisor) {
  const ConvShape s(geometry);
  return for_floats(dtype, "avg_pool2d_backward", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    if (whole_planes(s)) {
      const T by = T(whole_divisor(s, count_include_pad != 0, divisor));
      const hone_int plane = s.h * s.w;
      parallel_for(s.n * s.c, plane_grain(double(plane) / 8), [&](hone_int begin, hone_int end) {
        for (hone_int i = begin; i < end; i++) {
          const Vec<T> share = broadcast(static_cast<const T *>(grad_out)[i] / by);
          each_vector<T>(plane, [&](hone_int at, auto part) { part.store(static_cast<T *>(grad_x) + i * plane + at, share); });
        }
      });
      return HONE_OK;
    }
    if (wide(s)) {
      const bool done = each_plane<T>(s, count_include_pad != 0, [&](hone_int i, const Windows &windows, T *line) {
        average_windows_backward(static_cast<T *>(grad_x) + i * s.h * s.w, static_cast<const T *>(grad_out) + i * s.oh * s.ow, s, windows, divisor,
                                 line);
      });
      return done ? HONE_OK : no_memory("avg_pool2d_backward");
    }
    parallel_for(s.n * s.c, plane_grain(double(s.h * s.w) + double(s.oh * s.ow) * double(s.kh * s.kw)), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++)
        average_plane_backward(static_cast<T *>(grad_x) + i * s.h * s.w, static_cast<const T *>(grad_out) + i * s.oh * s.ow, s,
                               count_include_pad != 0, divisor);
    });
    return HONE_OK;
  });
}
