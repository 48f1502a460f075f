// recurrent_test.cc: recurrent layers against plain loops in double, their gradients against central differences of those loops; running
// lengths, both directions, projections; independence of the thread count.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

using Row = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Shape {
  int32_t mode;
  int hidden, proj;
  std::vector<int64_t> sizes;
  bool reverse;
  int width() const { return proj ? proj : hidden; }
  int gates() const { return hidden * (mode == HONE_LSTM ? 4 : mode == HONE_GRU ? 3 : 1); }
  int batch() const { return int(sizes[0]); }
  int rows() const {
    int64_t n = 0;
    for (int64_t s : sizes) n += s;
    return int(n);
  }
};

// What goes in; each is filled by the test.
struct Input {
  Row gates, h, c, w_hh, bias, w_hr;
};

constexpr int kInputs = 3; // features of the input where the kernel projects it, too

// The same layer, one number at a time. Returns the weighted sum of all results.
double plain(const Shape &s, const Input &in, const Row &weight_out, const Row &weight_h, const Row &weight_c, Row *out = nullptr, Row *h_end = nullptr,
             Row *c_end = nullptr) {
  const int n = s.hidden, W = s.width(), G = s.gates();
  Row h = in.h, c = in.c, result(size_t(s.rows()) * W);
  std::vector<int> start;
  int at = 0;
  for (int64_t size : s.sizes) start.push_back(at), at += int(size);
  for (size_t k = 0; k < s.sizes.size(); k++) {
    const size_t t = s.reverse ? s.sizes.size() - 1 - k : k;
    for (int r = 0; r < s.sizes[t]; r++) {
      Row y(G), raw(n);
      for (int j = 0; j < G; j++) {
        y[j] = s.mode == HONE_GRU ? in.bias[j] : 0;
        for (int p = 0; p < W; p++) y[j] += h[r * W + p] * in.w_hh[j * W + p];
      }
      const double *const x = &in.gates[size_t(start[t] + r) * G];
      for (int j = 0; j < n; j++) {
        if (s.mode == HONE_LSTM) {
          double &cell = c[r * n + j];
          cell = sigmoid(x[n + j] + y[n + j]) * cell + sigmoid(x[j] + y[j]) * std::tanh(x[2 * n + j] + y[2 * n + j]);
          raw[j] = sigmoid(x[3 * n + j] + y[3 * n + j]) * std::tanh(cell);
        } else if (s.mode == HONE_GRU) {
          const double reset = sigmoid(x[j] + y[j]), z = sigmoid(x[n + j] + y[n + j]);
          raw[j] = (1 - z) * std::tanh(x[2 * n + j] + reset * y[2 * n + j]) + z * h[r * W + j];
        } else {
          const double v = x[j] + y[j];
          raw[j] = s.mode == HONE_RNN_TANH ? std::tanh(v) : v > 0 ? v : 0;
        }
      }
      for (int j = 0; j < W; j++) {
        double v = s.proj ? 0 : raw[j];
        for (int p = 0; s.proj && p < n; p++) v += raw[p] * in.w_hr[j * n + p];
        h[r * W + j] = result[size_t(start[t] + r) * W + j] = v;
      }
    }
  }
  double sum = 0;
  for (size_t i = 0; i < result.size(); i++) sum += result[i] * weight_out[i];
  for (size_t i = 0; i < h.size(); i++) sum += h[i] * weight_h[i];
  for (size_t i = 0; i < c.size(); i++) sum += c[i] * weight_c[i];
  if (out) *out = result, *h_end = h, *c_end = c;
  return sum;
}

template <class T> std::vector<T> typed(const Row &x) { return std::vector<T>(x.begin(), x.end()); }

template <class T> bool near(const std::vector<T> &a, const Row &b, double tolerance) {
  for (size_t i = 0; i < b.size(); i++)
    if (!check::close(double(a[i]), b[i], tolerance)) {
      std::printf("  at %zu: %.9g, expected %.9g\n", i, double(a[i]), b[i]);
      return false;
    }
  return true;
}

template <class T> void test(int32_t dtype, const Shape &s, uint64_t seed) {
  check::Lcg random(seed);
  const auto fill = [&](size_t n) {
    Row x(n);
    for (double &v : x) v = double(float(random.uniform()));
    return x;
  };
  const int n = s.hidden, W = s.width(), G = s.gates(), rows = s.rows(), batch = s.batch();
  const bool lstm = s.mode == HONE_LSTM, gru = s.mode == HONE_GRU;
  Input in{fill(size_t(rows) * G), fill(size_t(batch) * W), fill(lstm ? size_t(batch) * n : 0), fill(size_t(G) * W), fill(gru ? G : 0), fill(size_t(s.proj) * n)};
  for (double &v : in.w_hh) v = double(float(v / std::sqrt(W))); // states stay near 1 over the steps
  // About every other time the kernel projects the input itself.
  const int inputs = gru || random.below(2) ? 0 : kInputs;
  const Row x = fill(size_t(rows) * inputs), w_ih = fill(size_t(G) * inputs), bias = fill(inputs ? G : 0);
  for (size_t i = 0; inputs && i < in.gates.size(); i++) {
    in.gates[i] = bias[i % G];
    for (int p = 0; p < inputs; p++) in.gates[i] += x[i / G * inputs + p] * w_ih[i % G * inputs + p];
  }
  const Row wo = fill(size_t(rows) * W), wh = fill(in.h.size()), wc = fill(in.c.size());
  Row out, h_end, c_end;
  plain(s, in, wo, wh, wc, &out, &h_end, &c_end);
  const double tolerance = (dtype == HONE_F32 ? 3e-6 : 1e-13) * (1 + W / 20.0);
  std::vector<T> first_out, first_grad, first_dw, first_db;
  bool ok = true;
  bool uniform = true;
  for (int64_t size : s.sizes) uniform &= size == batch;
  for (int threads = 1; threads <= 3; threads++) {
    hone_set_threads(threads);
    std::vector<T> gates = typed<T>(in.gates), h = typed<T>(in.h), c = typed<T>(in.c), y(out.size() + 1, T(NAN));
    const int pair = inputs + W;
    std::vector<T> inner(size_t(rows) * n), before(size_t(rows) * pair), cb(size_t(rows) * n);
    const std::vector<T> w = typed<T>(in.w_hh), wr = typed<T>(in.w_hr), given = typed<T>(x), wi = typed<T>(w_ih);
    const std::vector<T> added = typed<T>(inputs ? bias : in.bias);
    if (inputs) std::fill(gates.begin(), gates.end(), T(NAN));
    const void *const sizes = uniform && threads != 2 ? nullptr : s.sizes.data();
    const auto forward = [&](T *to, T *g, T *kept, T *pairs, T *cells, std::vector<T> &state, std::vector<T> &cell) {
      return hone_recurrent(dtype, s.mode, s.reverse, hone_int(s.sizes.size()), sizes, batch, inputs, n, s.proj, to, g, kept, pairs, lstm ? cells : nullptr, state.data(),
                            lstm ? cell.data() : nullptr, given.data(), wi.data(), w.data(), gru || inputs ? added.data() : nullptr, wr.data());
    };
    ok &= CHECK(forward(y.data(), gates.data(), inner.data(), before.data(), cb.data(), h, c) == HONE_OK);
    ok &= CHECK(near(y, out, tolerance)) && CHECK(near(h, h_end, tolerance)) && CHECK(near(c, c_end, tolerance)) && CHECK(std::isnan(y[out.size()]));
    std::vector<T> dg(size_t(rows) * G), dy(gru ? dg.size() : 0), dp(size_t(rows) * s.proj), dh = typed<T>(wh), dc = typed<T>(wc);
    const std::vector<T> dout = typed<T>(wo);
    std::vector<T> dw(inputs ? size_t(G) * pair : 0), db(inputs ? G : 0);
    const auto backward = [&](bool to_start, bool whole, std::vector<T> &grad, std::vector<T> &state, std::vector<T> &cell) {
      return hone_recurrent_backward(dtype, s.mode, s.reverse, hone_int(s.sizes.size()), sizes, batch, inputs, n, s.proj, to_start, whole, grad.data(), dy.data(),
                                     dp.data(), inputs ? dw.data() : nullptr, inputs ? db.data() : nullptr, dout.data(), state.data(), cell.data(), gates.data(),
                                     inner.data(), before.data(), cb.data(), w.data(), wr.data());
    };
    ok &= CHECK(backward(true, true, dg, dh, dc) == HONE_OK);
    if (threads > 1) {
      ok &= CHECK(std::memcmp(y.data(), first_out.data(), out.size() * sizeof(T)) == 0) && CHECK(std::memcmp(dg.data(), first_grad.data(), dg.size() * sizeof(T)) == 0);
      // Without what backward needs, the results are the same.
      std::vector<T> g2 = typed<T>(in.gates), h2 = typed<T>(in.h), c2 = typed<T>(in.c), y2(out.size());
      ok &= CHECK(forward(y2.data(), inputs ? nullptr : g2.data(), nullptr, nullptr, nullptr, h2, c2) == HONE_OK);
      ok &= CHECK(std::memcmp(y.data(), y2.data(), out.size() * sizeof(T)) == 0);
      ok &= CHECK(dw == first_dw) && CHECK(db == first_db);
      continue;
    }
    first_out = y, first_grad = dg, first_dw = dw, first_db = db;
    // Nor do the other gradients depend on whether those of the first states and of all gates are asked for.
    std::vector<T> dg2(dg.size()), dh2 = typed<T>(wh), dc2 = typed<T>(wc);
    ok &= CHECK(backward(false, false, dg2, dh2, dc2) == HONE_OK) && CHECK(dc == dc2);
    ok &= inputs ? CHECK(dw == first_dw) && CHECK(db == first_db) : CHECK(dg == dg2);
    for (size_t at = 0; at < dw.size() + db.size(); at += 1 + dw.size() / 16) {
      double sum = 0;
      const bool of_bias = at >= dw.size();
      for (int r = 0; r < rows; r++)
        sum += double(dg[size_t(r) * G + (of_bias ? at - dw.size() : at / pair)]) * (of_bias ? 1 : double(before[size_t(r) * pair + at % pair]));
      ok &= CHECK(check::close(double(of_bias ? db[at - dw.size()] : dw[at]), sum, tolerance * (2 + rows / 8)));
    }
    if (dtype == HONE_F32) continue;
    const auto slope = [&](Row &x, size_t i) {
      const double was = x[i], step = 1e-6;
      x[i] = was + step;
      const double up = plain(s, in, wo, wh, wc);
      x[i] = was - step;
      const double down = plain(s, in, wo, wh, wc);
      x[i] = was;
      return (up - down) / (2 * step);
    };
    for (int k = 0; k < 12; k++) {
      const size_t i = size_t(random.below(int64_t(dg.size()))), j = size_t(random.below(int64_t(dh.size())));
      ok &= CHECK(check::close(double(dg[i]), slope(in.gates, i), 1e-6)) && CHECK(check::close(double(dh[j]), slope(in.h, j), 1e-6));
      if (lstm) {
        const size_t q = size_t(random.below(int64_t(dc.size())));
        ok &= CHECK(check::close(double(dc[q]), slope(in.c, q), 1e-6));
      }
      // Weight gradients are products of what the kernel gives with what it kept.
      const size_t at = size_t(random.below(int64_t(w.size())));
      double sum = 0;
      for (int r = 0; r < rows; r++) sum += double((gru ? dy : dg)[size_t(r) * G + at / W]) * double(before[size_t(r) * pair + inputs + at % W]);
      ok &= CHECK(check::close(sum, slope(in.w_hh, at), 1e-6));
      if (s.proj) {
        const size_t p = size_t(random.below(int64_t(wr.size())));
        sum = 0;
        for (int r = 0; r < rows; r++) sum += double(dp[size_t(r) * s.proj + p / n]) * double(gates[size_t(r) * G + 3 * n + p % n] * inner[size_t(r) * n + p % n]);
        ok &= CHECK(check::close(sum, slope(in.w_hr, p), 1e-6));
      }
    }
  }
  if (!ok)
    std::printf("  in mode %d hidden %d proj %d batch %d steps %zu reverse %d dtype %d\n", int(s.mode), n, s.proj, batch, s.sizes.size(), int(s.reverse), int(dtype));
}

} // namespace

int main() {
  const std::vector<std::vector<int64_t>> lengths = {{1}, {3, 3}, {5, 4, 4, 1}, {13, 13, 7}, {2, 1, 1, 1, 1}, {40, 40, 39}, {150, 150, 50, 7, 3, 1}};
  uint64_t seed = 1;
  for (int32_t mode : {HONE_RNN_TANH, HONE_RNN_RELU, HONE_LSTM, HONE_GRU})
    for (const auto &sizes : lengths)
      for (int hidden : {1, 3, 8, 17, 33})
        for (bool reverse : {false, true})
          for (int proj : {0, hidden / 2}) {
            if (proj && mode != HONE_LSTM) continue;
            test<float>(HONE_F32, {mode, hidden, proj, sizes, reverse}, seed++);
            test<double>(HONE_F64, {mode, hidden, proj, sizes, reverse}, seed++);
          }
  // A matrix larger than the cache, where steps go one by one; and no sequence at all.
  for (int32_t mode : {HONE_RNN_TANH, HONE_LSTM, HONE_GRU}) test<float>(HONE_F32, {mode, 380, 0, {20, 20, 3}, false}, seed++);
  CHECK(hone_recurrent(HONE_F32, HONE_RNN_TANH, 0, 3, nullptr, 0, 0, 4, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                       nullptr, nullptr, nullptr) == HONE_OK);
  return check::finish();
}
