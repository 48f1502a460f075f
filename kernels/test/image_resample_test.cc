// image_resample_test.cc: images of bytes resized, against plain loops over the formulas, in rows with gaps and for all threads.
#include <cmath>
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

check::Lcg random_source(11);

double filter_at(int32_t filter, double x) {
  const double pi = 3.14159265358979323846, t = std::fabs(x);
  const auto sinc = [&](double v) { return v == 0 ? 1.0 : std::sin(v * pi) / (v * pi); };
  switch (filter) {
  case HONE_BOX: return x > -0.5 && x <= 0.5;
  case HONE_BILINEAR: return t < 1 ? 1 - t : 0;
  case HONE_HAMMING: return t < 1 ? sinc(t) * (0.54 + 0.46 * std::cos(t * pi)) : 0;
  case HONE_BICUBIC: return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
  default: return t < 3 ? sinc(t) * sinc(t / 3) : 0;
  }
}

double reach_of(int32_t filter) {
  switch (filter) {
  case HONE_BOX: return 0.5;
  case HONE_BICUBIC: return 2;
  case HONE_LANCZOS: return 3;
  default: return 1;
  }
}

struct Picture {
  int height, width, channels;
  std::vector<uint8_t> data;
  Picture(int h, int w, int c) : height(h), width(w), channels(c), data(size_t(h) * w * c) {}
  uint8_t &at(int y, int x, int c) { return data[(size_t(y) * width + x) * channels + c]; }
};

// One axis by the definition: weights in double, then to 22 bits.
Picture resized(Picture in, int to, bool across, double low, double high, int32_t filter) {
  const int from = across ? in.width : in.height;
  Picture out(across ? in.height : to, across ? to : in.width, in.channels);
  const double scale = double(float(high) - float(low)) / to, widening = std::fmax(scale, 1), reach = reach_of(filter) * widening;
  for (int i = 0; i < to; i++) {
    const double center = low + (i + 0.5) * scale;
    const int first = int(std::fmax(center - reach + 0.5, 0)), last = int(std::fmin(center + reach + 0.5, from));
    std::vector<double> w;
    double total = 0;
    for (int k = first; k < last; k++) {
      w.push_back(filter_at(filter, (k - center + 0.5) * (1 / widening)));
      total += w.back();
    }
    for (int j = 0; j < (across ? in.height : in.width); j++)
      for (int c = 0; c < in.channels; c++) {
        int64_t sum = 1 << 21;
        for (int k = first; k < last; k++) {
          const int64_t share = std::llround(w[size_t(k - first)] / total * (1 << 22));
          sum += share * (across ? in.at(j, k, c) : in.at(k, j, c));
        }
        sum >>= 22;
        (across ? out.at(j, i, c) : out.at(i, j, c)) = uint8_t(sum < 0 ? 0 : sum > 255 ? 255 : sum);
      }
  }
  return out;
}

void against_loops() {
  const int32_t filters[] = {HONE_BOX, HONE_BILINEAR, HONE_HAMMING, HONE_BICUBIC, HONE_LANCZOS};
  for (int round = 0; round < 300; round++) {
    const int height = 1 + int(random_source.below(40)), width = 1 + int(random_source.below(70)), channels = 1 + int(random_source.below(4));
    const int out_height = 1 + int(random_source.below(40)), out_width = 1 + int(random_source.below(70));
    const int planes = 1 + int(random_source.below(3)), gap = int(random_source.below(3));
    const hone_int row = width * channels + gap, plane = row * height;
    std::vector<uint8_t> src(size_t(plane * planes - gap));
    for (uint8_t &v : src) v = random_source.below(4) ? uint8_t(random_source.next()) : uint8_t(random_source.below(2) * 255);
    double box[4] = {0, 0, double(width), double(height)};
    if (round % 3 == 1) {
      box[0] = float(random_source.below(width));
      box[2] = box[0] + 1 + double(random_source.below(width - int(box[0])));
      box[3] = float(height * 0.75);
    }
    const int32_t filter = filters[round % 5];
    const size_t size = size_t(out_height) * out_width * channels;
    std::vector<uint8_t> out(size * planes, 77), one(size * planes, 33);
    hone_set_threads(3);
    CHECK(hone_image_resize(out.data(), src.data(), planes, channels, height, width, row, plane, out_height, out_width, filter, 0, box) == HONE_OK);
    hone_set_threads(1);
    CHECK(hone_image_resize(one.data(), src.data(), planes, channels, height, width, row, plane, out_height, out_width, filter, 0, box) == HONE_OK);
    CHECK(out == one);
    const bool same_rows = height == out_height && box[1] == 0 && box[3] == height, same_columns = width == out_width && box[0] == 0 && box[2] == width;
    for (int p = 0; p < planes; p++) {
      Picture want(height, width, channels);
      for (int y = 0; y < height; y++) std::memcpy(&want.at(y, 0, 0), src.data() + p * plane + y * row, size_t(width) * channels);
      const auto across = [&] { if (!same_columns) want = resized(want, out_width, true, box[0], box[2], filter); };
      const auto down = [&] { if (!same_rows) want = resized(want, out_height, false, box[1], box[3], filter); };
      if (out_height < height && height - out_height > 2 * (width - out_width)) down(), across();
      else across(), down();
      CHECK(std::memcmp(want.data.data(), out.data() + p * size, size) == 0);
    }
  }
}

void nearest() {
  const uint8_t src[] = {1, 2, 3, 4, 5, 6};
  uint8_t out[12];
  const double all[4] = {0, 0, 3, 2}, part[4] = {1, 0, 3, 1};
  CHECK(hone_image_resize(out, src, 1, 1, 2, 3, 3, 6, 4, 3, HONE_NEAREST, 0, all) == HONE_OK);
  const uint8_t tall[] = {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6};
  CHECK(std::memcmp(out, tall, 12) == 0);
  CHECK(hone_image_resize(out, src, 1, 1, 2, 3, 3, 6, 1, 4, HONE_NEAREST, 0, part) == HONE_OK);
  const uint8_t wide[] = {2, 2, 3, 3};
  CHECK(std::memcmp(out, wide, 4) == 0);
}

// The colour of transparent pixels counts for nothing.
void opacity() {
  const uint8_t src[] = {200, 255, 7, 0};
  uint8_t out[2];
  const double all[4] = {0, 0, 2, 1};
  CHECK(hone_image_resize(out, src, 1, 2, 1, 2, 4, 4, 1, 1, HONE_BILINEAR, HONE_RESIZE_OPACITY, all) == HONE_OK);
  CHECK(out[0] > 195 && out[0] < 205 && out[1] == 128);
}

// PyTorch's: an even image stays even, without smoothing every place is one of two or four.
void torch() {
  for (int32_t flags : {int32_t(HONE_RESIZE_TORCH), int32_t(HONE_RESIZE_TORCH | HONE_RESIZE_SHARP)})
    for (int32_t filter : {HONE_BILINEAR, HONE_BICUBIC})
      for (int size = 1; size < 20; size++) {
        std::vector<uint8_t> src(7 * 5 * 2, 90), out(size_t(size) * 3 * 2);
        const double all[4] = {0, 0, 5, 7};
        CHECK(hone_image_resize(out.data(), src.data(), 2, 1, 7, 5, 5, 35, size, 3, filter, flags, all) == HONE_OK);
        for (uint8_t v : out) CHECK(v == 90);
      }
  const uint8_t src[] = {0, 100, 200, 50};
  uint8_t out[2];
  const double all[4] = {0, 0, 4, 1};
  CHECK(hone_image_resize(out, src, 1, 1, 1, 4, 4, 4, 1, 2, HONE_BILINEAR, HONE_RESIZE_TORCH | HONE_RESIZE_SHARP, all) == HONE_OK);
  CHECK(out[0] == 50 && out[1] == 125);
}

// Where there is nothing to take from, everything is 0.
void empty() {
  const uint8_t none = 0;
  const double box[4] = {0, 0, 0, 0};
  for (int32_t filter : {HONE_NEAREST, HONE_BILINEAR, HONE_BICUBIC})
    for (int32_t flags : {int32_t(0), int32_t(HONE_RESIZE_TORCH), int32_t(HONE_RESIZE_TORCH | HONE_RESIZE_SHARP)}) {
      std::vector<uint8_t> out(2 * 3 * 4, 9);
      CHECK(hone_image_resize(out.data(), &none, 2, 1, 0, 0, 0, 0, 3, 4, filter, flags, box) == HONE_OK);
      for (uint8_t v : out) CHECK(v == 0);
    }
}

} // namespace

int main() {
  against_loops();
  nearest();
  opacity();
  torch();
  empty();
  uint8_t byte = 0;
  const double all[4] = {0, 0, 1, 1};
  CHECK(hone_image_resize(&byte, &byte, 1, 5, 1, 1, 1, 1, 1, 1, HONE_BOX, 0, all) == HONE_E_INVALID);
  return check::finish();
}
