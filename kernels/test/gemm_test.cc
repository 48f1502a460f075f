// gemm_test.cc: matrix multiplication against a naive reference, and independence of the number of threads.
#include "hone.h"
#include "support/parallel.h"
#include "test/check.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {

template <class T> struct Code;
template <> struct Code<float> { static constexpr int code = HONE_F32; static constexpr double eps = 6e-8; };
template <> struct Code<double> { static constexpr int code = HONE_F64; static constexpr double eps = 1.2e-16; };
template <> struct Code<int32_t> { static constexpr int code = HONE_I32; static constexpr double eps = 0; };
template <> struct Code<int64_t> { static constexpr int code = HONE_I64; static constexpr double eps = 0; };
template <> struct Code<uint8_t> { static constexpr int code = HONE_U8; static constexpr double eps = 0; };

check::Lcg random_source;
template <class T> T value() { return Code<T>::eps > 0 ? T(random_source.uniform()) : T(random_source.below(100)); }

struct Shape {
  hone_int batch, m, n, k;
};

// Runs one case in exactly sized arrays (AddressSanitizer sees any step outside) and compares every element of c, gaps included.
template <class T> void run(Shape s, int flags, bool with_bias, hone_int gap, bool share_a) {
  const bool ta = flags & HONE_TRANS_A, tb = flags & HONE_TRANS_B;
  const hone_int ra = ta ? s.k : s.m, ca = ta ? s.m : s.k, rb = tb ? s.n : s.k, cb = tb ? s.k : s.n;
  const hone_int lda = ca + gap, ldb = cb + gap, ldc = s.n + gap;
  const auto extent = [](hone_int rows, hone_int cols, hone_int ld) { return rows && cols ? (rows - 1) * ld + cols : 0; };
  const hone_int sa = share_a ? 0 : ra * lda, sb = rb * ldb, sc = s.m * ldc;
  const auto total = [&](hone_int stride, hone_int last) { return s.batch ? (s.batch - 1) * stride + last : 0; };
  std::vector<T> a(size_t(total(sa, extent(ra, ca, lda)))), b(size_t(total(sb, extent(rb, cb, ldb))));
  std::vector<T> c(size_t(total(sc, extent(s.m, s.n, ldc)))), bias(size_t(flags & HONE_BIAS_ROW ? s.m : s.n));
  for (T &x : a) x = value<T>();
  for (T &x : b) x = value<T>();
  for (T &x : c) x = value<T>();
  for (T &x : bias) x = value<T>();
  std::vector<T> want = c, alone = c;
  std::vector<double> size(c.size(), 0.0);
  for (hone_int q = 0; q < s.batch; q++) {
    for (hone_int i = 0; i < s.m; i++) {
      for (hone_int j = 0; j < s.n; j++) {
        long double sum = 0, magnitude = 1;
        for (hone_int p = 0; p < s.k; p++) {
          const long double term = (long double)a[size_t(q * sa + (ta ? p * lda + i : i * lda + p))] *
                                   (long double)b[size_t(q * sb + (tb ? j * ldb + p : p * ldb + j))];
          sum += term;
          magnitude += std::fabs(term);
        }
        const size_t at = size_t(q * sc + i * ldc + j);
        if (with_bias) sum += (long double)bias[size_t(flags & HONE_BIAS_ROW ? i : j)];
        if (flags & HONE_ACCUMULATE) sum += (long double)c[at];
        want[at] = Code<T>::eps > 0 ? T(sum) : T((long long)sum);
        size[at] = double(magnitude);
      }
    }
  }
  const auto call = [&](std::vector<T> &out, int threads) {
    hone_set_threads(threads);
    return hone_gemm(Code<T>::code, flags, s.batch, s.m, s.n, s.k, a.data(), lda, sa, b.data(), ldb, sb, out.data(), ldc, sc,
                     with_bias ? bias.data() : nullptr);
  };
  CHECK(call(c, 3) == HONE_OK);
  CHECK(call(alone, 1) == HONE_OK);
  const bool same = c.empty() || std::memcmp(c.data(), alone.data(), c.size() * sizeof(T)) == 0;
  size_t bad = 0;
  for (size_t i = 0; i < c.size(); i++) {
    const double tolerance = Code<T>::eps * (4 + 2 * std::sqrt(double(s.k) + 1)) * size[i];
    bad += !(std::fabs(double(c[i]) - double(want[i])) <= tolerance);
  }
  if (bad || !same) {
    std::printf("dtype %d flags %d bias %d gap %d batch %d m %d n %d k %d: %zu wrong, threads agree: %d\n", Code<T>::code, flags, with_bias,
                int(gap), int(s.batch), int(s.m), int(s.n), int(s.k), bad, same);
  }
  CHECK(bad == 0);
  CHECK(same);
}

template <class T> void sweep(const std::vector<Shape> &shapes) {
  int turn = 0;
  for (const Shape &s : shapes) {
    for (int trans = 0; trans < 4; trans++) {
      for (int more = 0; more < 4; more++) {
        const int flags = trans | (more & 1 ? HONE_ACCUMULATE : 0) | (more & 2 ? HONE_BIAS_ROW : 0);
        run<T>(s, flags, (turn + more) % 3 != 0, turn % 2 ? 3 : 0, turn % 5 == 0);
        turn++;
      }
    }
  }
}

// NaN and infinity pass through, and what stood in c before does not leak into a plain product.
void special() {
  const float inf = HUGE_VALF, nan = std::nanf("");
  for (hone_int n : {1, 3, 16, 40}) {
    for (int trans = 0; trans < 4; trans++) {
      const hone_int m = 20, k = 40;
      std::vector<float> a(size_t(m * k), 1.0f), b(size_t(k * n), 1.0f), c(size_t(m * n), nan);
      const auto at_a = [&](hone_int i, hone_int p) -> float & { return a[size_t(trans & HONE_TRANS_A ? p * m + i : i * k + p)]; };
      at_a(2, 39) = nan;
      at_a(5, 0) = inf;
      at_a(7, 0) = inf;
      at_a(7, 38) = -inf;
      CHECK(hone_gemm(HONE_F32, trans, 1, m, n, k, a.data(), trans & HONE_TRANS_A ? m : k, 0, b.data(), trans & HONE_TRANS_B ? k : n, 0, c.data(),
                      n, 0, nullptr) == HONE_OK);
      for (hone_int i = 0; i < m; i++) {
        for (hone_int j = 0; j < n; j++) {
          const float x = c[size_t(i * n + j)];
          CHECK(i == 2 || i == 7 ? std::isnan(x) : i == 5 ? x == inf : x == 40.0f);
        }
      }
    }
  }
}

void threads() {
  CHECK(hone_set_threads(0) == HONE_E_INVALID);
  for (int count : {1, 2, 3, 8}) {
    CHECK(hone_set_threads(count) == HONE_OK);
    CHECK(hone_threads() == count);
    for (hone_int n : {2, 7, 100, 1001}) {
      std::vector<int> seen(size_t(n), 0);
      std::vector<int> inner(size_t(n), 0);
      hone::parallel_for(n, 1, [&](hone_int begin, hone_int end) {
        for (hone_int i = begin; i < end; i++) {
          seen[size_t(i)]++;
          hone::parallel_for(5, 1, [&](hone_int from, hone_int to) { inner[size_t(i)] += int(to - from); });
        }
      });
      bool all = true;
      for (hone_int i = 0; i < n; i++) all &= seen[size_t(i)] == 1 && inner[size_t(i)] == 5;
      CHECK(all);
    }
  }
}

} // namespace

int main() {
  threads();
  special();
  std::vector<Shape> shapes;
  for (hone_int m : {0, 1, 2, 5, 17}) {
    for (hone_int n : {0, 1, 3, 16, 37}) {
      for (hone_int k : {0, 1, 7, 33, 64}) shapes.push_back({1, m, n, k});
    }
  }
  shapes.insert(shapes.end(), {{0, 3, 4, 5}, {3, 5, 7, 11}, {2, 16, 10, 64}, {7, 1, 1, 1}, {5, 33, 1, 40}, {4, 1, 50, 129}, {40, 16, 70, 9}, {40, 31, 30, 90}});
  std::vector<Shape> large = {{1, 131, 149, 401}, {1, 61, 67, 800}, {1, 16, 257, 784}, {1, 200, 10, 128}, {1, 9, 300, 512}, {1, 64, 64, 512},
                              {1, 100, 300, 40}, {3, 100, 65, 70}, {1, 125, 130, 530}, {1, 250, 130, 700}, {1, 300, 1, 500}, {1, 1, 600, 300}, {1, 8, 200, 1024}};
  sweep<float>(shapes);
  sweep<double>(shapes);
  sweep<float>(large);
  sweep<double>(large);
  const std::vector<Shape> few = {{1, 0, 2, 2}, {1, 3, 4, 0}, {1, 5, 7, 9}, {3, 13, 17, 11}, {1, 40, 50, 60}};
  sweep<int32_t>(few);
  sweep<int64_t>(few);
  sweep<uint8_t>({{1, 5, 7, 9}, {2, 3, 4, 40}});
  CHECK(hone_gemm(HONE_BOOL, 0, 1, 1, 1, 1, nullptr, 1, 0, nullptr, 1, 0, nullptr, 1, 0, nullptr) == HONE_E_DTYPE);
  return check::finish();
}
