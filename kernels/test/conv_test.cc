// conv_test.cc: conv2d and its gradients against naive loops; the gradients as exact adjoints; independence of the thread count.
#include <algorithm>
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

struct Case {
  int n, c, h, w, o, kh, kw, sh, sw, ph, pw, dh, dw, groups;
  int most = 1 << 20; // rows and columns of outputs: TypeScript says a step of 1 where there is only one, however large the image
  int oh() const { return std::min(most, (h + 2 * ph - dh * (kh - 1) - 1) / sh + 1); }
  int ow() const { return std::min(most, (w + 2 * pw - dw * (kw - 1) - 1) / sw + 1); }
  bool valid() const {
    return h + 2 * ph >= dh * (kh - 1) + 1 && w + 2 * pw >= dw * (kw - 1) + 1 && c % groups == 0 && o % groups == 0;
  }
};

template <class F> void each_tap(const Case &s, F &&f) { // f(out index, x index, weight index)
  const int cg = s.c / s.groups, og = s.o / s.groups, oh = s.oh(), ow = s.ow();
  for (int n = 0; n < s.n; n++)
    for (int o = 0; o < s.o; o++)
      for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++)
          for (int c = 0; c < cg; c++)
            for (int i = 0; i < s.kh; i++)
              for (int j = 0; j < s.kw; j++) {
                const int iy = y * s.sh - s.ph + i * s.dh, ix = x * s.sw - s.pw + j * s.dw;
                if (iy < 0 || iy >= s.h || ix < 0 || ix >= s.w) continue;
                f(((n * s.o + o) * oh + y) * ow + x, ((n * s.c + o / og * cg + c) * s.h + iy) * s.w + ix, ((o * cg + c) * s.kh + i) * s.kw + j);
              }
}

template <class T> std::vector<T> random_values(size_t count, check::Lcg &random) {
  std::vector<T> v(count);
  for (T &x : v) x = T(random.uniform());
  return v;
}

template <class T> bool all_close(const std::vector<T> &a, const std::vector<double> &b, double tolerance) {
  for (size_t i = 0; i < b.size(); i++)
    if (!check::close(double(a[i]), b[i], tolerance)) {
      std::printf("  at %zu: %.9g, expected %.9g\n", i, double(a[i]), b[i]);
      return false;
    }
  return true;
}

template <class T> void test(const Case &s, int32_t dtype, bool with_bias, uint64_t seed) {
  check::Lcg random(seed);
  const int oh = s.oh(), ow = s.ow();
  const size_t plane = size_t(oh) * ow;
  const double geometry[16] = {double(s.n),  double(s.c),  double(s.h),  double(s.w),  double(s.o),  double(s.kh), double(s.kw), double(oh),
                               double(ow), double(s.sh), double(s.sw), double(s.ph), double(s.pw), double(s.dh), double(s.dw), double(s.groups)};
  const auto x = random_values<T>(size_t(s.n) * s.c * s.h * s.w, random);
  const auto weight = random_values<T>(size_t(s.o) * (s.c / s.groups) * s.kh * s.kw, random);
  const auto bias = random_values<T>(s.o, random), grad = random_values<T>(size_t(s.n) * s.o * plane, random);
  std::vector<double> out(grad.size()), grad_x(x.size()), grad_weight(weight.size()), grad_bias(s.o);
  for (size_t i = 0; i < out.size(); i++) {
    out[i] = with_bias ? double(bias[i / plane % s.o]) : 0;
    grad_bias[i / plane % s.o] += double(grad[i]);
  }
  each_tap(s, [&](int p, int q, int k) {
    out[p] += double(x[q]) * double(weight[k]);
    grad_x[q] += double(grad[p]) * double(weight[k]);
    grad_weight[k] += double(grad[p]) * double(x[q]);
  });
  const double tolerance = dtype == HONE_F32 ? 3e-5 : 1e-12;
  // Winograd's way, by which such sums may go, loses more, and sums over many channels are larger than others here.
  const bool winograd = dtype == HONE_F32 && s.kh == 3 && s.kw == 3 && s.sh * s.sw * s.dh * s.dw * s.groups == 1 && s.c >= 32 && s.o >= 32;
  const double by_winograd = (winograd ? 5 : 1) * tolerance;
  std::vector<T> first_out, first_x, first_weight, first_bias;
  bool ok = true;
  for (int threads = 1; threads <= 3; threads++) {
    hone_set_threads(threads);
    // Guards of 32 values show writes out of bounds; the NaN shows what was not written.
    const auto fresh = [](size_t n) { return std::vector<T>(n + 32, T(NAN)); };
    auto got_out = fresh(out.size()), got_x = fresh(x.size()), got_weight = fresh(weight.size()), got_bias = fresh(s.o);
    ok &= CHECK(hone_conv2d(dtype, got_out.data(), x.data(), weight.data(), with_bias ? bias.data() : nullptr, geometry) == HONE_OK);
    ok &= CHECK(hone_conv2d_backward_input(dtype, got_x.data(), grad.data(), weight.data(), geometry) == HONE_OK);
    ok &= CHECK(hone_conv2d_backward_weight(dtype, got_weight.data(), with_bias ? got_bias.data() : nullptr, x.data(), grad.data(),
                                            geometry) == HONE_OK);
    const auto untouched = [](const std::vector<T> &v) {
      for (size_t i = v.size() - 32; i < v.size(); i++)
        if (!std::isnan(v[i])) return false;
      return true;
    };
    ok &= CHECK(untouched(got_out) && untouched(got_x) && untouched(got_weight) && untouched(got_bias));
    if (threads == 1) {
      ok &= CHECK(all_close(got_out, out, by_winograd));
      ok &= CHECK(all_close(got_x, grad_x, by_winograd));
      // Rounding errors of long sums grow as the root of their terms.
      ok &= CHECK(all_close(got_weight, grad_weight, 5 * tolerance * std::sqrt(std::fmax(1, double(s.n) * double(plane) / 4096))));
      if (with_bias) ok &= CHECK(all_close(got_bias, grad_bias, tolerance));
      first_out = got_out, first_x = got_x, first_weight = got_weight, first_bias = got_bias;
    } else {
      const auto same = [](const std::vector<T> &a, const std::vector<T> &b) { return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0; };
      ok &= CHECK(same(got_out, first_out) && same(got_x, first_x) && same(got_weight, first_weight) && same(got_bias, first_bias));
    }
  }
  if (!ok)
    std::printf("  in n %d c %d h %d w %d o %d k %dx%d stride %d,%d pad %d,%d dil %d,%d groups %d dtype %d\n", s.n, s.c, s.h, s.w, s.o, s.kh,
                s.kw, s.sh, s.sw, s.ph, s.pw, s.dh, s.dw, s.groups, dtype);
}

void test_both(const Case &s, uint64_t seed) {
  if (!s.valid()) return;
  test<float>(s, HONE_F32, seed % 2 == 0, seed);
  test<double>(s, HONE_F64, seed % 2 == 1, seed);
}

// A NaN or infinity reaches the outputs, and the gradients of weights, whose window holds it and no others.
void test_nan(const Case &s) {
  const int c = s.c, o = s.o, plane = s.h * s.w;
  const double geometry[16] = {double(s.n),    double(c),    double(s.h),  double(s.w),  double(o),    3, 3, double(s.oh()),
                               double(s.ow()), double(s.sh), double(s.sw), double(s.ph), double(s.pw), 1, 1, double(s.groups)};
  check::Lcg random(5);
  auto x = random_values<float>(size_t(s.n * c * plane), random);
  const auto weight = random_values<float>(size_t(o * (c / s.groups)) * 9, random);
  const auto grad = random_values<float>(size_t(s.n * o) * s.oh() * s.ow(), random);
  x[(s.h / 2) * s.w - 1] = NAN; // the last of a row
  x[plane + 3 * s.w] = INFINITY;
  std::vector<bool> bad_out(grad.size()), bad_weight(weight.size());
  each_tap(s, [&](int p, int q, int k) {
    if (std::isfinite(x[q])) return;
    bad_out[p] = true;
    bad_weight[k] = true;
  });
  std::vector<float> out(grad.size()), grad_weight(weight.size());
  hone_conv2d(HONE_F32, out.data(), x.data(), weight.data(), nullptr, geometry);
  hone_conv2d_backward_weight(HONE_F32, grad_weight.data(), nullptr, x.data(), grad.data(), geometry);
  bool ok = true;
  for (size_t i = 0; i < out.size(); i++) ok &= std::isfinite(out[i]) != bad_out[i];
  CHECK(ok);
  ok = true;
  for (size_t i = 0; i < weight.size(); i++) ok &= std::isfinite(grad_weight[i]) != bad_weight[i];
  CHECK(ok);
}

} // namespace

int main() {
  const Case fixed[] = {
      {2, 1, 28, 28, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1},   {3, 16, 28, 28, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {17, 4, 14, 14, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1},  {2, 64, 7, 7, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {2, 3, 33, 31, 24, 7, 7, 2, 2, 3, 3, 1, 1, 1},   {2, 8, 13, 17, 10, 5, 5, 1, 1, 2, 2, 1, 1, 1},
      {2, 12, 9, 9, 12, 3, 3, 1, 1, 1, 1, 1, 1, 12},   {2, 12, 19, 21, 24, 3, 3, 2, 2, 1, 1, 1, 1, 12},
      {3, 20, 5, 5, 30, 1, 1, 1, 1, 0, 0, 1, 1, 1},    {2, 20, 6, 5, 30, 1, 1, 2, 2, 0, 0, 1, 1, 2},
      {0, 3, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1},      {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1},
      {2, 2, 1, 1, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1},      {1, 2, 2, 3, 4, 7, 5, 1, 1, 3, 3, 1, 1, 1},
      {2, 3, 1, 3000, 9, 1, 9, 1, 1, 0, 4, 1, 1, 1},   {1, 2, 1, 2500, 2, 1, 5, 1, 2, 0, 3, 1, 2, 1},
      {1, 3, 90, 70, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1},    {1, 40, 61, 37, 17, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {2, 4, 10, 10, 4, 2, 2, 2, 2, 0, 0, 1, 1, 1},    {2, 4, 11, 11, 4, 2, 2, 3, 3, 0, 0, 1, 1, 1},
      {2, 130, 4, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1},    {1, 7, 12, 12, 100, 3, 3, 1, 1, 2, 0, 1, 1, 1},
      {2, 3, 300, 3, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1},    {1, 1, 20, 20, 3, 11, 11, 4, 4, 2, 2, 1, 1, 1},
      // Gradients of weights as products: tiles cut by each border, several chunks, factors swapped, groups, strides.
      {4, 32, 4, 4, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1},    {5, 20, 9, 7, 40, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {3, 17, 8, 8, 64, 3, 3, 1, 1, 2, 0, 1, 1, 1},    {2, 64, 11, 13, 52, 3, 3, 1, 1, 0, 1, 1, 1, 2},
      {1, 16, 150, 147, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1}, {3, 20, 33, 37, 30, 1, 1, 1, 1, 0, 0, 1, 1, 1},
      {2, 24, 21, 19, 70, 1, 1, 2, 2, 1, 1, 1, 1, 1},  {3, 96, 9, 10, 32, 1, 1, 1, 2, 0, 0, 1, 1, 2},
      // With 32 channels and more 3 by 3 taps go by Winograd's way, of whose sizes nothing need be whole.
      {2, 32, 9, 10, 40, 3, 3, 1, 1, 1, 1, 1, 1, 1},   {17, 33, 4, 4, 65, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {3, 48, 7, 7, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1},    {1, 36, 13, 21, 50, 3, 3, 1, 1, 0, 0, 1, 1, 1},
      {2, 40, 8, 5, 32, 3, 3, 1, 1, 2, 2, 1, 1, 1},    {1, 270, 21, 23, 32, 3, 3, 1, 1, 1, 0, 1, 1, 1},
      {1, 32, 11, 70, 64, 3, 3, 1, 1, 0, 2, 1, 1, 1},
      // Depthwise by windows: side by side in a vector, by bands, each size of kernel and step, more zeros beside images than windows reach.
      {3, 37, 7, 7, 37, 3, 3, 1, 1, 1, 1, 1, 1, 37},   {2, 19, 14, 14, 19, 3, 3, 2, 2, 1, 1, 1, 1, 19},
      {2, 5, 70, 33, 5, 5, 5, 1, 1, 2, 2, 1, 1, 5},    {1, 3, 131, 90, 3, 7, 7, 1, 1, 3, 3, 1, 1, 3},
      {2, 7, 61, 75, 7, 3, 3, 2, 2, 1, 1, 1, 1, 7},    {9, 11, 4, 3, 11, 7, 7, 1, 1, 3, 3, 1, 1, 11},
      {1, 6, 9, 130, 6, 5, 5, 2, 2, 0, 7, 1, 1, 6},    {2, 9, 5, 2, 9, 7, 7, 2, 2, 5, 6, 1, 1, 9},
      {2, 4, 90, 5, 4, 3, 3, 1, 1, 2, 0, 1, 1, 4},     {2, 4, 3, 40, 4, 3, 3, 1, 1, 4, 19, 1, 1, 4},
      // one output of an image that has room for more
      {16, 40, 2, 2, 48, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1}, {3, 36, 4, 5, 33, 3, 3, 1, 1, 0, 0, 1, 1, 1, 1},
      {3, 36, 4, 5, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},  {2, 12, 4, 5, 12, 3, 3, 1, 1, 0, 1, 1, 1, 12, 1},
      {2, 1, 5, 6, 3, 2, 2, 1, 1, 0, 0, 1, 1, 1, 1},
  };
  uint64_t seed = 1;
  for (const Case &s : fixed) {
    test_both(s, seed++);
    test_both(s, seed++);
  }
  check::Lcg random(7);
  const auto between = [&](int low, int high) { return low + int(random.below(high - low + 1)); };
  for (int i = 0; i < 150; i++) {
    Case s{};
    s.groups = s.c = s.o = between(2, 20), s.n = between(1, 3);
    s.kh = s.kw = 3 + 2 * between(0, 2), s.sh = s.sw = between(1, 2), s.dh = s.dw = 1;
    s.h = between(1, 20), s.w = between(0, 2) ? between(1, 20) : between(20, 70);
    s.ph = between(0, 1) ? s.kh / 2 : between(0, 5), s.pw = between(0, 1) ? s.kw / 2 : between(0, 9);
    if (between(0, 9) == 0) s.most = 1;
    test_both(s, seed++);
  }
  for (int i = 0; i < 700; i++) {
    Case s{};
    s.groups = between(0, 2) ? 1 : between(1, 5);
    const int cg = between(0, 3) ? between(1, 5) : 1, og = between(0, 3) ? between(1, 20) : 1;
    s.n = between(0, 8) ? between(1, 3) : between(0, 20);
    s.c = cg * s.groups, s.o = og * s.groups;
    s.h = between(1, 14), s.w = between(1, 30);
    s.kh = between(1, 5), s.kw = between(0, 1) ? s.kh : between(1, 7);
    s.sh = between(1, 3), s.sw = between(0, 1) ? s.sh : between(1, 3);
    s.ph = between(0, 3), s.pw = between(0, 3);
    if (between(0, 9) == 0) s.most = 1;
    s.dh = between(0, 1) ? 1 : between(1, 3), s.dw = between(0, 1) ? s.dh : between(1, 3);
    test_both(s, seed++);
  }
  for (int o : {1, 3, 16, 32}) test_nan({2, o < 16 ? 3 : o, 9, 11, o, 3, 3, 1, 1, 1, 1, 1, 1, 1});
  for (int w : {7, 11, 17, 40})
    for (int step : {1, 2}) test_nan({2, 5, 9, w, 5, 3, 3, step, step, 1, 1, 1, 1, 5});
  const double geometry[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1};
  CHECK(hone_conv2d(HONE_I32, nullptr, nullptr, nullptr, nullptr, geometry) == HONE_E_DTYPE);
  return check::finish();
}
