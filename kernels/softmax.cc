// softmax.cc: softmax and log-softmax over the middle of [outer, len, inner], and their gradients.
#include <cmath>
#include <limits>

#include "support/exp.h"
#include "support/parallel.h"
#include "support/status.h"

using namespace hone;

namespace {

constexpr hone_int kWork = 1 << 14; // elements that make a chunk worth a thread
constexpr hone_int kFold = 256;     // vectors summed before the sum goes to double: keeps long float rows accurate

template <class T> constexpr T kLowest = -std::numeric_limits<T>::infinity();

hone_int grain(hone_int per_unit) { return per_unit >= kWork ? 1 : kWork / (per_unit > 0 ? per_unit : 1); }

// Calls body(row) for rows of len where inner is 1, column(outer, first inner, lanes) elsewhere.
template <class T, class Row, class Column>
void over(hone_int outer, hone_int len, hone_int inner, Row &&row, Column &&column) {
  constexpr hone_int lanes = kLanes<T>;
  if (inner == 1) {
    parallel_for(outer, grain(len), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++) row(i * len);
    });
    return;
  }
  const hone_int groups = (inner + lanes - 1) / lanes;
  parallel_for(outer * groups, grain(len * lanes), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      hone_int at = i % groups * lanes;
      column(i / groups * len * inner + at, inner - at < lanes ? inner - at : lanes);
    }
  });
}

template <class T> T row_max(const T *a, hone_int len) {
  Vec<T> m = splat(kLowest<T>);
  for (hone_int i = 0; i < len; i += kLanes<T>) m = vmax<T>(load_part(a + i, len - i, kLowest<T>), m);
  return fold_max<T>(m);
}

// Sums term(i, count) over the row's vectors; lanes past count must be 0 in it.
template <class T, class F> T row_sum(hone_int len, F &&term) {
  double total = 0;
  for (hone_int i = 0; i < len;) {
    Vec<T> sum = splat(T(0));
    const hone_int stop = len - i > kFold * kLanes<T> ? i + kFold * kLanes<T> : len;
    for (; i < stop; i += kLanes<T>) sum += term(i, len - i);
    total += double(fold_sum<T>(sum));
  }
  return T(total);
}

template <class T> void softmax_row(T *out, const T *a, hone_int len, bool log) {
  const T max = row_max(a, len);
  const Vec<T> shift = splat(max);
  if (log) {
    T sum = row_sum<T>(len, [&](hone_int i, hone_int count) { return vexp(load_part(a + i, count, kLowest<T>) - shift); });
    const Vec<T> logsum = splat(T(std::log(sum)));
    for (hone_int i = 0; i < len; i += kLanes<T>) store_part<T>(out + i, len - i, load_part(a + i, len - i, T(0)) - shift - logsum);
  } else {
    T sum = row_sum<T>(len, [&](hone_int i, hone_int count) {
      Vec<T> e = vexp(load_part(a + i, count, kLowest<T>) - shift);
      store_part<T>(out + i, count, e);
      return e;
    });
    const Vec<T> scale = splat(T(1) / sum);
    for (hone_int i = 0; i < len; i += kLanes<T>) store_part<T>(out + i, len - i, load_part(out + i, len - i, T(0)) * scale);
  }
}

template <class T> void softmax_column(T *out, const T *a, hone_int len, hone_int stride, hone_int count, bool log) {
  Vec<T> max = splat(kLowest<T>), sum = splat(T(0));
  for (hone_int j = 0; j < len; j++) max = vmax<T>(load_part(a + j * stride, count, T(0)), max);
  if (log) {
    for (hone_int j = 0; j < len; j++) sum += vexp(load_part(a + j * stride, count, T(0)) - max);
    T lane[kLanes<T>];
    store(lane, sum);
    for (T &x : lane) x = std::log(x);
    const Vec<T> logsum = load(lane);
    for (hone_int j = 0; j < len; j++) store_part<T>(out + j * stride, count, load_part(a + j * stride, count, T(0)) - max - logsum);
  } else {
    for (hone_int j = 0; j < len; j++) {
      Vec<T> e = vexp(load_part(a + j * stride, count, T(0)) - max);
      store_part<T>(out + j * stride, count, e);
      sum += e;
    }
    const Vec<T> scale = T(1) / sum;
    for (hone_int j = 0; j < len; j++) store_part<T>(out + j * stride, count, load_part(out + j * stride, count, T(0)) * scale);
  }
}

template <class T> int32_t softmax(T *out, const T *a, hone_int outer, hone_int len, hone_int inner, bool log) {
  if (outer <= 0 || len <= 0 || inner <= 0) return HONE_OK;
  over<T>(
      outer, len, inner, [&](hone_int at) { softmax_row(out + at, a + at, len, log); },
      [&](hone_int at, hone_int count) { softmax_column(out + at, a + at, len, inner, count, log); });
  return HONE_OK;
}

// softmax: (g - sum(g y)) y; log-softmax: g - exp(y) sum(g).
template <class T> int32_t softmax_backward(T *grad_in, const T *grad_out, const T *y, hone_int outer, hone_int len, hone_int inner, bool log) {
  if (outer <= 0 || len <= 0 || inner <= 0) return HONE_OK;
  auto finish = [log](Vec<T> g, Vec<T> y, Vec<T> sum) { return log ? g - vexp(y) * sum : (g - sum) * y; };
  over<T>(
      outer, len, inner,
      [&](hone_int at) {
        const T *g = grad_out + at, *o = y + at;
        const Vec<T> sum = splat(row_sum<T>(len, [&](hone_int i, hone_int count) {
          Vec<T> v = load_part(g + i, count, T(0));
          return log ? v : v * load_part(o + i, count, T(0));
        }));
        for (hone_int i = 0; i < len; i += kLanes<T>) {
          store_part<T>(grad_in + at + i, len - i, finish(load_part(g + i, len - i, T(0)), load_part(o + i, len - i, T(0)), sum));
        }
      },
      [&](hone_int at, hone_int count) {
        Vec<T> sum = splat(T(0));
        for (hone_int j = at, end = at + len * inner; j < end; j += inner) {
          Vec<T> v = load_part(grad_out + j, count, T(0));
          sum += log ? v : v * load_part(y + j, count, T(0));
        }
        for (hone_int j = at, end = at + len * inner; j < end; j += inner) {
          store_part<T>(grad_in + j, count, finish(load_part(grad_out + j, count, T(0)), load_part(y + j, count, T(0)), sum));
        }
      });
  return HONE_OK;
}

} // namespace

HONE_KERNEL(softmax)(int32_t dtype, int32_t log, void *out, const void *a, hone_int outer, hone_int len, hone_int inner) {
  if (dtype == HONE_F32) return softmax(static_cast<float *>(out), static_cast<const float *>(a), outer, len, inner, log != 0);
  if (dtype == HONE_F64) return softmax(static_cast<double *>(out), static_cast<const double *>(a), outer, len, inner, log != 0);
  return fail(HONE_E_DTYPE, "softmax does not support dtype %d", int(dtype));
}

HONE_KERNEL(softmax_backward)(int32_t dtype, int32_t log, void *grad_in, const void *grad_out, const void *out, hone_int outer, hone_int len,
                              hone_int inner) {
  auto run = [&](auto zero) {
    using T = decltype(zero);
    return softmax_backward(static_cast<T *>(grad_in), static_cast<const T *>(grad_out), static_cast<const T *>(out), outer, len, inner, log != 0);
  };
  if (dtype == HONE_F32) return run(float());
  if (dtype == HONE_F64) return run(double());
  return fail(HONE_E_DTYPE, "softmax_backward does not support dtype %d", int(dtype));
}
