// attention.cc: out = softmax(scale q k^T + mask) v for each item (batch and heads), and its gradient, without a matrix of all scores.
//
// Scores exist for a block of queries against a block of keys at a time, in cache, between two products of the one driver. Each query
// keeps the largest score met so far and the sum of the weights relative to it: where a later block has a larger one, what was summed
// shrinks by exp(old - new), so that the end is the softmax over all keys. The logarithm of the sum of a query's exp(scores) is all that
// backward needs to make its weights again.
//
// Blocks depend on shapes alone and an item's sums are one thread's, in one order: bits do not depend on the number of threads.
#include <atomic>
#include <cmath>
#include <limits>

#include "attention/exp_below.h"
#include "linalg/gemm.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/workspace.h"

using namespace hone;

namespace {

constexpr hone_int kQueries = 128, kKeys = 256; // a block of scores: 128 KiB of floats, a part of a second-level cache
constexpr double kGrainFlops = 8e5;             // a thread's share is worth at least this much

enum Operand { Q, K, V, Mask, Dropped, Out, GradOut, GradQ, GradK, GradV, kOperands };

Workspace &workspace() {
  static thread_local Workspace space;
  return space;
}

// One operand of one item: an address and its steps.
template <class T> struct Matrix {
  T *at;
  hone_int row, column;
  T *operator[](hone_int r) const { return at + r * row; }
};

// What both directions know.
template <class T> struct Attention {
  hone_int queries, keys, features, value_features, items = 1;
  bool causal;
  T scale;
  int32_t mask_dtype; // HONE_BOOL or T's
  T keep;             // what weights that were not dropped are multiplied by; 0 without dropout
  int32_t lead;
  const double *meta;
  void *address[kOperands];

  hone_int size(int d) const { return hone_int(meta[d]); }
  hone_int step(Operand o, int d) const { return hone_int(meta[(lead + 2) * (o + 1) + d]); }

  template <class E> Matrix<E> matrix(Operand o, hone_int item) const {
    E *at = static_cast<E *>(address[o]);
    if (!at) return {nullptr, 0, 0};
    for (int d = lead - 1; d >= 0; d--) {
      at += item % size(d) * step(o, d);
      item /= size(d);
    }
    return {at, step(o, lead), step(o, lead + 1)};
  }

  // How many of the keys from k0 on, n at most, query r sees.
  hone_int seen(hone_int r, hone_int k0, hone_int n) const { return !causal ? n : r < k0 ? 0 : min_of(n, r + 1 - k0); }
  double flops() const { return 2.0 * double(queries) * double(keys) * double(features + value_features); }
};

// c (+)= op(a) op(b) by the driver.
template <class T>
bool multiply(hone_int m, hone_int n, hone_int k, Matrix<T> a, bool trans_a, Matrix<T> b, bool trans_b, Matrix<T> c, bool accumulate) {
  Gemm<T> g;
  g.m = m, g.n = n, g.k = k;
  g.a = a.at, g.lda = a.row, g.trans_a = trans_a;
  g.b = b.at, g.ldb = b.row, g.trans_b = trans_b;
  g.c = c.at, g.ldc = c.row;
  g.accumulate = accumulate;
  return gemm(g) == HONE_OK;
}

template <class T> constexpr T kNone = -std::numeric_limits<T>::infinity();

// What the mask adds to the scores of a query with keys from k0 on: null for nothing. Rows that queries share are made once.
template <class T> class MaskRows {
public:
  MaskRows(const Attention<T> &a, hone_int item, T *space) : row_(space) {
    if (a.mask_dtype == HONE_BOOL) sees_ = a.template matrix<const uint8_t>(Mask, item);
    else numbers_ = a.template matrix<const T>(Mask, item);
  }

  const T *row(hone_int r, hone_int k0, hone_int n) {
    if (sees_.at) return made(sees_[r] + k0 * sees_.column, sees_.column, n, [](uint8_t yes) { return yes ? T(0) : kNone<T>; });
    if (!numbers_.at) return nullptr;
    const T *const from = numbers_[r] + k0 * numbers_.column;
    return numbers_.column == 1 ? from : made(from, numbers_.column, n, [](T x) { return x; });
  }

private:
  template <class E, class F> const T *made(const E *from, hone_int step, hone_int n, F &&number) {
    if (from == made_ && n <= count_) return row_;
    if (step == 1) {
      for (hone_int j = 0; j < n; j++) row_[j] = number(from[j]);
    } else {
      for (hone_int j = 0; j < n; j++) row_[j] = number(from[j * step]);
    }
    made_ = from;
    count_ = n;
    return row_;
  }
  Matrix<const uint8_t> sees_{};
  Matrix<const T> numbers_{};
  T *row_;
  const void *made_ = nullptr;
  hone_int count_ = 0;
};

template <class T, class P> inline Vec<T> scored(const T *s, const T *bias, hone_int i, P part, Vec<T> scale) {
  const Vec<T> x = part.load(s + i, T(0)) * scale;
  return bias ? x + part.load(bias + i, T(0)) : x;
}

// Scores of one query become weights exp(score - top), top the largest so far; returns what everything before shrinks by.
template <class T> T weigh(T *s, hone_int n, T scale, const T *bias, T &top, T &sum) {
  const Vec<T> by = broadcast(scale);
  Vec<T> max = broadcast(kNone<T>);
  hone_int i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) max = larger<T>(scored(s, bias, i, Whole<T>{}, by), max);
  T most = top;
  for (int l = 0; l < kLanes<T>; l++) most = max[l] > most ? max[l] : most;
  for (hone_int j = i; j < n; j++) {
    const T x = s[j] * scale + (bias ? bias[j] : T(0));
    most = x > most ? x : most;
  }
  const T shift = most == kNone<T> ? T(0) : most; // all masked: every weight is exp(-inf)
  const Vec<T> down = broadcast(shift);
  Vec<T> total = broadcast(T(0));
  for (i = 0; i + kLanes<T> <= n; i += kLanes<T>) {
    const Vec<T> e = exp_below(scored(s, bias, i, Whole<T>{}, by) - down);
    store(s + i, e);
    total += e;
  }
  if (i < n) {
    const Part<T> rest{n - i};
    Vec<T> e = exp_below(scored(s, bias, i, rest, by) - down);
    for (int l = int(n - i); l < kLanes<T>; l++) e[l] = 0;
    rest.store(s + i, e);
    total += e;
  }
  const Vec<T> shrink = exp_below(broadcast(top) - down);
  sum = sum * shrink[0] + sum_lanes<T>(total);
  top = most;
  return shrink[0];
}

template <class T> void scale_row(T *x, hone_int n, T by) {
  const Vec<T> factor = broadcast(by);
  each_vector<T>(n, [&](hone_int j, auto part) { part.store(x + j, part.load(x + j, T(0)) * factor); });
}

// The mask of dropout on weights; the scale comes later, for all at once.
template <class T> void drop(T *weights, const uint8_t *kept, hone_int n) {
  for (hone_int j = 0; j < n; j++) weights[j] = kept[j] ? weights[j] : T(0);
}

template <class T> bool forward_block(const Attention<T> &a, hone_int item, hone_int r0, hone_int r1, T *lse) {
  const hone_int rows = r1 - r0, limit = a.causal ? min_of(a.keys, r1) : a.keys, width = round_up(min_of(limit, kKeys), kLanes<T>);
  T *const space = static_cast<T *>(workspace().get(size_t(rows * width + kKeys + 2 * rows) * sizeof(T)));
  if (!space) return false;
  T *const tops = space + rows * width + kKeys, *const sums = tops + rows;
  const Matrix<T> scores{space, width, 1}, q{a.template matrix<T>(Q, item)[r0], a.step(Q, a.lead), 1};
  const Matrix<T> k = a.template matrix<T>(K, item), v = a.template matrix<T>(V, item);
  const Matrix<T> out{a.template matrix<T>(Out, item)[r0], a.step(Out, a.lead), 1};
  const Matrix<const uint8_t> kept = a.template matrix<const uint8_t>(Dropped, item);
  MaskRows<T> mask(a, item, space + rows * width);
  for (hone_int r = 0; r < rows; r++) tops[r] = kNone<T>, sums[r] = 0;
  for (hone_int k0 = 0; k0 < limit; k0 += kKeys) {
    const hone_int n = min_of(kKeys, limit - k0);
    if (!multiply<T>(rows, n, a.features, q, false, {k[k0], k.row, 1}, true, scores, false)) return false;
    for (hone_int r = 0; r < rows; r++) {
      const hone_int seen = a.seen(r0 + r, k0, n);
      const T shrink = weigh<T>(scores[r], seen, a.scale, mask.row(r0 + r, k0, seen), tops[r], sums[r]);
      for (hone_int j = seen; j < n; j++) scores[r][j] = 0;
      if (k0 > 0 && shrink != T(1)) scale_row<T>(out[r], a.value_features, shrink);
      if (kept.at) drop<T>(scores[r], kept[r0 + r] + k0, n);
    }
    if (!multiply<T>(rows, a.value_features, n, scores, false, {v[k0], v.row, 1}, false, out, k0 > 0)) return false;
  }
  for (hone_int r = 0; r < rows; r++) {
    const T sum = sums[r];
    scale_row<T>(out[r], a.value_features, sum == T(0) ? T(0) : (kept.at ? a.keep : T(1)) / sum);
    // Of a query that sees nothing: exp(score - inf) makes its weights 0 again.
    if (lse) lse[item * a.queries + r0 + r] = sum == T(0) ? -kNone<T> : tops[r] + std::log(sum);
  }
  return true;
}

template <class T> int32_t forward(const Attention<T> &a, T *lse) {
  const hone_int blocks = ceil_div(a.queries, kQueries);
  std::atomic<bool> ok{true};
  parallel_for(a.items * blocks, hone_int(kGrainFlops * double(blocks) / a.flops()) + 1, [&](hone_int begin, hone_int end) {
    for (hone_int task = begin; task < end; task++) {
      const hone_int r0 = task % blocks * kQueries;
      if (!forward_block<T>(a, task / blocks, r0, min_of(a.queries, r0 + kQueries), lse)) ok.store(false, std::memory_order_relaxed);
    }
  });
  return ok.load() ? HONE_OK : no_memory("attention");
}

// weights = exp(score - lse), dropped ones 0, and the gradient of the scores, weight (d - sum of d out) scale, from d = dout v^T.
template <class T>
void weigh_backward(const Attention<T> &a, T *s, T *d, hone_int n, const T *bias, const uint8_t *kept, T lse, T dot) {
  const Vec<T> by = broadcast(a.scale), down = broadcast(lse), less = broadcast(dot);
  if (kept) {
    for (hone_int j = 0; j < n; j++) d[j] = kept[j] ? d[j] * a.keep : T(0);
  }
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> weight = exp_below(scored(s, bias, j, part, by) - down);
    part.store(s + j, weight);
    part.store(d + j, weight * (part.load(d + j, T(0)) - less) * by);
  });
  if (kept) {
    for (hone_int j = 0; j < n; j++) s[j] = kept[j] ? s[j] * a.keep : T(0);
  }
}

template <class T> void clear(const Matrix<T> &x, hone_int rows, hone_int width) {
  for (hone_int r = 0; r < rows; r++) std::memset(x[r], 0, size_t(width) * sizeof(T));
}

template <class T> bool backward_item(const Attention<T> &a, hone_int item, const T *lse) {
  const hone_int width = round_up(min_of(a.keys, kKeys), kLanes<T>), block = min_of(a.queries, kQueries) * width;
  T *const space = static_cast<T *>(workspace().get(size_t(2 * block + kKeys) * sizeof(T)));
  if (!space) return false;
  const Matrix<T> weights{space, width, 1}, grads{space + block, width, 1};
  const auto of = [&](Operand o) { return a.template matrix<T>(o, item); };
  const Matrix<T> q = of(Q), k = of(K), v = of(V), out = of(Out), dout = of(GradOut), dq = of(GradQ), dk = of(GradK), dv = of(GradV);
  const Matrix<const uint8_t> kept = a.template matrix<const uint8_t>(Dropped, item);
  MaskRows<T> mask(a, item, space + 2 * block);
  // Under the causal mask a block of keys is met by and by.
  if (a.causal && dk.at) clear(dk, a.keys, a.features);
  if (a.causal && dv.at) clear(dv, a.keys, a.value_features);
  for (hone_int r0 = 0; r0 < a.queries; r0 += kQueries) {
    const hone_int rows = min_of(kQueries, a.queries - r0), limit = a.causal ? min_of(a.keys, r0 + rows) : a.keys;
    const Matrix<T> qr{q[r0], q.row, 1}, doutr{dout[r0], dout.row, 1};
    for (hone_int k0 = 0; k0 < limit; k0 += kKeys) {
      const hone_int n = min_of(kKeys, limit - k0);
      const Matrix<T> kr{k[k0], k.row, 1}, vr{v[k0], v.row, 1};
      if (!multiply<T>(rows, n, a.features, qr, false, kr, true, weights, false)) return false;
      if (!multiply<T>(rows, n, a.value_features, doutr, false, vr, true, grads, false)) return false;
      for (hone_int r = 0; r < rows; r++) {
        const T *const g = dout[r0 + r], *const y = out[r0 + r];
        const T dot = sum_vectors<T>(a.value_features, [&](hone_int j, auto part) { return part.load(g + j, T(0)) * part.load(y + j, T(0)); });
        const hone_int seen = a.seen(r0 + r, k0, n);
        weigh_backward<T>(a, weights[r], grads[r], seen, mask.row(r0 + r, k0, seen), kept.at ? kept[r0 + r] + k0 : nullptr,
                          lse[item * a.queries + r0 + r], dot);
        for (hone_int j = seen; j < n; j++) weights[r][j] = 0, grads[r][j] = 0;
      }
      const bool add = a.causal || r0 > 0;
      if (dv.at && !multiply<T>(n, a.value_features, rows, weights, true, doutr, false, {dv[k0], dv.row, 1}, add)) return false;
      if (dk.at && !multiply<T>(n, a.features, rows, grads, true, qr, false, {dk[k0], dk.row, 1}, add)) return false;
      if (dq.at && !multiply<T>(rows, a.features, n, grads, false, kr, false, {dq[r0], dq.row, 1}, k0 > 0)) return false;
    }
  }
  return true;
}

template <class T> int32_t backward(const Attention<T> &a, const T *lse) {
  std::atomic<bool> ok{true};
  parallel_for(a.items, hone_int(kGrainFlops / (2.5 * a.flops())) + 1, [&](hone_int begin, hone_int end) {
    for (hone_int item = begin; item < end; item++) {
      if (!backward_item<T>(a, item, lse)) ok.store(false, std::memory_order_relaxed);
    }
  });
  return ok.load() ? HONE_OK : no_memory("attention_backward");
}

template <class T>
Attention<T> attention_of(int32_t causal, double scale, hone_int queries, hone_int keys, hone_int features, hone_int value_features,
                          const void *q, const void *k, const void *v, const void *mask, int32_t mask_dtype, const void *kept, double p,
                          void *out, int32_t lead, const double *meta) {
  Attention<T> a{};
  a.queries = queries, a.keys = keys, a.features = features, a.value_features = value_features;
  a.causal = causal != 0;
  a.scale = T(scale);
  a.mask_dtype = mask_dtype;
  a.keep = kept ? T(1) / T(1 - p) : T(0);
  a.lead = lead, a.meta = meta;
  for (int d = 0; d < lead; d++) a.items *= a.size(d);
  const void *const given[] = {q, k, v, mask, kept, out};
  for (int o = 0; o < 6; o++) a.address[o] = const_cast<void *>(given[o]);
  return a;
}

} // namespace

HONE_KERNEL(attention)(int32_t dtype, int32_t causal, double scale, hone_int queries, hone_int keys, hone_int features,
                       hone_int value_features, void *out, void *lse, const void *q, const void *k, const void *v, const void *mask,
                       int32_t mask_dtype, const void *kept, double p, int32_t lead, const double *meta) {
  return for_floats(dtype, "attention", [&](auto zero) {
    using T = decltype(zero);
    const Attention<T> a =
        attention_of<T>(causal, scale, queries, keys, features, value_features, q, k, v, mask, mask_dtype, kept, p, out, lead, meta);
    return forward<T>(a, static_cast<T *>(lse));
  });
}

HONE_KERNEL(attention_backward)(int32_t dtype, int32_t causal, double scale, hone_int queries, hone_int keys, hone_int features,
                                hone_int value_features, void *grad_q, void *grad_k, void *grad_v, const void *grad_out, const void *out,
                                const void *lse, const void *q, const void *k, const void *v, const void *mask, int32_t mask_dtype,
                                const void *kept, double p, int32_t lead, const double *meta) {
  return for_floats(dtype, "attention_backward", [&](auto zero) {
    using T = decltype(zero);
    Attention<T> a = attention_of<T>(causal, scale, queries, keys, features, value_features, q, k, v, mask, mask_dtype, kept, p,
                                     const_cast<void *>(out), lead, meta);
    a.address[GradOut] = const_cast<void *>(grad_out);
    a.address[GradQ] = grad_q, a.address[GradK] = grad_k, a.address[GradV] = grad_v;
    return backward<T>(a, static_cast<const T *>(lse));
  });
}
