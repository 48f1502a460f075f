// linalg_test.cc: decompositions multiply to their matrices, and their orthogonal factors are orthogonal.
#include <cmath>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

check::Lcg random_source(3);

template <class T> std::vector<T> draw(hone_int n) {
  std::vector<T> out;
  for (hone_int i = 0; i < n; i++) out.push_back(T(random_source.uniform() * 2 - 1));
  return out;
}

template <class T> constexpr double kClose = sizeof(T) == 8 ? 1e-11 : 2e-3;

// The largest difference of a [m, k] b [k, n] from c, elements by functions of row and column.
template <class A, class B, class C> double difference(hone_int m, hone_int k, hone_int n, A &&a, B &&b, C &&c) {
  double most = 0;
  for (hone_int i = 0; i < m; i++)
    for (hone_int j = 0; j < n; j++) {
      double sum = 0;
      for (hone_int l = 0; l < k; l++) sum += double(a(i, l)) * double(b(l, j));
      most = std::fmax(most, std::fabs(sum - double(c(i, j))));
    }
  return most;
}

template <class T> void typed(int32_t dtype) {
  const auto identity = [](hone_int i, hone_int j) { return i == j ? 1.0 : 0.0; };
  for (hone_int n : {1, 2, 7, 33, 70})
    for (hone_int m : {1, 3, 40, 65}) {
      const hone_int k = m < n ? m : n;
      const std::vector<T> a = draw<T>(m * n);
      {
        std::vector<T> f(a);
        std::vector<int32_t> pivots(k), info(1);
        std::vector<int64_t> order(m);
        CHECK(hone_linalg_lu(dtype, f.data(), pivots.data(), info.data(), 1, m, n) == HONE_OK);
        CHECK(hone_linalg_permutation(order.data(), pivots.data(), 1, m, k) == HONE_OK);
        const auto l = [&](hone_int i, hone_int j) { return i == j ? T(1) : i > j ? f[i * n + j] : T(0); };
        const auto u = [&](hone_int i, hone_int j) { return i <= j ? f[i * n + j] : T(0); };
        CHECK(difference(m, k, n, l, u, [&](hone_int i, hone_int j) { return a[order[i] * n + j]; }) < kClose<T>);
      }
      {
        std::vector<T> at(n * m), q(m * m);
        for (hone_int i = 0; i < m; i++)
          for (hone_int j = 0; j < n; j++) at[j * m + i] = a[i * n + j];
        CHECK(hone_linalg_qr(dtype, q.data(), m, at.data(), 1, m, n) == HONE_OK);
        const auto qm = [&](hone_int i, hone_int j) { return q[j * m + i]; };
        const auto r = [&](hone_int i, hone_int j) { return i <= j ? at[j * m + i] : T(0); };
        CHECK(difference(m, m, n, qm, r, [&](hone_int i, hone_int j) { return a[i * n + j]; }) < kClose<T>);
        CHECK(difference(m, m, m, [&](hone_int i, hone_int j) { return qm(j, i); }, qm, identity) < kClose<T>);
      }
    }
  for (hone_int n : {1, 2, 5, 34, 66}) {
    const std::vector<T> a = draw<T>(n * n);
    std::vector<T> symmetric(n * n), positive(n * n);
    for (hone_int i = 0; i < n; i++)
      for (hone_int j = 0; j < n; j++) {
        symmetric[i * n + j] = a[i * n + j] + a[j * n + i];
        T sum = i == j ? T(1) : T(0);
        for (hone_int l = 0; l < n; l++) sum += a[i * n + l] * a[j * n + l];
        positive[i * n + j] = sum;
      }
    std::vector<int32_t> info(1);
    {
      std::vector<T> v(symmetric), w(n);
      CHECK(hone_linalg_eigh(dtype, 1, v.data(), w.data(), info.data(), 1, n) == HONE_OK && info[0] == 0);
      const auto left = [&](hone_int i, hone_int j) { return v[j * n + i] * w[j]; };
      const auto right = [&](hone_int i, hone_int j) { return v[i * n + j]; };
      CHECK(difference(n, n, n, left, right, [&](hone_int i, hone_int j) { return symmetric[i * n + j]; }) < kClose<T>);
    }
    {
      std::vector<T> u(n * n), s(n), vt(a);
      CHECK(hone_linalg_svd(dtype, u.data(), s.data(), vt.data(), info.data(), 1, n) == HONE_OK && info[0] == 0);
      const auto left = [&](hone_int i, hone_int j) { return u[j * n + i] * s[j]; };
      const auto right = [&](hone_int i, hone_int j) { return vt[i * n + j]; };
      CHECK(difference(n, n, n, left, right, [&](hone_int i, hone_int j) { return a[i * n + j]; }) < kClose<T>);
    }
    {
      std::vector<T> l(positive), b = draw<T>(n * 3), x(b);
      CHECK(hone_linalg_cholesky(dtype, l.data(), info.data(), 1, n) == HONE_OK && info[0] == 0);
      const auto lower = [&](hone_int i, hone_int j) { return l[i * n + j]; };
      CHECK(difference(n, n, n, lower, [&](hone_int i, hone_int j) { return l[j * n + i]; }, [&](hone_int i, hone_int j) { return positive[i * n + j]; }) < kClose<T>);
      CHECK(hone_linalg_triangular(dtype, 0, 0, x.data(), l.data(), 1, n, 3) == HONE_OK);
      CHECK(difference(n, n, 3, lower, [&](hone_int i, hone_int j) { return x[i * 3 + j]; }, [&](hone_int i, hone_int j) { return b[i * 3 + j]; }) < kClose<T>);
    }
  }
  // What cannot be decomposed says so.
  std::vector<int32_t> info(1), pivots{9, 1};
  std::vector<T> singular(4, T(1)), w(2);
  CHECK(hone_linalg_cholesky(dtype, singular.data(), info.data(), 1, 2) == HONE_OK && info[0] == 2);
  std::vector<T> broken(4, T(NAN));
  CHECK(hone_linalg_eigh(dtype, 1, broken.data(), w.data(), info.data(), 1, 2) == HONE_OK && info[0] == -1);
  std::vector<int64_t> order(2);
  CHECK(hone_linalg_permutation(order.data(), pivots.data(), 1, 2, 2) == HONE_E_INDEX);
}

} // namespace

int main() {
  typed<float>(HONE_F32);
  typed<double>(HONE_F64);
  return check::finish();
}
