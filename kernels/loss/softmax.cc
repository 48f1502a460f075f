// softmax.cc: softmax, log-softmax, their gradients and log-sum-exp over the middle of [outer, len, inner].
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

constexpr hone_int kWork = 1 << 14; // elements that make a chunk worth a thread

template <class T> constexpr T kLowest = -std::numeric_limits<T>::infinity();

// One value for each of count <= kLanes<T> rows: vector(k) is row k's, whose lanes are yet to be joined.
template <class T, class F, class Join> inline Vec<T> row_values(hone_int count, F &&vector, Join &&join) {
  constexpr int lanes = kLanes<T>;
  Vec<T> v[lanes];
  for (int k = 0; k < lanes; k++) v[k] = k < count ? vector(k) : Vec<T>{};
  turn_square<T>(v);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int k = 0; k < half; k++) v[k] = join(v[k], v[k + half]);
  return v[0];
}
template <class T> const auto kAdded = [](Vec<T> a, Vec<T> b) { return Vec<T>(a + b); };

// Calls tile(at, count) for short rows, row(at) for long ones; where inner is not 1, column(at, Whole or Part) for vectors of
// neighbouring columns.
template <class T, class Tile, class Row, class Column>
void over(hone_int outer, hone_int len, hone_int inner, Tile &&tile, Row &&row, Column &&column) {
  constexpr hone_int lanes = kLanes<T>;
  if (inner == 1 && len <= kShortRow) {
    parallel_for(ceil_div(outer, lanes), grain_of(kWork, len * lanes), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin * lanes; i < end * lanes && i < outer; i += lanes) tile(i * len, outer - i < lanes ? outer - i : lanes);
    });
    return;
  }
  if (inner == 1) {
    parallel_for(outer, grain_of(kWork, len), [&](hone_int begin, hone_int end) {
      for (hone_int i = begin; i < end; i++) row(i * len);
    });
    return;
  }
  const hone_int groups = ceil_div(inner, lanes);
  parallel_for(outer * groups, grain_of(kWork, len * lanes), [&](hone_int begin, hone_int end) {
    for (hone_int i = begin; i < end; i++) {
      const hone_int column_at = i % groups * lanes, at = i / groups * len * inner + column_at;
      if (inner - column_at >= lanes) column(at, Whole<T>{});
      else column(at, Part<T>{inner - column_at});
    }
  });
}

// A row's powers wait in `out` for their sum, but for the last, partial vector of them: what was stored under a mask is slow to load again.
template <class T> struct Powers {
  T *out;
  Vec<T> last = {};
  Vec<T> put(hone_int i, Whole<T> part, const Vec<T> &e) { return part.store(out + i, e), e; }
  Vec<T> put(hone_int, Part<T>, const Vec<T> &e) { return last = e; }
  Vec<T> get(hone_int i, Whole<T> part) const { return part.load(out + i); }
  Vec<T> get(hone_int, Part<T>) const { return last; }
};

template <class T> void softmax_row(T *out, const T *a, hone_int len, bool log) {
  const Vec<T> shift = broadcast(largest(a, len, kLowest<T>));
  if (log) {
    const T sum = sum_vectors<T>(len, [&](hone_int i, auto part) { return m_exp(part.load(a + i, kLowest<T>) - shift); });
    const Vec<T> log_sum = broadcast(T(std::log(sum)));
    each_vector<T>(len, [&](hone_int i, auto part) { part.store(out + i, part.load(a + i, T(0)) - shift - log_sum); });
  } else {
    Powers<T> powers{out};
    const T sum = sum_vectors<T>(len, [&](hone_int i, auto part) { return powers.put(i, part, m_exp(part.load(a + i, kLowest<T>) - shift)); });
    const Vec<T> scale = broadcast(T(1) / sum);
    each_vector<T>(len, [&](hone_int i, auto part) { part.store(out + i, powers.get(i, part) * scale); });
  }
}

template <class T, class P> void softmax_column(T *out, const T *a, hone_int len, hone_int stride, P part, bool log) {
  const hone_int end = len * stride;
  Vec<T> max = broadcast(kLowest<T>), sum = broadcast(T(0));
  for (hone_int j = 0; j < end; j += stride) max = larger<T>(part.load(a + j, T(0)), max);
  if (log) {
    for (hone_int j = 0; j < end; j += stride) sum += m_exp(part.load(a + j, T(0)) - max);
    const Vec<T> log_sum = m_log(sum);
    for (hone_int j = 0; j < end; j += stride) part.store(out + j, part.load(a + j, T(0)) - max - log_sum);
  } else {
    for (hone_int j = 0; j < end; j += stride) {
      const Vec<T> e = m_exp(part.load(a + j, T(0)) - max);
      part.store(out + j, e);
      sum += e;
    }
    const Vec<T> scale = T(1) / sum;
    for (hone_int j = 0; j < end; j += stride) part.store(out + j, part.load(out + j, T(0)) * scale);
  }
}

// Rows as they lie: turned, only their maxima and sums would be found sooner.
template <class T> void softmax_rows(T *out, const T *a, hone_int count, hone_int len, bool log) {
  const auto largest_lanes = [=](hone_int k) {
    Vec<T> v = broadcast(kLowest<T>);
    each_vector<T>(len, [&](hone_int i, auto part) { v = larger<T>(part.load(a + k * len + i, kLowest<T>), v); });
    return v;
  };
  const Vec<T> max = row_values<T>(count, largest_lanes, larger<T>);
  Powers<T> powers[kLanes<T>];
  const auto sum_lanes_of = [&](hone_int k) {
    powers[k].out = out + k * len;
    const Vec<T> shift = broadcast(max[k]);
    Vec<T> sum{};
    each_vector<T>(len, [&](hone_int i, auto part) {
      const Vec<T> e = m_exp(part.load(a + k * len + i, kLowest<T>) - shift);
      sum += log ? e : powers[k].put(i, part, e);
    });
    return sum;
  };
  const Vec<T> sums = row_values<T>(count, sum_lanes_of, kAdded<T>), constant = log ? m_log(sums) : T(1) / sums;
  for (hone_int k = 0; k < count; k++) {
    const Vec<T> shift = broadcast(max[k]), c = broadcast(constant[k]);
    T *const to = out + k * len;
    if (log) each_vector<T>(len, [&](hone_int i, auto part) { part.store(to + i, part.load(a + k * len + i, T(0)) - shift - c); });
    else each_vector<T>(len, [&](hone_int i, auto part) { part.store(to + i, powers[k].get(i, part) * c); });
  }
}

template <class T> int32_t softmax(T *out, const T *a, hone_int outer, hone_int len, hone_int inner, bool log) {
  if (outer <= 0 || len <= 0 || inner <= 0) return HONE_OK;
  over<T>(
      outer, len, inner,
      [&](hone_int at, hone_int count) {
        if (len % kLanes<T> == 0 && len >= 2 * kLanes<T>) return softmax_rows(out + at, a + at, count, len, log);
        RowTile<T> tile;
        tile.load(a + at, count, len);
        softmax_column(tile.data, tile.data, len, tile.stride, Whole<T>{}, log);
        tile.store(out + at, count, len);
      },
      [&](hone_int at) { softmax_row(out + at, a + at, len, log); },
      [&](hone_int at, auto part) { softmax_column(out + at, a + at, len, inner, part, log); });
  return HONE_OK;
}

// log(sum(exp(x))), by way of the largest; an infinite one is its own result, for nothing can be taken from it.
template <class T> Vec<T> finite_shift(Vec<T> max) { return select(m_fabs(max) < std::numeric_limits<T>::infinity(), max, broadcast(T(0))); }

template <class T, class P> Vec<T> logsumexp_column(const T *a, hone_int len, hone_int stride, P part) {
  const hone_int end = len * stride;
  Vec<T> max = broadcast(kLowest<T>), sum = broadcast(T(0));
  for (hone_int j = 0; j < end; j += stride) max = larger<T>(part.load(a + j, T(0)), max);
  const Vec<T> shift = finite_shift<T>(max);
  for (hone_int j = 0; j < end; j += stride) sum += m_exp(part.load(a + j, T(0)) - shift);
  return m_log(sum) + shift;
}

template <class T> int32_t logsumexp(T *out, const T *a, hone_int outer, hone_int len, hone_int inner) {
  if (outer <= 0 || len <= 0 || inner <= 0) return HONE_OK;
  over<T>(
      outer, len, inner,
      [&](hone_int at, hone_int count) {
        RowTile<T> tile;
        tile.load(a + at, count, len);
        store_first<T>(out + at / len, logsumexp_column(static_cast<const T *>(tile.data), len, tile.stride, Whole<T>{}), count);
      },
      [&](hone_int at) {
        const Vec<T> shift = finite_shift<T>(broadcast(largest(a + at, len, kLowest<T>)));
        const T sum = sum_vectors<T>(len, [&](hone_int i, auto part) { return m_exp(part.load(a + at + i, kLowest<T>) - shift); });
        out[at / len] = std::log(sum) + shift[0];
      },
      [&](hone_int at, auto part) { part.store(out + at / (len * inner) * inner + at % inner, logsumexp_column(a + at, len, inner, part)); });
  return HONE_OK;
}

// softmax: (g - sum(g y)) y; log-softmax: g - exp(y) sum(g).
template <class T, bool log> int32_t softmax_backward(T *grad, const T *grad_out, const T *out, hone_int outer, hone_int len, hone_int inner) {
  if (outer <= 0 || len <= 0 || inner <= 0) return HONE_OK;
  auto term = [](const T *g, const T *y, hone_int i, auto part) {
    if constexpr (log) return part.load(g + i, T(0));
    else return part.load(g + i, T(0)) * part.load(y + i, T(0));
  };
  auto finish = [](T *to, const T *g_, const T *y_, hone_int i, auto part, Vec<T> sum) {
    const Vec<T> g = part.load(g_ + i, T(0)), y = part.load(y_ + i, T(0));
    if constexpr (log) part.store(to + i, g - m_exp(y) * sum);
    else part.store(to + i, (g - sum) * y);
  };
  auto column = [=](T *to, const T *g, const T *y, hone_int stride, auto part) {
    Vec<T> sum = broadcast(T(0));
    for (hone_int j = 0, end = len * stride; j < end; j += stride) sum += term(g, y, j, part);
    for (hone_int j = 0, end = len * stride; j < end; j += stride) finish(to, g, y, j, part, sum);
  };
  // Short rows as they lie.
  auto rows = [=](T *to, const T *g, const T *y, hone_int count) {
    const auto sum_of = [=](hone_int k) {
      Vec<T> v{};
      each_vector<T>(len, [&](hone_int i, auto part) { v += term(g + k * len, y + k * len, i, part); });
      return v;
    };
    const Vec<T> sums = row_values<T>(count, sum_of, kAdded<T>);
    for (hone_int k = 0; k < count; k++, to += len, g += len, y += len) {
      const Vec<T> sum = broadcast(sums[k]);
      each_vector<T>(len, [=](hone_int i, auto part) { finish(to, g, y, i, part, sum); });
    }
  };
  over<T>(
      outer, len, inner,
      [=](hone_int at, hone_int count) {
        if (len >= kLanes<T> && (!log || 4 * len >= 3 * round_up(len, hone_int(kLanes<T>)))) return rows(grad + at, grad_out + at, out + at, count);
        RowTile<T> g, y;
        g.load(grad_out + at, count, len);
        y.load(out + at, count, len);
        column(g.data, g.data, y.data, g.stride, Whole<T>{});
        g.store(grad + at, count, len);
      },
      [=](hone_int at) {
        const T *g = grad_out + at, *y = out + at;
        const Vec<T> sum = broadcast(sum_vectors<T>(len, [=](hone_int i, auto part) { return term(g, y, i, part); }));
        each_vector<T>(len, [=](hone_int i, auto part) { finish(grad + at, g, y, i, part, sum); });
      },
      [=](hone_int at, auto part) { column(grad + at, grad_out + at, out + at, inner, part); });
  return HONE_OK;
}

} // namespace

HONE_KERNEL(softmax)(int32_t dtype, int32_t log, void *out, const void *a, hone_int outer, hone_int len, hone_int inner) {
  return for_floats(dtype, "softmax", [&](auto zero) {
    using T = decltype(zero);
    return softmax(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner, log != 0);
  });
}

HONE_KERNEL(logsumexp)(int32_t dtype, void *out, const void *a, hone_int outer, hone_int len, hone_int inner) {
  return for_floats(dtype, "logsumexp", [&](auto zero) {
    using T = decltype(zero);
    return logsumexp(static_cast<T *>(out), static_cast<const T *>(a), outer, len, inner);
  });
}

HONE_KERNEL(softmax_backward)(int32_t dtype, int32_t log, void *grad_in, const void *grad_out, const void *out, hone_int outer, hone_int len,
                              hone_int inner) {
  return for_floats(dtype, "softmax_backward", [&](auto zero) {
    using T = decltype(zero);
    auto *to = static_cast<T *>(grad_in);
    auto *g = static_cast<const T *>(grad_out), *y = static_cast<const T *>(out);
    return log ? softmax_backward<T, true>(to, g, y, outer, len, inner) : softmax_backward<T, false>(to, g, y, outer, len, inner);
  });
}
