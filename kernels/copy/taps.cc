// taps.cc: weighted sums of a few places along an axis, and what they give back: how images are interpolated, and its gradient.
#include "support/dtype.h"
#include "support/memory.h"
#include "support/parallel.h"
#include "support/sizes.h"
#include "support/status.h"

using namespace hone;

namespace {

constexpr hone_int kWork = 1 << 14;  // sums that make a chunk worth a thread
constexpr hone_int kBlock = 1 << 10; // elements that are summed up before the next ones

// For each place of the result its taps one after the other, checked.
template <class T> struct Taps {
  Memory<hone_int> place;
  Memory<T> weight;

  int32_t make(const char *op, const void *index_i64, const void *weights, hone_int taps, hone_int from, hone_int to) {
    const int64_t *index = static_cast<const int64_t *>(index_i64);
    const T *given = static_cast<const T *>(weights);
    if (!place.reserve(taps * to) || !weight.reserve(taps * to)) return no_memory(op);
    for (hone_int k = 0; k < taps; k++)
      for (hone_int i = 0; i < to; i++) {
        const int64_t at = index[k * to + i];
        if (at < 0 || at >= from)
          return fail(HONE_E_INDEX, "index %lld is out of bounds for dimension with size %lld", (long long)at, (long long)from);
        place[i * taps + k] = hone_int(at);
        weight[i * taps + k] = given[k * to + i];
      }
    return HONE_OK;
  }
};

template <class T> void add_scaled(T *__restrict out, const T *__restrict x, T weight, hone_int n, bool first) {
  if (first)
    for (hone_int j = 0; j < n; j++) out[j] = x[j] * weight;
  else
    for (hone_int j = 0; j < n; j++) out[j] += x[j] * weight;
}

template <class T> void gather(T *out, const T *x, const Taps<T> &t, hone_int taps, hone_int outer, hone_int from, hone_int to, hone_int inner) {
  if (inner == 1) {
    parallel_for(outer, grain_of(kWork, to * taps), [&](hone_int begin, hone_int end) {
      for (hone_int o = begin; o < end; o++) {
        const T *row = x + o * from;
        const hone_int *place = t.place.get();
        const T *weight = t.weight.get();
        for (hone_int i = 0; i < to; i++, place += taps, weight += taps) {
          T sum = row[place[0]] * weight[0];
          for (hone_int k = 1; k < taps; k++) sum += row[place[k]] * weight[k];
          out[o * to + i] = sum;
        }
      }
    });
    return;
  }
  parallel_for(outer * to, grain_of(kWork, inner * taps), [&](hone_int begin, hone_int end) {
    for (hone_int r = begin; r < end; r++) {
      const hone_int o = r / to, i = r % to;
      for (hone_int at = 0; at < inner; at += kBlock) {
        const hone_int n = min_of(kBlock, inner - at);
        for (hone_int k = 0; k < taps; k++)
          add_scaled(out + r * inner + at, x + (o * from + t.place[i * taps + k]) * inner + at, t.weight[i * taps + k], n, k == 0);
      }
    }
  });
}

template <class T> void scatter(T *out, const T *g, const Taps<T> &t, hone_int taps, hone_int outer, hone_int from, hone_int to, hone_int inner) {
  // Where there are few items the elements of each are shared out: every element of the result is added up by one thread, in one order.
  const hone_int pieces = ceil_div(inner, kBlock);
  parallel_for(outer * pieces, grain_of(kWork, min_of(inner, kBlock) * to * taps), [&](hone_int begin, hone_int end) {
    for (hone_int p = begin; p < end; p++) {
      const hone_int o = p / pieces, at = p % pieces * kBlock, n = min_of(kBlock, inner - at);
      T *base = out + o * from * inner + at;
      for (hone_int i = 0; i < from; i++)
        for (hone_int j = 0; j < n; j++) base[i * inner + j] = 0;
      for (hone_int k = 0; k < taps; k++)
        for (hone_int i = 0; i < to; i++)
          add_scaled(base + t.place[i * taps + k] * inner, g + (o * to + i) * inner + at, t.weight[i * taps + k], n, false);
    }
  });
}

template <bool back, class T>
int32_t run(const char *op, void *out, const void *x, const void *index, const void *weight, hone_int taps, hone_int outer, hone_int from,
            hone_int to, hone_int inner) {
  Taps<T> t;
  if (const int32_t status = t.make(op, index, weight, taps, from, to)) return status;
  if (outer == 0 || inner == 0) return HONE_OK;
  if (back) scatter(static_cast<T *>(out), static_cast<const T *>(x), t, taps, outer, from, to, inner);
  else gather(static_cast<T *>(out), static_cast<const T *>(x), t, taps, outer, from, to, inner);
  return HONE_OK;
}

template <bool back>
int32_t for_dtype(const char *op, int32_t dtype, void *out, const void *x, const void *index, const void *weight, hone_int taps, hone_int outer,
                  hone_int from, hone_int to, hone_int inner) {
  if (taps < 1) return fail(HONE_E_INVALID, "%s: %lld taps, expected 1 or more", op, (long long)taps);
  if (dtype == HONE_F32) return run<back, float>(op, out, x, index, weight, taps, outer, from, to, inner);
  if (dtype == HONE_F64) return run<back, double>(op, out, x, index, weight, taps, outer, from, to, inner);
  return fail(HONE_E_DTYPE, "%s takes float32 and float64", op);
}

} // namespace

HONE_KERNEL(taps_gather)(int32_t dtype, void *out, const void *x, const void *index, const void *weight, hone_int taps, hone_int outer,
                         hone_int from, hone_int to, hone_int inner) {
  return for_dtype<false>("taps_gather", dtype, out, x, index, weight, taps, outer, from, to, inner);
}

HONE_KERNEL(taps_scatter)(int32_t dtype, void *out, const void *grad, const void *index, const void *weight, hone_int taps, hone_int outer,
                          hone_int from, hone_int to, hone_int inner) {
  return for_dtype<true>("taps_scatter", dtype, out, grad, index, weight, taps, outer, from, to, inner);
}
