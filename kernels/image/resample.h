// resample.h: how images of bytes become larger or smaller. Each place of an axis of the result is a weighted sum of some neighbouring
// places of the input, its taps, in whole numbers; two passes, each rounding to bytes.
#pragma once

#include "support/memory.h"

namespace hone {

// The taps of an axis: place i takes count[i] places from start[i] on, with the weights from weight[i * most] on, as shares of 2^precision.
struct AxisTaps {
  hone_int most = 0;
  int precision = 0;
  Memory<int32_t> start, count, weight;
  // No place of the input before first and from last on is looked at.
  hone_int first = 0, last = 0;

  // Of an axis of `from` places, of which those between low and high become `to`. False when there is no memory.
  bool make(hone_int from, hone_int to, double low, double high, int32_t filter, int32_t flags);
};

// Where an image lies: channels next to each other, rows `row` bytes apart.
struct ByteImage {
  const uint8_t *data;
  hone_int height, width, channels, row;
};

// The image as one of out_height x out_width, dense: across its rows, then down its columns, or the other way round. An axis without taps
// stays as it is. The same for every number of threads; false when there is no memory.
bool resample_bytes(uint8_t *out, hone_int out_height, hone_int out_width, const ByteImage &in, const AxisTaps *across, const AxisTaps *down,
                    bool down_first);

} // namespace hone
