// reduce_test.cc: reductions, argmax, variance and scans of [outer, len, inner] against naive loops in long double.
#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNaN = std::numeric_limits<double>::quiet_NaN();
check::Lcg random_source(11);

enum {
#define HONE_REDUCE(name, code) r_##name = code,
#include "ops.def"
#undef HONE_REDUCE
};

struct Shape {
  hone_int outer, len, inner;
};
const Shape shapes[] = {{1, 1, 1},     {1, 0, 1},    {3, 0, 2},    {0, 3, 2},    {2, 3, 0},      {1, 7, 1},       {5, 10, 1},     {40, 100, 1},  {200, 10, 1},     {3, 1000, 1},
                        {1, 5000, 1},  {2, 70001, 1}, {1, 300007, 1}, {1, 200, 2048}, {1, 200, 10}, {4, 13, 3},      {2, 3000, 7},   {1, 40000, 3},    {1, 1, 513},
                        {3, 5, 513},   {2, 129, 600}, {1, 100003, 2}, {16, 64, 49},  {7, 2, 1100}, {1, 1500, 130},  {2, 255, 31},   {1, 2000, 512},   {1, 131, 64}};

template <class T> long double naive(int op, const T *a, hone_int len, hone_int stride) {
  long double r = op == r_prod || op == r_all ? 1 : 0;
  for (hone_int i = 0; i < len; i++) {
    const long double x = (long double)(a[i * stride]);
    switch (op) {
    case r_sum: r += x; break;
    case r_prod: r *= x; break;
    case r_max: r = i == 0 || x > r || x != x ? x : r; break;
    case r_min: r = i == 0 || x < r || x != x ? x : r; break;
    case r_any: r = r != 0 || x != 0; break;
    case r_all: r = r != 0 && x != 0; break;
    case r_sumsq: r += x * x; break;
    default: r += x < 0 ? -x : x;
    }
    if (r != r) break;
  }
  return r;
}

template <class T> void floats(int32_t dtype, double tolerance) {
  for (const Shape &s : shapes)
    for (int op = r_sum; op <= r_sumabs; op++)
      for (int with_nan = 0; with_nan < 2; with_nan++) {
        std::vector<T> a(size_t(s.outer * s.len * s.inner) + 1), out(size_t(s.outer * s.inner) + 1, T(77));
        std::vector<uint8_t> truth(out.size(), 77);
        for (T &x : a) x = op == r_prod ? T(1 + random_source.uniform() * 0.001) : op == r_all ? T(random_source.below(2000)) : T(random_source.uniform());
        if (op == r_any && random_source.below(2)) std::fill(a.begin(), a.end() - 1, T(0));
        if (with_nan)
          for (int k = 0; k < 3; k++) a[size_t(random_source.below(int64_t(a.size())))] = T(k ? kNaN : kInf);
        const bool predicate = op == r_any || op == r_all;
        void *to = predicate ? static_cast<void *>(truth.data()) : out.data();
        const int32_t status = hone_reduce(op, dtype, to, a.data(), s.outer, s.len, s.inner);
        if (s.len == 0 && (op == r_max || op == r_min) && s.outer && s.inner) {
          CHECK(status == HONE_E_INVALID);
          continue;
        }
        CHECK(status == HONE_OK);
        bool good = truth.back() == 77 && out.back() == T(77);
        for (hone_int o = 0; o < s.outer; o++)
          for (hone_int k = 0; k < s.inner; k++) {
            const T *from = a.data() + o * s.len * s.inner + k;
            const double want = double(naive(op, from, s.len, s.inner)), got = predicate ? truth[size_t(o * s.inner + k)] : double(out[size_t(o * s.inner + k)]);
            // A product's relative error grows with the root of its length, whatever the order.
            const double size = op == r_sum ? double(naive(r_sumabs, from, s.len, s.inner)) : std::fabs(want) * (op == r_prod ? std::sqrt(double(s.len)) : 1);
            good &= got == want || (std::isnan(got) && std::isnan(want)) || std::fabs(got - want) <= tolerance * size;
          }
        if (!CHECK(good)) std::printf("  dtype %d op %d [%ld, %ld, %ld] nan %d\n", dtype, op, long(s.outer), long(s.len), long(s.inner), with_nan);
      }
}

template <class T> void integers(int32_t dtype) {
  using U = typename std::make_unsigned<T>::type;
  for (const Shape &s : shapes)
    for (int op = r_sum; op <= r_sumabs; op++) {
      std::vector<T> a(size_t(s.outer * s.len * s.inner) + 1), out(size_t(s.outer * s.inner) + 1);
      std::vector<uint8_t> truth(out.size());
      for (T &x : a) x = T(random_source.next());
      const bool predicate = op == r_any || op == r_all;
      if (s.len == 0 && (op == r_max || op == r_min)) continue;
      CHECK(hone_reduce(op, dtype, predicate ? static_cast<void *>(truth.data()) : out.data(), a.data(), s.outer, s.len, s.inner) == HONE_OK);
      bool good = true;
      for (hone_int o = 0; o < s.outer; o++)
        for (hone_int k = 0; k < s.inner; k++) {
          const T *from = a.data() + o * s.len * s.inner + k;
          uint64_t r = op == r_prod || op == r_all ? 1 : 0; // wraps, as the kernel does
          T best = 0;
          for (hone_int i = 0; i < s.len; i++) {
            const T x = from[i * s.inner];
            const uint64_t u = uint64_t(x);
            switch (op) {
            case r_sum: r += u; break;
            case r_prod: r *= u; break;
            case r_any: r |= x != 0; break;
            case r_all: r &= x != 0; break;
            case r_sumsq: r += u * u; break;
            case r_sumabs: r += x < 0 ? 0 - u : u; break;
            default: best = i == 0 || (op == r_max ? x > best : x < best) ? x : best;
            }
          }
          const size_t at = size_t(o * s.inner + k);
          good &= predicate ? truth[at] == r : op == r_max || op == r_min ? out[at] == best : U(out[at]) == U(r);
        }
      if (!CHECK(good)) std::printf("  dtype %d op %d [%ld, %ld, %ld]\n", dtype, op, long(s.outer), long(s.len), long(s.inner));
    }
}

template <class T> void extremes(int32_t dtype) {
  for (const Shape &s : shapes)
    for (int op = 0; op < 2; op++)
      for (int kind = 0; kind < 3; kind++) {
        std::vector<T> a(size_t(s.outer * s.len * s.inner) + 1), values(size_t(s.outer * s.inner) + 1);
        std::vector<int64_t> index(values.size(), -7);
        for (T &x : a) x = kind == 0 ? T(random_source.below(4)) : T(random_source.uniform() * 100);
        if (kind == 2 && std::is_floating_point<T>::value)
          for (int k = 0; k < 5; k++) a[size_t(random_source.below(int64_t(a.size())))] = T(k > 2 ? kNaN : kInf);
        const int32_t status = hone_reduce_arg(op, dtype, values.data(), index.data(), a.data(), s.outer, s.len, s.inner);
        if (s.len == 0 && s.outer && s.inner) {
          CHECK(status == HONE_E_INVALID);
          continue;
        }
        CHECK(status == HONE_OK);
        bool good = index.back() == -7;
        for (hone_int o = 0; o < s.outer; o++)
          for (hone_int k = 0; k < s.inner; k++) {
            const T *from = a.data() + o * s.len * s.inner + k;
            hone_int best = 0;
            for (hone_int i = 1; i < s.len; i++) {
              const T x = from[i * s.inner], y = from[best * s.inner];
              if (y == y && (x != x || (op == 0 ? x > y : x < y))) best = i;
            }
            const size_t at = size_t(o * s.inner + k);
            good &= index[at] == best && std::memcmp(&values[at], &from[best * s.inner], sizeof(T)) == 0;
          }
        if (!CHECK(good)) std::printf("  dtype %d arg %d [%ld, %ld, %ld] kind %d\n", dtype, op, long(s.outer), long(s.len), long(s.inner), kind);
      }
}

template <class T> void variances(int32_t dtype, double tolerance) {
  for (const Shape &s : shapes)
    for (double correction : {0.0, 1.0, 2.0}) {
      std::vector<T> a(size_t(s.outer * s.len * s.inner) + 1), variance(size_t(s.outer * s.inner) + 1), mean(variance);
      for (T &x : a) x = T(1000 + random_source.uniform()); // far from zero: a one-pass formula would fail
      CHECK(hone_var_mean(dtype, variance.data(), mean.data(), a.data(), s.outer, s.len, s.inner, correction, 0) == HONE_OK);
      bool good = true;
      for (hone_int o = 0; o < s.outer; o++)
        for (hone_int k = 0; k < s.inner; k++) {
          long double sum = 0, spread = 0;
          for (hone_int i = 0; i < s.len; i++) sum += a[size_t((o * s.len + i) * s.inner + k)];
          const long double m = sum / (long double)(s.len);
          for (hone_int i = 0; i < s.len; i++) {
            const long double d = a[size_t((o * s.len + i) * s.inner + k)] - m;
            spread += d * d;
          }
          const double divisor = double(s.len) > correction ? double(s.len) - correction : 0, want = double(spread) / divisor;
          const size_t at = size_t(o * s.inner + k);
          good &= check::close(double(mean[at]), double(m), tolerance);
          good &= (divisor == 0 && std::fabs(double(spread)) < 1e-6 && !(double(variance[at]) < 1e300)) || check::close(double(variance[at]), want, tolerance * 10);
        }
      if (!CHECK(good)) std::printf("  dtype %d var [%ld, %ld, %ld] correction %g\n", dtype, long(s.outer), long(s.len), long(s.inner), correction);
      const std::vector<T> both(mean);
      CHECK(hone_var_mean(dtype, nullptr, mean.data(), a.data(), s.outer, s.len, s.inner, correction, 0) == HONE_OK);
      CHECK(std::memcmp(both.data(), mean.data(), both.size() * sizeof(T)) == 0);
    }
  T one[] = {1, 2}, v, m;
  hone_var_mean(dtype, &v, &m, one, 1, 1, 1, 1, 0);
  CHECK(std::isnan(v) && m == 1);
  hone_var_mean(dtype, &v, &m, one, 1, 2, 1, 3, 0);
  CHECK(v == T(kInf));
}

template <class T> void scans(int32_t dtype, double tolerance) {
  for (const Shape &s : shapes)
    for (int op = 0; op < 2; op++) {
      std::vector<T> a(size_t(s.outer * s.len * s.inner) + 1), out(a.size(), T(77));
      for (T &x : a) x = std::is_floating_point<T>::value ? T(op ? 1 + random_source.uniform() * 0.01 : random_source.uniform()) : T(random_source.below(op ? 3 : 9));
      CHECK(hone_scan(op, dtype, out.data(), a.data(), s.outer, s.len, s.inner) == HONE_OK);
      bool good = out.back() == T(77);
      for (hone_int o = 0; o < s.outer; o++)
        for (hone_int k = 0; k < s.inner; k++) {
          long double x = op;
          uint64_t wrapped = uint64_t(op);
          for (hone_int i = 0; i < s.len; i++) {
            const size_t at = size_t((o * s.len + i) * s.inner + k);
            x = op ? x * a[at] : x + a[at];
            wrapped = op ? wrapped * uint64_t(a[at]) : wrapped + uint64_t(a[at]);
            good &= std::is_floating_point<T>::value ? check::close(double(out[at]), double(x), tolerance) : out[at] == T(wrapped);
          }
        }
      if (!CHECK(good)) std::printf("  dtype %d scan %d [%ld, %ld, %ld]\n", dtype, op, long(s.outer), long(s.len), long(s.inner));
      CHECK(hone_scan(op, dtype, a.data(), a.data(), s.outer, s.len, s.inner) == HONE_OK);
      CHECK(std::memcmp(a.data(), out.data(), (a.size() - 1) * sizeof(T)) == 0);
    }
}

// Rows of few elements are added up exactly, and rounded once.
void few_are_exact() {
  for (int repeat = 0; repeat < 200; repeat++)
    for (hone_int n = 1; n < 16; n++) {
      float a[16], sum = 77;
      for (float &x : a) x = float(random_source.uniform() * 2 - 1);
      a[n / 2] = -float(naive(r_sum, a, n, 1)); // little is left
      CHECK(hone_reduce(r_sum, HONE_F32, &sum, a, 1, n, 1) == HONE_OK && sum == float(naive(r_sum, a, n, 1)));
    }
}

void threads() {
  for (const Shape &s : shapes) {
    std::vector<float> a(size_t(s.outer * s.len * s.inner) + 1), one(size_t(s.outer * s.inner) + 1), many(one);
    for (float &x : a) x = float(random_source.uniform());
    hone_set_threads(1);
    hone_reduce(r_sum, HONE_F32, one.data(), a.data(), s.outer, s.len, s.inner);
    hone_set_threads(4);
    hone_reduce(r_sum, HONE_F32, many.data(), a.data(), s.outer, s.len, s.inner);
    CHECK(std::memcmp(one.data(), many.data(), one.size() * sizeof(float)) == 0);
  }
}

} // namespace

int main() {
  for (int32_t count : {1, 3}) {
    hone_set_threads(count);
    floats<float>(HONE_F32, 2e-6);
    floats<double>(HONE_F64, 1e-12);
    integers<int32_t>(HONE_I32);
    integers<int64_t>(HONE_I64);
    integers<uint8_t>(HONE_U8);
    extremes<float>(HONE_F32);
    extremes<double>(HONE_F64);
    extremes<int32_t>(HONE_I32);
    extremes<int64_t>(HONE_I64);
    extremes<uint8_t>(HONE_U8);
    variances<float>(HONE_F32, 1e-6);
    variances<double>(HONE_F64, 1e-12);
    scans<float>(HONE_F32, 2e-7);
    scans<double>(HONE_F64, 1e-11);
    scans<int32_t>(HONE_I32, 0);
    scans<int64_t>(HONE_I64, 0);
    scans<uint8_t>(HONE_U8, 0);
  }
  few_are_exact();
  threads();
  uint8_t flags[] = {0, 1, 0}, out = 7;
  CHECK(hone_reduce(r_any, HONE_BOOL, &out, flags, 1, 3, 1) == HONE_OK && out == 1);
  CHECK(hone_reduce(r_max, HONE_BOOL, &out, flags, 1, 3, 1) == HONE_OK && out == 1);
  CHECK(hone_reduce(r_sum, HONE_BOOL, &out, flags, 1, 3, 1) == HONE_E_DTYPE);
  CHECK(std::strcmp(hone_last_error_text(), "sum does not take bool") == 0);
  CHECK(hone_scan(0, HONE_BOOL, &out, flags, 1, 1, 1) == HONE_E_DTYPE);
  CHECK(hone_reduce(99, HONE_F32, &out, flags, 1, 1, 1) == HONE_E_INVALID);
  return check::finish();
}
