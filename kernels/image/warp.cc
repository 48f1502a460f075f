// warp.cc: images of 8 bits seen through an affine or perspective map, to the grey level as Pillow's Image.transform has it.
//
// Pillow's arithmetic is followed sum by sum (its libImaging/Geometry.c): doubles without fused products, 16.16 fixed point for the
// nearest pixels of an affine map, sums that grow from pixel to pixel where that map only scales.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "image/opacity.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/status.h"

namespace hone {
namespace {

enum { kNearest = 0, kBilinear = 1, kBicubic = 2 };
enum { kAffine = 0, kPerspective = 1, kQuad = 2 };

// How the bytes of one image lie: from pixel to pixel, row to row, channel to channel.
struct Layout {
  hone_int step, row, plane, image;
  Layout(hone_int height, hone_int width, hone_int channels, bool planar)
      : step(planar ? 1 : channels), row(width * step), plane(planar ? height * width : 1), image(height * width * channels) {}
};

// What all rows of a call have in common.
struct Call {
  hone_int height, width, out_height, out_width;
  Layout from, to;
  const uint8_t *fill;
  int method, filter;
};

template <int C> inline void put(uint8_t *to, hone_int plane, const uint8_t *fill) {
  for (int c = 0; c < C; c++) to[c * plane] = fill[c];
}

template <int C> inline void copy_pixel(uint8_t *to, hone_int to_plane, const uint8_t *from, hone_int from_plane) {
  for (int c = 0; c < C; c++) to[c * to_plane] = from[c * from_plane];
}

// The pixel that a place lies in, or -1; NaN lies outside.
inline hone_int inside(double place, hone_int size) { return place >= 0 && place < double(size) ? hone_int(place) : -1; }

inline hone_int clip(hone_int at, hone_int size) { return at < 0 ? 0 : at < size ? at : size - 1; }

inline uint8_t to_byte(double v) { return v <= 0 ? 0 : v >= 255 ? 255 : uint8_t(v); }

inline double line(double a, double b, double d) { return a + (b - a) * d; }

// Four rows side by side.
typedef double Rows __attribute__((vector_size(32)));

template <class T> inline T cubic(T v1, T v2, T v3, T v4, double d) {
  const T p2 = -v1 + v3;
  const T p3 = 2 * (v1 - v2) + v3 - v4;
  const T p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

// The pixel at (x, y), which lies inside, between its neighbours.
template <int C> inline void bilinear(const Call &call, uint8_t *to, const uint8_t *image, double x, double y) {
  x -= 0.5;
  y -= 0.5;
  const hone_int left = x < 0 ? -1 : hone_int(x), top = y < 0 ? -1 : hone_int(y);
  const double dx = x - double(left), dy = y - double(top);
  const uint8_t *upper = image + clip(top, call.height) * call.from.row;
  const uint8_t *lower = image + clip(top + 1, call.height) * call.from.row;
  const hone_int x0 = clip(left, call.width) * call.from.step, x1 = clip(left + 1, call.width) * call.from.step;
  for (int c = 0; c < C; c++) {
    const hone_int at = c * call.from.plane;
    const double v1 = line(upper[at + x0], upper[at + x1], dx);
    const double v2 = line(lower[at + x0], lower[at + x1], dx);
    to[c * call.to.plane] = uint8_t(line(v1, v2, dy));
  }
}

template <int C> inline void bicubic(const Call &call, uint8_t *to, const uint8_t *image, double x, double y) {
  x -= 0.5;
  y -= 0.5;
  const hone_int left = x < 0 ? -1 : hone_int(x), top = y < 0 ? -1 : hone_int(y);
  const double dx = x - double(left), dy = y - double(top);
  hone_int across[4], down[4];
  for (int k = 0; k < 4; k++) {
    across[k] = clip(left - 1 + k, call.width) * call.from.step;
    down[k] = clip(top - 1 + k, call.height) * call.from.row;
  }
  for (int c = 0; c < C; c++) {
    const uint8_t *at = image + c * call.from.plane;
    Rows taps[4];
    for (int k = 0; k < 4; k++)
      taps[k] = Rows{double(at[down[0] + across[k]]), double(at[down[1] + across[k]]), double(at[down[2] + across[k]]), double(at[down[3] + across[k]])};
    const Rows v = cubic(taps[0], taps[1], taps[2], taps[3], dx);
    to[c * call.to.plane] = to_byte(cubic(v[0], v[1], v[2], v[3], dy));
  }
}

struct Place {
  double x, y;
};

// What maps take the middle of a pixel to.
struct Affine {
  static Place at(const double *a, double u, double v) { return {a[0] * u + a[1] * v + a[2], a[3] * u + a[4] * v + a[5]}; }
};
struct Perspective {
  static Place at(const double *a, double u, double v) {
    const double w = a[6] * u + a[7] * v + 1;
    return {(a[0] * u + a[1] * v + a[2]) / w, (a[3] * u + a[4] * v + a[5]) / w};
  }
};
struct Quad {
  static Place at(const double *a, double u, double v) {
    return {a[0] + a[1] * u + a[2] * v + a[3] * u * v, a[4] + a[5] * u + a[6] * v + a[7] * u * v};
  }
};

// Rows first .. last of one image, each pixel by the map itself.
template <int C, int Filter, class Map> void by_map(const Call &call, uint8_t *out, const uint8_t *image, const double *a, hone_int first, hone_int last) {
  for (hone_int r = first; r < last; r++) {
    const double v = double(r) + 0.5;
    uint8_t *to = out + r * call.to.row;
    for (hone_int i = 0; i < call.out_width; i++, to += call.to.step) {
      const double u = double(i) + 0.5;
      const auto [x, y] = Map::at(a, u, v);
      const hone_int column = inside(x, call.width), row = inside(y, call.height);
      if (column < 0 || row < 0) put<C>(to, call.to.plane, call.fill);
      else if (Filter == kBilinear) bilinear<C>(call, to, image, x, y);
      else if (Filter == kBicubic) bicubic<C>(call, to, image, x, y);
      else copy_pixel<C>(to, call.to.plane, image + row * call.from.row + column * call.from.step, call.from.plane);
    }
  }
}

// One row of nearest pixels; place(i) is where pixel i comes from, in bytes from the image's first, or -1 for nowhere.
template <int C, class F> inline void nearest_row(const Call &call, uint8_t *to, const uint8_t *image, F &&place) {
  for (hone_int i = 0; i < call.out_width; i++, to += call.to.step) {
    const hone_int from = place(i);
    if (from < 0) put<C>(to, call.to.plane, call.fill);
    else copy_pixel<C>(to, call.to.plane, image + from, call.from.plane);
  }
}

// Pixels of three bytes, four bytes at a time: the fourth is the next pixel's, and is written over. Nothing is read from `end` on, or
// written behind the row.
inline void copy_threes(uint8_t *to, const uint8_t *row, const hone_int *columns, hone_int count, hone_int end) {
  for (hone_int i = 0; i < count; i++, to += 3) {
    if (i + 1 < count && columns[i] + 4 <= end) std::memcpy(to, row + columns[i], 4);
    else std::memcpy(to, row + columns[i], 3);
  }
}

// An affine map that neither turns nor shears: columns holds room for the column of each pixel of a row.
template <int C> void scaled(const Call &call, uint8_t *out, const uint8_t *image, const double *a, hone_int first, hone_int last, hone_int *columns) {
  double x = a[2] + a[0] * 0.5, y = a[5] + a[4] * 0.5;
  [[maybe_unused]] bool whole = true;
  for (hone_int i = 0; i < call.out_width; i++, x += a[0]) {
    const hone_int column = inside(x, call.width);
    columns[i] = column < 0 ? -1 : column * call.from.step;
    whole = whole && column >= 0;
  }
  for (hone_int r = 0; r < last; r++, y += a[4]) {
    if (r < first) continue;
    const hone_int row = inside(y, call.height);
    if constexpr (C == 3) {
      if (row >= 0 && whole && call.from.step == 3) {
        copy_threes(out + r * call.to.row, image + row * call.from.row, columns, call.out_width, call.from.row);
        continue;
      }
    }
    nearest_row<C>(call, out + r * call.to.row, image,
                   [&](hone_int i) { return row < 0 || columns[i] < 0 ? hone_int(-1) : row * call.from.row + columns[i]; });
  }
}

// Whether the places of all corners are numbers that 16.16 fixed point holds.
bool fits_fixed(const Call &call, const double *a) {
  for (const double x : {0.0, double(call.out_width)})
    for (const double y : {0.0, double(call.out_height)})
      if (!(std::fabs(x * a[0] + y * a[1] + a[2]) < 32768.0 && std::fabs(x * a[3] + y * a[4] + a[5]) < 32768.0)) return false;
  return true;
}

inline int64_t fixed(double v) { return int64_t(std::floor(v * 65536.0 + 0.5)); }

template <int C> void by_fixed_point(const Call &call, uint8_t *out, const uint8_t *image, const double *a, hone_int first, hone_int last) {
  const int64_t a0 = fixed(a[0]), a1 = fixed(a[1]), a3 = fixed(a[3]), a4 = fixed(a[4]);
  const int64_t a2 = fixed(a[2] + a[0] * 0.5 + a[1] * 0.5), a5 = fixed(a[5] + a[3] * 0.5 + a[4] * 0.5);
  const uint64_t wide = uint64_t(call.width), high = uint64_t(call.height);
  for (hone_int r = first; r < last; r++) {
    int64_t x = a2 + a1 * r, y = a5 + a4 * r;
    nearest_row<C>(call, out + r * call.to.row, image, [&](hone_int) {
      // Below 0 is far above, as an unsigned number.
      const int64_t column = x >> 16, row = y >> 16;
      x += a0;
      y += a3;
      return uint64_t(column) < wide && uint64_t(row) < high ? hone_int(row) * call.from.row + hone_int(column) * call.from.step : hone_int(-1);
    });
  }
}

template <int C> void by_sums(const Call &call, uint8_t *out, const uint8_t *image, const double *a, hone_int first, hone_int last) {
  double x0 = a[2] + a[1] * 0.5 + a[0] * 0.5, y0 = a[5] + a[4] * 0.5 + a[3] * 0.5;
  for (hone_int r = 0; r < last; r++, x0 += a[1], y0 += a[4]) {
    if (r < first) continue;
    double x = x0, y = y0;
    nearest_row<C>(call, out + r * call.to.row, image, [&](hone_int) {
      const hone_int column = inside(x, call.width), row = inside(y, call.height);
      x += a[0];
      y += a[3];
      return column < 0 || row < 0 ? hone_int(-1) : row * call.from.row + column * call.from.step;
    });
  }
}

template <int C>
void warp_rows(const Call &call, uint8_t *out, const uint8_t *image, const double *a, hone_int first, hone_int last, hone_int *columns) {
  const auto mapped = [&](auto map) {
    using Map = decltype(map);
    if (call.filter == kBilinear) by_map<C, kBilinear, Map>(call, out, image, a, first, last);
    else if (call.filter == kBicubic) by_map<C, kBicubic, Map>(call, out, image, a, first, last);
    else by_map<C, kNearest, Map>(call, out, image, a, first, last);
  };
  if (call.method == kPerspective) mapped(Perspective{});
  else if (call.method == kQuad) mapped(Quad{});
  else if (call.filter != kNearest) mapped(Affine{});
  else if (a[1] == 0 && a[3] == 0) scaled<C>(call, out, image, a, first, last, columns);
  else if (fits_fixed(call, a)) by_fixed_point<C>(call, out, image, a, first, last);
  else by_sums<C>(call, out, image, a, first, last);
}

template <int C> int32_t warp(const Call &call, uint8_t *out, const uint8_t *src, hone_int batch, const double *maps, bool alpha) {
  Memory<uint8_t> weighed;
  if constexpr (C == 2 || C == 4) {
    if (alpha) {
      if (!weighed.reserve(batch * call.from.image)) return no_memory("image_warp");
      parallel_for(batch, 16384 / (call.from.image + 1) + 1, [&](hone_int begin, hone_int end) {
        for (hone_int i = begin; i < end; i++)
          premultiply<C>(weighed.get() + i * call.from.image, src + i * call.from.image, call.height * call.width, call.from.step, call.from.plane);
      });
      src = weighed.get();
    }
  }
  const bool tables = call.filter == kNearest && call.method == kAffine;
  const hone_int rows = batch * call.out_height;
  bool enough = true;
  const hone_int cost = call.filter == kNearest ? 1 : call.filter == kBilinear ? 4 : 16;
  parallel_for(rows, 32768 / (call.out_width * C * cost) + 1, [&](hone_int begin, hone_int end) {
    Memory<hone_int> columns;
    if (tables && !columns.reserve(call.out_width)) {
      enough = false;
      return;
    }
    for (hone_int at = begin; at < end;) {
      const hone_int i = at / call.out_height, first = at % call.out_height;
      const hone_int last = first + (end - at) < call.out_height ? first + (end - at) : call.out_height;
      uint8_t *to = out + i * call.to.image;
      warp_rows<C>(call, to, src + i * call.from.image, maps + 8 * i, first, last, columns.get());
      if constexpr (C == 2 || C == 4)
        if (alpha) unpremultiply<C>(to + first * call.to.row, (last - first) * call.out_width, call.to.step, call.to.plane);
      at += last - first;
    }
  });
  return enough ? HONE_OK : no_memory("image_warp");
}

} // namespace
} // namespace hone

using namespace hone;

HONE_KERNEL(image_warp)(int32_t method, int32_t filter, void *out, const void *src, hone_int batch, hone_int height, hone_int width,
                        hone_int out_height, hone_int out_width, int32_t channels, int32_t planar, int32_t alpha, const double *maps,
                        const void *fill) {
  if (batch <= 0 || out_height <= 0 || out_width <= 0) return HONE_OK;
  const Call call{height,
                  width,
                  out_height,
                  out_width,
                  Layout(height, width, channels, planar != 0),
                  Layout(out_height, out_width, channels, planar != 0),
                  static_cast<const uint8_t *>(fill),
                  method,
                  filter};
  auto *to = static_cast<uint8_t *>(out);
  const auto *from = static_cast<const uint8_t *>(src);
  const bool weigh = alpha != 0 && filter != kNearest;
  switch (channels) {
  case 1: return warp<1>(call, to, from, batch, maps, false);
  case 2: return warp<2>(call, to, from, batch, maps, weigh);
  case 3: return warp<3>(call, to, from, batch, maps, false);
  case 4: return warp<4>(call, to, from, batch, maps, weigh);
  default: return fail(HONE_E_INVALID, "image_warp: %d channels, expected 1 to 4", int(channels));
  }
}
