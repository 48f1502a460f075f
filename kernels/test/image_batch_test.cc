// image_batch_test.cc: batches of moved and mapped pixels, against one pixel after the other.
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

check::Lcg random_source(5);

struct Sizes {
  hone_int count, items, channels, height, width, out_height, out_width, fills;
  bool src_last, out_last, shared, mapped, indexed;
};

// Rows or columns of n places: stretches forwards and backwards, repeated ones, and fills.
std::vector<int32_t> places(hone_int lists, hone_int n, hone_int size, hone_int fills) {
  std::vector<int32_t> out;
  for (hone_int list = 0; list < lists; list++) {
    const int64_t kind = random_source.below(4);
    const int64_t start = random_source.below(size), step = kind == 0 ? 1 : kind == 1 ? -1 : 0;
    for (hone_int i = 0; i < n; i++) {
      int64_t at = kind == 3 ? random_source.below(size) : start + step * (i - n / 3);
      if (at < 0 || at >= size || (fills > 0 && random_source.below(9) == 0)) at = fills > 0 ? -1 - random_source.below(fills) : start;
      out.push_back(int32_t(at));
    }
  }
  return out;
}

template <class T, class S> void gather(const Sizes &s, int32_t dtype, int32_t src_dtype) {
  const hone_int lists = s.shared ? 1 : s.count;
  std::vector<S> src;
  for (hone_int i = 0; i < s.items * s.channels * s.height * s.width; i++) src.push_back(S(random_source.below(256)));
  std::vector<int64_t> index;
  for (hone_int i = 0; i < s.count; i++) index.push_back(s.indexed ? random_source.below(s.items) : i);
  const std::vector<int32_t> rows = places(lists, s.out_height, s.height, s.fills), columns = places(lists, s.out_width, s.width, s.fills);
  std::vector<T> table, fill, out(size_t(s.count * s.channels * s.out_height * s.out_width));
  for (hone_int i = 0; i < s.channels * 256; i++) table.push_back(T(random_source.below(200)));
  for (hone_int i = 0; i < s.channels * s.fills; i++) fill.push_back(T(200 + i));
  CHECK(hone_gather_pixels(dtype, src_dtype, out.data(), src.data(), s.indexed ? index.data() : nullptr, rows.data(), columns.data(),
                           s.shared ? 0 : s.out_height, s.shared ? 0 : s.out_width, s.count, s.items, s.channels, s.height, s.width, s.out_height,
                           s.out_width, s.src_last, s.out_last, s.mapped ? table.data() : nullptr, fill.data(), s.fills) == HONE_OK);
  bool same = true;
  for (hone_int i = 0; i < s.count; i++)
    for (hone_int c = 0; c < s.channels; c++)
      for (hone_int y = 0; y < s.out_height; y++)
        for (hone_int x = 0; x < s.out_width; x++) {
          const int32_t row = rows[size_t((s.shared ? 0 : i) * s.out_height + y)], column = columns[size_t((s.shared ? 0 : i) * s.out_width + x)];
          T expected;
          if (row < 0 || column < 0) {
            const int32_t k = row < column ? -1 - row : -1 - column;
            expected = fill[size_t(c * s.fills + k)];
          } else {
            const hone_int at = s.src_last ? (row * s.width + column) * s.channels + c : (c * s.height + row) * s.width + column;
            const S from = src[size_t(index[size_t(i)] * s.channels * s.height * s.width + at)];
            expected = s.mapped ? table[size_t(c * 256) + size_t(from)] : T(from);
          }
          const hone_int to = s.out_last ? (y * s.out_width + x) * s.channels + c : (c * s.out_height + y) * s.out_width + x;
          same = same && out[size_t(i * s.channels * s.out_height * s.out_width + to)] == expected;
        }
  CHECK(same);
}

void batches() {
  for (int round = 0; round < 200; round++) {
    Sizes s;
    s.items = 1 + random_source.below(4);
    s.indexed = random_source.below(2);
    s.count = s.indexed ? random_source.below(7) : s.items;
    s.channels = 1 + random_source.below(5);
    s.height = 1 + random_source.below(20);
    s.width = 1 + random_source.below(40);
    s.out_height = random_source.below(24);
    s.out_width = random_source.below(50);
    s.fills = random_source.below(4);
    s.src_last = random_source.below(2);
    s.out_last = random_source.below(2);
    s.shared = random_source.below(2);
    s.mapped = true;
    gather<float, uint8_t>(s, HONE_F32, HONE_U8);
    gather<uint8_t, uint8_t>(s, HONE_U8, HONE_U8);
    s.mapped = false;
    gather<uint8_t, uint8_t>(s, HONE_U8, HONE_U8);
    gather<float, float>(s, HONE_F32, HONE_F32);
  }
  // As many pixels as several threads share.
  gather<float, uint8_t>({7, 7, 3, 91, 83, 97, 101, 1, true, false, false, true, false}, HONE_F32, HONE_U8);
}

void errors() {
  const uint8_t src[8] = {0};
  float out[8] = {0};
  const float table[256] = {0}, fill[1] = {0};
  const auto call = [&](int64_t item, int32_t row, int32_t column, int32_t dtype, int32_t src_dtype, const void *values) {
    const int32_t rows[2] = {0, row}, columns[2] = {column, 1};
    return hone_gather_pixels(dtype, src_dtype, out, src, &item, rows, columns, 0, 0, 1, 2, 1, 2, 2, 2, 2, 0, 0, values, fill, 1);
  };
  CHECK(call(1, -1, 0, HONE_F32, HONE_U8, table) == HONE_OK);
  for (int64_t item : {-1, 2}) CHECK(call(item, 0, 0, HONE_F32, HONE_U8, table) == HONE_E_INDEX);
  for (int32_t place : {-2, 2}) {
    CHECK(call(0, place, 0, HONE_F32, HONE_U8, table) == HONE_E_INDEX);
    CHECK(call(0, 0, place, HONE_F32, HONE_U8, table) == HONE_E_INDEX);
  }
  CHECK(call(0, 0, 0, HONE_F32, HONE_U8, nullptr) == HONE_E_DTYPE);
  CHECK(call(0, 0, 0, HONE_F32, HONE_F32, table) == HONE_E_DTYPE);
  CHECK(call(0, 0, 0, HONE_I32, HONE_U8, table) == HONE_E_DTYPE);
  const int32_t zeros[1] = {0};
  CHECK(hone_gather_pixels(HONE_U8, HONE_U8, out, src, nullptr, zeros, zeros, 0, 0, 3, 2, 1, 2, 2, 1, 1, 0, 0, nullptr, fill, 0) == HONE_E_INDEX);
}

} // namespace

int main() {
  batches();
  errors();
  return check::finish();
}
