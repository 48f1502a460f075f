// image_colour_test.cc: colours against hashes of what Pillow 13 makes of the same images (ImageEnhance, and torchvision's hue by way of its HSV),
// steps in a row and in place against one by one, tables and histograms against plain loops; on one thread and on three.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

using Bytes = std::vector<uint8_t>;

constexpr int kHeight = 19, kWidth = 37, kPixels = kHeight * kWidth;

Bytes image(int channels) {
  Bytes x(size_t(kPixels) * channels);
  for (uint64_t i = 0; i < x.size(); i++) x[i] = uint8_t((i * i * 2654435761u) >> 13);
  return x;
}

uint32_t hash(const Bytes &x) {
  uint32_t h = 2166136261u;
  for (uint8_t v : x) h = (h ^ v) * 16777619u;
  return h;
}

// By channels: brightness, contrast, saturation, a hue moved by 63 and sharpness, by 0.3 and then by 1.7.
constexpr uint32_t kPillow[4][10] = {
    {747818019u, 2473858287u, 1491328307u, 1491328307u, 188383762u, 1718691239u, 4146114432u, 1491328307u, 1491328307u, 2326685848u},
    {3468008929u, 1939235600u, 4184396571u, 2630155391u, 469012147u, 3690011751u, 798049040u, 4184396571u, 2630155391u, 3286237471u},
    {4232248556u, 3908888887u, 771807875u, 3276415603u, 3069176862u, 1031337745u, 3067603101u, 59229514u, 3276415603u, 2972557543u},
    {2468104438u, 113805296u, 2898844409u, 460393091u, 3587389449u, 929968933u, 2502828325u, 172946712u, 460393091u, 239405986u},
};

void pillow() {
  for (int channels = 1; channels <= 4; channels++) {
    const Bytes x = image(channels);
    for (int k = 0; k < 10; k++) {
      const double factor = k < 5 ? 0.3 : 1.7;
      Bytes out(x.size());
      if (k % 5 == 4) {
        CHECK(hone_image_sharpen(out.data(), x.data(), &factor, 1, kHeight, kWidth, channels) == HONE_OK);
      } else {
        const double step[2] = {double(HONE_BRIGHTNESS + k % 5), k % 5 == 3 ? 63 : factor};
        CHECK(hone_image_adjust(out.data(), x.data(), step, 1, kPixels, channels, 1) == HONE_OK);
      }
      CHECK(hash(out) == kPillow[channels - 1][k]);
    }
  }
}

void in_a_row() {
  constexpr int n = 3, count = 4;
  const double steps[n][count][2] = {{{HONE_HUE, 200}, {HONE_BRIGHTNESS, 1.25}, {HONE_CONTRAST, 0.5}, {HONE_SATURATION, 2}},
                                     {{0, 0}, {HONE_SATURATION, 0.25}, {0, 0}, {HONE_CONTRAST, 1.5}},
                                     {{0, 0}, {0, 0}, {0, 0}, {0, 0}}};
  for (int channels = 1; channels <= 4; channels++) {
    const Bytes x = image(channels);
    const size_t size = x.size() / n / size_t(channels) * size_t(channels);
    Bytes one_by_one(x.begin(), x.begin() + hone_int(size * n)), out(size * n);
    const hone_int pixels = hone_int(size) / channels;
    for (int i = 0; i < n; i++)
      for (int k = 0; k < count; k++) {
        uint8_t *const part = one_by_one.data() + size * size_t(i);
        CHECK(hone_image_adjust(part, part, steps[i][k], 1, pixels, channels, 1) == HONE_OK);
      }
    CHECK(hone_image_adjust(out.data(), x.data(), &steps[0][0][0], n, pixels, channels, count) == HONE_OK);
    CHECK(out == one_by_one);
    CHECK(std::memcmp(out.data() + 2 * size, x.data() + 2 * size, size) == 0);
    CHECK(hone_image_adjust(out.data(), x.data(), nullptr, n, pixels, channels, 0) == HONE_OK);
    CHECK(std::memcmp(out.data(), x.data(), size * n) == 0);
    CHECK(hone_image_adjust(out.data(), x.data(), &steps[0][0][0], n, 0, channels, count) == HONE_OK);
  }
}

void tables() {
  constexpr int n = 2;
  for (int channels = 1; channels <= 4; channels++) {
    Bytes x = image(channels), table(size_t(n) * channels * 256);
    const size_t size = x.size() / n / size_t(channels) * size_t(channels);
    x.resize(size * n);
    check::Lcg random(uint64_t(channels) + 7);
    for (uint8_t &v : table) v = uint8_t(random.next());
    std::vector<int32_t> counts(table.size(), -1), expected(table.size(), 0);
    Bytes out(x.size());
    bool good = true;
    CHECK(hone_image_lookup(out.data(), x.data(), table.data(), n, hone_int(size) / channels, channels) == HONE_OK);
    CHECK(hone_image_histogram(counts.data(), x.data(), n, hone_int(size) / channels, channels) == HONE_OK);
    for (size_t i = 0; i < x.size(); i++) {
      const size_t place = (i / size * size_t(channels) + i % size_t(channels)) * 256 + x[i];
      expected[place]++;
      good &= out[i] == table[place];
    }
    CHECK(good);
    CHECK(counts == expected);
    CHECK(hone_image_lookup(x.data(), x.data(), table.data(), n, hone_int(size) / channels, channels) == HONE_OK);
    CHECK(x == out);
  }
}

void conversions() {
  for (int from = 1; from <= 4; from++)
    for (int to = 1; to <= 4; to++) {
      const Bytes x = image(from);
      Bytes out(size_t(kPixels) * to), expected(out.size());
      for (int i = 0; i < kPixels; i++) {
        const uint8_t *const p = &x[size_t(i) * from];
        uint8_t *const q = &expected[size_t(i) * to];
        const int grey = from > 2 ? (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 32768) / 65536 : p[0];
        for (int c = 0; c < (to > 2 ? 3 : 1); c++) q[c] = uint8_t(from > 2 && to > 2 ? p[c] : grey);
        if (to % 2 == 0) q[to - 1] = from % 2 == 0 ? p[from - 1] : 255;
      }
      CHECK(hone_image_convert(out.data(), x.data(), 1, kPixels, from, to) == HONE_OK);
      CHECK(out == expected);
    }
}

void narrow() {
  const double factor = 3;
  for (int height = 0; height < 4; height++)
    for (int width = 0; width < 4; width++) {
      Bytes x = image(3), out(size_t(height) * width * 3);
      x.resize(out.size());
      CHECK(hone_image_sharpen(out.data(), x.data(), &factor, 1, height, width, 3) == HONE_OK);
      CHECK((out == x) == (height < 3 || width < 3));
    }
}

} // namespace

int main() {
  for (int32_t threads : {1, 3}) {
    hone_set_threads(threads);
    pillow();
    in_a_row();
    tables();
    conversions();
    narrow();
  }
  return check::finish();
}
