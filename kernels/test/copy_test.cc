// copy_test.cc: fill, arange, strided copies between all dtypes, and image batches, against naive loops.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNaN = std::numeric_limits<double>::quiet_NaN();
check::Lcg random_source(3);

struct Truth {
  uint8_t v;
  explicit operator double() const { return v; }
};
double value(double x) { return x; }
double value(Truth x) { return x.v; }

template <class T> struct Code;
template <> struct Code<float> { static constexpr int32_t code = HONE_F32; };
template <> struct Code<double> { static constexpr int32_t code = HONE_F64; };
template <> struct Code<int32_t> { static constexpr int32_t code = HONE_I32; };
template <> struct Code<int64_t> { static constexpr int32_t code = HONE_I64; };
template <> struct Code<uint8_t> { static constexpr int32_t code = HONE_U8; };
template <> struct Code<Truth> { static constexpr int32_t code = HONE_BOOL; };

template <class T> T small(int64_t i) {
  if constexpr (std::is_same<T, Truth>::value) return Truth{uint8_t(i % 3 == 1)};
  else return T(i % 100);
}

// Strides for a permutation of the dims, with gaps, holes of stride 0 and negative steps when wanted; returns the size they span.
hone_int make_strides(const std::vector<hone_int> &shape, int kind, std::vector<hone_int> &strides, hone_int &origin) {
  const size_t d = shape.size();
  strides.assign(d, 0);
  origin = 0;
  std::vector<size_t> order;
  for (size_t i = 0; i < d; i++) order.push_back(i);
  if (kind & 1)
    for (size_t i = d; i > 1; i--) std::swap(order[i - 1], order[size_t(random_source.below(int64_t(i)))]);
  hone_int size = 1;
  for (size_t i = d; i-- > 0;) {
    const size_t k = order[i];
    if ((kind & 2) && random_source.below(3) == 0) size *= 2;
    strides[k] = size;
    if ((kind & 4) && random_source.below(3) == 0) {
      strides[k] = 0;
      continue;
    }
    size *= shape[k] ? shape[k] : 1;
    if ((kind & 8) && random_source.below(2) && shape[k]) origin += strides[k] * (shape[k] - 1), strides[k] = -strides[k];
  }
  return size;
}

template <class To, class From> void copies() {
  const std::vector<std::vector<hone_int>> shapes = {{1}, {0}, {7}, {3, 5}, {64, 33}, {100, 131}, {2, 0, 3}, {2, 17, 19}, {4, 3, 16, 5}, {2, 3, 1, 4, 5}, {3, 64, 65}, {1000}, {513, 260}};
  for (const auto &shape : shapes)
    for (int kind = 0; kind < 16; kind++) {
      const size_t d = shape.size();
      std::vector<hone_int> so, si;
      hone_int oo, oi;
      const hone_int out_size = make_strides(shape, kind & 11, so, oo), in_size = make_strides(shape, (kind * 7) & 15, si, oi);
      std::vector<From> in;
      for (hone_int i = 0; i < in_size; i++) in.push_back(small<From>(i * 7 + 1));
      std::vector<To> out(size_t(out_size) + 1, small<To>(77)), want(out);
      std::vector<double> meta;
      hone_int n = 1;
      for (hone_int s : shape) meta.push_back(double(s)), n *= s;
      for (hone_int s : so) meta.push_back(double(s));
      for (hone_int s : si) meta.push_back(double(s));
      for (hone_int i = 0; i < n; i++) {
        hone_int rest = i, to = oo, from = oi;
        for (size_t k = d; k-- > 0;) {
          const hone_int at = rest % shape[k];
          rest /= shape[k];
          to += at * so[k], from += at * si[k];
        }
        const double x = value(in[size_t(from)]);
        if constexpr (std::is_same<To, Truth>::value) want[size_t(to)] = Truth{uint8_t(x != 0)};
        else want[size_t(to)] = To(x);
      }
      CHECK(hone_copy_strided(Code<To>::code, Code<From>::code, out.data() + oo, in.data() + oi, int32_t(d), meta.data()) == HONE_OK);
      if (!CHECK(std::memcmp(out.data(), want.data(), out.size() * sizeof(To)) == 0))
        std::printf("  %d from %d, dims %d, kind %d\n", Code<To>::code, Code<From>::code, int(d), kind);
    }
}
template <class To> void copies_to() {
  copies<To, float>();
  copies<To, double>();
  copies<To, int32_t>();
  copies<To, int64_t>();
  copies<To, uint8_t>();
  copies<To, Truth>();
}

template <class To, class From> To cast(From x) {
  To out;
  CHECK(hone_copy_strided(Code<To>::code, Code<From>::code, &out, &x, 0, nullptr) == HONE_OK);
  return out;
}
void casts() {
  using I32 = std::numeric_limits<int32_t>;
  using I64 = std::numeric_limits<int64_t>;
  for (double sign : {1.0, -1.0}) CHECK((cast<int32_t>(sign * 2.9) == sign * 2));
  CHECK((cast<int32_t, float>(float(kNaN)) == 0 && cast<int64_t, double>(kNaN) == 0 && cast<uint8_t, double>(kNaN) == 0));
  CHECK((cast<int32_t, float>(3e9f) == I32::max() && cast<int32_t, float>(-3e9f) == I32::min()));
  CHECK((cast<int32_t, double>(2147483647.5) == I32::max() && cast<int32_t, double>(2147483646.5) == I32::max() - 1));
  CHECK((cast<int64_t, double>(kInf) == I64::max() && cast<int64_t, double>(-kInf) == I64::min()));
  CHECK((cast<int64_t, float>(9.2233720368547758e18f) == I64::max()));
  CHECK((cast<uint8_t, float>(300) == 44 && cast<uint8_t, float>(-3) == 253 && cast<uint8_t, double>(kInf) == 0));
  CHECK((cast<uint8_t, int32_t>(259) == 3));
  CHECK((cast<Truth, double>(kNaN).v == 1 && cast<Truth, float>(-0.0f).v == 0 && cast<Truth, float>(1e-45f).v == 1));
  CHECK((cast<Truth, int64_t>(int64_t(1) << 40).v == 1 && cast<double, Truth>(Truth{1}) == 1));
  double meta[51] = {};
  float x = 0;
  CHECK(hone_copy_strided(HONE_F32, HONE_F32, &x, &x, HONE_MAX_DIMS + 1, meta) == HONE_E_INVALID);
  CHECK(hone_copy_strided(9, HONE_F32, &x, &x, 0, meta) == HONE_E_DTYPE);
}

void fills() {
  for (hone_int n : {0, 1, 5, 1000, 300000}) {
    std::vector<float> f(size_t(n) + 1, 9), g(f);
    std::vector<int64_t> i(size_t(n) + 1, 9);
    std::vector<uint8_t> b(size_t(n) + 1, 9);
    CHECK(hone_fill(HONE_F32, f.data(), n, 2.5) == HONE_OK && hone_fill(HONE_I64, i.data(), n, -1e300) == HONE_OK);
    CHECK(hone_fill(HONE_BOOL, b.data(), n, 0.25) == HONE_OK);
    bool good = f[size_t(n)] == 9 && i[size_t(n)] == 9 && b[size_t(n)] == 9;
    for (size_t k = 0; k < size_t(n); k++) good &= f[k] == 2.5f && i[k] == std::numeric_limits<int64_t>::min() && b[k] == 1;
    CHECK(good);
    const double flat[3] = {double(n), 1, 1};
    CHECK(hone_copy_strided(HONE_F32, HONE_F32, g.data(), f.data(), 1, flat) == HONE_OK && std::memcmp(f.data(), g.data(), f.size() * 4) == 0);
    CHECK(hone_arange(HONE_F32, f.data(), n, 0.5, 0.1) == HONE_OK && hone_arange(HONE_I64, i.data(), n, -3, 7) == HONE_OK);
    CHECK(hone_arange(HONE_U8, b.data(), n, 250, 3) == HONE_OK);
    const size_t whole = size_t(n) / 16 * 16; // pairs of 8 go on from their first
    auto counted = [&](size_t k) {
      const size_t lane = k < whole ? k % 8 : 0;
      const float first = float(std::fma(0.1, double(k - lane), 0.5));
      return lane == 0 ? first : float(std::fma(0.1, double(lane), double(first)));
    };
    for (size_t k = 0; k < size_t(n); k++) good &= f[k] == counted(k) && i[k] == -3 + 7 * int64_t(k) && b[k] == uint8_t(250 + 3 * k);
    CHECK(good);
  }
}

void images() {
  std::vector<uint8_t> src(5 * 3 * 35);
  for (uint8_t &x : src) x = uint8_t(random_source.next());
  int64_t index[] = {4, 0, 2, 2};
  const double mean[] = {0.5, 0.25, 0.1307}, std_[] = {0.5, 0.3, 0.3081};
  std::vector<float> out(4 * 3 * 35);
  for (int mode = 0; mode < 4; mode++) {
    const bool normal = mode & 1, scale = mode & 2;
    CHECK(hone_gather_images(out.data(), src.data(), index, 4, 5, 3, 35, normal ? mean : nullptr, normal ? std_ : nullptr, scale) == HONE_OK);
    bool good = true;
    for (int i = 0; i < 4; i++)
      for (int c = 0; c < 3; c++)
        for (int p = 0; p < 35; p++) {
          float x = float(src[size_t((index[i] * 3 + c) * 35 + p)]);
          if (scale) x /= 255.0f;
          if (normal) x = (x - float(mean[c])) / float(std_[c]);
          good &= out[size_t((i * 3 + c) * 35 + p)] == x;
        }
    CHECK(good);
  }
  index[3] = 5;
  CHECK(hone_gather_images(out.data(), src.data(), index, 4, 5, 3, 35, mean, std_, 1) == HONE_E_INDEX);
  CHECK(std::strcmp(hone_last_error_text(), "index 5 at position 3 is outside 0..4") == 0);
  CHECK(hone_gather_images(out.data(), src.data(), index, 0, 5, 3, 35, mean, std_, 1) == HONE_OK);
}

} // namespace

int main() {
  for (int32_t threads : {1, 3}) {
    hone_set_threads(threads);
    copies_to<float>();
    copies_to<double>();
    copies_to<int32_t>();
    copies_to<int64_t>();
    copies_to<uint8_t>();
    copies_to<Truth>();
    fills();
  }
  casts();
  images();
  return check::finish();
}
