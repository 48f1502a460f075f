// tap_sum.h: a convolution as a sum over taps, out[m][p] = bias[m] + sum over k and t of weight[m][k][t] * in[k][p + tap t]. The forward
// pass is one such sum; the gradient of the input is one for each phase of the stride, with the taps that reach the phase.
#pragma once

#include "conv/conv.h"

namespace hone {
namespace conv {

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

} // namespace conv
} // namespace hone
