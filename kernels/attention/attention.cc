// attention.cc: out = softmax(scale q k^T + mask) v for each item (batch and heads), and its gradient, without a matrix of all scores.
//
// Scores exist for a block of queries against a block of keys at a time, in cache, between two products of the one driver, and turned, a
// row for each key: then lanes are queries, and largest scores and sums need nothing across lanes. Each query keeps the largest score met so
// far and the sum of the weights relative to it: where a later block has a larger one, what was summed shrinks by exp(old - new), so that the
// end is the softmax over all keys. The logarithm of a query's sum of exp(scores) is all that backward needs to make its weights again.
//
// Blocks depend on shapes alone and an item's sums are one thread's, in one order: bits do not depend on the number of threads.
#include <atomic>
#include <cmath>
#include <limits>

#include "linalg/gemm.h"
#include "math/vecmath.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/transpose.h"
#include "support/workspace.h"

using namespace hone;

namespace {

constexpr hone_int kKeys = 256; // in a block of scores, with at most kQueries
constexpr hone_int kQueries = 64, kCausalQueries = 32; // few, where a block's part beyond the causal mask is for nothing
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

  hone_int block_of_queries() const { return min_of(queries, causal ? kCausalQueries : kQueries); }
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

// Scratch of one block: `width` queries (whole vectors) by up to kKeys keys, a row for each key; and of its queries `values`: what they give, or
// the gradients of that, side by side, where the tensor's rows may be a multiple of 4 KiB apart and drive each other out of the cache.
template <class T> struct Blocks {
  hone_int width;
  T *scores, *grads, *bias, *dropped, *rows, *top, *sum, *shrink, *values;

  // False where there is no memory.
  bool reserve(const Attention<T> &a, hone_int queries, hone_int keys, bool backward) {
    width = round_up(queries, kLanes<T>);
    const hone_int block = width * min_of(keys, kKeys);
    const bool masked = a.address[Mask], drops = a.address[Dropped];
    const hone_int count = block * (1 + backward + masked + drops) + kLanes<T> * kKeys + 3 * width + queries * a.value_features;
    T *at = static_cast<T *>(workspace().get(size_t(count) * sizeof(T)));
    if (!at) return false;
    const auto take = [&](hone_int count) { return at += count, at - count; };
    scores = take(block);
    grads = backward ? take(block) : nullptr;
    bias = masked ? take(block) : nullptr;
    dropped = drops ? take(block) : nullptr;
    rows = take(kLanes<T> * kKeys);
    top = take(width), sum = take(width), shrink = take(width);
    values = take(queries * a.value_features);
    return true;
  }
};

// block[key][query] = number(from[query][key]) for some queries and n keys, by way of a few rows at a time.
template <class T, class E, class F> void turn(const Blocks<T> &b, T *block, Matrix<const E> from, hone_int queries, hone_int n, F &&number) {
  for (hone_int r0 = 0; r0 < queries; r0 += kLanes<T>) {
    const hone_int rows = min_of(kLanes<T>, queries - r0);
    for (hone_int r = 0; r < rows; r++) {
      const E *const row = from[r0 + r];
      T *const to = b.rows + r * n;
      if (from.column == 1) {
        for (hone_int j = 0; j < n; j++) to[j] = number(row[j]);
      } else {
        for (hone_int j = 0; j < n; j++) to[j] = number(row[j * from.column]);
      }
    }
    transpose<T, true>(block + r0, b.width, b.rows, n, rows, n);
  }
}

// What is added to the scores of a block: nothing, a number for each key, or one for each score.
enum class Added { Nothing, Keys, Scores };

// Readies the mask of queries from r0 on and n keys from k0 on in b.bias.
template <class T> Added ready_mask(const Attention<T> &a, const Blocks<T> &b, hone_int item, hone_int r0, hone_int queries, hone_int k0, hone_int n) {
  if (!a.address[Mask]) return Added::Nothing;
  const auto ready = [&](auto whole, auto &&number) {
    whole.at = whole[r0] + k0 * whole.column;
    if (whole.row != 0) {
      turn(b, b.bias, whole, queries, n, number);
      return Added::Scores;
    }
    for (hone_int j = 0; j < n; j++) b.bias[j] = number(whole.at[j * whole.column]);
    return Added::Keys;
  };
  if (a.mask_dtype != HONE_BOOL) return ready(a.template matrix<const T>(Mask, item), [](T x) { return x; });
  return ready(a.template matrix<const uint8_t>(Mask, item), [](uint8_t yes) { return yes ? T(0) : kNone<T>; });
}

template <class T> bool ready_dropped(const Attention<T> &a, const Blocks<T> &b, hone_int item, hone_int r0, hone_int queries, hone_int k0, hone_int n) {
  Matrix<const uint8_t> kept = a.template matrix<const uint8_t>(Dropped, item);
  if (!kept.at) return false;
  kept.at = kept[r0] + k0;
  turn(b, b.dropped, kept, queries, n, [keep = a.keep](uint8_t yes) { return yes ? keep : T(0); });
  return true;
}

template <class T> void multiply_by(T *x, const T *by, hone_int n) {
  for (hone_int i = 0; i < n; i += kLanes<T>) store(x + i, load(x + i) * load(by + i));
}

// Calls body(first vector, integral_constant of how many) for the vectors of a row, four at a time while there are.
template <class T, class F> void by_vectors(hone_int width, F &&body) {
  hone_int g = 0;
  for (; g + 4 * kLanes<T> <= width; g += 4 * kLanes<T>) body(g, std::integral_constant<int, 4>());
  for (; g < width; g += kLanes<T>) body(g, std::integral_constant<int, 1>());
}

// Calls body(first key, end, score) over a block's n keys, score(s, key, vector) being the finished score at s, for G vectors of queries from
// b's query g on. `first` is the last of the block's keys that the first of these queries sees under the causal mask. Returns the end
// of the keys that any of them sees.
template <class T, int G, class F> hone_int over_scores(const Attention<T> &a, const Blocks<T> &b, Added added, hone_int first, hone_int g, hone_int n, F &&body) {
  constexpr hone_int L = kLanes<T>;
  const Vec<T> scale = broadcast(a.scale);
  const T *const bias = b.bias;
  const hone_int width = b.width;
  const auto plain = [=](const T *s, hone_int, int) { return load(s) * scale; };
  if (a.causal) {
    const hone_int whole = max_of(0, min_of(n, first + 1)), end = max_of(0, min_of(n, first + G * L));
    Vec<T> lane{};
    for (int l = 0; l < L; l++) lane[l] = T(l);
    body(hone_int(0), whole, plain);
    body(whole, end, [=](const T *s, hone_int j, int v) { return select(lane < T(j - first - v * L), broadcast(kNone<T>), load(s) * scale); });
    return end;
  }
  if (added == Added::Nothing) body(hone_int(0), n, plain);
  else if (added == Added::Keys) body(hone_int(0), n, [=](const T *s, hone_int j, int) { return load(s) * scale + broadcast(bias[j]); });
  else body(hone_int(0), n, [=](const T *s, hone_int j, int v) { return load(s) * scale + load(bias + j * width + g + v * L); });
  return n;
}

// Scores of a block become weights exp(score - top), top the largest so far; shrink is what everything before shrinks by.
template <class T> void weigh(const Attention<T> &a, const Blocks<T> &b, Added added, hone_int r0, hone_int k0, hone_int n) {
  constexpr hone_int L = kLanes<T>;
  by_vectors<T>(b.width, [&](hone_int g, auto vectors) {
    constexpr int G = decltype(vectors)::value;
    const hone_int first = r0 + g - k0, width = b.width;
    T *const s = b.scores + g;
    Vec<T> top[G], down[G], sum[G];
    for (int v = 0; v < G; v++) top[v] = load(b.top + g + v * L), sum[v] = Vec<T>{};
    over_scores<T, G>(a, b, added, first, g, n, [&](hone_int j, hone_int end, auto score) {
      for (; j < end; j++) {
#pragma GCC unroll 4
        for (int v = 0; v < G; v++) top[v] = larger<T>(score(s + j * width + v * L, j, v), top[v]);
      }
    });
    for (int v = 0; v < G; v++) {
      down[v] = select(top[v] == kNone<T>, broadcast(T(0)), top[v]); // all masked: every weight is exp(-inf)
      const Vec<T> shrink = exp_below(load(b.top + g + v * L) - down[v]);
      store(b.shrink + g + v * L, shrink);
      store(b.top + g + v * L, top[v]);
    }
    const hone_int seen = over_scores<T, G>(a, b, added, first, g, n, [&](hone_int j, hone_int end, auto score) {
      for (; j < end; j++) {
#pragma GCC unroll 4
        for (int v = 0; v < G; v++) {
          const Vec<T> e = exp_below(score(s + j * width + v * L, j, v) - down[v]);
          store(s + j * width + v * L, e);
          sum[v] += e;
        }
      }
    });
    for (hone_int j = seen; j < n; j++) {
      for (int v = 0; v < G; v++) store(s + j * width + v * L, Vec<T>{});
    }
    for (int v = 0; v < G; v++) store(b.sum + g + v * L, load(b.sum + g + v * L) * load(b.shrink + g + v * L) + sum[v]);
  });
}

template <class T> void scale_row(T *to, const T *from, hone_int n, T by) {
  const Vec<T> factor = broadcast(by);
  each_vector<T>(n, [&](hone_int j, auto part) { part.store(to + j, part.load(from + j, T(0)) * factor); });
}

template <class T> bool forward_block(const Attention<T> &a, hone_int item, hone_int r0, hone_int r1, T *lse) {
  constexpr hone_int L = kLanes<T>;
  const hone_int rows = r1 - r0, limit = a.causal ? min_of(a.keys, r1) : a.keys;
  Blocks<T> b;
  if (!b.reserve(a, rows, limit, false)) return false;
  const hone_int features = a.value_features;
  const Matrix<T> scores{b.scores, b.width, 1}, values{b.values, features, 1}, k = a.template matrix<T>(K, item), v = a.template matrix<T>(V, item);
  Matrix<T> q = a.template matrix<T>(Q, item), out = a.template matrix<T>(Out, item);
  q.at = q[r0], out.at = out[r0];
  for (hone_int r = 0; r < b.width; r++) b.top[r] = kNone<T>, b.sum[r] = 0;
  for (hone_int k0 = 0; k0 < limit; k0 += kKeys) {
    const hone_int n = min_of(kKeys, limit - k0);
    if (!multiply<T>(n, rows, a.features, {k[k0], k.row, 1}, false, q, true, scores, false)) return false;
    weigh<T>(a, b, ready_mask(a, b, item, r0, rows, k0, n), r0, k0, n);
    if (ready_dropped(a, b, item, r0, rows, k0, n)) multiply_by(b.scores, b.dropped, n * b.width);
    for (hone_int r = 0; k0 > 0 && r < rows; r++) {
      if (b.shrink[r] != T(1)) scale_row<T>(values[r], values[r], features, b.shrink[r]);
    }
    if (!multiply<T>(rows, features, n, scores, true, {v[k0], v.row, 1}, false, values, k0 > 0)) return false;
  }
  // Of a query that sees nothing the sum is 0, and exp(score - inf) makes its weights 0 again.
  for (hone_int r = 0; r < b.width; r += L) {
    const Vec<T> sum = load(b.sum + r);
    store(b.sum + r, select(sum == T(0), broadcast(T(0)), T(1) / sum));
    store(b.top + r, select(sum == T(0), broadcast(-kNone<T>), load(b.top + r) + m_log(sum)));
  }
  for (hone_int r = 0; r < rows; r++) scale_row<T>(out[r], values[r], features, b.sum[r]);
  if (lse) std::memcpy(lse + item * a.queries + r0, b.top, size_t(rows) * sizeof(T));
  return true;
}

template <class T> int32_t forward(const Attention<T> &a, T *lse) {
  const hone_int high = a.block_of_queries(), blocks = ceil_div(a.queries, high);
  std::atomic<bool> ok{true};
  parallel_for(a.items * blocks, hone_int(kGrainFlops * double(blocks) / a.flops()) + 1, [&](hone_int begin, hone_int end) {
    for (hone_int task = begin; task < end; task++) {
      const hone_int r0 = task % blocks * high;
      if (!forward_block<T>(a, task / blocks, r0, min_of(a.queries, r0 + high), lse)) ok.store(false, std::memory_order_relaxed);
    }
  });
  return ok.load() ? HONE_OK : no_memory("attention");
}

// Scores become weights exp(score - lse), and d = dout v^T the gradient of the scores before the scale, weight (d - sum of dout out), scaled.
// b.top holds lse, b.sum the sums of dout out.
template <class T> void weigh_backward(const Attention<T> &a, const Blocks<T> &b, Added added, hone_int r0, hone_int k0, hone_int n) {
  constexpr hone_int L = kLanes<T>;
  by_vectors<T>(b.width, [&](hone_int g, auto vectors) {
    constexpr int G = decltype(vectors)::value;
    const hone_int width = b.width;
    T *const s = b.scores + g, *const d = b.grads + g;
    const Vec<T> scale = broadcast(a.scale);
    Vec<T> down[G], less[G];
    for (int v = 0; v < G; v++) down[v] = load(b.top + g + v * L), less[v] = load(b.sum + g + v * L);
    const hone_int seen = over_scores<T, G>(a, b, added, r0 + g - k0, g, n, [&](hone_int j, hone_int end, auto score) {
      for (; j < end; j++) {
#pragma GCC unroll 4
        for (int v = 0; v < G; v++) {
          const hone_int at = j * width + v * L;
          const Vec<T> weight = exp_below(score(s + at, j, v) - down[v]);
          store(s + at, weight);
          store(d + at, weight * scale * (load(d + at) - less[v]));
        }
      }
    });
    for (hone_int j = seen; j < n; j++) {
      for (int v = 0; v < G; v++) store(s + j * width + v * L, Vec<T>{}), store(d + j * width + v * L, Vec<T>{});
    }
  });
}

template <class T> void clear(const Matrix<T> &x, hone_int rows, hone_int width) {
  for (hone_int r = 0; r < rows; r++) std::memset(x[r], 0, size_t(width) * sizeof(T));
}

template <class T> bool backward_item(const Attention<T> &a, hone_int item, const T *lse) {
  Blocks<T> b;
  const hone_int high = a.block_of_queries();
  if (!b.reserve(a, high, a.keys, true)) return false;
  const Matrix<T> weights{b.scores, b.width, 1}, grads{b.grads, b.width, 1};
  const auto of = [&](Operand o, hone_int row) {
    Matrix<T> m = a.template matrix<T>(o, item);
    if (m.at) m.at = m[row];
    return m;
  };
  // Under the causal mask a block of keys is met by and by.
  if (a.causal && a.address[GradK]) clear(of(GradK, 0), a.keys, a.features);
  if (a.causal && a.address[GradV]) clear(of(GradV, 0), a.keys, a.value_features);
  for (hone_int r0 = 0; r0 < a.queries; r0 += high) {
    const hone_int rows = min_of(high, a.queries - r0), limit = a.causal ? min_of(a.keys, r0 + rows) : a.keys;
    const Matrix<T> q = of(Q, r0), dq = of(GradQ, r0), out = of(Out, r0), given = of(GradOut, r0), dout{b.values, a.value_features, 1};
    for (hone_int r = 0; r < rows; r++) {
      const T *const g = given[r], *const y = out[r];
      T *const to = dout[r];
      b.top[r] = lse[item * a.queries + r0 + r];
      b.sum[r] = sum_vectors<T>(a.value_features, [&](hone_int j, auto part) {
        const Vec<T> x = part.load(g + j, T(0));
        part.store(to + j, x);
        return Vec<T>(x * part.load(y + j, T(0)));
      });
    }
    for (hone_int k0 = 0; k0 < limit; k0 += kKeys) {
      const hone_int n = min_of(kKeys, limit - k0);
      const Matrix<T> k = of(K, k0), v = of(V, k0), dk = of(GradK, k0), dv = of(GradV, k0);
      if (!multiply<T>(n, rows, a.features, k, false, q, true, weights, false)) return false;
      if (!multiply<T>(n, rows, a.value_features, v, false, dout, true, grads, false)) return false;
      const bool drops = ready_dropped(a, b, item, r0, rows, k0, n);
      if (drops) multiply_by(b.grads, b.dropped, n * b.width);
      weigh_backward<T>(a, b, ready_mask(a, b, item, r0, rows, k0, n), r0, k0, n);
      if (drops) multiply_by(b.scores, b.dropped, n * b.width);
      const bool add = a.causal || r0 > 0;
      if (dv.at && !multiply<T>(n, a.value_features, rows, weights, false, dout, false, dv, add)) return false;
      if (dk.at && !multiply<T>(n, a.features, rows, grads, false, q, false, dk, add)) return false;
      if (dq.at && !multiply<T>(rows, a.features, n, grads, true, k, false, dq, k0 > 0)) return false;
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
