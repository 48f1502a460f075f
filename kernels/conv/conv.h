// conv.h: what the convolution kernels share: the geometry, sums over taps, checked memory, and copies of zero-padded pieces of images.
#pragma once

#include <cstring>

#include "hone.h"
#include "math/fma.h"
#include "support/memory.h"
#include "support/simd.h"
#include "support/sizes.h"
#include "support/workspace.h"

namespace hone {
namespace conv {

struct ConvShape {
#define HONE_FIELD(name) hone_int name;
  HONE_GEOMETRY(HONE_FIELD)
#undef HONE_FIELD
  hone_int c_per_group, o_per_group;

  explicit ConvShape(const double *geometry) {
#define HONE_FIELD(name) name = hone_int(*geometry++);
    HONE_GEOMETRY(HONE_FIELD)
#undef HONE_FIELD
    if (groups < 1) groups = 1;
    c_per_group = c / groups;
    o_per_group = o / groups;
  }
};

// A convolution as a sum over taps, out[m][p] = bias[m] + sum over k and t of weight[m][k][t] * in[k][p + tap t]. The forward pass is one such
// sum; the gradient of the input is one for each phase of the stride, with the taps that reach the phase.

// Reads plane `plane` at (dy, dx) from the pixel and multiplies by the weight at offset `weight`.
struct Tap {
  hone_int plane, dy, dx, weight;
};
struct Phase {
  hone_int y, x;
};

struct TapSum {
  hone_int images, groups;
  hone_int in_channels, in_h, in_w;           // channels per group, the sum runs over them
  hone_int step_h, step_w;                    // see Piece
  hone_int out_channels, out_h, out_w;        // channels per group
  hone_int rows, cols;                        // the grid of pixels to compute
  hone_int out_step_h, out_step_w, out_y, out_x; // pixel (y, x) of the grid is out[y * out_step_h + out_y][x * out_step_w + out_x]
  hone_int weight_out, weight_in, weight_group;  // strides of the weights
  hone_int planes, taps, kernel_taps; // kernel_taps: of the weights, of which a phase has some
  const Phase *phase;
  const Tap *tap;
};

// The input row and column that tap t adds to those of its pixel.
inline hone_int tap_y(const TapSum &s, hone_int t) { return s.tap[t].dy * s.step_h + s.phase[s.tap[t].plane].y; }
inline hone_int tap_x(const TapSum &s, hone_int t) { return s.tap[t].dx * s.step_w + s.phase[s.tap[t].plane].x; }

// What came of a sum by Winograd's scheme; where it is not finite the direct sum has to decide which values are.
enum class Outcome { Done, NotFinite, NoMemory };

// A thread's workspace, kept from call to call: fresh pages from the system cost more than a small convolution.
inline Workspace &thread_workspace() {
  static thread_local Workspace workspace;
  return workspace;
}

// The same for what a call prepares once and all its threads read: the caller's.
inline Workspace &call_workspace() {
  static thread_local Workspace workspace;
  return workspace;
}

// The piece of an image plane that a convolution reads: buffer row r holds image row (row + r) * step_h + phase_h, and likewise
// along the columns; what lies outside the image is zero. With steps above 1 each phase of the stride has a plane of its own, so
// that every access of the inner loops has stride 1.
struct Piece {
  hone_int row, col, rows, pitch;
};

template <class T> inline void fill_run(T *to, hone_int n, T value) {
  hone_int i = 0;
  do {
    store(to + i, broadcast(value));
    i += kLanes<T>;
  } while (i < n);
}

// to[i] = src[2 * i], i < n, by whole vectors where as much can be read before `end`; may write up to a vector beyond.
template <class T> inline void copy_even(T *to, const T *src, hone_int n, const T *end) {
  constexpr hone_int lanes = kLanes<T>;
  hone_int i = 0;
  for (; i < n && 2 * (i + lanes) <= end - src; i += lanes) store(to + i, every_second<false>(load(src + 2 * i), load(src + 2 * i + lanes)));
  for (; i < n; i++) to[i] = src[2 * i];
}

// Writes up to a vector beyond the piece; outside the image stands `outside`.
template <class T>
void copy_piece(T *to, const T *image, hone_int h, hone_int w, const Piece &piece, hone_int step_h, hone_int step_w, hone_int phase_h,
                hone_int phase_w, T outside = T(0)) {
  constexpr hone_int lanes = kLanes<T>;
  // Columns [from, until) of the buffer lie inside the image.
  const hone_int first = piece.col * step_w + phase_w;
  const hone_int from = min_of(piece.pitch, first >= 0 ? hone_int(0) : ceil_div(-first, step_w));
  const hone_int until = max_of(from, first >= w ? hone_int(0) : min_of(piece.pitch, ceil_div(w - first, step_w)));
  const T *const end = image + h * w;
  for (hone_int r = 0; r < piece.rows; r++, to += piece.pitch) {
    const hone_int y = (piece.row + r) * step_h + phase_h;
    if (y < 0 || y >= h) {
      fill_run(to, piece.pitch, outside);
      continue;
    }
    // What is written past a run is overwritten by the next run, or falls into the room at the buffer's end.
    if (from > 0) fill_run(to, from, outside);
    const T *src = image + y * w + (from * step_w + first);
    const hone_int n = until - from;
    if (step_w == 1) {
      hone_int i = 0;
      for (; i < n && i + lanes <= end - src; i += lanes) store(to + from + i, load(src + i));
      for (; i < n; i++) to[from + i] = src[i];
    } else if (step_w == 2) {
      copy_even(to + from, src, n, end);
    } else {
      for (hone_int i = 0; i < n; i++) to[from + i] = src[i * step_w];
    }
    if (until < piece.pitch) fill_run(to + until, piece.pitch - until, outside);
  }
}

} // namespace conv
} // namespace hone
