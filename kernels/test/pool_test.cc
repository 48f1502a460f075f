// pool_test.cc: max and average pooling and their gradients against naive loops.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

struct Case {
  int n, c, h, w, kh, kw, sh, sw, ph, pw, dh, dw;
  bool ceil;
  static int out_size(int size, int k, int s, int p, int d, bool ceil) {
    const int span = size + 2 * p - d * (k - 1) - 1;
    int out = (ceil ? (span + s - 1) / s : span / s) + 1;
    if (ceil && (out - 1) * s >= size + p) out--;
    return out;
  }
  int oh() const { return out_size(h, kh, sh, ph, dh, ceil); }
  int ow() const { return out_size(w, kw, sw, pw, dw, ceil); }
  bool valid() const { return h + 2 * ph >= dh * (kh - 1) + 1 && w + 2 * pw >= dw * (kw - 1) + 1 && 2 * ph <= kh && 2 * pw <= kw; }
};

template <class T> std::vector<T> random_values(size_t count, check::Lcg &random, bool coarse) {
  std::vector<T> v(count);
  for (T &x : v) {
    x = coarse ? T(random.below(5)) : T(random.uniform());
    if (coarse && random.below(40) == 0) x = T(-INFINITY);
    if (coarse && random.below(60) == 0) x = T(NAN);
  }
  return v;
}

template <class T> bool same(const std::vector<T> &a, const std::vector<T> &b) {
  for (size_t i = 0; i < a.size(); i++)
    if (!(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i]))) {
      std::printf("  at %zu: %g, expected %g\n", i, double(a[i]), double(b[i]));
      return false;
    }
  return true;
}
template <class T> bool all_close(const std::vector<T> &a, const std::vector<double> &b) {
  for (size_t i = 0; i < a.size(); i++)
    if (!check::close(double(a[i]), b[i], sizeof(T) == 4 ? 1e-5 : 1e-13)) {
      std::printf("  at %zu: %.9g, expected %.9g\n", i, double(a[i]), b[i]);
      return false;
    }
  return true;
}

template <class T> void test(const Case &s, int32_t dtype, uint64_t seed) {
  check::Lcg random(seed);
  const int oh = s.oh(), ow = s.ow();
  const double geometry[16] = {double(s.n), double(s.c),  double(s.h),  double(s.w),  double(s.c),  double(s.kh), double(s.kw), double(oh),
                               double(ow),  double(s.sh), double(s.sw), double(s.ph), double(s.pw), double(s.dh), double(s.dw), 1};
  const size_t planes = size_t(s.n) * s.c, plane = size_t(s.h) * s.w, out_plane = size_t(oh) * ow;
  const auto coarse = random_values<T>(planes * plane, random, true), x = random_values<T>(planes * plane, random, false);
  const auto grad = random_values<T>(planes * out_plane, random, false);
  std::vector<T> out(planes * out_plane), got(out.size()), grad_x(x.size()), got_x(x.size());
  std::vector<int64_t> index(out.size()), got_index(out.size());
  bool ok = true;

  for (size_t i = 0; i < planes; i++)
    for (int y = 0; y < oh; y++)
      for (int q = 0; q < ow; q++) {
        T best = T(-INFINITY);
        int64_t at = -1;
        for (int a = 0; a < s.kh; a++)
          for (int b = 0; b < s.kw; b++) {
            const int iy = y * s.sh - s.ph + a * s.dh, ix = q * s.sw - s.pw + b * s.dw;
            if (iy < 0 || iy >= s.h || ix < 0 || ix >= s.w) continue;
            const T v = coarse[i * plane + iy * s.w + ix];
            if (at < 0) at = iy * s.w + ix;
            if (v > best || v != v) best = v, at = iy * s.w + ix;
          }
        const size_t p = i * out_plane + size_t(y) * ow + q;
        out[p] = best, index[p] = at;
        if (at >= 0) grad_x[i * plane + size_t(at)] += grad[p];
      }
  bool inside = true; // a window wholly in the padding has no index
  for (int64_t i : index) inside &= i >= 0;
  if (inside) {
    ok &= CHECK(hone_max_pool2d(dtype, got.data(), got_index.data(), coarse.data(), geometry) == HONE_OK);
    ok &= CHECK(same(got, out)) && CHECK(same(got_index, index));
    std::fill(got.begin(), got.end(), T(0));
    ok &= CHECK(hone_max_pool2d(dtype, got.data(), nullptr, coarse.data(), geometry) == HONE_OK);
    ok &= CHECK(same(got, out));
    ok &= CHECK(hone_max_pool2d_backward(dtype, got_x.data(), grad.data(), index.data(), geometry) == HONE_OK);
    ok &= CHECK(same(got_x, grad_x));
  }

  if (s.dh == 1 && s.dw == 1)
    for (int mode = 0; mode < 3; mode++) {
      const bool count_pad = mode == 1;
      const double divisor = mode == 2 ? 3 : 0;
      std::vector<double> mean(out.size()), mean_grad(x.size());
      for (size_t i = 0; i < planes; i++)
        for (int y = 0; y < oh; y++)
          for (int q = 0; q < ow; q++) {
            int y0 = y * s.sh - s.ph, x0 = q * s.sw - s.pw, y1 = std::min(y0 + s.kh, s.h + s.ph), x1 = std::min(x0 + s.kw, s.w + s.pw);
            const int padded = (y1 - y0) * (x1 - x0);
            y0 = std::max(y0, 0), x0 = std::max(x0, 0), y1 = std::min(y1, s.h), x1 = std::min(x1, s.w);
            const double by = divisor != 0 ? divisor : count_pad ? padded : (y1 - y0) * (x1 - x0);
            const size_t p = i * out_plane + size_t(y) * ow + q;
            double sum = 0;
            for (int a = y0; a < y1; a++)
              for (int b = x0; b < x1; b++) {
                sum += double(x[i * plane + size_t(a) * s.w + b]);
                mean_grad[i * plane + size_t(a) * s.w + b] += double(grad[p]) / by;
              }
            mean[p] = sum / by;
          }
      ok &= CHECK(hone_avg_pool2d(dtype, got.data(), x.data(), geometry, count_pad, divisor) == HONE_OK);
      ok &= CHECK(all_close(got, mean));
      ok &= CHECK(hone_avg_pool2d_backward(dtype, got_x.data(), grad.data(), geometry, count_pad, divisor) == HONE_OK);
      ok &= CHECK(all_close(got_x, mean_grad));
    }
  if (!ok)
    std::printf("  in n %d c %d h %d w %d k %dx%d stride %d,%d pad %d,%d dil %d,%d ceil %d dtype %d\n", s.n, s.c, s.h, s.w, s.kh, s.kw, s.sh, s.sw,
                s.ph, s.pw, s.dh, s.dw, s.ceil, dtype);
}

// Windows of adaptive pooling (stride 0), held against plain windows of the same places.
template <class T> void test_adaptive(int h, int w, int oh, int ow, int32_t dtype, uint64_t seed) {
  check::Lcg random(seed);
  const double geometry[16] = {2, 2, double(h), double(w), 2, 1, 1, double(oh), double(ow), oh == 1 ? 1.0 : 0.0, 0, 0, 0, 1, 1, 1};
  const int kh = oh == 1 ? 1 : 0; // with stride 1 and one window the kernel's size counts
  const size_t plane = size_t(h) * w, out_plane = size_t(oh) * ow;
  const auto coarse = random_values<T>(4 * plane, random, true), x = random_values<T>(4 * plane, random, false);
  const auto grad = random_values<T>(4 * out_plane, random, false);
  std::vector<T> best(4 * out_plane), got(best.size()), got_x(x.size());
  std::vector<double> mean(best.size()), mean_grad(x.size());
  std::vector<int64_t> index(best.size()), got_index(best.size());
  for (size_t i = 0; i < 4; i++)
    for (int y = 0; y < oh; y++)
      for (int q = 0; q < ow; q++) {
        const int y0 = kh ? 0 : y * h / oh, y1 = kh ? kh : ((y + 1) * h + oh - 1) / oh, x0 = q * w / ow, x1 = ((q + 1) * w + ow - 1) / ow;
        const size_t p = i * out_plane + size_t(y) * ow + q;
        best[p] = T(-INFINITY), index[p] = y0 * w + x0;
        for (int a = y0; a < y1; a++)
          for (int b = x0; b < x1; b++) {
            const size_t at = i * plane + size_t(a) * w + b;
            const T v = coarse[at];
            if (v > best[p] || v != v) best[p] = v, index[p] = a * w + b;
            mean[p] += double(x[at]) / ((y1 - y0) * (x1 - x0));
            mean_grad[at] += double(grad[p]) / ((y1 - y0) * (x1 - x0));
          }
      }
  bool ok = CHECK(hone_max_pool2d(dtype, got.data(), got_index.data(), coarse.data(), geometry) == HONE_OK);
  ok &= CHECK(same(got, best)) && CHECK(same(got_index, index));
  ok &= CHECK(hone_avg_pool2d(dtype, got.data(), x.data(), geometry, 1, 0) == HONE_OK) && CHECK(all_close(got, mean));
  ok &= CHECK(hone_avg_pool2d_backward(dtype, got_x.data(), grad.data(), geometry, 1, 0) == HONE_OK) && CHECK(all_close(got_x, mean_grad));
  if (!ok) std::printf("  in adaptive %d x %d to %d x %d dtype %d\n", h, w, oh, ow, dtype);
}

} // namespace

int main() {
  const Case fixed[] = {
      {2, 3, 28, 28, 2, 2, 2, 2, 0, 0, 1, 1, false}, {1, 2, 7, 9, 2, 2, 2, 2, 0, 0, 1, 1, true},    {0, 3, 4, 4, 2, 2, 2, 2, 0, 0, 1, 1, false},
      {2, 3, 7, 7, 7, 7, 7, 7, 0, 0, 1, 1, false},   {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, false},   {2, 2, 15, 13, 3, 3, 2, 2, 1, 1, 1, 1, false},
      {1, 1, 3, 1200, 1, 3, 1, 2, 0, 1, 1, 1, true}, {1, 1, 2, 700, 2, 2, 2, 2, 0, 0, 1, 1, false}, {1, 2, 5, 300, 5, 290, 1, 3, 2, 9, 1, 1, false},
      {3, 2, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1, false},
  };
  uint64_t seed = 1;
  for (const Case &s : fixed) {
    test<float>(s, HONE_F32, seed++);
    test<double>(s, HONE_F64, seed++);
  }
  check::Lcg random(3);
  const auto between = [&](int low, int high) { return low + int(random.below(high - low + 1)); };
  for (int i = 0; i < 3000; i++) {
    const Case s{between(0, 3), between(1, 3), between(1, 13), between(1, 40), between(1, 5), between(1, 6), between(1, 4), between(1, 4),
                 between(0, 2), between(0, 3), between(0, 2) ? 1 : between(1, 3), between(0, 2) ? 1 : between(1, 3), between(0, 1) != 0};
    if (!s.valid()) continue;
    hone_set_threads(1 + i % 3);
    test<float>(s, HONE_F32, seed++);
    test<double>(s, HONE_F64, seed++);
  }
  for (int i = 0; i < 300; i++) {
    const int h = between(1, 20), w = between(1, 70), oh = between(1, 9), ow = between(1, 9);
    test_adaptive<float>(h, w, oh, ow, HONE_F32, seed++);
    test_adaptive<double>(h, w, oh, ow, HONE_F64, seed++);
  }
  return check::finish();
}
