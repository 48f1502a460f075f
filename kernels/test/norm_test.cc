// norm_test.cc: batch normalisation against two-pass sums in long double, in both layouts, also far from zero; its gradient against the
// formula; independence of the thread count.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

template <class T> bool all_close(const std::vector<T> &a, const std::vector<double> &b, double tolerance) {
  for (size_t i = 0; i < b.size(); i++)
    if (!check::close(double(a[i]), b[i], tolerance)) {
      std::printf("  at %zu: %.9g, expected %.9g\n", i, double(a[i]), b[i]);
      return false;
    }
  return true;
}

// mode: bit 0 weight and bias, bit 1 running statistics.
template <class T> void test(int32_t dtype, int n, int c, int inner, double offset, int mode, uint64_t seed) {
  check::Lcg random(seed);
  const size_t size = size_t(n) * c * inner;
  const double eps = 1e-5, momentum = 0.3, count = double(n) * inner;
  const bool affine = mode & 1, running = mode & 2;
  std::vector<T> x(size), g(size), weight(c), bias(c), running_mean(c), running_var(c);
  for (T &v : x) v = T(offset + random.uniform());
  for (T &v : g) v = T(random.uniform());
  for (int i = 0; i < c; i++)
    weight[i] = T(1 + random.uniform() / 2), bias[i] = T(random.uniform()), running_mean[i] = T(random.uniform()), running_var[i] = T(random.uniform() + 2);
  const auto channel = [&](size_t i) { return i / inner % c; };
  std::vector<long double> mean_sum(c), var_sum(c), grad_sum(c), dot(c);
  std::vector<double> mean(c), var(c), y(size), want_mean(c), want_var(c), invstd(c), sum(c), want_x(size), want_weight(c), eval(size), fixed(size);
  for (size_t i = 0; i < size; i++) mean_sum[channel(i)] += x[i];
  for (int k = 0; k < c; k++) mean_sum[k] /= count;
  for (size_t i = 0; i < size; i++) var_sum[channel(i)] += (x[i] - mean_sum[channel(i)]) * (x[i] - mean_sum[channel(i)]);
  for (int k = 0; k < c; k++) {
    mean[k] = double(mean_sum[k]), var[k] = double(var_sum[k] / count);
    invstd[k] = 1 / std::sqrt(var[k] + eps);
    want_mean[k] = momentum * mean[k] + (1 - momentum) * double(running_mean[k]);
    want_var[k] = momentum * var[k] * count / (count - 1) + (1 - momentum) * double(running_var[k]);
  }
  for (size_t i = 0; i < size; i++) {
    const size_t k = channel(i);
    const double w = affine ? double(weight[k]) : 1, b = affine ? double(bias[k]) : 0;
    y[i] = double((x[i] - mean_sum[k]) * invstd[k] * w + b);
    eval[i] = (double(x[i]) - double(running_mean[k])) / std::sqrt(double(running_var[k]) + eps) * w + b;
    grad_sum[k] += g[i];
    dot[k] += g[i] * (x[i] - mean_sum[k]);
    fixed[i] = double(g[i]) * invstd[k] * w;
  }
  for (size_t i = 0; i < size; i++) {
    const size_t k = channel(i);
    const double w = affine ? double(weight[k]) : 1;
    sum[k] = double(grad_sum[k]);
    want_x[i] = double((g[i] - grad_sum[k] / count - (x[i] - mean_sum[k]) * invstd[k] * invstd[k] * dot[k] / count) * invstd[k] * w);
    want_weight[k] = double(dot[k] * invstd[k]);
  }
  // Values far from zero have few digits after the point; one value per channel has eps alone under its root.
  const double unit = dtype == HONE_F32 ? 6e-8 : 1.2e-16, tolerance = unit * (100 + 8 * std::fabs(offset)) * (count < 8 ? 300 : 1);
  std::vector<T> first_out, first_x, first_weight;
  bool ok = true;
  for (int threads = 1; threads <= 3; threads++) {
    hone_set_threads(threads);
    std::vector<T> out(size + 1, T(NAN)), save_mean(c), save_invstd(c), rm = running_mean, rv = running_var, gx(size), gw(c), gb(c);
    ok &= CHECK(hone_batch_norm(dtype, out.data(), save_mean.data(), save_invstd.data(), x.data(), affine ? weight.data() : nullptr,
                                affine ? bias.data() : nullptr, running ? rm.data() : nullptr, running ? rv.data() : nullptr, n, c, inner, momentum,
                                eps) == HONE_OK);
    ok &= CHECK(std::isnan(out[size]));
    ok &= CHECK(hone_batch_norm_backward(dtype, gx.data(), gw.data(), gb.data(), g.data(), x.data(), affine ? weight.data() : nullptr,
                                         save_mean.data(), save_invstd.data(), n, c, inner, 1) == HONE_OK);
    if (threads > 1) {
      ok &= CHECK(std::memcmp(out.data(), first_out.data(), size * sizeof(T)) == 0 && std::memcmp(gx.data(), first_x.data(), size * sizeof(T)) == 0 &&
                  std::memcmp(gw.data(), first_weight.data(), c * sizeof(T)) == 0);
      continue;
    }
    first_out = out, first_x = gx, first_weight = gw;
    ok &= CHECK(all_close(save_mean, mean, 8 * unit)) && CHECK(all_close(save_invstd, invstd, tolerance));
    ok &= CHECK(all_close(out, y, tolerance));
    if (running) ok &= CHECK(all_close(rm, want_mean, 8 * unit)) && CHECK(all_close(rv, want_var, tolerance));
    ok &= CHECK(all_close(gx, want_x, tolerance)) && CHECK(all_close(gb, sum, tolerance));
    if (offset == 0) ok &= CHECK(all_close(gw, want_weight, 20 * tolerance));
    if (threads == 1) {
      std::vector<T> only(size, T(NAN));
      ok &= CHECK(hone_batch_norm_eval(dtype, only.data(), x.data(), affine ? weight.data() : nullptr, affine ? bias.data() : nullptr,
                                       running_mean.data(), running_var.data(), n, c, inner, eps, -INFINITY, INFINITY) == HONE_OK);
      ok &= CHECK(all_close(only, eval, tolerance));
      std::vector<T> limited = x; // in place
      ok &= CHECK(hone_batch_norm_eval(dtype, limited.data(), limited.data(), affine ? weight.data() : nullptr, affine ? bias.data() : nullptr,
                                       running_mean.data(), running_var.data(), n, c, inner, eps, 0, 0.5) == HONE_OK);
      bool within = true;
      for (size_t i = 0; i < size; i++) within &= limited[i] == std::min(std::max(only[i], T(0)), T(0.5));
      ok &= CHECK(within);
      ok &= CHECK(hone_batch_norm_backward(dtype, only.data(), nullptr, nullptr, g.data(), x.data(), affine ? weight.data() : nullptr,
                                           save_mean.data(), save_invstd.data(), n, c, inner, 0) == HONE_OK);
      ok &= CHECK(all_close(only, fixed, tolerance));
      std::vector<T> gw2(c), gb2(c);
      ok &= CHECK(hone_batch_norm_backward(dtype, nullptr, gw2.data(), gb2.data(), g.data(), x.data(), nullptr, save_mean.data(), save_invstd.data(),
                                           n, c, inner, 0) == HONE_OK);
      ok &= CHECK(gw2 == gw && gb2 == gb);
    }
  }
  if (!ok) std::printf("  in n %d c %d inner %d offset %g mode %d dtype %d\n", n, c, inner, offset, mode, dtype);
}

} // namespace

int main() {
  const int shapes[][3] = {{1, 1, 1},   {2, 1, 1},    {5, 3, 1},   {64, 64, 1},  {65, 67, 1},  {9000, 17, 1}, {200, 130, 1}, {1, 4, 2},
                           {3, 5, 7},   {2, 16, 49},  {4, 33, 31}, {10, 20, 196}, {3, 2, 5000}, {2, 1, 40000}, {130, 3, 784}, {2, 18, 2049}};
  uint64_t seed = 1;
  for (const auto &s : shapes)
    for (double offset : {0.0, 1000.0})
      for (int mode = 0; mode < 4; mode++) {
        test<float>(HONE_F32, s[0], s[1], s[2], offset, mode, seed++);
        test<double>(HONE_F64, s[0], s[1], s[2], offset, mode, seed++);
      }
  // A NaN stays in its channel.
  for (int inner : {1, 9}) {
    std::vector<float> x(6 * 20 * inner, 1.0f), out(x.size()), mean(20), invstd(20);
    for (size_t i = 0; i < x.size(); i++) x[i] = float(i % 13);
    x[4 * inner] = NAN;
    hone_batch_norm(HONE_F32, out.data(), mean.data(), invstd.data(), x.data(), nullptr, nullptr, nullptr, nullptr, 6, 20, inner, 0.1, 1e-5);
    bool ok = true;
    for (size_t i = 0; i < x.size(); i++) ok &= std::isnan(out[i]) == (i / inner % 20 == 4);
    CHECK(ok);
  }
  return check::finish();
}
