// colour.cc: what Pillow does to the colours of 8-bit images (ImageEnhance, ImageOps, the HSV of Convert.c), to the grey level: the same float32
// and float64 steps in the same order, each result cut to a byte. Opacity, the last of two or four channels, is left as it is.
#include <cmath>
#include <cstring>

#include "hone.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/status.h"

namespace {

using namespace hone;

// How many bytes are worth a thread.
constexpr hone_int kWorth = 1 << 17;

struct Pixels {
  hone_int count;
  int channels;
  hone_int bytes() const { return count * channels; }
  int colours() const { return channels % 2 == 0 ? channels - 1 : channels; }
};

// ImagingBlend: from (at factor 0) to value (at factor 1); beyond them it is clipped, which between them changes nothing.
inline uint8_t blend(int from, int value, float factor) {
  const float mixed = float(from) + factor * float(value - from);
  return uint8_t(int(mixed <= 0.0f ? 0.0f : mixed >= 255.0f ? 255.0f : mixed));
}

// (R * 19595 + G * 38470 + B * 7471) / 65536, rounded: Pillow's luma of ITU-R 601-2.
inline int luma(const uint8_t *p) { return (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16; }

// out[i] = f(i), i from begin to end: by way of a block of its own, so that the compiler takes vectors also where out is what f reads.
template <class F> inline void each_byte(uint8_t *out, hone_int begin, hone_int end, F f) {
  constexpr hone_int kBlock = 1024;
  uint8_t block[kBlock];
  for (hone_int at = begin; at < end; at += kBlock) {
    const hone_int count = min_of(kBlock, end - at);
    for (hone_int i = 0; i < count; i++) block[i] = f(at + i);
    std::memcpy(out + at, block, size_t(count));
  }
}

void blend_with(uint8_t *out, const uint8_t *x, int from, float factor, Pixels pixels) {
  if (pixels.colours() == pixels.channels) return each_byte(out, 0, pixels.bytes(), [=](hone_int i) { return blend(from, x[i], factor); });
  for (hone_int i = 0; i < pixels.bytes(); i += pixels.channels) {
    for (int c = 0; c < pixels.colours(); c++) out[i + c] = blend(from, x[i + c], factor);
    out[i + pixels.colours()] = x[i + pixels.colours()];
  }
}

// The mean of the luma, rounded.
int mean_luma(const uint8_t *x, Pixels pixels) {
  int64_t sum = 0;
  const int step = pixels.channels;
  if (step < 3)
    for (hone_int i = 0; i < pixels.count; i++) sum += x[i * step];
  else
    for (hone_int i = 0; i < pixels.count; i++) sum += luma(x + i * step);
  return pixels.count == 0 ? 0 : int(double(sum) / double(pixels.count) + 0.5);
}

template <int channels> void saturate(uint8_t *out, const uint8_t *x, float factor, hone_int count) {
  for (hone_int i = 0; i < count; i++, x += channels, out += channels) {
    const int grey = luma(x);
    for (int c = 0; c < 3; c++) out[c] = blend(grey, x[c], factor);
    if (channels == 4) out[3] = x[3];
  }
}

// Some pixels with their channels apart, for loops that the compiler makes vectors of.
constexpr int kApart = 128;
struct Apart {
  int32_t r[kApart], g[kApart], b[kApart];
};

// To HSV, each of 8 bits, the hue moved around its circle, and back; hue and saturation lose digits on the way, as they do in Pillow.
void shift_hues(Apart &x, int shift) {
  for (int i = 0; i < kApart; i++) {
    const int r = x.r[i], g = x.g[i], b = x.b[i];
    const int gb_most = g > b ? g : b, gb_least = g < b ? g : b, most = r > gb_most ? r : gb_most, least = r < gb_least ? r : gb_least;
    // A grey divides by 1: its saturation is 0, with which any hue gives the grey again.
    const float range = float(most - least), by = most == least ? 1.0f : range, v = float(most);
    const float rc = float(most - r) / by, gc = float(most - g) / by, bc = float(most - b) / by;
    const float of_red = bc - gc, of_green = float(2.0 + double(rc) - double(bc)), of_blue = float(4.0 + double(gc) - double(rc));
    const float h = r == most ? of_red : g == most ? of_green : of_blue;
    const double turned = double(h) / 6.0 + 1.0; // 0.83 to 1.84, of which Pillow takes what is behind the point
    const int hue = (int(double(float(turned >= 1.0 ? turned - 1.0 : turned)) * 255.0) + shift) & 255;
    const int saturation = int(double(range / (most == 0 ? 1.0f : v)) * 255.0);
    const double turn = double(hue) * 6.0 / 255.0;
    const int sixth = int(turn);
    const float f = float(turn - double(sixth)), fs = float(saturation) / 255.0f;
    // None of them comes so near to a half from below that the sum would be rounded up to the next whole number.
    const int p = int(double(v) * (1.0 - double(fs)) + 0.5), q = int(double(v) * (1.0 - double(fs * f)) + 0.5),
              t = int(double(v) * (1.0 - double(fs) * (1.0 - double(f))) + 0.5);
    // A hue of 255 is the sixth 6, that of red again.
    x.r[i] = sixth == 1 ? q : sixth == 2 || sixth == 3 ? p : sixth == 4 ? t : most;
    x.g[i] = sixth == 0 || sixth == 6 ? t : sixth == 1 || sixth == 2 ? most : sixth == 3 ? q : p;
    x.b[i] = sixth == 2 ? t : sixth == 3 || sixth == 4 ? most : sixth == 5 ? q : p;
  }
}

template <int channels> void shift_hue(uint8_t *out, const uint8_t *x, int shift, hone_int count) {
  Apart apart = {};
  for (hone_int at = 0; at < count; at += kApart, x += kApart * channels, out += kApart * channels) {
    const int some = int(min_of(kApart, count - at));
    for (int i = 0; i < some; i++) apart.r[i] = x[i * channels], apart.g[i] = x[i * channels + 1], apart.b[i] = x[i * channels + 2];
    shift_hues(apart, shift);
    for (int i = 0; i < some; i++) {
      out[i * channels] = uint8_t(apart.r[i]);
      out[i * channels + 1] = uint8_t(apart.g[i]);
      out[i * channels + 2] = uint8_t(apart.b[i]);
      // Pillow cuts opacity off in HSV, and makes it full again.
      if (channels == 4) out[i * channels + 3] = 255;
    }
  }
}

// Blended with the mean of its neighbours and, five times, itself (ImageFilter.SMOOTH).
inline uint8_t sharpened(const uint8_t *p, hone_int row, hone_int step, float factor) {
  constexpr float around = 1.0f / 13.0f, middle = 5.0f / 13.0f;
  const auto three = [=](const uint8_t *at, float centre) { return float(at[-step]) * around + float(at[0]) * centre + float(at[step]) * around; };
  float sum = 0.5f;
  sum += three(p + row, around);
  sum += three(p, middle);
  sum += three(p - row, around);
  return blend(int(sum > 255.0f ? 255.0f : sum), *p, factor);
}

void adjust(uint8_t *out, const uint8_t *x, int step, double factor, Pixels pixels) {
  const bool coloured = pixels.channels > 2;
  switch (step) {
    case HONE_BRIGHTNESS: return blend_with(out, x, 0, float(factor), pixels);
    case HONE_CONTRAST: return blend_with(out, x, mean_luma(x, pixels), float(factor), pixels);
    case HONE_SATURATION:
      if (coloured) return pixels.channels == 4 ? saturate<4>(out, x, float(factor), pixels.count) : saturate<3>(out, x, float(factor), pixels.count);
      break;
    case HONE_HUE:
      if (coloured) return pixels.channels == 4 ? shift_hue<4>(out, x, int(factor), pixels.count) : shift_hue<3>(out, x, int(factor), pixels.count);
      if (pixels.channels == 2) {
        for (hone_int i = 0; i < pixels.bytes(); i += 2) out[i] = x[i], out[i + 1] = 255;
        return;
      }
      break;
  }
  if (out != x) std::memcpy(out, x, size_t(pixels.bytes()));
}

// From one mode to another: grey of colours is their luma, opacity that is not there is full.
template <int from, int to> void convert(uint8_t *out, const uint8_t *x, hone_int count) {
  for (hone_int i = 0; i < count; i++, x += from, out += to) {
    if (to > 2)
      for (int c = 0; c < 3; c++) out[c] = x[from > 2 ? c : 0];
    else
      out[0] = from > 2 ? uint8_t(luma(x)) : x[0];
    if (to % 2 == 0) out[to - 1] = from % 2 == 0 ? x[from - 1] : 255;
  }
}

template <int from> void convert_to(uint8_t *out, const uint8_t *x, int channels, hone_int count) {
  switch (channels) {
    case 1: return convert<from, 1>(out, x, count);
    case 2: return convert<from, 2>(out, x, count);
    case 3: return convert<from, 3>(out, x, count);
    default: return convert<from, 4>(out, x, count);
  }
}

template <class F> void each_image(hone_int n, hone_int bytes, F &&f) {
  parallel_for(n, grain_of(kWorth, bytes), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) f(i);
  });
}

} // namespace

HONE_KERNEL(image_adjust)(void *out, const void *x, const double *steps, hone_int n, hone_int pixels, int32_t channels, int32_t count) {
  const Pixels of{pixels, channels};
  if (pixels == 0) return HONE_OK;
  each_image(n, of.bytes() * max_of(count, 1), [&](hone_int i) {
    const uint8_t *from = static_cast<const uint8_t *>(x) + i * of.bytes();
    uint8_t *const to = static_cast<uint8_t *>(out) + i * of.bytes();
    for (int k = 0; k < count; k++) {
      const double *const step = steps + (i * count + k) * 2;
      if (step[0] == 0) continue;
      adjust(to, from, int(step[0]), step[1], of);
      from = to;
    }
    if (from != to) std::memcpy(to, from, size_t(of.bytes()));
  });
  return HONE_OK;
}

HONE_KERNEL(image_lookup)(void *out, const void *x, const void *tables, hone_int n, hone_int pixels, int32_t channels) {
  each_image(n, pixels * channels, [&](hone_int i) {
    const uint8_t *const from = static_cast<const uint8_t *>(x) + i * pixels * channels;
    const uint8_t *const table = static_cast<const uint8_t *>(tables) + i * channels * 256;
    uint8_t *const to = static_cast<uint8_t *>(out) + i * pixels * channels;
    if (channels == 1)
      for (hone_int p = 0; p < pixels; p++) to[p] = table[from[p]];
    else if (channels == 3)
      for (hone_int p = 0; p < pixels * 3; p += 3) {
        to[p] = table[from[p]];
        to[p + 1] = table[256 + from[p + 1]];
        to[p + 2] = table[512 + from[p + 2]];
      }
    else
      for (hone_int p = 0; p < pixels; p++)
        for (int c = 0; c < channels; c++) to[p * channels + c] = table[c * 256 + from[p * channels + c]];
  });
  return HONE_OK;
}

HONE_KERNEL(image_histogram)(void *counts_i32, const void *x, hone_int n, hone_int pixels, int32_t channels) {
  each_image(n, pixels * channels, [&](hone_int i) {
    const uint8_t *const from = static_cast<const uint8_t *>(x) + i * pixels * channels;
    int32_t *const counts = static_cast<int32_t *>(counts_i32) + i * channels * 256;
    std::memset(counts, 0, size_t(channels) * 256 * sizeof(int32_t));
    for (hone_int p = 0; p < pixels; p++)
      for (int c = 0; c < channels; c++) counts[c * 256 + from[p * channels + c]]++;
  });
  return HONE_OK;
}

HONE_KERNEL(image_sharpen)(void *out, const void *x, const double *factors, hone_int n, hone_int height, hone_int width, int32_t channels) {
  const Pixels of{height * width, channels};
  if (of.count == 0) return HONE_OK;
  const hone_int row = width * channels;
  each_image(n, of.bytes(), [&](hone_int i) {
    const uint8_t *const from = static_cast<const uint8_t *>(x) + i * of.bytes();
    uint8_t *const to = static_cast<uint8_t *>(out) + i * of.bytes();
    const float factor = float(factors[i]);
    std::memcpy(to, from, size_t(of.bytes()));
    for (hone_int y = 1; y < height - 1; y++) {
      const uint8_t *const here = from + y * row;
      if (of.colours() == channels)
        each_byte(to + y * row, channels, row - channels, [=](hone_int p) { return sharpened(here + p, row, channels, factor); });
      else
        for (hone_int p = channels; p < row - channels; p += channels)
          for (int c = 0; c < of.colours(); c++) to[y * row + p + c] = sharpened(here + p + c, row, channels, factor);
    }
  });
  return HONE_OK;
}

HONE_KERNEL(image_convert)(void *out, const void *x, hone_int n, hone_int pixels, int32_t channels, int32_t out_channels) {
  uint8_t *const to = static_cast<uint8_t *>(out);
  const uint8_t *const from = static_cast<const uint8_t *>(x);
  parallel_for(n * pixels, kWorth, [&](hone_int begin, hone_int end) {
    uint8_t *const part = to + begin * out_channels;
    const uint8_t *const source = from + begin * channels;
    switch (channels) {
      case 1: return convert_to<1>(part, source, out_channels, end - begin);
      case 2: return convert_to<2>(part, source, out_channels, end - begin);
      case 3: return convert_to<3>(part, source, out_channels, end - begin);
      default: return convert_to<4>(part, source, out_channels, end - begin);
    }
  });
  return HONE_OK;
}
