// depthwise_registers.h: depthwise convolutions of 3 x 3 taps with a border of one, and their gradients, by rows that stay in registers: each row
// is loaded once, without a buffer, and what the taps beside the middle one see is made by moving it by a lane. For a step of one, images of up
// to two vectors' width; for a step of two, all. Two channels share a vector where their rows fill less than half of it.
#pragma once

#include "conv/conv.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/transpose.h"

namespace hone {
namespace conv {

// The geometry of one channel's plane. Output (y, x) reads row y * step + i - pad_h and column x * step + j - pad_w, i and j < taps.
struct WindowShape {
  int taps, step;
  hone_int pad_h, pad_w, h, w, oh, ow;
};

// The lanes from `from` to before `until`; zero in the others, whatever is in them.
template <class T, int... I> inline MaskOf<T> lanes_between(hone_int from, hone_int until, std::integer_sequence<int, I...>) {
  using Lane = typename BitsOf<T>::I;
  const auto clip = [](hone_int at) { return broadcast(Lane(max_of(0, min_of(at, hone_int(kLanes<T>))))); };
  return (MaskOf<T>{I...} >= clip(from)) & (MaskOf<T>{I...} < clip(until));
}
template <class T> inline MaskOf<T> lanes_between(hone_int from, hone_int until) { return lanes_between<T>(from, until, std::make_integer_sequence<int, kLanes<T>>{}); }
template <class T> inline Vec<T> masked(const Vec<T> &v, const MaskOf<T> &mask) { return Vec<T>(MaskOf<T>(v) & mask); }

// How many planes a vector holds of images that are worked on so; 0 for others.
template <class T> int planes_in_registers(const WindowShape &s) {
  constexpr hone_int lanes = kLanes<T>;
  if (s.taps != 3 || s.pad_h != 1 || s.pad_w != 1 || s.ow < 4 || s.oh != ceil_div(s.h, s.step) || s.ow != ceil_div(s.w, s.step)) return 0;
  if (s.step == 1 ? s.w > 2 * lanes : s.w < 8) return 0;
  return s.ow < lanes / 2 ? 2 : 1;
}

template <class T, int... I> inline Vec<T> moved_right(const Vec<T> &before, const Vec<T> &v, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(before, v, (kLanes<T> - 1 + I)...);
}
template <class T, int... I> inline Vec<T> moved_left(const Vec<T> &v, const Vec<T> &after, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(v, after, (1 + I)...);
}

// Rows of V vectors; Two: of one, which two channels' rows share, half a vector each, with a zero between them.
template <class T, int V, bool Two> struct NarrowRows {
  static constexpr int lanes = kLanes<T>, half = lanes / 2;
  using Half = typename VecN<T, half>::type;
  using All = std::make_integer_sequence<int, lanes>;
  using Halved = std::make_integer_sequence<int, half>;
  hone_int w;
  MaskOf<T> mask; // the lanes of a row's last vector
  explicit NarrowRows(hone_int width) : w(width), mask(lanes_between<T>(0, width - (V - 1) * lanes)) {
    if (Two) mask |= lanes_between<T>(half, half + width);
  }
  template <int... I> static Vec<T> joined(const Half &a, const Half &b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b, I...);
  }
  template <int From, int... I> static Half half_of(const Vec<T> &v, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(v, v, (From + I)...);
  }

  // Vector q of the row at a, and of the other channel's `other` after it; past the row's end is whatever comes next. Memory ends at `end`.
  template <int Q> Vec<T> vector(const T *a, hone_int other, const T *end) const {
    if constexpr (!Two) return Q + 1 < V ? load(a + Q * lanes) : load_before(a + Q * lanes, end);
    const T *const b = a + other;
    if (end - b >= half) return joined(load<Half>(a), load<Half>(b), All());
    T lane[lanes] = {};
    for (hone_int i = 0; i < w; i++) lane[i] = a[i], lane[half + i] = b[i];
    return load(lane);
  }
  // What the three taps of a row see at vector q.
  template <int Q> void taps(Vec<T> *see, const T *a, hone_int other, const T *end) const {
    const Vec<T> own = Q + 1 < V ? vector<Q>(a, other, end) : masked<T>(vector<Q>(a, other, end), mask);
    Vec<T> before{}, after{};
    if constexpr (Q > 0) before = vector<Q - 1>(a, other, end);
    if constexpr (Q + 1 < V) after = Q + 2 < V ? vector<Q + 1>(a, other, end) : masked<T>(vector<Q + 1>(a, other, end), mask);
    see[0] = moved_right<T>(before, own, All()), see[1] = own, see[2] = moved_left<T>(own, after, All());
  }
  // Writes past the row's end, but for the last.
  template <int Q> void put(T *to, hone_int other, const Vec<T> &v, bool last) const {
    if constexpr (!Two) {
      if (Q + 1 == V && last) store_first<T>(to + Q * lanes, v, w - Q * lanes);
      else store(to + Q * lanes, v);
    } else {
      const Half low = half_of<0>(v, Halved()), high = half_of<half>(v, Halved());
      if (!last) {
        store(to, low), store(to + other, high);
        return;
      }
      store_some<T>(to, v, w);
      store_some<T>(to + other, joined(high, high, All()), w);
    }
  }
};

// A plane, or two `other` apart in memory. weights[tap] a vector of one value, or of the two channels'.
template <class T, int V, bool Two>
void narrow_sums(T *out, hone_int other_out, const T *in, hone_int other_in, const T *end, hone_int h, hone_int w, const T *weights, const Vec<T> &start) {
  constexpr int lanes = kLanes<T>;
  const NarrowRows<T, V, Two> rows(w);
  const auto column = [&](auto q) __attribute__((always_inline)) {
    constexpr int Q = decltype(q)::value;
    Vec<T> k[9], acc[3] = {start, start, start}; // of the rows above, at and below
    for (int t = 0; t < 9; t++) k[t] = load(weights + t * lanes);
    T *to = out;
    const T *from = in;
    for (hone_int y = 0; y < h; y++, from += w) {
      Vec<T> see[3];
      rows.template taps<Q>(see, from, other_in, end);
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++)
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++) acc[i] = madd(k[(2 - i) * 3 + j], see[j], acc[i]);
      if (y > 0) rows.template put<Q>(to, other_out, acc[0], false), to += w;
      acc[0] = acc[1], acc[1] = acc[2], acc[2] = start;
    }
    rows.template put<Q>(to, other_out, acc[0], true);
  };
  if constexpr (V == 2) column(std::integral_constant<int, 1>()); // what it writes past a row's end is overwritten
  column(std::integral_constant<int, 0>());
}

// The products of a gradient's rows and what the taps see, for vector Q: added to sums[tap].
template <class T, int V, bool Two, int Q>
void narrow_products(T *sums, const T *in, hone_int other_in, const T *end, const T *grad, hone_int other_grad, const T *end_grad, hone_int h, hone_int w) {
  constexpr int lanes = kLanes<T>;
  const NarrowRows<T, V, Two> rows(w);
  Vec<T> acc[9] = {}, above{}, at = rows.template vector<Q>(grad, other_grad, end_grad), below{}; // of the gradient, that of the row and its neighbours
  // No gradient of a row that is not there is multiplied by what may be infinite.
  const auto row = [&](auto first, auto last) __attribute__((always_inline)) {
    Vec<T> see[3];
    rows.template taps<Q>(see, in, other_in, end);
    if constexpr (!decltype(last)::value) below = rows.template vector<Q>(grad += w, other_grad, end_grad);
#pragma GCC unroll 3
    for (int j = 0; j < 3; j++) {
      if constexpr (!decltype(last)::value) acc[j] = madd(below, see[j], acc[j]);
      acc[3 + j] = madd(at, see[j], acc[3 + j]);
      if constexpr (!decltype(first)::value) acc[6 + j] = madd(above, see[j], acc[6 + j]);
    }
    above = at, at = below, in += w;
  };
  if (h == 1) {
    row(std::true_type(), std::true_type());
  } else {
    row(std::true_type(), std::false_type());
    for (hone_int y = 1; y + 1 < h; y++) row(std::false_type(), std::false_type());
    row(std::false_type(), std::true_type());
  }
#pragma GCC unroll 9
  for (int t = 0; t < 9; t++) store(sums + t * lanes, load(sums + t * lanes) + acc[t]);
}

// ---- a step of two: strips of as many pixels as a vector has lanes, from the right to the left, so that what is written past a row's end is
// overwritten. ------------------------------------------------------------------------------------------------------------------------

// What the taps see of a strip's rows: even columns, odd ones, and the odd ones moved by a lane, with the last of the strip before.
template <class T, bool Two> struct SteppedRows {
  static constexpr hone_int lanes = kLanes<T>, half = lanes / 2;
  hone_int first; // column
  MaskOf<T> even, odd;
  SteppedRows(hone_int strip, hone_int w) : first(2 * lanes * strip), even(lanes_between<T>(0, ceil_div(w - first, 2))), odd(lanes_between<T>(0, (w - first) / 2)) {
    if (Two) even |= lanes_between<T>(half, half + ceil_div(w, 2)), odd |= lanes_between<T>(half, half + w / 2);
  }
  void taps(Vec<T> *see, const T *row, hone_int other, const T *end) const {
    const T *const a = row + first, *const b = Two ? row + other : a + lanes;
    const Vec<T> v = load_before(a, end), u = load_before(b, end);
    see[1] = masked<T>(every_second<false>(v, u), even), see[2] = masked<T>(every_second<true>(v, u), odd);
    see[0] = moved_right<T>(first > 0 ? load(a - lanes) : Vec<T>{}, see[2], std::make_integer_sequence<int, kLanes<T>>());
  }
};
template <class T, bool Two> inline NarrowRows<T, 1, Two> strip_rows(hone_int strip, hone_int w) {
  return NarrowRows<T, 1, Two>(min_of(hone_int(kLanes<T>), w - strip * kLanes<T>));
}

// Calls row(y, what the taps see above, at and below, of the strip) for each row of output.
template <class T, bool Two, class F>
inline void each_stepped_row(hone_int strip, const T *in, hone_int other_in, const T *end, const WindowShape &s, F &&row) {
  const SteppedRows<T, Two> rows(strip, s.w);
  Vec<T> above[3] = {}, at[3], below[3] = {};
  for (hone_int y = 0; y < s.oh; y++) {
    rows.taps(at, in + 2 * y * s.w, other_in, end);
    if (2 * y + 1 < s.h) rows.taps(below, in + (2 * y + 1) * s.w, other_in, end);
    else below[0] = below[1] = below[2] = Vec<T>{};
    row(y, above, at, below);
    above[0] = below[0], above[1] = below[1], above[2] = below[2];
  }
}

template <class T, bool Two>
void stepped_sums(T *out, hone_int other_out, const T *in, hone_int other_in, const T *end, const WindowShape &s, const T *weights, const Vec<T> &start) {
  constexpr int lanes = kLanes<T>;
  for (hone_int strip = (s.ow - 1) / lanes; strip >= 0; strip--) {
    const auto made = strip_rows<T, Two>(strip, s.ow);
    Vec<T> k[9];
    for (int t = 0; t < 9; t++) k[t] = load(weights + t * lanes);
    each_stepped_row<T, Two>(strip, in, other_in, end, s, [&](hone_int y, const Vec<T> *above, const Vec<T> *at, const Vec<T> *below) __attribute__((always_inline)) {
      Vec<T> acc = start, more = k[3] * at[0]; // two chains
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) acc = madd(k[j], above[j], acc);
      more = madd(k[5], at[2], madd(k[4], at[1], more));
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) acc = madd(k[6 + j], below[j], acc);
      made.template put<0>(out + y * s.ow + strip * lanes, other_out, Vec<T>(acc + more), y + 1 == s.oh);
    });
  }
}

template <class T, bool Two>
void stepped_products(T *sums, T *last, const T *in, hone_int other_in, const T *end, const T *grad, hone_int other_grad, const T *end_grad, const WindowShape &s) {
  constexpr int lanes = kLanes<T>;
  for (hone_int strip = 0; strip * lanes < s.ow; strip++) {
    const auto rows = strip_rows<T, Two>(strip, s.ow);
    Vec<T> acc[9] = {};
    each_stepped_row<T, Two>(strip, in, other_in, end, s, [&](hone_int y, const Vec<T> *above, const Vec<T> *at, const Vec<T> *below) __attribute__((always_inline)) {
      const Vec<T> g = rows.template vector<0>(grad + y * s.ow + strip * lanes, other_grad, end_grad);
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++) {
        acc[j] = madd(g, above[j], acc[j]);
        acc[3 + j] = madd(g, at[j], acc[3 + j]);
        acc[6 + j] = madd(g, below[j], acc[6 + j]);
      }
    });
    T *const to = (strip + 1) * lanes < s.ow ? sums : last;
#pragma GCC unroll 9
    for (int t = 0; t < 9; t++) store(to + t * lanes, load(to + t * lanes) + acc[t]);
  }
}

// The gradient of the input: a pixel at an even row or column has the middle taps alone, one between two pixels of output those on both sides.
template <class T, bool Two>
void stepped_spread(T *grad_in, hone_int other_in, const T *grad, hone_int other_grad, const T *end_grad, const WindowShape &s, const T *weights) {
  constexpr hone_int lanes = kLanes<T>;
  for (hone_int strip = (s.ow - 1) / lanes; strip >= 0; strip--) {
    const auto rows = strip_rows<T, Two>(strip, s.ow);
    const hone_int first = 2 * lanes * strip, cols = min_of(s.w - first, 2 * lanes);
    Vec<T> k[9];
    for (int t = 0; t < 9; t++) k[t] = load(weights + t * lanes);
    const auto look = [&](Vec<T> &own, Vec<T> &next, hone_int y) __attribute__((always_inline)) {
      const T *const from = grad + y * s.ow + strip * lanes;
      own = masked<T>(rows.template vector<0>(from, other_grad, end_grad), rows.mask);
      next = moved_left<T>(own, (strip + 1) * lanes < s.ow ? broadcast(from[lanes]) : Vec<T>{}, std::make_integer_sequence<int, kLanes<T>>());
    };
    const auto put = [&](hone_int y, Vec<T> even, Vec<T> odd) __attribute__((always_inline)) {
      interleave<T>(even, odd, std::make_integer_sequence<int, kLanes<T>>()); // now the first and the second half of the columns
      T *const to = grad_in + y * s.w + first, *const then = Two ? to + other_in : to + lanes;
      const hone_int before = Two ? s.w : min_of(cols, lanes), rest = Two ? s.w : cols - lanes;
      if (y + 1 < s.h) store(to, even);
      else store_first<T>(to, even, before);
      if (rest > 0 && y + 1 < s.h) store(then, odd);
      else if (rest > 0) store_first<T>(then, odd, rest);
    };
    Vec<T> own, next, own_below{}, next_below{};
    look(own, next, 0);
    for (hone_int y = 0; y < s.oh; y++) {
      if (y + 1 < s.oh) look(own_below, next_below, y + 1);
      else own_below = next_below = Vec<T>{};
      put(2 * y, k[4] * own, madd(k[3], next, Vec<T>(k[5] * own)));
      if (2 * y + 1 < s.h)
        put(2 * y + 1, madd(k[1], own_below, Vec<T>(k[7] * own)), madd(k[0], next_below, madd(k[2], own_below, madd(k[6], next, Vec<T>(k[8] * own)))));
      own = own_below, next = next_below;
    }
  }
}

// ---- all planes of a call ----------------------------------------------------------------------------------------------------------------

// Calls pass(plane, whether the next one is worked on with it, weights, start) for all planes, channel by channel for the sake of the weights:
// place[tap] is where the one of a tap stands in its channel's.
template <class T, class F>
void each_register_plane(const T *weight, const T *bias, hone_int images, hone_int groups, hone_int group_step, const hone_int *place, const WindowShape &s, F &&pass) {
  constexpr hone_int lanes = kLanes<T>;
  const hone_int planes = planes_in_registers<T>(s);
  parallel_for(images * ceil_div(groups, planes), grain_of(50000, planes * s.oh * s.ow * 15 / 4), [&](hone_int begin, hone_int end) {
    const MaskOf<T> upper = lanes_between<T>(lanes / 2, lanes);
    T weights[9 * lanes];
    Vec<T> start{};
    for (hone_int unit = begin; unit < end; unit++) {
      const hone_int g = unit / images * planes, n = unit % images;
      const bool two = planes == 2 && g + 1 < groups; // a lonely last channel is its own neighbour
      if (unit == begin || n == 0) {
        const auto both = [&](const T *a, hone_int step) { return two ? select(upper, broadcast(a[step]), broadcast(*a)) : broadcast(*a); };
        if (bias) start = both(bias + g, 1);
        for (hone_int t = 0; t < 9; t++) store(weights + t * lanes, both(weight + g * group_step + place[t], group_step));
      }
      pass(n * groups + g, two, static_cast<const T *>(weights), start);
    }
  });
}

template <class T>
void register_sums(T *out, const T *in, const T *weight, const T *bias, hone_int images, hone_int groups, hone_int group_step, const hone_int *place, const WindowShape &s) {
  const hone_int size_in = s.h * s.w, size_out = s.oh * s.ow;
  const T *const end = in + images * groups * size_in;
  const bool pairs = planes_in_registers<T>(s) == 2;
  each_register_plane(weight, bias, images, groups, group_step, place, s, [&](hone_int plane, bool two, const T *weights, const Vec<T> &start) {
    T *const to = out + plane * size_out;
    const T *const from = in + plane * size_in;
    const hone_int other_in = two ? size_in : 0, other_out = two ? size_out : 0;
    if (s.step == 2) (pairs ? stepped_sums<T, true> : stepped_sums<T, false>)(to, other_out, from, other_in, end, s, weights, start);
    else if (pairs) narrow_sums<T, 1, true>(to, other_out, from, other_in, end, s.h, s.w, weights, start);
    else (s.w <= kLanes<T> ? narrow_sums<T, 1, false> : narrow_sums<T, 2, false>)(to, 0, from, 0, end, s.h, s.w, weights, start);
  });
}

// The products of one plane, or two: all vectors of its rows go to `sums`, but for the last ones, which go to `last`.
template <class T>
void register_products(T *sums, T *last, const T *in, hone_int other_in, const T *end, const T *grad, hone_int other_grad, const T *end_grad, const WindowShape &s) {
  const bool pairs = planes_in_registers<T>(s) == 2;
  if (s.step == 2) {
    (pairs ? stepped_products<T, true> : stepped_products<T, false>)(sums, last, in, other_in, end, grad, other_grad, end_grad, s);
  } else if (pairs) {
    narrow_products<T, 1, true, 0>(last, in, other_in, end, grad, other_grad, end_grad, s.h, s.w);
  } else if (s.w <= kLanes<T>) {
    narrow_products<T, 1, false, 0>(last, in, 0, end, grad, 0, end_grad, s.h, s.w);
  } else {
    narrow_products<T, 2, false, 0>(sums, in, 0, end, grad, 0, end_grad, s.h, s.w);
    narrow_products<T, 2, false, 1>(last, in, 0, end, grad, 0, end_grad, s.h, s.w);
  }
}

// The gradient of the input where the step is two, which as a sum over taps would have a phase for each parity. False where another way has to do.
template <class T> bool register_spread(T *grad_in, const T *grad, const T *weight, const ConvShape &shape) {
  if (shape.c_per_group != 1 || shape.o_per_group != 1 || shape.groups < 2 || shape.kh != 3 || shape.kw != 3) return false;
  if (shape.dil_h != 1 || shape.dil_w != 1 || shape.stride_h != 2 || shape.stride_w != 2) return false;
  const WindowShape s{3, 2, shape.pad_h, shape.pad_w, shape.h, shape.w, shape.oh, shape.ow};
  const int planes = planes_in_registers<T>(s);
  if (planes == 0) return false;
  const hone_int place[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, size_in = s.h * s.w, size_out = s.oh * s.ow;
  const T *const end = grad + shape.n * shape.groups * size_out;
  each_register_plane(weight, static_cast<const T *>(nullptr), shape.n, shape.groups, 9, place, s, [&](hone_int plane, bool two, const T *weights, const Vec<T> &) {
    const auto spread = planes == 2 ? stepped_spread<T, true> : stepped_spread<T, false>;
    spread(grad_in + plane * size_in, two ? size_in : 0, grad + plane * size_out, two ? size_out : 0, end, s, weights);
  });
  return true;
}

} // namespace conv
} // namespace hone
