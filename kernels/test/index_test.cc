// index_test.cc: indexing kernels against plain loops over many shapes, with bad indices.
#include <cstring>
#include <string>
#include <vector>

#include "support/status.h"
#include "test/check.h"

using Index = std::vector<int64_t>;

static Index random_index(check::Lcg &r, hone_int n, hone_int dim) {
  Index v;
  for (hone_int i = 0; i < n; i++) v.push_back(r.below(2 * dim) - dim);
  return v;
}
static hone_int wrapped(int64_t i, hone_int dim) { return hone_int(i < 0 ? i + dim : i); }

template <class T> static std::vector<T> numbers(check::Lcg &r, hone_int n) {
  std::vector<T> v;
  for (hone_int i = 0; i < n; i++) v.push_back(T(r.below(200) - (sizeof(T) > 1 ? 100 : 0)));
  return v;
}

// std::vector<bool> aside, every dtype's element.
template <class T> static void rows(check::Lcg &r, int32_t dtype) {
  for (hone_int outer : {0, 1, 3, 50}) {
    for (hone_int dim : {1, 2, 7, 100}) {
      for (hone_int inner : {0, 1, 3, 64, 131}) {
        for (hone_int count : {0, 1, 5, 60}) {
          const Index index = random_index(r, count, dim);
          const auto a = numbers<T>(r, outer * dim * inner), src = numbers<T>(r, outer * count * inner);
          std::vector<T> picked(src.size(), T(1)), expected(src.size()), added = a, added_expected = a, copied = a, copied_expected = a;
          for (hone_int o = 0; o < outer; o++) {
            for (hone_int k = 0; k < count; k++) {
              for (hone_int i = 0; i < inner; i++) {
                const size_t at = size_t((o * dim + wrapped(index[size_t(k)], dim)) * inner + i), from = size_t((o * count + k) * inner + i);
                expected[from] = a[at];
                added_expected[at] = T(added_expected[at] + src[from]);
                copied_expected[at] = src[from];
              }
            }
          }
          bool ok = CHECK(hone_index_select(int32_t(sizeof(T)), picked.data(), a.data(), index.data(), outer, dim, inner, count) == HONE_OK);
          ok &= CHECK(picked == expected);
          ok &= CHECK(hone_index_add(dtype, added.data(), index.data(), src.data(), outer, dim, inner, count) == HONE_OK);
          ok &= CHECK(added == added_expected);
          ok &= CHECK(hone_index_copy(int32_t(sizeof(T)), copied.data(), index.data(), src.data(), outer, dim, inner, count) == HONE_OK);
          ok &= CHECK(copied == copied_expected);
          if (!ok) std::printf("  outer %d dim %d inner %d count %d dtype %d\n", int(outer), int(dim), int(inner), int(count), int(dtype));
        }
      }
    }
  }
}

// Row-major strides of a shape, or those of its transpose.
static std::vector<hone_int> strides_of(const std::vector<hone_int> &shape, bool reversed) {
  std::vector<hone_int> s(shape.size());
  hone_int step = 1;
  for (size_t k = 0; k < shape.size(); k++) {
    const size_t i = reversed ? k : shape.size() - 1 - k;
    s[i] = step;
    step *= shape[i];
  }
  return s;
}
static hone_int total(const std::vector<hone_int> &shape) {
  hone_int n = 1;
  for (hone_int x : shape) n *= x;
  return n;
}

template <class T> static void along(check::Lcg &r, int32_t dtype) {
  const std::vector<std::vector<hone_int>> shapes = {{5}, {1}, {0}, {4, 6}, {1, 9}, {9, 1}, {3, 1, 5}, {2, 3, 4}, {300, 70}, {2, 2, 3, 2}, {40, 3, 40}, {3, 0, 2}};
  for (const auto &index_shape : shapes) {
    for (size_t dim = 0; dim < index_shape.size(); dim++) {
      for (hone_int dim_size : {1, 3, 11}) {
        for (int kind = 0; kind < 4; kind++) {
          auto shape = index_shape;
          shape[dim] = dim_size;
          for (size_t i = 0; i < shape.size(); i++) shape[i] += i != dim && kind >= 2; // the index may be smaller than the array
          const hone_int n = total(index_shape);
          const auto strides = strides_of(shape, kind % 2), src_strides = kind == 1 ? std::vector<hone_int>(shape.size(), 0) : strides_of(index_shape, kind == 3);
          const Index index = random_index(r, n, dim_size);
          const auto a = numbers<T>(r, total(shape)), src = numbers<T>(r, kind == 1 ? 1 : n);
          std::vector<double> meta;
          for (const auto *part : {&index_shape, &strides, &src_strides})
            for (hone_int x : *part) meta.push_back(double(x));
          std::vector<T> most = a, most_expected = a, product = a, product_expected = a;
          std::vector<T> out(size_t(n), T(1)), expected(size_t(n), T(1)), set = a, set_expected = a, added = a, added_expected = a;
          for (hone_int i = 0; i < n; i++) {
            hone_int rest = i, at = wrapped(index[size_t(i)], dim_size) * strides[dim], from = 0;
            for (size_t d = shape.size(); d-- > 0;) {
              const hone_int x = rest % index_shape[d];
              rest /= index_shape[d];
              if (d != dim) at += x * strides[d];
              from += x * src_strides[d];
            }
            expected[size_t(i)] = a[size_t(at)];
            set_expected[size_t(at)] = src[size_t(from)];
            added_expected[size_t(at)] = T(added_expected[size_t(at)] + src[size_t(from)]);
            if constexpr (std::is_integral<T>::value) product_expected[size_t(at)] = T(uint64_t(product_expected[size_t(at)]) * uint64_t(src[size_t(from)]));
            else product_expected[size_t(at)] = product_expected[size_t(at)] * src[size_t(from)];
            if (src[size_t(from)] > most_expected[size_t(at)]) most_expected[size_t(at)] = src[size_t(from)];
          }
          const int32_t nd = int32_t(shape.size()), d = int32_t(dim);
          bool ok = CHECK(hone_gather(int32_t(sizeof(T)), out.data(), a.data(), index.data(), nd, d, dim_size, meta.data()) == HONE_OK);
          ok &= CHECK(out == expected);
          ok &= CHECK(hone_scatter(dtype, 0, set.data(), index.data(), src.data(), nd, d, dim_size, meta.data()) == HONE_OK);
          ok &= CHECK(set == set_expected);
          ok &= CHECK(hone_scatter(dtype, 1, added.data(), index.data(), src.data(), nd, d, dim_size, meta.data()) == HONE_OK);
          ok &= CHECK(added == added_expected);
          ok &= CHECK(hone_scatter(dtype, 2, product.data(), index.data(), src.data(), nd, d, dim_size, meta.data()) == HONE_OK);
          // Thousands of floats multiply to NaN, which equals nothing: those are compared byte for byte.
          ok &= CHECK(product.empty() || std::memcmp(product.data(), product_expected.data(), product.size() * sizeof(T)) == 0);
          ok &= CHECK(hone_scatter(dtype, 3, most.data(), index.data(), src.data(), nd, d, dim_size, meta.data()) == HONE_OK);
          ok &= CHECK(most == most_expected);
          if (!ok) std::printf("  ndim %d dim %d dim_size %d kind %d elements %d\n", int(nd), int(d), int(dim_size), kind, int(n));
        }
      }
    }
  }
}

static void edges() {
  const float a[5] = {1, 2, 3, 4, 5};
  float out[5] = {9, 9, 9, 9, 9};
  const double meta[] = {2, 1, 1};
  for (int64_t bad : {int64_t(7), int64_t(5), int64_t(-6), INT64_MAX, INT64_MIN}) {
    const int64_t index[] = {1, bad};
    const std::string expected = "index " + std::to_string(bad) + " is out of bounds for dimension with size 5";
    auto refused = [&](int32_t status) {
      CHECK(status == HONE_E_INDEX && hone_last_error_text() == expected);
      CHECK(out[0] == 9 && out[1] == 9);
      hone_index_select(3, out, a, index, 1, 5, 1, 1); // another text
    };
    refused(hone_index_select(4, out, a, index, 1, 5, 1, 2));
    refused(hone_index_add(HONE_F32, out, index, a, 1, 5, 1, 2));
    refused(hone_index_copy(4, out, index, a, 1, 5, 1, 2));
    refused(hone_gather(4, out, a, index, 1, 0, 5, meta));
    refused(hone_scatter(HONE_F32, 0, out, index, a, 1, 0, 5, meta));
    refused(hone_scatter(HONE_F32, 1, out, index, a, 1, 0, 5, meta));
  }
  const int64_t zero = 0;
  CHECK(hone_index_select(4, out, a, &zero, 1, 0, 1, 1) == HONE_E_INDEX);
  CHECK(hone_index_select(3, out, a, &zero, 1, 5, 1, 1) == HONE_E_DTYPE);
  // A scalar's index.
  CHECK(hone_gather(4, out, a + 2, &zero, 0, 0, 1, meta) == HONE_OK && out[0] == 3);
  // bool adds as or; int32 wraps around.
  uint8_t flags[2] = {1, 0};
  const uint8_t yes[2] = {1, 1};
  const int64_t both[] = {0, 1};
  CHECK(hone_index_add(HONE_BOOL, flags, both, yes, 1, 2, 1, 2) == HONE_OK && flags[0] == 1 && flags[1] == 1);
  int32_t big[] = {INT32_MAX}, one[] = {1};
  CHECK(hone_index_add(HONE_I32, big, &zero, one, 1, 1, 1, 1) == HONE_OK && big[0] == INT32_MIN);
}

static void nonzeros() {
  check::Lcg r(8);
  for (hone_int n : {0, 1, 7, 8, 9, 255, 256, 257, 5000, 70001}) {
    for (int density : {0, 1, 50, 100}) {
      std::vector<uint8_t> mask;
      Index expected;
      for (hone_int i = 0; i < n; i++) {
        mask.push_back(r.below(100) < density ? uint8_t(1 + r.below(255)) : uint8_t(0));
        if (mask.back()) expected.push_back(i);
      }
      int64_t count = -1;
      CHECK(hone_nonzero(nullptr, &count, mask.data(), n) == HONE_OK && count == int64_t(expected.size()));
      Index out(expected.size() + 1, -7);
      expected.push_back(-7); // nothing is written past the end
      CHECK(hone_nonzero(out.data(), &count, mask.data(), n) == HONE_OK && out == expected);
    }
  }
}

// The same bits for every number of threads: repeated indices accumulate in order.
static void threads() {
  check::Lcg r(4);
  const Index index = random_index(r, 3000, 10);
  std::vector<float> src;
  for (int i = 0; i < 3000 * 300; i++) src.push_back(float(r.uniform()));
  std::vector<float> out[2];
  for (int k = 0; k < 2; k++) {
    hone_set_threads(k ? 4 : 1);
    out[k].assign(10 * 300, 0);
    CHECK(hone_index_add(HONE_F32, out[k].data(), index.data(), src.data(), 1, 10, 300, 3000) == HONE_OK);
  }
  CHECK(out[0] == out[1]);
}

int main() {
  check::Lcg r(2);
  for (int threads : {1, 3}) {
    hone_set_threads(threads);
    rows<float>(r, HONE_F32);
    rows<int64_t>(r, HONE_I64);
    rows<uint8_t>(r, HONE_U8);
    along<float>(r, HONE_F32);
    along<double>(r, HONE_F64);
    along<int32_t>(r, HONE_I32);
    along<uint8_t>(r, HONE_U8);
    nonzeros();
  }
  edges();
  threads();
  return check::finish();
}
