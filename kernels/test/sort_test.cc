// sort_test.cc: sort and topk against std::stable_sort, with NaN, signed zeros and many equals.
#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

check::Lcg random_source(5);

template <class T> T draw(int kind) {
  if (kind == 0) return T(random_source.below(5)); // many equals
  if constexpr (std::is_floating_point<T>::value) {
    const int64_t special = random_source.below(12);
    if (kind == 1 && special < 5) {
      const double values[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 0.0, -0.0};
      return T(values[special]);
    }
    return T(random_source.uniform() * std::ldexp(1.0, int(random_source.below(80)) - 40));
  } else {
    return T((uint64_t(random_source.next()) << 32) ^ random_source.next());
  }
}

template <class T> bool is_nan(T x) { return x != x; }

template <class T> void typed(int32_t dtype) {
  for (hone_int len : {1, 2, 3, 17, 47, 49, 64, 257, 1000, 5003})
    for (int kind = 0; kind < 3; kind++)
      for (int32_t descending = 0; descending < 2; descending++) {
        const hone_int rows = len > 300 ? 3 : 7;
        std::vector<T> a;
        for (hone_int i = 0; i < rows * len; i++) a.push_back(draw<T>(kind));
        std::vector<T> values(a);
        std::vector<int64_t> index(a.size()), want;
        CHECK(hone_sort(dtype, values.data(), index.data(), a.data(), rows, len, descending) == HONE_OK);
        for (hone_int row = 0; row < rows; row++) {
          std::vector<int64_t> order;
          for (hone_int i = 0; i < len; i++) order.push_back(i);
          const T *from = a.data() + row * len;
          std::stable_sort(order.begin(), order.end(), [&](int64_t x, int64_t y) {
            const T p = from[descending ? y : x], q = from[descending ? x : y];
            return is_nan(q) ? !is_nan(p) : p < q;
          });
          want.insert(want.end(), order.begin(), order.end());
        }
        CHECK(index == want);
        bool good = true;
        for (size_t i = 0; i < a.size(); i++) good &= std::memcmp(&values[i], &a[i / size_t(len) * size_t(len) + size_t(want[i])], sizeof(T)) == 0;
        CHECK(good);
        CHECK(hone_sort(dtype, nullptr, index.data(), a.data(), rows, len, descending) == HONE_OK && index == want);
        CHECK(hone_sort(dtype, values.data(), nullptr, a.data(), rows, len, descending) == HONE_OK);
        for (hone_int k : {hone_int(0), hone_int(1), hone_int(5), len / 9, len / 2, len}) {
          if (k > len) continue;
          std::vector<T> top(size_t(rows * k) + 1);
          std::vector<int64_t> at(size_t(rows * k) + 1, -7);
          CHECK(hone_topk(dtype, top.data(), at.data(), a.data(), rows, len, k, descending) == HONE_OK);
          good = at[size_t(rows * k)] == -7;
          for (hone_int row = 0; row < rows; row++)
            for (hone_int i = 0; i < k; i++) {
              const size_t from = size_t(row * len + i), to = size_t(row * k + i);
              good &= at[to] == want[from] && std::memcmp(&top[to], &values[from], sizeof(T)) == 0;
            }
          if (!CHECK(good)) std::printf("  dtype %d len %ld k %ld\n", dtype, long(len), long(k));
        }
      }
  CHECK(hone_sort(dtype, nullptr, nullptr, nullptr, 5, 0, 0) == HONE_OK);
  CHECK(hone_sort(dtype, nullptr, nullptr, nullptr, 0, 5, 0) == HONE_OK);
}

} // namespace

int main() {
  for (int32_t threads : {1, 3}) {
    hone_set_threads(threads);
    typed<float>(HONE_F32);
    typed<double>(HONE_F64);
    typed<int32_t>(HONE_I32);
    typed<int64_t>(HONE_I64);
    typed<uint8_t>(HONE_U8);
  }
  const uint8_t b[] = {1, 0, 1, 0};
  uint8_t v[4];
  int64_t i[4];
  CHECK(hone_sort(HONE_BOOL, v, i, b, 1, 4, 0) == HONE_OK && v[0] == 0 && v[3] == 1 && i[0] == 1 && i[2] == 0);
  CHECK(hone_topk(HONE_F32, v, i, b, 1, 1, 2, 1) == HONE_E_INVALID);
  CHECK(std::strcmp(hone_last_error_text(), "topk: k is 2, rows have 1 elements") == 0);
  CHECK(hone_sort(17, v, i, b, 1, 4, 0) == HONE_E_DTYPE);
  return check::finish();
}
