// windows.h: pooling by windows that are given one by one along each axis: those of adaptive pooling, whose sizes differ, and wide ones. The
// rows of a window are folded into one line by whole vectors, and the line's columns one after the other.
#pragma once

#include <cmath>

#include "conv/conv.h"
#include "support/rows.h"

namespace hone {
namespace pool {

using conv::ConvShape;

// The places [from, until) of an axis that a window covers inside the image, and what its extent counts for in an average.
struct Window {
  hone_int from, until, extent;
};

// What one window divides by along one axis: its extent clipped to the padded input (counting padding) or to the input itself.
inline hone_int extent(hone_int at, hone_int stride, hone_int pad, hone_int k, hone_int size, bool count_pad) {
  const hone_int from = at * stride - pad, until = min_of(from + k, size + pad);
  return count_pad ? until - from : max_of(0, min_of(until, size) - max_of(from, 0));
}

// Stride 0: the windows of adaptive pooling.
inline Window window(hone_int i, hone_int size, hone_int out, hone_int k, hone_int stride, hone_int pad, bool count_pad) {
  if (stride == 0) {
    const hone_int from = i * size / out, until = ceil_div((i + 1) * size, out);
    return {from, until, until - from};
  }
  return {max_of(0, i * stride - pad), min_of(size, i * stride - pad + k), extent(i, stride, pad, k, size, count_pad)};
}

inline bool adaptive(const ConvShape &s) { return s.stride_h == 0 || s.stride_w == 0; }

// The windows of both axes; rows first.
class Windows {
public:
  Windows(const ConvShape &s, bool count_pad) : all_(s.oh + s.ow), oh_(s.oh) {
    if (!all_.get()) return;
    for (hone_int y = 0; y < s.oh; y++) all_[y] = window(y, s.h, s.oh, s.kh, s.stride_h, s.pad_h, count_pad);
    for (hone_int x = 0; x < s.ow; x++) all_[s.oh + x] = window(x, s.w, s.ow, s.kw, s.stride_w, s.pad_w, count_pad);
  }
  bool made() const { return all_.get() != nullptr; }
  const Window &row(hone_int y) const { return all_[y]; }
  const Window &col(hone_int x) const { return all_[oh_ + x]; }

private:
  Memory<Window> all_;
  hone_int oh_;
};

// Positions are kept as integers of the values' width, so that both fit one comparison's mask.
template <class T> using Position = typename BitsOf<T>::I;

// A line of values, of positions, and a vector to spill over.
template <class T> constexpr hone_int line_bytes(hone_int w) { return (round_up(w, kLanes<T>) + kLanes<T>) * hone_int(sizeof(T) + sizeof(Position<T>)); }

template <class T> T row_sum(const T *a, hone_int n) {
  Vec<T> lanes{};
  hone_int i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) lanes += load(a + i);
  T sum = i ? sum_lanes<T>(lanes) : T(0);
  for (; i < n; i++) sum += a[i];
  return sum;
}

// Whether there is one window along the rows, of all their places: then those of several rows lie side by side.
inline bool whole_rows(const ConvShape &s, const Windows &windows) { return s.ow == 1 && windows.col(0).from == 0 && windows.col(0).until == s.w; }

// x: one plane, of a tensor that ends at `end`.
template <class T>
void average_windows(T *out, const T *x, const T *end, const ConvShape &s, const Windows &windows, double divisor, T *line) {
  constexpr hone_int lanes = kLanes<T>;
  const bool whole = whole_rows(s, windows);
  for (hone_int y = 0; y < s.oh; y++) {
    const Window &rows = windows.row(y);
    for (hone_int c = 0; c < s.w && !whole; c += lanes) {
      Vec<T> sum{};
      for (hone_int row = rows.from; row < rows.until; row++) sum += load_before(x + row * s.w + c, end);
      store(line + c, sum);
    }
    for (hone_int j = 0; j < s.ow; j++) {
      const Window &cols = windows.col(j);
      const T sum = whole ? row_sum(x + rows.from * s.w, max_of(0, rows.until - rows.from) * s.w)
                          : row_sum(line + cols.from, max_of(0, cols.until - cols.from));
      out[y * s.ow + j] = sum / (divisor != 0 ? T(divisor) : T(rows.extent * cols.extent));
    }
  }
}

template <class T> void average_windows_backward(T *grad_x, const T *grad, const ConvShape &s, const Windows &windows, double divisor, T *line) {
  std::memset(grad_x, 0, size_t(s.h * s.w) * sizeof(T));
  const bool whole = whole_rows(s, windows);
  for (hone_int y = 0; y < s.oh; y++) {
    const Window &rows = windows.row(y);
    if (whole) {
      const T share = grad[y] / (divisor != 0 ? T(divisor) : T(rows.extent * windows.col(0).extent));
      for (hone_int i = rows.from * s.w; i < rows.until * s.w; i++) grad_x[i] += share;
      continue;
    }
    for (hone_int c = 0; c < s.w; c++) line[c] = 0;
    for (hone_int j = 0; j < s.ow; j++) {
      const Window &cols = windows.col(j);
      const T share = grad[y * s.ow + j] / (divisor != 0 ? T(divisor) : T(rows.extent * cols.extent));
      for (hone_int c = cols.from; c < cols.until; c++) line[c] += share;
    }
    for (hone_int row = rows.from; row < rows.until; row++) {
      T *const to = grad_x + row * s.w;
      for (hone_int c = 0; c < s.w; c++) to[c] += line[c];
    }
  }
}

// The first of equals wins, and the last NaN, as if each window were walked row by row. No window is empty.
template <class T>
void max_windows(T *out, int64_t *indices, const T *x, const T *end, const ConvShape &s, const Windows &windows, T *line, Position<T> *places) {
  constexpr hone_int lanes = kLanes<T>;
  using P = Position<T>;
  P number[lanes];
  for (int i = 0; i < lanes; i++) number[i] = P(i);
  const Vec<P> numbers = load(number);
  for (hone_int y = 0; y < s.oh; y++) {
    const Window &rows = windows.row(y);
    for (hone_int c = 0; c < s.w; c += lanes) {
      Vec<T> best = load_before(x + rows.from * s.w + c, end);
      Vec<P> at = numbers + broadcast(P(rows.from * s.w + c));
      for (hone_int row = rows.from + 1; row < rows.until; row++) {
        const Vec<T> v = load_before(x + row * s.w + c, end);
        const auto wins = (v > best) | (v != v);
        best = wins ? v : best;
        at = wins ? numbers + broadcast(P(row * s.w + c)) : at;
      }
      store(line + c, best);
      store(places + c, at);
    }
    for (hone_int j = 0; j < s.ow; j++) {
      const Window &cols = windows.col(j);
      T best = line[cols.from];
      P at = places[cols.from];
      for (hone_int c = cols.from + 1; c < cols.until; c++) {
        const T v = line[c];
        const bool wins = v != v ? best == best || places[c] > at : v > best || (v == best && places[c] < at);
        if (wins) best = v, at = places[c];
      }
      out[y * s.ow + j] = best;
      if (indices) indices[y * s.ow + j] = int64_t(at);
    }
  }
}

} // namespace pool
} // namespace hone
