// row_norm_test.cc: layer, group and RMS normalisation against two-pass sums in long double, also far from zero; the gradient against the
// formula; independence of the thread count; a NaN or an infinity stays in its row.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

template <class T> bool all_close(const char *what, const std::vector<T> &a, const std::vector<double> &b, double tolerance) {
  for (size_t i = 0; i < b.size(); i++)
    if (!check::close(double(a[i]), b[i], tolerance)) {
      std::printf("  %s at %zu: %.9g, expected %.9g\n", what, i, double(a[i]), b[i]);
      return false;
    }
  return true;
}

template <class T> void test(int32_t dtype, int batch, int groups, int channels, int span, bool centered, bool affine, double offset, uint64_t seed) {
  check::Lcg random(seed);
  const int rows = batch * groups, length = channels * span, width = groups * channels;
  const size_t size = size_t(rows) * length;
  const double eps = 1e-5;
  std::vector<T> x(size), g(size), weight(width), bias(width);
  for (T &v : x) v = T(offset + random.uniform());
  for (T &v : g) v = T(random.uniform());
  for (int i = 0; i < width; i++) weight[i] = T(1 + random.uniform() / 2), bias[i] = T(random.uniform());
  std::vector<double> y(size), want_x(size), want_weight(width), want_bias(width);
  for (int r = 0; r < rows; r++) {
    const T *from = x.data() + size_t(r) * length, *grad = g.data() + size_t(r) * length;
    long double mean = 0, var = 0, sum = 0, dot = 0;
    for (int i = 0; i < length && centered; i++) mean += from[i];
    mean /= length;
    for (int i = 0; i < length; i++) var += (from[i] - mean) * (from[i] - mean);
    const double invstd = 1 / std::sqrt(double(var / length) + eps);
    const auto channel = [&](int i) { return r % groups * channels + i / span; };
    const auto slope = [&](int i) { return affine ? double(weight[channel(i)]) : 1; };
    for (int i = 0; i < length; i++) {
      const double normal = double((from[i] - mean) * invstd);
      y[size_t(r) * length + i] = normal * slope(i) + (affine ? double(bias[channel(i)]) : 0);
      want_weight[channel(i)] += double(grad[i]) * normal;
      want_bias[channel(i)] += double(grad[i]);
      sum += grad[i] * slope(i);
      dot += grad[i] * slope(i) * (from[i] - mean);
    }
    for (int i = 0; i < length; i++)
      want_x[size_t(r) * length + i] =
          double((grad[i] * slope(i) - (centered ? sum / length : 0) - (from[i] - mean) * invstd * invstd * dot / length) * invstd);
  }
  const double unit = dtype == HONE_F32 ? 6e-8 : 1.2e-16, tolerance = unit * (100 + 4 * std::fabs(offset)) * (length < 8 ? 300 : 1);
  std::vector<T> first_out, first_x, first_weight;
  bool ok = true;
  for (int threads = 1; threads <= 3; threads++) {
    hone_set_threads(threads);
    std::vector<T> out(size + 1, T(NAN)), gx(size + 1, T(NAN)), gw(width), gb(width);
    std::vector<double> mean(rows), invstd(rows);
    ok &= CHECK(hone_row_norm(dtype, out.data(), mean.data(), invstd.data(), x.data(), affine ? weight.data() : nullptr, affine ? bias.data() : nullptr,
                              rows, groups, channels, span, centered, eps) == HONE_OK);
    ok &= CHECK(hone_row_norm_backward(dtype, gx.data(), gw.data(), gb.data(), g.data(), x.data(), affine ? weight.data() : nullptr, mean.data(),
                                       invstd.data(), rows, groups, channels, span, centered) == HONE_OK);
    ok &= CHECK(std::isnan(out[size]) && std::isnan(gx[size]));
    if (threads > 1) {
      ok &= CHECK(std::memcmp(out.data(), first_out.data(), size * sizeof(T)) == 0 && std::memcmp(gx.data(), first_x.data(), size * sizeof(T)) == 0 && gw == first_weight);
      continue;
    }
    first_out = out, first_x = gx, first_weight = gw;
    ok &= CHECK(all_close("y", out, y, tolerance)) && CHECK(all_close("dx", gx, want_x, tolerance));
    ok &= CHECK(all_close("dw", gw, want_weight, 20 * tolerance)) && CHECK(all_close("db", gb, want_bias, 20 * tolerance));
    std::vector<T> only(size), gw2(width);
    hone_row_norm_backward(dtype, only.data(), nullptr, nullptr, g.data(), x.data(), affine ? weight.data() : nullptr, mean.data(), invstd.data(), rows,
                           groups, channels, span, centered);
    hone_row_norm_backward(dtype, nullptr, gw2.data(), nullptr, g.data(), x.data(), nullptr, mean.data(), invstd.data(), rows, groups, channels, span, centered);
    ok &= CHECK(std::memcmp(only.data(), gx.data(), size * sizeof(T)) == 0 && gw2 == gw);
  }
  if (!ok)
    std::printf("  in batch %d groups %d channels %d span %d centered %d affine %d offset %g dtype %d\n", batch, groups, channels, span, centered, affine,
                offset, dtype);
}

} // namespace

int main() {
  const int shapes[][4] = {{1, 1, 1, 1}, {1, 1, 5, 1},   {3, 1, 64, 1}, {70, 1, 67, 1},  {1100, 1, 33, 1}, {2, 1, 5000, 1}, {5, 3, 7, 1},
                           {2, 2, 3, 4}, {3, 1, 16, 49}, {4, 5, 2, 31}, {2, 3, 1, 2500}, {1, 2, 1, 3},     {40, 4, 17, 1}};
  uint64_t seed = 1;
  for (const auto &s : shapes)
    for (double offset : {0.0, 1000.0})
      for (int mode = 0; mode < 4; mode++) {
        if (offset != 0 && (mode & 1) == 0) continue;
        test<float>(HONE_F32, s[0], s[1], s[2], s[3], mode & 1, mode & 2, offset, seed++);
        test<double>(HONE_F64, s[0], s[1], s[2], s[3], mode & 1, mode & 2, offset, seed++);
      }
  for (int span : {1, 9})
    for (float odd : {NAN, INFINITY}) {
      const int length = 20 * span;
      std::vector<float> x(6 * length), out(x.size());
      std::vector<double> mean(6), invstd(6);
      for (size_t i = 0; i < x.size(); i++) x[i] = float(i % 13);
      x[4 * length + 3] = odd;
      hone_row_norm(HONE_F32, out.data(), mean.data(), invstd.data(), x.data(), nullptr, nullptr, 6, 1, 20, span, 1, 1e-5);
      bool ok = true;
      for (size_t i = 0; i < x.size(); i++) ok &= std::isnan(out[i]) == (i / length == 4);
      CHECK(ok);
    }
  return check::finish();
}
