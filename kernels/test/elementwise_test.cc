// elementwise_test.cc: unary, binary and where against libm and naive loops; the float32 functions to the ulp.
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "support/status.h"
#include "test/check.h"

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNaN = std::numeric_limits<double>::quiet_NaN();
check::Lcg random_source(7);

enum : int32_t {
#define HONE_UNARY(name, code, expression) u_##name = code,
#define HONE_UNARY_FLOAT HONE_UNARY
#define HONE_UNARY_BOOL HONE_UNARY
#define HONE_BINARY(name, code, expression) b_##name = code,
#define HONE_BINARY_INT HONE_BINARY
#define HONE_BINARY_FLOAT HONE_BINARY
#define HONE_COMPARE HONE_BINARY
#include "ops.def"
#undef HONE_UNARY
#undef HONE_UNARY_FLOAT
#undef HONE_UNARY_BOOL
#undef HONE_BINARY
#undef HONE_BINARY_INT
#undef HONE_BINARY_FLOAT
#undef HONE_COMPARE
};

// How far got is from want, in units of float32's last place at want.
double ulps(float got, double want) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) ? 0 : 1e9;
  if (double(got) == want) return std::signbit(got) == std::signbit(want) || want != 0 ? 0 : 1e9;
  if (std::isinf(got)) return std::fabs(want) >= 3.4028235677973366e38 && std::signbit(got) == std::signbit(want) ? 0 : 1e9;
  if (std::isinf(want)) return 1e9;
  int exponent;
  std::frexp(want, &exponent);
  return std::fabs(double(got) - want) / std::ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

std::vector<float> samples(double low, double high) {
  std::vector<float> x = {0.0f, -0.0f, 1, -1, 0.5f, -0.5f, 2, -2, 1e-40f, -1e-40f, 1e-45f, 1.17549435e-38f, 3.4028235e38f, -3.4028235e38f,
                          float(kInf), float(-kInf), float(kNaN), 0.99999994f, 1.0000001f, 88.72283f, 88.72284f, -87.33655f, -103.97f, -104.5f};
  for (int i = 0; i < 300000; i++) {
    const uint32_t bits = random_source.next();
    float f;
    std::memcpy(&f, &bits, sizeof f);
    x.push_back(f);
    x.push_back(float(low + (high - low) * (random_source.uniform() + 1) / 2));
  }
  return x;
}

double ref_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double ref_logsigmoid(double x) { return x > 0 ? 0 - std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x)); }
double ref_rsqrt(double x) { return 1 / std::sqrt(x); }
double ref_reciprocal(double x) { return 1 / x; }
double ref_round(double x) { return std::nearbyint(x); }
double ref_square(double x) { return x * x; }
double ref_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

void accuracy() {
  const struct {
    int32_t op;
    const char *name;
    double (*ref)(double);
    double limit, low, high;
  } cases[] = {
      {u_exp, "exp", std::exp, 1.1, -110, 92},      {u_expm1, "expm1", std::expm1, 2, -30, 92},      {u_log, "log", std::log, 1, 0, 4},
      {u_log1p, "log1p", std::log1p, 1.1, -1.2, 3}, {u_tanh, "tanh", std::tanh, 1.6, -10, 10},       {u_sigmoid, "sigmoid", ref_sigmoid, 2.5, -87, 30},
      {u_erf, "erf", std::erf, 1.5, -5, 5},         {u_sin, "sin", std::sin, 1, -100, 100},          {u_cos, "cos", std::cos, 1, -100, 100},
      {u_sqrt, "sqrt", std::sqrt, 0.5, 0, 10},      {u_rsqrt, "rsqrt", ref_rsqrt, 1.5, 0, 10},       {u_reciprocal, "reciprocal", ref_reciprocal, 0.5, -5, 5},
      {u_floor, "floor", std::floor, 0, -9, 9},     {u_ceil, "ceil", std::ceil, 0, -9, 9},           {u_round, "round", ref_round, 0, -9, 9},
      {u_trunc, "trunc", std::trunc, 0, -9, 9},     {u_abs, "abs", std::fabs, 0, -9, 9},             {u_square, "square", ref_square, 0.5, -9, 9},
      {u_sign, "sign", ref_sign, 0, -9, 9},         {u_exp2, "exp2", std::exp2, 1, -150, 130},       {u_log2, "log2", std::log2, 1, 0, 9},
      {u_log10, "log10", std::log10, 2, 0, 9},      {u_tan, "tan", std::tan, 1.5, -9, 9},            {u_asin, "asin", std::asin, 1.5, -1, 1},
      {u_acos, "acos", std::acos, 1.5, -1, 1},      {u_atan, "atan", std::atan, 1.5, -9, 9},         {u_sinh, "sinh", std::sinh, 2, -90, 90},
      {u_cosh, "cosh", std::cosh, 2, -90, 90},      {u_asinh, "asinh", std::asinh, 2.5, -9, 9},      {u_acosh, "acosh", std::acosh, 3, 1, 9},
      {u_atanh, "atanh", std::atanh, 2.5, -1, 1},   {u_logsigmoid, "logsigmoid", ref_logsigmoid, 2.5, -20, 20},
  };
  for (const auto &c : cases) {
    const std::vector<float> x = samples(c.low, c.high);
    std::vector<float> y(x.size());
    CHECK(hone_unary(c.op, HONE_F32, y.data(), x.data(), hone_int(x.size()), 0, 0) == HONE_OK);
    double worst = 0;
    float where = 0;
    for (size_t i = 0; i < x.size(); i++) {
      double want = c.ref(double(x[i]));
      // sigmoid flushes where exp(-x) overflows float32, as PyTorch's does
      if (c.op == u_sigmoid && x[i] < -88.7f) want = y[i] >= 0 && y[i] < 1e-38f ? double(y[i]) : want;
      const double error = ulps(y[i], want);
      if (error > worst) worst = error, where = x[i];
    }
    if (!CHECK(worst <= c.limit)) std::printf("  %s: %.3f ulp at %.9g, limit %g\n", c.name, worst, double(where), c.limit);
    if (std::getenv("VERBOSE")) std::printf("%-12s %.3f ulp at %.9g\n", c.name, worst, double(where));

    // float64, where double's own libm is the reference
    std::vector<double> wide(x.begin(), x.end()), out(x.size());
    CHECK(hone_unary(c.op, HONE_F64, out.data(), wide.data(), hone_int(x.size()), 0, 0) == HONE_OK);
    bool good = true;
    for (size_t i = 0; i < x.size() && good; i++) {
      const double want = c.ref(wide[i]), scale = std::fabs(want);
      good = out[i] == want || (std::isnan(out[i]) && std::isnan(want)) || std::fabs(out[i] - want) <= 1e-15 * scale + 1e-320;
      if (!good) std::printf("  %s float64: %.17g at %.17g, want %.17g\n", c.name, out[i], wide[i], want);
    }
    CHECK(good);
  }
}

double one(int32_t op, double x, double p0 = 0, double p1 = 0, int32_t dtype = HONE_F32) {
  if (dtype == HONE_F64) {
    hone_unary(op, dtype, &x, &x, 1, p0, p1);
    return x;
  }
  float f = float(x);
  hone_unary(op, HONE_F32, &f, &f, 1, p0, p1);
  return double(f);
}
double two(int32_t op, double a, double b, double p0 = 0, double p1 = 0, int32_t dtype = HONE_F32) {
  if (dtype == HONE_F64) {
    hone_binary(op, dtype, &a, &a, &b, 1, p0, p1);
    return a;
  }
  float fa = float(a), fb = float(b);
  hone_binary(op, HONE_F32, &fa, &fa, &fb, 1, p0, p1);
  return double(fa);
}
bool same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b)); }

// The edges, as PyTorch 2 has them.
void edges() {
  for (int32_t t : {HONE_F32, HONE_F64}) {
    CHECK(same(one(u_sign, kNaN, 0, 0, t), 0));
    CHECK(std::isnan(one(u_relu, kNaN, 0, 0, t)));
    CHECK(same(one(u_relu, -0.0, 0, 0, t), -0.0));
    CHECK(same(one(u_relu, -1, 0, 0, t), 0.0));
    CHECK(std::isnan(one(u_clamp, kNaN, 0, 1, t)));
    CHECK(one(u_clamp, 1, 3, 2, t) == 2);
    CHECK(std::isnan(one(u_clamp, 1, kNaN, 2, t)));
    CHECK(one(u_round, 2.5, 0, 0, t) == 2);
    CHECK(same(one(u_round, -0.5, 0, 0, t), -0.0));
    CHECK(one(u_erfinv, 1, 0, 0, t) == kInf);
    CHECK(one(u_erfinv, -1, 0, 0, t) == -kInf);
    CHECK(std::isnan(one(u_erfinv, 2, 0, 0, t)));
    CHECK(check::close(one(u_erfinv, 0.5, 0, 0, t), 0.47693627620446987, 1e-7));
    CHECK(one(u_softplus, 30, 1, 20, t) == 30);
    CHECK(check::close(one(u_softplus, -1.5, 2, 20, t), std::log1p(std::exp(-3.0)) / 2, 1e-7));
    CHECK(same(one(u_silu, -200, 0, 0, t), t == HONE_F32 ? -0.0 : one(u_silu, -200, 0, 0, t)));
    CHECK(std::isnan(one(u_silu, -kInf, 0, 0, t)));
    CHECK(one(u_gelu, 200, 0, 0, t) == 200);
    CHECK(one(u_gelu_tanh, kInf, 0, 0, t) == kInf);
    CHECK(one(u_logsigmoid, -200, 0, 0, t) == -200);
    CHECK(one(u_logsigmoid, -kInf, 0, 0, t) == -kInf);
    CHECK(same(one(u_elu, -0.0, 1, 1, t), -0.0));
    CHECK(check::close(one(u_elu, -2, 1.5, 2, t), 3 * std::expm1(-2.0), 1e-7));
    CHECK(check::close(one(u_leaky_relu, -2, 0.1, 0, t), -0.2, 1e-7));

    CHECK(std::isnan(two(b_maximum, 1, kNaN, 0, 0, t)));
    CHECK(std::isnan(two(b_maximum, kNaN, 1, 0, 0, t)));
    CHECK(std::isnan(two(b_minimum, 1, kNaN, 0, 0, t)));
    CHECK(same(two(b_maximum, -0.0, 0.0, 0, 0, t), -0.0));
    CHECK(two(b_floor_divide, -7, 2, 0, 0, t) == -4);
    CHECK(two(b_floor_divide, 7, -2, 0, 0, t) == -4);
    CHECK(two(b_floor_divide, 1, 0, 0, 0, t) == kInf);
    CHECK(two(b_floor_divide, -5, kInf, 0, 0, t) == -1);
    CHECK(std::isnan(two(b_floor_divide, kInf, 2, 0, 0, t)));
    CHECK(two(b_remainder, -7, 2, 0, 0, t) == 1);
    CHECK(two(b_remainder, 7, -2, 0, 0, t) == -1);
    CHECK(std::isnan(two(b_remainder, 1, 0, 0, 0, t)));
    CHECK(two(b_remainder, -5, kInf, 0, 0, t) == kInf);
    CHECK(same(two(b_remainder, -0.0, 2, 0, 0, t), -0.0));
    CHECK(two(b_fmod, -7, 2, 0, 0, t) == -1);
    CHECK(two(b_add_scaled, 2, 3, 0.5, 0, t) == 3.5);
    CHECK(two(b_relu_grad, 3, 0, 0, 0, t) == 0);
    CHECK(two(b_relu_grad, 3, kNaN, 0, 0, t) == 3);
    CHECK(two(b_clamp_grad, 3, 0.5, -1, 1, t) == 3);
    CHECK(two(b_clamp_grad, 3, 1, -1, 1, t) == 0);
    CHECK(two(b_clamp_grad, 3, kInf, -1, kInf, t) == 3);
    CHECK(two(b_clamp_grad, 3, kNaN, -1, 1, t) == 0);
    CHECK(two(b_elu_grad, 1, kNaN, 1.5, 1, t) == 1);
    // Gradients against central differences of the float64 functions.
    for (double x : {-3.0, -1.0, -0.5, 0.25, 0.5, 1.0, 3.0}) {
      const double h = 1e-5;
      auto slope = [&](int32_t op, double p0, double p1) {
        return (one(op, x + h, p0, p1, HONE_F64) - one(op, x - h, p0, p1, HONE_F64)) / (2 * h);
      };
      CHECK(check::close(two(b_silu_grad, 2, x, 0, 0, t), 2 * slope(u_silu, 0, 0), 1e-6));
      CHECK(check::close(two(b_gelu_grad, 2, x, 0, 0, t), 2 * slope(u_gelu, 0, 0), 1e-6));
      CHECK(check::close(two(b_gelu_tanh_grad, 2, x, 0, 0, t), 2 * slope(u_gelu_tanh, 0, 0), 1e-6));
      CHECK(check::close(two(b_softplus_grad, 2, x, 2, 3, t), 2 * slope(u_softplus, 2, 3), 1e-6));
      CHECK(check::close(two(b_elu_grad, 2, x, 1.5, 1.1, t), 2 * slope(u_elu, 1.5, 1.1), 1e-6));
      CHECK(check::close(two(b_leaky_relu_grad, 2, x, 0.1, 0, t), 2 * slope(u_leaky_relu, 0.1, 0), 1e-6));
      CHECK(check::close(two(b_tanh_grad, 2, std::tanh(x), 0, 0, t), 2 * slope(u_tanh, 0, 0), 1e-6));
      CHECK(check::close(two(b_sigmoid_grad, 2, ref_sigmoid(x), 0, 0, t), 2 * slope(u_sigmoid, 0, 0), 1e-6));
      CHECK(check::close(one(u_gelu, x, 0, 0, t), x * 0.5 * std::erfc(-x / std::sqrt(2.0)), 1e-6));
    }
  }
}

void power() {
  const double special[] = {0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-40, 1e30, -1e30, 16777217, 4294967296.0, kInf, -kInf, kNaN, 1e-3};
  double worst = 0;
  for (double a : special)
    for (double b : special) {
      const double got = two(b_pow, a, b), want = std::pow(double(float(a)), double(float(b)));
      const double error = ulps(float(got), want);
      if (!CHECK(error <= 1)) std::printf("  pow(%g, %g) gave %g, want %g\n", a, b, got, want);
    }
  std::vector<float> a(200000), b(a.size()), out(a.size());
  for (size_t i = 0; i < a.size(); i++) a[i] = float(std::exp(random_source.uniform() * 20)), b[i] = float(random_source.uniform() * 6);
  hone_binary(b_pow, HONE_F32, out.data(), a.data(), b.data(), hone_int(a.size()), 0, 0);
  for (size_t i = 0; i < a.size(); i++) worst = std::fmax(worst, ulps(out[i], std::pow(double(a[i]), double(b[i]))));
  CHECK(worst <= 0.51);
}

// One operand of a strided test: storage big enough for the strides, and where element 0 lies.
struct Operand {
  std::vector<double> values;
  std::vector<hone_int> strides;
  hone_int origin = 0;
};

Operand make_operand(const std::vector<hone_int> &shape, int kind) {
  Operand o;
  const int d = int(shape.size());
  o.strides.resize(size_t(d));
  std::vector<int> order;
  for (int i = 0; i < d; i++) order.push_back(i);
  if (kind == 2) // permuted
    for (int i = d - 1; i > 0; i--) std::swap(order[size_t(i)], order[size_t(random_source.below(i + 1))]);
  hone_int size = 1;
  for (int i = d - 1; i >= 0; i--) {
    const size_t k = size_t(order[size_t(i)]);
    const bool broadcast = kind == 1 && random_source.below(2);
    const hone_int step = kind == 3 ? 1 + random_source.below(2) : 1;
    o.strides[k] = broadcast ? 0 : size * step;
    if (!broadcast) size *= step * (shape[k] ? shape[k] : 1);
    if (kind == 3 && random_source.below(3) == 0 && shape[k]) {
      o.origin += o.strides[k] * (shape[k] - 1);
      o.strides[k] = -o.strides[k];
    }
  }
  for (hone_int i = 0; i < size; i++) o.values.push_back(double(random_source.below(9) - 3));
  return o;
}

template <class T> std::vector<T> typed(const std::vector<double> &v) {
  std::vector<T> t;
  for (double x : v) t.push_back(T(int64_t(x)));
  return t;
}

std::vector<std::vector<hone_int>> shapes() {
  std::vector<std::vector<hone_int>> list = {{0},       {1},       {5},          {1, 1},      {7, 1},     {1, 7},       {13, 17},  {200, 10},
                                             {10, 200}, {3, 1500}, {2, 3, 5}, {4, 1, 1100}, {0, 3},      {3, 0, 2},  {5, 64, 49},  {2, 3, 4, 5}, {97, 131},
                                             {1, 5000}, {40, 96},  {40, 95},  {3, 2, 2, 2, 3}, {600, 300}};
  list.emplace_back(); // no dims: one element
  return list;
}

double plain(int32_t op, double a, double b) {
  switch (op) {
  case b_add: return a + b;
  case b_sub: return a - b;
  case b_mul: return a * b;
  case b_maximum: return a > b ? a : b;
  case b_minimum: return a < b ? a : b;
  case b_eq: return a == b;
  case b_lt: return a < b;
  case b_ge: return a >= b;
  case b_logical_xor: return (a != 0) != (b != 0);
  default: return a + b * 2;
  }
}

template <class T> void strided(int32_t dtype) {
  for (const auto &shape : shapes())
    for (int ka = 0; ka < 4; ka++)
      for (int kb = 0; kb < 4; kb++) {
        const Operand a = make_operand(shape, ka), b = make_operand(shape, kb), c = make_operand(shape, (ka + kb) % 4);
        const std::vector<T> ta = typed<T>(a.values), tb = typed<T>(b.values);
        std::vector<uint8_t> tc;
        for (double x : c.values) tc.push_back(x > 0);
        hone_int n = 1;
        const int d = int(shape.size());
        std::vector<double> meta, meta3;
        for (hone_int s : shape) meta.push_back(double(s)), meta3.push_back(double(s)), n *= s;
        for (hone_int s : c.strides) meta3.push_back(double(s));
        for (const Operand *o : {&a, &b})
          for (hone_int s : o->strides) meta.push_back(double(s)), meta3.push_back(double(s));
        const int32_t ops[] = {b_add, b_sub, b_mul, b_maximum, b_minimum, b_add_scaled, b_eq, b_lt, b_ge, b_logical_xor};
        const int32_t op = ops[random_source.below(10)];
        const size_t size = op >= 80 ? 1 : sizeof(T);
        std::vector<char> out(size_t(n) * size + 16, 77);
        std::vector<T> chosen(size_t(n) + 1, T(77));
        CHECK(hone_binary_strided(op, dtype, out.data(), ta.data() + a.origin, tb.data() + b.origin, d, meta.data(), 2, 0) == HONE_OK);
        CHECK(hone_where(dtype, chosen.data(), tc.data() + c.origin, ta.data() + a.origin, tb.data() + b.origin, d, meta3.data()) == HONE_OK);
        bool good = true, good_where = true;
        for (hone_int i = 0; i < n; i++) {
          hone_int rest = i, ia = a.origin, ib = b.origin, ic = c.origin;
          for (int k = d - 1; k >= 0; k--) {
            const hone_int at = rest % shape[size_t(k)];
            rest /= shape[size_t(k)];
            ia += at * a.strides[size_t(k)], ib += at * b.strides[size_t(k)], ic += at * c.strides[size_t(k)];
          }
          const T x = ta[size_t(ia)], y = tb[size_t(ib)];
          T want = T(int64_t(plain(op, double(x), double(y)))), got;
          if (op >= 80) good &= out[size_t(i)] == char(want);
          else std::memcpy(&got, out.data() + size_t(i) * size, size), good &= got == want;
          good_where &= chosen[size_t(i)] == (tc[size_t(ic)] ? x : y);
        }
        good &= out[size_t(n) * size] == 77 && chosen[size_t(n)] == T(77);
        if (!CHECK(good) || !CHECK(good_where)) std::printf("  dtype %d op %d dims %d n %ld kinds %d %d\n", dtype, op, d, long(n), ka, kb);
      }
}

void scalars() {
  for (hone_int n : {0, 1, 3, 17, 1000, 5000, 200000}) {
    std::vector<float> a(size_t(n) + 1, 3), out(size_t(n) + 1, 77);
    CHECK(hone_binary_scalar(b_sub, HONE_F32, out.data(), a.data(), n, 5, 1) == HONE_OK);
    bool good = true;
    for (hone_int i = 0; i < n; i++) good &= out[size_t(i)] == 2;
    CHECK(good && out[size_t(n)] == 77);
    CHECK(hone_binary_scalar(b_sub, HONE_F32, a.data(), a.data(), n, 5, 0) == HONE_OK);
    for (hone_int i = 0; i < n; i++) good &= a[size_t(i)] == -2;
    CHECK(good && a[size_t(n)] == 3);
  }
  // pow by the exponents that have a formula of their own
  for (double e : {0.5, -0.5, 2.0, 3.0, -1.0, -2.0, 0.0, 1.0, 2.5}) {
    float x[3] = {4, 2.25f, 9}, y[3];
    hone_binary_scalar(b_pow, HONE_F32, y, x, 3, e, 0);
    for (int i = 0; i < 3; i++) CHECK(check::close(y[i], std::pow(double(x[i]), e), 2e-7));
  }
  float minus = float(-kInf);
  hone_binary_scalar(b_pow, HONE_F32, &minus, &minus, 1, 0.5, 0);
  CHECK(std::isnan(minus)); // sqrt, as in PyTorch
}

void integers() {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  int64_t a[] = {7, -7, 7, -7, lowest, lowest, 0, 5}, b[] = {2, 2, -2, -2, -1, 1, -1, 7}, out[8];
  const int64_t quotient[] = {3, -4, -4, 3, lowest, lowest, 0, 0}, rest[] = {1, 1, -1, -1, 0, 0, 0, 5}, fmod_[] = {1, -1, 1, -1, 0, 0, 0, 5};
  CHECK(hone_binary(b_floor_divide, HONE_I64, out, a, b, 8, 0, 0) == HONE_OK && std::memcmp(out, quotient, sizeof out) == 0);
  CHECK(hone_binary(b_remainder, HONE_I64, out, a, b, 8, 0, 0) == HONE_OK && std::memcmp(out, rest, sizeof out) == 0);
  CHECK(hone_binary(b_fmod, HONE_I64, out, a, b, 8, 0, 0) == HONE_OK && std::memcmp(out, fmod_, sizeof out) == 0);
  b[3] = 0;
  CHECK(hone_binary(b_floor_divide, HONE_I64, out, a, b, 8, 0, 0) == HONE_E_INVALID && out[3] == 0);
  CHECK(std::strcmp(hone_last_error_text(), "integer division or modulo by zero") == 0);
  CHECK(hone_binary_scalar(b_remainder, HONE_I64, out, a, 8, 0, 0) == HONE_E_INVALID);
  CHECK(hone_binary_scalar(b_remainder, HONE_I64, out, a, 0, 0, 0) == HONE_OK);
  const int32_t base[] = {2, -1, 1, 0, -1, 3, 2}, exponent[] = {-1, -3, -2, -1, -2, 4, 31}, power[] = {0, -1, 1, 0, 1, 81, std::numeric_limits<int32_t>::min()};
  int32_t got[7];
  CHECK(hone_binary(b_pow, HONE_I32, got, base, exponent, 7, 0, 0) == HONE_OK && std::memcmp(got, power, sizeof got) == 0);
  const uint8_t u[] = {2, 3, 250}, v[] = {7, 6, 10};
  uint8_t w[3];
  CHECK(hone_binary(b_pow, HONE_U8, w, u, v, 3, 0, 0) == HONE_OK && w[0] == 128 && w[1] == 217);
  CHECK(hone_binary(b_add, HONE_U8, w, u, v, 3, 0, 0) == HONE_OK && w[2] == 4);
  int32_t edge[] = {std::numeric_limits<int32_t>::min(), -5, 5};
  CHECK(hone_unary(u_neg, HONE_I32, got, edge, 3, 0, 0) == HONE_OK && got[0] == edge[0] && got[1] == 5);
  CHECK(hone_unary(u_abs, HONE_I32, got, edge, 3, 0, 0) == HONE_OK && got[0] == edge[0] && got[1] == 5);
  CHECK(hone_unary(u_clamp, HONE_I32, got, edge, 3, -kInf, 2) == HONE_OK && got[0] == edge[0] && got[2] == 2);
  CHECK(hone_unary(u_square, HONE_I32, got, edge, 3, 0, 0) == HONE_OK && got[1] == 25);
  CHECK(hone_unary(u_relu, HONE_I32, got, edge, 3, 0, 0) == HONE_OK && got[1] == 0 && got[2] == 5);
  CHECK(hone_unary(u_sign, HONE_I32, got, edge, 3, 0, 0) == HONE_OK && got[0] == -1 && got[2] == 1);
}

void types() {
  uint8_t t[] = {1, 1, 0, 0}, f[] = {1, 0, 1, 0}, out[4];
  const struct {
    int32_t op;
    uint8_t want[4];
  } bools[] = {{b_add, {1, 1, 1, 0}}, {b_mul, {1, 0, 0, 0}}, {b_maximum, {1, 1, 1, 0}}, {b_minimum, {1, 0, 0, 0}}, {b_eq, {1, 0, 0, 1}}, {b_lt, {0, 0, 1, 0}}, {b_logical_xor, {0, 1, 1, 0}}};
  for (const auto &c : bools) CHECK(hone_binary(c.op, HONE_BOOL, out, t, f, 4, 1, 0) == HONE_OK && std::memcmp(out, c.want, 4) == 0);
  for (int32_t op : {b_sub, b_pow, b_floor_divide, b_remainder, b_fmod, b_div}) CHECK(hone_binary(op, HONE_BOOL, out, t, f, 4, 0, 0) == HONE_E_DTYPE);
  CHECK(hone_binary(b_div, HONE_I32, out, t, f, 0, 0, 0) == HONE_E_DTYPE);
  CHECK(std::strcmp(hone_last_error_text(), "div does not take int32") == 0);
  CHECK(hone_unary(u_exp, HONE_I64, out, t, 0, 0, 0) == HONE_E_DTYPE);
  CHECK(std::strcmp(hone_last_error_text(), "exp does not take int64") == 0);
  CHECK(hone_unary(u_neg, HONE_BOOL, out, t, 4, 0, 0) == HONE_E_DTYPE);
  CHECK(hone_unary(999, HONE_F32, out, t, 0, 0, 0) == HONE_E_DTYPE);
  CHECK(hone_unary(u_logical_not, HONE_BOOL, out, t, 4, 0, 0) == HONE_OK && !out[0] && out[2]);
  const float x[] = {float(kNaN), float(kInf), 0, -1};
  CHECK(hone_unary(u_isnan, HONE_F32, out, x, 4, 0, 0) == HONE_OK && out[0] && !out[1] && !out[2]);
  CHECK(hone_unary(u_isinf, HONE_F32, out, x, 4, 0, 0) == HONE_OK && !out[0] && out[1] && !out[2]);
  CHECK(hone_unary(u_isfinite, HONE_F32, out, x, 4, 0, 0) == HONE_OK && !out[0] && !out[1] && out[2] && out[3]);
  CHECK(hone_unary(u_logical_not, HONE_F32, out, x, 4, 0, 0) == HONE_OK && !out[0] && out[2]);
  CHECK(hone_binary(b_ne, HONE_F32, out, x, x, 4, 0, 0) == HONE_OK && out[0] && !out[1]);
}

void bits() {
  const int32_t a[] = {6, -3, 0, INT32_MIN, 1, 100}, b[] = {3, 31, -1, 32, 31, -6};
  int32_t out[6];
  auto gives = [&](int32_t op, std::vector<int32_t> expected) {
    CHECK(hone_binary(op, HONE_I32, out, a, b, 6, 0, 0) == HONE_OK && std::memcmp(out, expected.data(), sizeof out) == 0);
  };
  gives(b_bitwise_and, {2, 29, 0, 0, 1, 96});
  gives(b_bitwise_or, {7, -1, -1, INT32_MIN + 32, 31, -2});
  gives(b_bitwise_xor, {5, -30, -1, INT32_MIN + 32, 30, -98});
  gives(b_bitwise_left_shift, {48, INT32_MIN, 0, 0, INT32_MIN, 0});
  gives(b_bitwise_right_shift, {0, -1, 0, -1, 0, 0});
  gives(b_gcd, {3, 1, 1, 32, 1, 2});
  const int64_t c[] = {4, 0, -6, 7}, d[] = {6, 5, 4, 0}, multiples[] = {12, 0, 12, 0};
  int64_t wide[4];
  CHECK(hone_binary(b_lcm, HONE_I64, wide, c, d, 4, 0, 0) == HONE_OK && std::memcmp(wide, multiples, sizeof wide) == 0);
  const uint8_t t[] = {0, 1, 0, 1}, u[] = {0, 0, 1, 1}, different[] = {0, 1, 1, 0};
  uint8_t truth[4];
  CHECK(hone_binary(b_bitwise_xor, HONE_BOOL, truth, t, u, 4, 0, 0) == HONE_OK && std::memcmp(truth, different, sizeof truth) == 0);
  CHECK(hone_binary(b_bitwise_left_shift, HONE_BOOL, truth, t, u, 4, 0, 0) == HONE_E_DTYPE);
  const float x[] = {1};
  float y[1];
  CHECK(hone_binary(b_bitwise_and, HONE_F32, y, x, x, 1, 0, 0) == HONE_E_DTYPE);
}

// Values from tables, and the edges, where no loop may run for ever.
void special() {
  auto close = [](int32_t op, double x, double want, double p0 = 0) {
    double got;
    CHECK(hone_unary(op, HONE_F64, &got, &x, 1, p0, 0) == HONE_OK);
    if (!CHECK(std::isnan(want) ? std::isnan(got) : got == want || std::fabs(got - want) <= 4e-15 * std::fabs(want)))
      std::printf("  op %d of %g: %.17g, expected %.17g\n", int(op), x, got, want);
  };
  close(u_lgamma, 0.5, 0.57236494292470008707);
  close(u_digamma, 1, -0.57721566490153286061);
  close(u_digamma, 0, -kInf);
  close(u_digamma, -3, kNaN);
  close(u_digamma, -1e300, kNaN);
  close(u_polygamma, 1, 1.6449340668482264365, 1);
  close(u_polygamma, 0.5, 4.9348022005446793094, 1);
  close(u_polygamma, 1, -2.4041138063191885708, 2);
  close(u_polygamma, -1e15 + 0.5, 9.8696044010893586188, 1);
  close(u_polygamma, -2, kInf, 1);
  close(u_i0, 1, 1.2660658777520083356);
  close(u_i1, -1, -0.56515910399248502721);
  close(u_i0e, 700, 0.015081295651531355);
  close(u_erfcx, 30, 0.018795888861416754);
  close(u_erfcx, -30, kInf);
  close(u_ndtri, 0.975, 1.9599639845400542355);
  close(u_ndtri, 1e-300, -37.0470962993612);
  close(u_ndtri, 1.5, kNaN);
  close(u_log_ndtr, -40, -804.6084420137539);
  for (int32_t op : {u_erfc, u_erfcx, u_lgamma, u_digamma, u_i0, u_i0e, u_i1, u_i1e, u_ndtri, u_log_ndtr})
    for (double x : {kInf, -kInf, kNaN, 1e308, -1e308, 5e-324}) {
      double out;
      CHECK(hone_unary(op, HONE_F64, &out, &x, 1, 0, 0) == HONE_OK);
    }
}

// A result must not depend on where in the array it stands, nor on the number of threads.
void positions() {
  std::vector<float> x(70001), y(x.size()), z(x.size());
  for (float &v : x) v = float(random_source.uniform() * 5);
  for (int32_t op = 20; op <= u_log_ndtr; op++) {
    hone_set_threads(1);
    hone_unary(op, HONE_F32, y.data(), x.data(), hone_int(x.size()), 0.5, 2);
    hone_set_threads(4);
    hone_unary(op, HONE_F32, z.data(), x.data(), hone_int(x.size()), 0.5, 2);
    CHECK(std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) == 0);
    for (size_t i = 0; i < 50; i++) hone_unary(op, HONE_F32, &z[i], &x[i], 1, 0.5, 2);
    CHECK(std::memcmp(y.data(), z.data(), 50 * sizeof(float)) == 0);
  }
  hone_set_threads(1);
}

} // namespace

int main() {
  accuracy();
  edges();
  power();
  for (int32_t threads : {1, 3}) {
    hone_set_threads(threads);
    strided<float>(HONE_F32);
    strided<double>(HONE_F64);
    strided<int32_t>(HONE_I32);
    strided<int64_t>(HONE_I64);
    strided<uint8_t>(HONE_U8);
  }
  scalars();
  integers();
  types();
  bits();
  special();
  positions();
  return check::finish();
}
