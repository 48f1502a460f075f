// opacity.h: colours weighed by their opacity, as Pillow does before it mixes pixels, so that those of transparent ones count for nothing.
#pragma once

#include <cstdint>

#include "hone.h"

namespace hone {

// a * b / 255, rounded.
inline uint8_t times_opacity(unsigned a, unsigned b) {
  const unsigned t = a * b + 128;
  return uint8_t(((t >> 8) + t) >> 8);
}

// From colours to colours times their opacity, for n pixels of C channels, of which the last is opacity; `step` bytes from pixel to pixel, `plane`
// from channel to channel.
template <int C> void premultiply(uint8_t *to, const uint8_t *from, hone_int n, hone_int step, hone_int plane) {
  for (hone_int i = 0; i < n; i++, to += step, from += step) {
    const uint8_t opacity = from[(C - 1) * plane];
    for (int c = 0; c < C - 1; c++) to[c * plane] = times_opacity(from[c * plane], opacity);
    to[(C - 1) * plane] = opacity;
  }
}

// And back, in place.
template <int C> void unpremultiply(uint8_t *at, hone_int n, hone_int step, hone_int plane) {
  for (hone_int i = 0; i < n; i++, at += step) {
    const unsigned opacity = at[(C - 1) * plane];
    if (opacity == 0 || opacity == 255) continue;
    for (int c = 0; c < C - 1; c++) {
      const unsigned colour = 255u * at[c * plane] / opacity;
      at[c * plane] = uint8_t(colour < 255 ? colour : 255);
    }
  }
}

} // namespace hone
