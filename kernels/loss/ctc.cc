// ctc.cc: connectionist temporal classification and its gradient. Equations: Graves et al. 2006,
// https://www.cs.toronto.edu/~graves/icml_2006.pdf; the order of operations is PyTorch's.
#include <cmath>
#include <limits>

#include "support/dtype.h"
#include "support/parallel.h"
#include "support/sizes.h"

using namespace hone;

namespace {

constexpr hone_int kWork = 1 << 10; // probabilities that make a chunk worth a thread
template <class T> constexpr T kNone = -std::numeric_limits<T>::infinity(); // the logarithm of an impossible event

// The logarithm of a sum of exponentials; NaN stays NaN.
template <class T> T log_sum(T a, T b) {
  T max = a > b ? a : b;
  if (max == kNone<T>) max = 0;
  return std::log(std::exp(a - max) + std::exp(b - max)) + max;
}
template <class T> T log_sum(T a, T b, T c) {
  T max = a > b ? a : b;
  max = max > c ? max : c;
  if (max == kNone<T>) max = 0;
  return std::log(std::exp(a - max) + std::exp(b - max) + std::exp(c - max)) + max;
}

// One item: T steps of N interleaved items; C classes; targets with a blank before, between and after them: l' of the paper.
template <class T> struct Item {
  const T *logp;
  const int64_t *targets;
  hone_int step; // from one step's log-probabilities to the next's
  hone_int steps, length;
  int64_t blank;

  hone_int states() const { return 2 * length + 1; }
  int64_t label(hone_int s) const { return s % 2 ? targets[s / 2] : blank; }
  // Whether state s can be reached from s - 2, that is without the blank between two labels that differ.
  bool skips(hone_int s) const { return s > 1 && s < states() && label(s) != label(s - 2); }
  T at(hone_int t, hone_int s) const { return logp[t * step + label(s)]; }
};

// Fills alpha [steps, 2 length + 1] by rows of `width` and returns the negative log likelihood: equations (5) to (8).
template <class T> T forward(const Item<T> &item, T *alpha, hone_int width) {
  const hone_int states = item.states();
  if (item.steps == 0) return item.length == 0 ? T(0) : -kNone<T>;
  for (hone_int s = 0; s < states; s++) alpha[s] = s < 2 ? item.at(0, s) : kNone<T>;
  for (hone_int t = 1; t < item.steps; t++) {
    const T *last = alpha + (t - 1) * width;
    T *row = alpha + t * width;
    for (hone_int s = 0; s < states; s++)
      row[s] = log_sum(last[s], s > 0 ? last[s - 1] : kNone<T>, item.skips(s) ? last[s - 2] : kNone<T>) + item.at(t, s);
  }
  const T *end = alpha + (item.steps - 1) * width;
  return -log_sum(end[states - 1], item.length > 0 ? end[states - 2] : kNone<T>);
}

// Fills grad [steps, classes], whose steps lie as those of logp, with scale (p - the sum of alpha beta / (p Z)): equations (10) to (16).
// beta has room for two rows.
template <class T> void backward(const Item<T> &item, const T *alpha, hone_int width, T loss, T scale, hone_int classes, T *beta, T *grad) {
  const hone_int states = item.states();
  T *row = beta, *next = beta + width;
  for (hone_int t = item.steps - 1; t >= 0; t--) {
    T *g = grad + t * item.step;
    for (hone_int c = 0; c < classes; c++) g[c] = kNone<T>;
    for (hone_int s = states - 1; s >= 0; s--) {
      if (t == item.steps - 1) row[s] = s >= states - 2 ? item.at(t, s) : kNone<T>;
      else row[s] = log_sum(next[s], s + 1 < states ? next[s + 1] : kNone<T>, item.skips(s + 2) ? next[s + 2] : kNone<T>) + item.at(t, s);
      T &sum = g[item.label(s)];
      const T both = alpha[t * width + s] + row[s];
      // In the last step the last two states are taken for different labels, as PyTorch does where a target holds the blank too.
      sum = t == item.steps - 1 && s >= states - 2 ? both : log_sum(sum, both);
    }
    const T *p = item.logp + t * item.step;
    for (hone_int c = 0; c < classes; c++) g[c] = (std::exp(p[c]) - std::exp(g[c] + loss - p[c])) * scale;
    T *done = row;
    row = next;
    next = done;
  }
}

// Calls body(b, item) for every item of the batch, its arguments checked.
template <class T, class F>
int32_t each_item(const T *logp, const int64_t *targets, hone_int target_stride, const int64_t *input_lengths, const int64_t *target_lengths,
                  hone_int steps, hone_int n, hone_int classes, hone_int blank, F &&body) {
  const int64_t *from = targets;
  for (hone_int b = 0; b < n; b++) {
    for (int64_t i = 0; i < target_lengths[b]; i++) {
      if (from[i] < 0 || from[i] >= classes)
        return fail(HONE_E_INDEX, "target %lld is out of bounds for %lld classes", (long long)from[i], (long long)classes);
    }
    from += target_stride ? target_stride : hone_int(target_lengths[b]);
  }
  parallel_for(n, grain_of(kWork, steps * classes), [&](hone_int begin, hone_int end) {
    const int64_t *own = targets;
    if (target_stride) own += begin * target_stride;
    else for (hone_int b = 0; b < begin; b++) own += target_lengths[b];
    for (hone_int b = begin; b < end; b++) {
      body(b, Item<T>{logp + b * classes, own, n * classes, hone_int(input_lengths[b]), hone_int(target_lengths[b]), blank});
      own += target_stride ? target_stride : hone_int(target_lengths[b]);
    }
  });
  return HONE_OK;
}

template <class T>
int32_t ctc(T *loss, T *alpha, const T *logp, const int64_t *targets, hone_int target_stride, const int64_t *input_lengths,
            const int64_t *target_lengths, hone_int steps, hone_int n, hone_int classes, hone_int width, hone_int blank) {
  return each_item(logp, targets, target_stride, input_lengths, target_lengths, steps, n, classes, blank,
                   [&](hone_int b, const Item<T> &item) { loss[b] = forward(item, alpha + b * steps * width, width); });
}

template <class T>
int32_t ctc_backward(T *grad, T *beta, const T *grad_loss, const T *loss, const T *alpha, const T *logp, const int64_t *targets, hone_int target_stride,
                     const int64_t *input_lengths, const int64_t *target_lengths, hone_int steps, hone_int n, hone_int classes, hone_int width,
                     hone_int blank, bool zero_infinity) {
  return each_item(logp, targets, target_stride, input_lengths, target_lengths, steps, n, classes, blank, [&](hone_int b, const Item<T> &item) {
    T *own = grad + b * classes;
    const bool none = zero_infinity && loss[b] == -kNone<T>;
    if (!none) backward(item, alpha + b * steps * width, width, loss[b], grad_loss[b], classes, beta + b * 2 * width, own);
    for (hone_int t = none ? 0 : item.steps; t < steps; t++)
      for (hone_int c = 0; c < classes; c++) own[t * item.step + c] = 0;
  });
}

} // namespace

HONE_KERNEL(ctc_loss)(int32_t dtype, void *loss, void *alpha, const void *logp, const void *targets_i64, hone_int target_stride,
                      const void *input_lengths_i64, const void *target_lengths_i64, hone_int steps, hone_int n, hone_int classes, hone_int width,
                      hone_int blank) {
  return for_floats(dtype, "ctc_loss", [&](auto zero) {
    using T = decltype(zero);
    return ctc(static_cast<T *>(loss), static_cast<T *>(alpha), static_cast<const T *>(logp), static_cast<const int64_t *>(targets_i64), target_stride,
               static_cast<const int64_t *>(input_lengths_i64), static_cast<const int64_t *>(target_lengths_i64), steps, n, classes, width, blank);
  });
}

HONE_KERNEL(ctc_loss_backward)(int32_t dtype, void *grad, void *beta, const void *grad_loss, const void *loss, const void *alpha, const void *logp,
                               const void *targets_i64, hone_int target_stride, const void *input_lengths_i64, const void *target_lengths_i64,
                               hone_int steps, hone_int n, hone_int classes, hone_int width, hone_int blank, int32_t zero_infinity) {
  return for_floats(dtype, "ctc_loss_backward", [&](auto zero) {
    using T = decltype(zero);
    return ctc_backward(static_cast<T *>(grad), static_cast<T *>(beta), static_cast<const T *>(grad_loss), static_cast<const T *>(loss),
                        static_cast<const T *>(alpha), static_cast<const T *>(logp), static_cast<const int64_t *>(targets_i64), target_stride,
                        static_cast<const int64_t *>(input_lengths_i64), static_cast<const int64_t *>(target_lengths_i64), steps, n, classes, width,
                        blank, zero_infinity != 0);
  });
}
