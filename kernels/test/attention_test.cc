// attention_test.cc: attention against plain loops in double, its gradients against the formulas written out; sizes of several blocks, masks of
// each kind, the causal one, dropout, heads side by side in one packed array; independence of the thread count.
#include <cstring>
#include <vector>

#include "test/check.h"

namespace {

using Row = std::vector<double>;

enum Masked { None, ByKey, Bools, Numbers, Causal };

struct Case {
  int items, heads, queries, keys, features, value_features;
  Masked mask;
  bool drops;
};

constexpr double kScale = 0.37, kP = 0.3;

// All of one problem: q, k, v and the gradient of the result [items, positions, heads, features], mask [items, 1, queries, keys] or by key.
struct Problem {
  Case c;
  Row q, k, v, dout, mask;
  std::vector<uint8_t> kept;

  explicit Problem(const Case &given) : c(given) {
    check::Lcg random(7);
    const auto fill = [&](Row &x, int n, double size) {
      x.resize(size_t(n));
      for (double &e : x) e = double(float(size * random.uniform()));
    };
    const int rows = c.items * c.heads;
    fill(q, rows * c.queries * c.features, 2);
    fill(k, rows * c.keys * c.features, 2);
    fill(v, rows * c.keys * c.value_features, 1);
    fill(dout, rows * c.queries * c.value_features, 1);
    const int seen = c.mask == ByKey ? c.items * c.keys : c.mask == Bools || c.mask == Numbers ? c.items * c.queries * c.keys : 0;
    fill(mask, seen, 1);
    for (double &m : mask)
      if (c.mask != Numbers) m = m > 0;
    if (c.mask == Bools) // a query that sees nothing
      for (int j = 0; j < c.keys; j++) mask[size_t(j)] = 0;
    if (c.drops) {
      kept.resize(size_t(rows) * c.queries * c.keys);
      for (uint8_t &e : kept) e = random.uniform() > -0.4;
    }
  }

  double added(int n, int i, int j) const {
    if (c.mask == None) return 0;
    if (c.mask == Causal) return j > i ? -INFINITY : 0;
    const double m = mask[c.mask == ByKey ? n * c.keys + j : (n * c.queries + i) * c.keys + j];
    return c.mask == Numbers ? m : m != 0 ? 0 : -INFINITY;
  }

  void plain(Row &out, Row &dq, Row &dk, Row &dv) const {
    out.assign(dout.size(), 0), dq.assign(q.size(), 0), dk.assign(k.size(), 0), dv.assign(v.size(), 0);
    const auto at = [&](int n, int h, int i, int positions, int width) { return ((n * positions + i) * c.heads + h) * width; };
    for (int n = 0; n < c.items; n++) {
      for (int h = 0; h < c.heads; h++) {
        for (int i = 0; i < c.queries; i++) {
          Row w(size_t(c.keys)), drop(size_t(c.keys), 1), dw(size_t(c.keys));
          const int qi = at(n, h, i, c.queries, c.features), oi = at(n, h, i, c.queries, c.value_features);
          double most = -INFINITY, sum = 0;
          for (int j = 0; j < c.keys; j++) {
            const int kj = at(n, h, j, c.keys, c.features);
            for (int e = 0; e < c.features; e++) w[j] += q[qi + e] * k[kj + e];
            w[j] = w[j] * kScale + added(n, i, j);
            most = std::fmax(most, w[j]);
            if (c.drops) drop[j] = kept[((n * c.heads + h) * c.queries + i) * c.keys + j] ? 1 / (1 - kP) : 0;
          }
          if (most == -INFINITY) continue;
          for (double &x : w) sum += x = std::exp(x - most);
          double dot = 0;
          for (int j = 0; j < c.keys; j++) {
            w[j] /= sum;
            const int vj = at(n, h, j, c.keys, c.value_features);
            for (int e = 0; e < c.value_features; e++) {
              out[oi + e] += w[j] * drop[j] * v[vj + e];
              dv[vj + e] += w[j] * drop[j] * dout[oi + e];
              dw[j] += dout[oi + e] * v[vj + e];
            }
            dw[j] *= drop[j];
            dot += w[j] * dw[j];
          }
          for (int j = 0; j < c.keys; j++) {
            const int kj = at(n, h, j, c.keys, c.features);
            const double d = w[j] * (dw[j] - dot) * kScale;
            for (int e = 0; e < c.features; e++) dq[qi + e] += d * k[kj + e], dk[kj + e] += d * q[qi + e];
          }
        }
      }
    }
  }
};

template <class T> std::vector<T> typed(const Row &x) { return std::vector<T>(x.begin(), x.end()); }

template <class T> struct Results {
  std::vector<T> out, lse, dq, dk, dv;
};

template <class T> Results<T> run(const Problem &p, int32_t dtype) {
  const Case &c = p.c;
  const auto q = typed<T>(p.q), k = typed<T>(p.k), v = typed<T>(p.v), dout = typed<T>(p.dout), numbers = typed<T>(p.mask);
  std::vector<uint8_t> bools;
  for (double m : p.mask) bools.push_back(m != 0);
  Results<T> r{std::vector<T>(dout.size()), std::vector<T>(size_t(c.items * c.heads * c.queries)), std::vector<T>(q.size()), std::vector<T>(k.size()), std::vector<T>(v.size())};
  Row meta{double(c.items), double(c.heads), double(c.queries), double(c.keys)};
  const auto strides = [&](double a, double b, double d, double e) { meta.insert(meta.end(), {a, b, d, e}); };
  const auto heads = [&](int positions, int width) { strides(double(positions) * c.heads * width, width, double(c.heads) * width, 1); };
  heads(c.queries, c.features), heads(c.keys, c.features), heads(c.keys, c.value_features);
  if (c.mask == ByKey) strides(c.keys, 0, 0, 1);
  else strides(double(c.queries) * c.keys, 0, c.keys, 1);
  strides(double(c.heads) * c.queries * c.keys, double(c.queries) * c.keys, c.keys, 1);
  heads(c.queries, c.value_features), heads(c.queries, c.value_features);
  heads(c.queries, c.features), heads(c.keys, c.features), heads(c.keys, c.value_features);
  const bool added = c.mask == Numbers;
  const void *mask = c.mask == None || c.mask == Causal ? nullptr : added ? static_cast<const void *>(numbers.data()) : bools.data();
  const int32_t mask_dtype = added ? dtype : int32_t(HONE_BOOL), causal = c.mask == Causal;
  const uint8_t *const kept = c.drops ? p.kept.data() : nullptr;
  CHECK(hone_attention(dtype, causal, kScale, c.queries, c.keys, c.features, c.value_features, r.out.data(), r.lse.data(), q.data(), k.data(),
                       v.data(), mask, mask_dtype, kept, kP, 2, meta.data()) == HONE_OK);
  CHECK(hone_attention_backward(dtype, causal, kScale, c.queries, c.keys, c.features, c.value_features, r.dq.data(), r.dk.data(), r.dv.data(),
                                dout.data(), r.out.data(), r.lse.data(), q.data(), k.data(), v.data(), mask, mask_dtype, kept, kP, 2, meta.data()) == HONE_OK);
  return r;
}

template <class T> void compare(const Case &c, int32_t dtype, double tolerance) {
  const Problem p(c);
  Row out, dq, dk, dv;
  p.plain(out, dq, dk, dv);
  hone_set_threads(1);
  const Results<T> one = run<T>(p, dtype);
  const auto same = [&](const std::vector<T> &got, const Row &wanted) {
    bool ok = true;
    for (size_t i = 0; i < wanted.size(); i++) ok = ok && check::close(double(got[i]), wanted[i], tolerance);
    return ok;
  };
  CHECK(same(one.out, out));
  CHECK(same(one.dq, dq));
  CHECK(same(one.dk, dk));
  CHECK(same(one.dv, dv));
  hone_set_threads(3);
  const Results<T> three = run<T>(p, dtype);
  const auto equal = [](const std::vector<T> &a, const std::vector<T> &b) { return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0; };
  CHECK(equal(one.out, three.out) && equal(one.dq, three.dq) && equal(one.dk, three.dk) && equal(one.dv, three.dv));
}

} // namespace

int main() {
  for (const Masked mask : {None, ByKey, Bools, Numbers, Causal}) {
    for (const bool drops : {false, true}) {
      for (const Case &c : {Case{2, 2, 150, 300, 5, 9, mask, drops}, Case{2, 3, 20, 20, 16, 16, mask, drops}, Case{1, 1, 1, 33, 8, 1, mask, drops},
                            Case{1, 2, 270, 3, 1, 4, mask, drops}}) {
        compare<float>(c, HONE_F32, 2e-5);
        compare<double>(c, HONE_F64, 1e-13);
      }
    }
  }
  return check::finish();
}
