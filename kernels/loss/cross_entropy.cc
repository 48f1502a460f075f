// cross_entropy.cc: cross entropy and negative log likelihood with class-index targets, and their gradients.
#include <cmath>
#include <limits>

#include "math/vecmath.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/sizes.h"
#include "support/transpose.h"

using namespace hone;

namespace {

constexpr hone_int kWork = 1 << 14; // logits that make a chunk worth a thread
constexpr hone_int kBlocks = 64;    // partial sums of a loss: as many for every number of threads, so that the total is the same

// What all four kernels share; T is the logits' type, I the targets'.
template <class T, class I> struct Problem {
  const I *target;
  const T *weight;
  hone_int n, c, inner;
  double ignore;
  double smoothing;
  int32_t reduction;

  bool ignored(hone_int item) const { return double(target[item]) == ignore; }
  T weight_of(hone_int j) const { return weight ? weight[j] : T(1); }
  double weight_sum() const {
    double sum = 0;
    for (hone_int j = 0; j < c; j++) sum += double(weight_of(j));
    return sum;
  }
  // Where item's class 0 lies in [n, c, inner].
  hone_int at(hone_int item) const { return inner == 1 ? item * c : item / inner * c * inner + item % inner; }

  int32_t check() const {
    for (hone_int i = 0; i < n * inner; i++) {
      if ((target[i] < 0 || hone_int(target[i]) >= c) && !ignored(i)) {
        return fail(HONE_E_INDEX, "target %lld is out of bounds for %lld classes", (long long)target[i], (long long)c);
      }
    }
    return HONE_OK;
  }

  // Vectors of neighbouring items share a pass over the classes where inner > 1, or where the rows are short enough for a tile; a long
  // row is a group by itself.
  bool tiled() const { return inner == 1 && c <= kShortRow; }
  hone_int lanes() const { return inner == 1 && !tiled() ? 1 : kLanes<T>; }
  hone_int groups() const { return inner == 1 ? ceil_div(n, lanes()) : n * ceil_div(inner, kLanes<T>); }
  // Group number g: its first item and how many it has.
  hone_int first_item(hone_int g, hone_int *count) const {
    const hone_int row = inner == 1 ? n : inner, per = ceil_div(row, lanes()), at = g % per * lanes();
    *count = row - at < lanes() ? row - at : lanes();
    return g / per * row + at;
  }
};

struct Sums {
  double loss = 0, weight = 0;
};

// Adds body(g, sums) up over all groups, in kBlocks fixed blocks, combined in order.
template <class F> Sums sum_groups(hone_int groups, hone_int work_per_group, F &&body) {
  Sums part[kBlocks];
  const hone_int size = ceil_div(groups, kBlocks), work = size * work_per_group;
  parallel_for(kBlocks, grain_of(kWork, work), [&](hone_int begin, hone_int end) {
    for (hone_int b = begin; b < end; b++) {
      const hone_int stop = (b + 1) * size < groups ? (b + 1) * size : groups;
      for (hone_int g = b * size; g < stop; g++) body(g, part[b]);
    }
  });
  Sums total;
  for (const Sums &s : part) {
    total.loss += s.loss;
    total.weight += s.weight;
  }
  return total;
}

template <class T> T reduced(const Sums &sums, int32_t reduction) {
  return T(reduction == HONE_REDUCE_MEAN ? sums.loss / sums.weight : sums.loss);
}

// An item's pass over its classes: the largest logit, the sum of exp(x - max) and, for smoothing, the sum of w (x - max).
template <class T> struct Pass {
  T max[kLanes<T>], sum[kLanes<T>], weighted[kLanes<T>];
};

template <class T, class I> void pass_row(const Problem<T, I> &p, const T *x, Pass<T> *out) {
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const T top = largest(x, p.c, lowest);
  const Vec<T> shift = broadcast(top);
  out->max[0] = top;
  out->sum[0] = sum_vectors<T>(p.c, [&](hone_int j, auto part) { return m_exp(part.load(x + j, lowest) - shift); });
  if (p.smoothing == 0) return;
  out->weighted[0] = sum_vectors<T>(p.c, [&](hone_int j, auto part) {
    const Vec<T> d = part.load(x + j, top) - shift;
    return p.weight ? d * part.load(p.weight + j, T(0)) : d;
  });
}

template <class T, class I, class P> void pass_column(const Problem<T, I> &p, const T *x, hone_int stride, P part, Pass<T> *out) {
  Vec<T> max = broadcast(-std::numeric_limits<T>::infinity()), sum = broadcast(T(0)), weighted = broadcast(T(0));
  for (hone_int j = 0; j < p.c; j++) max = larger<T>(part.load(x + j * stride, T(0)), max);
  for (hone_int j = 0; j < p.c; j++) sum += m_exp(part.load(x + j * stride, T(0)) - max);
  store(out->max, max);
  store(out->sum, sum);
  if (p.smoothing == 0) return;
  for (hone_int j = 0; j < p.c; j++) {
    const Vec<T> d = part.load(x + j * stride, T(0)) - max;
    weighted += p.weight ? d * p.weight[j] : d;
  }
  store(out->weighted, weighted);
}

template <class T, class I> int32_t cross_entropy(const Problem<T, I> &p, T *loss, T *lse, T *total_weight, const T *logits) {
  if (int32_t status = p.check()) return status;
  const double smooth_each = p.smoothing / double(p.c), all_weights = p.smoothing != 0 ? p.weight_sum() : 0;
  Sums sums = sum_groups(p.groups(), p.c * p.lanes(), [&](hone_int g, Sums &part) {
    hone_int count, first = p.first_item(g, &count);
    const T *x = logits + p.at(first);
    hone_int stride = p.inner;
    Pass<T> pass;
    RowTile<T> tile;
    T logs[kLanes<T>];
    if (p.tiled()) {
      tile.load(x, count, p.c);
      x = tile.data;
      stride = tile.stride;
    }
    if (p.lanes() == 1) pass_row(p, x, &pass);
    else if (p.tiled() || count == kLanes<T>) pass_column(p, x, stride, Whole<T>{}, &pass);
    else pass_column(p, x, stride, Part<T>{count}, &pass);
    if (p.lanes() == 1) logs[0] = std::log(pass.sum[0]);
    else store(logs, m_log(load(pass.sum)));
    for (hone_int k = 0; k < count; k++) {
      const hone_int item = first + k;
      const T log_sum = logs[k];
      lse[item] = pass.max[k] + log_sum;
      T value = 0;
      if (!p.ignored(item)) {
        const hone_int t = hone_int(p.target[item]);
        const T w = p.weight_of(t);
        // (x - max) - log(sum), not x - lse: the loss keeps its digits where logits are large
        value = -(x[t * stride + k] - pass.max[k] - log_sum) * w;
        if (p.smoothing != 0) {
          const double smooth = all_weights * double(log_sum) - double(pass.weighted[k]);
          value = T((1 - p.smoothing) * double(value) + smooth_each * smooth);
        }
        part.weight += double(w);
      }
      if (p.reduction == HONE_REDUCE_NONE) loss[item] = value;
      part.loss += double(value);
    }
  });
  if (p.reduction != HONE_REDUCE_NONE) *loss = reduced<T>(sums, p.reduction);
  *total_weight = T(sums.weight);
  return HONE_OK;
}

// Each item's scale: what reaches its loss from grad_loss.
template <class T> T item_scale(const T *grad_loss, const T *total_weight, hone_int item, int32_t reduction) {
  if (reduction == HONE_REDUCE_NONE) return grad_loss[item];
  return reduction == HONE_REDUCE_MEAN ? *grad_loss / *total_weight : *grad_loss;
}

// With p = softmax(x), s = smoothing / c and W = sum of w: grad_j = g (((1 - smoothing) w_t + s W) p_j - s w_j - [j = t] (1 - smoothing) w_t).
// p is exp(x - lse) over its own sum, which takes the rounding of lse out again.
template <class T, class I>
int32_t cross_entropy_backward(const Problem<T, I> &p, T *grad, const T *grad_loss, const T *logits, const T *lse, const T *total_weight) {
  if (int32_t status = p.check()) return status;
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const double smooth_each = p.smoothing / double(p.c), all_weights = p.smoothing != 0 ? p.weight_sum() : 0;
  // The factors of an item's probabilities, of its weights and of its target.
  auto factors = [&](hone_int item, T sum, T *probability, T *each, T *hit) {
    *probability = *each = *hit = 0;
    if (p.ignored(item)) return;
    const double g = double(item_scale(grad_loss, total_weight, item, p.reduction));
    const double own = (1 - p.smoothing) * double(p.weight_of(hone_int(p.target[item])));
    *probability = T(g * (own + smooth_each * all_weights) / double(sum));
    *each = T(g * smooth_each);
    *hit = T(g * own);
  };
  auto row = [&](hone_int item) {
    const T *x = logits + item * p.c;
    T *to = grad + item * p.c;
    if (p.ignored(item)) {
      std::memset(to, 0, size_t(p.c) * sizeof(T));
      return;
    }
    const Vec<T> shift = broadcast(lse[item]);
    const T sum = sum_vectors<T>(p.c, [&](hone_int j, auto part) {
      const Vec<T> e = m_exp(part.load(x + j, lowest) - shift);
      part.store(to + j, e);
      return e;
    });
    T probability, each, hit;
    factors(item, sum, &probability, &each, &hit);
    each_vector<T>(p.c, [&](hone_int j, auto part) {
      Vec<T> v = part.load(to + j, T(0)) * probability;
      if (p.smoothing != 0) v -= each * (p.weight ? part.load(p.weight + j, T(0)) : broadcast(T(1)));
      part.store(to + j, v);
    });
    to[p.target[item]] -= hit;
  };
  // x and to may be the same.
  auto column = [&](hone_int first, hone_int count, const T *x, T *to, hone_int stride, auto part) {
    const Vec<T> shift = count == kLanes<T> ? load(lse + first) : load_some(lse + first, count);
    Vec<T> total = broadcast(T(0));
    for (hone_int j = 0; j < p.c; j++) {
      const Vec<T> e = m_exp(part.load(x + j * stride, T(0)) - shift);
      part.store(to + j * stride, e);
      total += e;
    }
    T sum[kLanes<T>], probability[kLanes<T>] = {}, each[kLanes<T>] = {}, hit[kLanes<T>];
    store(sum, total);
    MaskOf<T> kept = {};
    for (hone_int k = 0; k < count; k++) {
      factors(first + k, sum[k], probability + k, each + k, hit + k);
      kept[k] = p.ignored(first + k) ? 0 : -1;
    }
    for (hone_int j = 0; j < p.c; j++) {
      Vec<T> v = part.load(to + j * stride, T(0)) * load(probability);
      if (p.smoothing != 0) v -= load(each) * p.weight_of(j);
      part.store(to + j * stride, (Vec<T>)((MaskOf<T>)v & kept)); // an ignored NaN counts for nothing either
    }
    for (hone_int k = 0; k < count; k++) {
      if (kept[k]) to[hone_int(p.target[first + k]) * stride + k] -= hit[k];
    }
  };
  const hone_int work = p.c * p.lanes();
  parallel_for(p.groups(), grain_of(kWork, work), [&](hone_int begin, hone_int end) {
    for (hone_int g = begin; g < end; g++) {
      hone_int count, first = p.first_item(g, &count);
      const T *x = logits + p.at(first);
      T *to = grad + p.at(first);
      if (p.tiled()) {
        RowTile<T> tile;
        tile.load(x, count, p.c);
        column(first, count, tile.data, tile.data, tile.stride, Whole<T>{});
        tile.store(to, count, p.c);
      } else if (p.inner == 1) {
        row(first);
      } else if (count == kLanes<T>) {
        column(first, count, x, to, p.inner, Whole<T>{});
      } else {
        column(first, count, x, to, p.inner, Part<T>{count});
      }
    }
  });
  return HONE_OK;
}

template <class T, class I> int32_t nll_loss(const Problem<T, I> &p, T *loss, T *total_weight, const T *logp) {
  if (int32_t status = p.check()) return status;
  Sums sums = sum_groups(p.n * p.inner, 1, [&](hone_int item, Sums &part) {
    T value = 0;
    if (!p.ignored(item)) {
      const hone_int t = hone_int(p.target[item]);
      const T w = p.weight_of(t);
      value = -logp[p.at(item) + t * p.inner] * w;
      part.weight += double(w);
      part.loss += double(value);
    }
    if (p.reduction == HONE_REDUCE_NONE) loss[item] = value;
  });
  if (p.reduction != HONE_REDUCE_NONE) *loss = reduced<T>(sums, p.reduction);
  *total_weight = T(sums.weight);
  return HONE_OK;
}

template <class T, class I> int32_t nll_loss_backward(const Problem<T, I> &p, T *grad, const T *grad_loss, const T *total_weight) {
  if (int32_t status = p.check()) return status;
  parallel_for(p.n, grain_of(kWork, p.c * p.inner), [&](hone_int begin, hone_int end) {
    std::memset(grad + begin * p.c * p.inner, 0, size_t((end - begin) * p.c * p.inner) * sizeof(T));
    for (hone_int item = begin * p.inner; item < end * p.inner; item++) {
      if (p.ignored(item)) continue;
      const hone_int t = hone_int(p.target[item]);
      grad[p.at(item) + t * p.inner] = -p.weight_of(t) * item_scale(grad_loss, total_weight, item, p.reduction);
    }
  });
  return HONE_OK;
}

// Calls body(T, I, problem) for the two dtypes.
template <class F>
int32_t dispatch(const char *what, int32_t dtype, int32_t index_dtype, const void *target, const void *weight, hone_int n, hone_int c, hone_int inner,
                 double ignore, double smoothing, int32_t reduction, F &&body) {
  return for_floats(dtype, what, [&](auto zero) {
    const auto with = [&](auto index) {
      using T = decltype(zero);
      using I = decltype(index);
      return body(zero, Problem<T, I>{static_cast<const I *>(target), static_cast<const T *>(weight), n, c, inner, ignore, smoothing, reduction});
    };
    if (index_dtype == HONE_I32) return with(int32_t());
    if (index_dtype == HONE_I64) return with(int64_t());
    return fail(HONE_E_DTYPE, "%s takes targets of int32 or int64, not %s", what, dtype_name(index_dtype));
  });
}

} // namespace

HONE_KERNEL(cross_entropy)(int32_t dtype, int32_t index_dtype, void *loss, void *lse, void *total_weight, const void *logits, const void *target,
                           const void *weight, hone_int n, hone_int c, hone_int inner, double ignore_index, double label_smoothing,
                           int32_t reduction) {
  return dispatch("cross_entropy", dtype, index_dtype, target, weight, n, c, inner, ignore_index, label_smoothing, reduction, [&](auto zero, auto p) {
    using T = decltype(zero);
    return cross_entropy(p, static_cast<T *>(loss), static_cast<T *>(lse), static_cast<T *>(total_weight), static_cast<const T *>(logits));
  });
}

HONE_KERNEL(cross_entropy_backward)(int32_t dtype, int32_t index_dtype, void *grad_logits, const void *grad_loss, const void *logits, const void *lse,
                                    const void *total_weight, const void *target, const void *weight, hone_int n, hone_int c, hone_int inner,
                                    double ignore_index, double label_smoothing, int32_t reduction) {
  return dispatch("cross_entropy", dtype, index_dtype, target, weight, n, c, inner, ignore_index, label_smoothing, reduction, [&](auto zero, auto p) {
    using T = decltype(zero);
    return cross_entropy_backward(p, static_cast<T *>(grad_logits), static_cast<const T *>(grad_loss), static_cast<const T *>(logits),
                                  static_cast<const T *>(lse), static_cast<const T *>(total_weight));
  });
}

HONE_KERNEL(nll_loss)(int32_t dtype, int32_t index_dtype, void *loss, void *total_weight, const void *logp, const void *target, const void *weight,
                      hone_int n, hone_int c, hone_int inner, double ignore_index, int32_t reduction) {
  return dispatch("nll_loss", dtype, index_dtype, target, weight, n, c, inner, ignore_index, 0, reduction, [&](auto zero, auto p) {
    using T = decltype(zero);
    return nll_loss(p, static_cast<T *>(loss), static_cast<T *>(total_weight), static_cast<const T *>(logp));
  });
}

HONE_KERNEL(nll_loss_backward)(int32_t dtype, int32_t index_dtype, void *grad_logp, const void *grad_loss, const void *total_weight, const void *target,
                               const void *weight, hone_int n, hone_int c, hone_int inner, double ignore_index, int32_t reduction) {
  return dispatch("nll_loss", dtype, index_dtype, target, weight, n, c, inner, ignore_index, 0, reduction, [&](auto zero, auto p) {
    using T = decltype(zero);
    return nll_loss_backward(p, static_cast<T *>(grad_logp), static_cast<const T *>(grad_loss), static_cast<const T *>(total_weight));
  });
}
