// image_warp_test.cc: maps of images: what is known beforehand, layouts and batches against each other, and nothing read outside.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

check::Lcg random_source(11);

using Bytes = std::vector<uint8_t>;

Bytes noise(hone_int count) {
  Bytes bytes(size_t(count), 0);
  for (uint8_t &b : bytes) b = uint8_t(random_source.below(256));
  return bytes;
}

Bytes planar(const Bytes &image, hone_int batch, hone_int pixels, hone_int channels) {
  Bytes out(image.size());
  for (hone_int i = 0; i < batch; i++)
    for (hone_int p = 0; p < pixels; p++)
      for (hone_int c = 0; c < channels; c++)
        out[size_t((i * channels + c) * pixels + p)] = image[size_t((i * pixels + p) * channels + c)];
  return out;
}

const uint8_t kInk[4] = {9, 8, 7, 6};

Bytes warp(int method, int filter, const Bytes &src, hone_int batch, hone_int h, hone_int w, hone_int oh, hone_int ow, int channels, bool apart,
           bool alpha, const std::vector<double> &maps) {
  Bytes out(size_t(batch * oh * ow * channels), 0);
  CHECK(hone_image_warp(method, filter, out.data(), src.data(), batch, h, w, oh, ow, channels, apart, alpha, maps.data(), kInk) == HONE_OK);
  return out;
}

void identities() {
  const std::vector<double> same = {1, 0, 0, 0, 1, 0, 0, 0}, turned = {0, 1, 0, -1, 0, 5, 0, 0};
  for (int channels = 1; channels <= 4; channels++) {
    const Bytes image = noise(5 * 7 * channels);
    for (int method = 0; method < 2; method++)
      for (int filter = 0; filter < 3; filter++)
        CHECK(warp(method, filter, image, 1, 5, 7, 5, 7, channels, false, false, same) == image);
    // A quarter turn takes row r, column c from row 5 - 1 - c, column r.
    const Bytes turn = warp(0, 0, image, 1, 5, 7, 7, 5, channels, false, false, turned);
    for (hone_int r = 0; r < 7; r++)
      for (hone_int c = 0; c < 5; c++)
        for (int k = 0; k < channels; k++) CHECK(turn[size_t((r * 5 + c) * channels + k)] == image[size_t(((4 - c) * 7 + r) * channels + k)]);
  }
}

// Half a pixel beside: the mean of neighbours, cut off behind the point; the last row and column lie half outside, and the next one altogether.
void between() {
  const Bytes image = {10, 21, 30, 41, 50, 61};
  const std::vector<double> right = {1, 0, 0.5, 0, 1, 0, 0, 0}, far = {1, 0, 3, 0, 1, 0, 0, 0};
  CHECK(warp(0, 1, image, 1, 2, 3, 2, 3, 1, false, false, right) == (Bytes{15, 25, 9, 45, 55, 9}));
  CHECK(warp(0, 1, image, 1, 2, 3, 1, 2, 1, false, false, far) == (Bytes{9, 9}));
  // Opacity weighs: a pixel that nobody sees leaves its colour out.
  const Bytes seen = {200, 255, 100, 0};
  CHECK(warp(0, 1, seen, 1, 1, 2, 1, 1, 2, false, true, right) == (Bytes{200, 127}));
  CHECK(warp(0, 1, seen, 1, 1, 2, 1, 1, 2, false, false, right) == (Bytes{150, 127}));
}

std::vector<double> some_map(int method, hone_int h, hone_int w) {
  std::vector<double> m(8, 0);
  const double kinds[] = {1, 1, 1, 1e3, 1e7};
  const double size = kinds[random_source.below(5)];
  for (double &x : m) x = random_source.uniform() * size;
  if (method == 0 && random_source.below(3) == 0) m[1] = m[3] = 0;
  if (method != 2) m[2] += double(w) / 2, m[5] += double(h) / 2;
  if (random_source.below(40) == 0) m[size_t(random_source.below(6))] = random_source.below(2) ? std::numeric_limits<double>::infinity() : std::nan("");
  return m;
}

void layouts() {
  for (int round = 0; round < 400; round++) {
    const hone_int h = random_source.below(20), w = random_source.below(20), oh = 1 + random_source.below(40), ow = 1 + random_source.below(40);
    const hone_int batch = 1 + random_source.below(4);
    const int channels = int(1 + random_source.below(4)), method = int(random_source.below(3)), filter = int(random_source.below(3));
    const bool alpha = random_source.below(2) == 0;
    const Bytes images = noise(batch * h * w * channels);
    std::vector<double> maps;
    for (hone_int i = 0; i < batch; i++)
      for (const double x : some_map(method, h, w)) maps.push_back(x);
    const Bytes together = warp(method, filter, images, batch, h, w, oh, ow, channels, false, alpha, maps);
    const Bytes apart = warp(method, filter, planar(images, batch, h * w, channels), batch, h, w, oh, ow, channels, true, alpha, maps);
    CHECK(planar(together, batch, oh * ow, channels) == apart);
    for (hone_int i = 0; i < batch; i++) {
      const size_t from = size_t(h * w * channels), to = size_t(oh * ow * channels);
      const Bytes one(images.begin() + long(size_t(i) * from), images.begin() + long(size_t(i + 1) * from));
      const std::vector<double> map(maps.begin() + 8 * i, maps.begin() + 8 * i + 8);
      const Bytes out = warp(method, filter, one, 1, h, w, oh, ow, channels, false, alpha, map);
      CHECK(std::memcmp(out.data(), together.data() + size_t(i) * to, to) == 0);
    }
  }
}

// A result never depends on the number of threads: rows are shared out anywhere in a batch.
void threads() {
  const Bytes images = noise(3 * 90 * 130 * 3);
  std::vector<double> maps;
  for (int i = 0; i < 3; i++)
    for (const double x : {0.9, i * 0.2, 3.0, i * -0.1, 1.1, -4.0, 0.0, 0.0}) maps.push_back(x);
  for (int filter = 0; filter < 3; filter++) {
    CHECK(hone_set_threads(1) == HONE_OK);
    const Bytes one = warp(0, filter, images, 3, 90, 130, 200, 210, 3, false, false, maps);
    CHECK(hone_set_threads(3) == HONE_OK);
    CHECK(warp(0, filter, images, 3, 90, 130, 200, 210, 3, false, false, maps) == one);
  }
}

void refused() {
  uint8_t byte = 0;
  const double map[8] = {1, 0, 0, 0, 1, 0, 0, 0};
  CHECK(hone_image_warp(0, 0, &byte, &byte, 1, 1, 1, 1, 1, 5, 0, 0, map, kInk) == HONE_E_INVALID);
  CHECK(hone_image_warp(0, 0, nullptr, nullptr, 0, 1, 1, 1, 1, 1, 0, 0, nullptr, nullptr) == HONE_OK);
}

} // namespace

int main() {
  identities();
  between();
  layouts();
  threads();
  refused();
  return check::finish();
}
