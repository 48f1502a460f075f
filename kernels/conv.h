// conv.h: what the convolution kernels share: the geometry, checked memory, and copies of zero-padded pieces of images.
#pragma once

#include <cstdlib>
#include <cstring>

#include "hone.h"
#include "support/fma.h"
#include "support/simd.h"
#include "support/workspace.h"

namespace hone {
namespace conv {

struct ConvShape {
  hone_int n, c, h, w, o, kh, kw, oh, ow, stride_h, stride_w, pad_h, pad_w, dil_h, dil_w, groups;
  hone_int c_per_group, o_per_group;

  explicit ConvShape(const double *g) {
    hone_int *const fields[16] = {&n,        &c,        &h,     &w,     &o,     &kh,    &kw,    &oh,
                                  &ow,       &stride_h, &stride_w, &pad_h, &pad_w, &dil_h, &dil_w, &groups};
    for (int i = 0; i < 16; i++) *fields[i] = hone_int(g[i]);
    if (groups < 1) groups = 1;
    c_per_group = c / groups;
    o_per_group = o / groups;
  }
};

// x in every lane. Unlike 0 + x, x - 0 is x whatever its sign, so compilers make it one broadcast.
template <class T> inline Vec<T> spread(T x) { return x - Vec<T>{}; }

inline hone_int round_up(hone_int n, hone_int to) { return (n + to - 1) / to * to; }
inline hone_int ceil_div(hone_int n, hone_int by) { return (n + by - 1) / by; }
template <class N> N min_of(N a, N b) { return b < a ? b : a; }
template <class N> N max_of(N a, N b) { return a < b ? b : a; }

// Memory from malloc that frees itself; get() is null where it failed (one element more is asked for than wanted, never none).
template <class T> class Memory {
public:
  Memory() = default;
  explicit Memory(hone_int count) : data_(static_cast<T *>(std::malloc(size_t(count + 1) * sizeof(T)))) {}
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory() { std::free(data_); }
  T *get() const { return data_; }
  T &operator[](hone_int i) const { return data_[i]; }

private:
  T *data_ = nullptr;
};

// A thread's workspace, kept from call to call: fresh pages from the system cost more than a small convolution.
inline Workspace &thread_workspace() {
  static thread_local Workspace workspace;
  return workspace;
}

// The piece of an image plane that a convolution reads: buffer row r holds image row (row + r) * step_h + phase_h, and likewise
// along the columns; what lies outside the image is zero. With steps above 1 each phase of the stride has a plane of its own, so
// that every access of the inner loops has stride 1.
struct Piece {
  hone_int row, col, rows, pitch;
};

template <class T> inline void clear(T *to, hone_int n) {
  if (n <= kLanes<T>)
    store(to, Vec<T>{});
  else
    std::memset(to, 0, size_t(n) * sizeof(T));
}

// Writes up to a vector beyond the piece.
template <class T>
void copy_piece(T *to, const T *image, hone_int h, hone_int w, const Piece &piece, hone_int step_h, hone_int step_w, hone_int phase_h,
                hone_int phase_w) {
  // Columns [from, until) of the buffer lie inside the image.
  const hone_int first = piece.col * step_w + phase_w;
  const hone_int from = min_of(piece.pitch, first >= 0 ? hone_int(0) : ceil_div(-first, step_w));
  const hone_int until = max_of(from, first >= w ? hone_int(0) : min_of(piece.pitch, ceil_div(w - first, step_w)));
  for (hone_int r = 0; r < piece.rows; r++, to += piece.pitch) {
    const hone_int y = (piece.row + r) * step_h + phase_h;
    if (y < 0 || y >= h) {
      std::memset(to, 0, size_t(piece.pitch) * sizeof(T));
      continue;
    }
    // A whole vector of zeros spills into what is written next, or into the room the buffer has at its end.
    if (from > 0) clear(to, from);
    const T *src = image + (y * w + first);
    if (step_w == 1) {
      const hone_int n = until - from;
      if (n >= kLanes<T>) {
        hone_int i = 0;
        for (; i + kLanes<T> <= n; i += kLanes<T>) store(to + from + i, load(src + from + i));
        if (i < n) store(to + until - kLanes<T>, load(src + until - kLanes<T>));
      } else {
        for (hone_int q = from; q < until; q++) to[q] = src[q];
      }
    } else if (step_w == 2) {
      for (hone_int q = from; q < until; q++) to[q] = src[2 * q];
    } else {
      for (hone_int q = from; q < until; q++) to[q] = src[q * step_w];
    }
    if (until < piece.pitch) clear(to + until, piece.pitch - until);
  }
}

} // namespace conv
} // namespace hone
