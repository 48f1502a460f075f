// recurrent.cc: one layer of an RNN, LSTM or GRU in one direction: all of its steps in one call, and their gradient.
//
// Sequences do not touch each other, so small layers give each thread some of them for all steps, and nobody waits between steps. Where
// the matrix is too large for one core's cache the steps go one by one, and the matrix product of each is what threads share.
#include <atomic>
#include <cstring>

#include "linalg/gemm.h"
#include "recurrent/gates.h"
#include "support/dtype.h"
#include "support/parallel.h"
#include "support/rows.h"
#include "support/workspace.h"

using namespace hone;

namespace {

constexpr double kShareFlops = 8e5;             // a thread's share is worth at least this much
constexpr hone_int kCacheBytes = 512 << 10;     // a matrix up to this size stays in a core's second-level cache
constexpr hone_int kElements = 1 << 12;         // elements of a cell that are worth a thread

Workspace &workspace() {
  static thread_local Workspace space;
  return space;
}

// What both directions of the computation share.
template <class T> struct Layer {
  int32_t mode;
  bool reverse;
  hone_int steps, batch, hidden, proj, width, gates; // width of a state; gates: values per row before the nonlinearities
  const int64_t *sizes;

  hone_int size(hone_int step) const { return sizes ? hone_int(sizes[step]) : batch; }
  hone_int rows() const {
    hone_int total = 0;
    for (hone_int t = 0; t < steps; t++) total += size(t);
    return total;
  }

  // Calls step(first row, first sequence, count) for the sequences begin to end that are still running, in the order of computation, or
  // backwards.
  template <class F> bool each_step(hone_int begin, hone_int end, bool backwards, F &&step) const {
    const bool down = reverse != backwards;
    hone_int at = down ? rows() : 0;
    for (hone_int s = 0; s < steps; s++) {
      const hone_int running = size(down ? steps - 1 - s : s);
      if (down) at -= running;
      const hone_int count = (running < end ? running : end) - begin;
      if (count > 0 && !step(at + begin, begin, count)) return false;
      if (!down) at += running;
    }
    return true;
  }

  // body(begin, end) for all sequences; false when memory ran out.
  template <class F> int32_t run(F &&body) const {
    std::atomic<bool> ok{true};
    if (gates * width * hone_int(sizeof(T)) > kCacheBytes) {
      ok = body(hone_int(0), batch);
    } else {
      const double flops = 2.0 * double(steps) * double(gates) * double(width);
      const hone_int share = hone_int(kShareFlops / flops) + 1;
      parallel_for(batch, share < 4 ? 4 : share, [&](hone_int begin, hone_int end) {
        if (!body(begin, end)) ok.store(false, std::memory_order_relaxed);
      });
    }
    return ok.load() ? HONE_OK : no_memory("recurrent");
  }

  // row(r) for r < count, on threads where that pays (and none is inside one already).
  template <class F> void cells(hone_int count, F &&row) const {
    parallel_for(count, hidden >= kElements ? 1 : kElements / hidden, [&](hone_int begin, hone_int end) {
      for (hone_int r = begin; r < end; r++) row(r);
    });
  }
};

// c[m, n] = (c +) a[m, k] b[k, n] (+ bias)
template <class T>
bool multiply(hone_int m, hone_int n, hone_int k, const T *a, const T *b, T *c, bool accumulate, const T *bias = nullptr) {
  Gemm<T> g;
  g.m = m, g.n = n, g.k = k;
  g.a = a, g.lda = k;
  g.b = b, g.ldb = n;
  g.c = c, g.ldc = n;
  g.accumulate = accumulate;
  g.bias = bias;
  return gemm(g) == HONE_OK;
}

template <class T> void keep(T *to, hone_int row, const T *from, hone_int count, hone_int width) {
  if (to) std::memcpy(to + row * width, from, size_t(count * width) * sizeof(T));
}

// ---- one row of each cell -----------------------------------------------------------------------------------------------------

template <class T> void rnn_row(hone_int n, bool relu, T *g, T *h) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> x = part.load(g + j, T(0));
    const Vec<T> y = relu ? select(x < T(0), broadcast(T(0)), x) : gate_tanh(x); // NaN stays
    part.store(g + j, y);
    part.store(h + j, y);
  });
}

// c' = f c + i g;  h = o tanh(c')
template <class T> void lstm_row(hone_int n, T *g, T *c, T *tanh_c, T *h) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> i = gate_sigmoid(part.load(g + j, T(0))), f = gate_sigmoid(part.load(g + n + j, T(0)));
    const Vec<T> a = gate_tanh(part.load(g + 2 * n + j, T(0))), o = gate_sigmoid(part.load(g + 3 * n + j, T(0)));
    const Vec<T> cell = f * part.load(c + j, T(0)) + i * a, squashed = gate_tanh(cell);
    part.store(g + j, i);
    part.store(g + n + j, f);
    part.store(g + 2 * n + j, a);
    part.store(g + 3 * n + j, o);
    part.store(c + j, cell);
    if (tanh_c) part.store(tanh_c + j, squashed);
    part.store(h + j, o * squashed);
  });
}

// n = tanh(x_n + r y_n), y = W_hh h + b_hh;  h' = n + z (h - n)
template <class T> void gru_row(hone_int n, T *g, const T *y, T *inner, T *h) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> r = gate_sigmoid(part.load(g + j, T(0)) + part.load(y + j, T(0)));
    const Vec<T> z = gate_sigmoid(part.load(g + n + j, T(0)) + part.load(y + n + j, T(0)));
    const Vec<T> own = part.load(y + 2 * n + j, T(0)), next = gate_tanh(part.load(g + 2 * n + j, T(0)) + r * own);
    part.store(g + j, r);
    part.store(g + n + j, z);
    part.store(g + 2 * n + j, next);
    if (inner) part.store(inner + j, own);
    part.store(h + j, next + z * (part.load(h + j, T(0)) - next));
  });
}

template <class T> void rnn_row_backward(hone_int n, bool relu, T *dg, const T *g, const T *dh) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> y = part.load(g + j, T(0)), d = part.load(dh + j, T(0));
    part.store(dg + j, relu ? select(y > T(0), d, broadcast(T(0))) : d * (T(1) - y * y));
  });
}

template <class T> void lstm_row_backward(hone_int n, T *dg, const T *g, const T *tanh_c, const T *c_before, const T *dh, T *dc) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> i = part.load(g + j, T(0)), f = part.load(g + n + j, T(0)), a = part.load(g + 2 * n + j, T(0)), o = part.load(g + 3 * n + j, T(0));
    const Vec<T> squashed = part.load(tanh_c + j, T(0)), d = part.load(dh + j, T(0));
    const Vec<T> cell = part.load(dc + j, T(0)) + d * o * (T(1) - squashed * squashed);
    part.store(dg + j, cell * a * i * (T(1) - i));
    part.store(dg + n + j, cell * part.load(c_before + j, T(0)) * f * (T(1) - f));
    part.store(dg + 2 * n + j, cell * i * (T(1) - a * a));
    part.store(dg + 3 * n + j, d * squashed * o * (T(1) - o));
    part.store(dc + j, cell * f);
  });
}

// dy: gradient of y, which differs from that of x in its last third. dh becomes what goes straight to the state before.
template <class T> void gru_row_backward(hone_int n, T *dg, T *dy, const T *g, const T *inner, const T *h_before, T *dh) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> r = part.load(g + j, T(0)), z = part.load(g + n + j, T(0)), next = part.load(g + 2 * n + j, T(0)), d = part.load(dh + j, T(0));
    const Vec<T> dn = d * (T(1) - z) * (T(1) - next * next);
    const Vec<T> dz = d * (part.load(h_before + j, T(0)) - next) * z * (T(1) - z);
    const Vec<T> dr = dn * part.load(inner + j, T(0)) * r * (T(1) - r);
    part.store(dg + j, dr);
    part.store(dg + n + j, dz);
    part.store(dg + 2 * n + j, dn);
    part.store(dy + j, dr);
    part.store(dy + n + j, dz);
    part.store(dy + 2 * n + j, dn * r);
    part.store(dh + j, d * z);
  });
}

// ---- the layer ----------------------------------------------------------------------------------------------------------------

template <class T>
int32_t forward(const Layer<T> &layer, T *out, T *gates, T *inner, T *h_before, T *c_before, T *h, T *c, const T *w_hh_t, const T *bias_hh,
                const T *w_hr_t) {
  const hone_int n = layer.hidden, width = layer.width, G = layer.gates;
  const bool gru = layer.mode == HONE_GRU;
  return layer.run([&](hone_int begin, hone_int end) {
    const hone_int scratch = gru ? G : layer.proj ? n : 0;
    T *const space = scratch ? static_cast<T *>(workspace().get(size_t((end - begin) * scratch) * sizeof(T))) : nullptr;
    if (scratch && !space) return false;
    return layer.each_step(begin, end, false, [&](hone_int row, hone_int first, hone_int count) {
      T *const g = gates + row * G, *const state = h + first * width, *const cell = c ? c + first * n : nullptr;
      T *const kept = inner ? inner + row * n : nullptr;
      keep(h_before, row, state, count, width);
      if (c) keep(c_before, row, cell, count, n);
      if (!multiply(count, G, width, state, w_hh_t, gru ? space : g, !gru, gru ? bias_hh : nullptr)) return false;
      T *const to = layer.proj ? space : state;
      layer.cells(count, [&](hone_int r) {
        if (layer.mode == HONE_LSTM) lstm_row(n, g + r * G, cell + r * n, kept ? kept + r * n : nullptr, to + r * n);
        else if (gru) gru_row(n, g + r * G, space + r * G, kept ? kept + r * n : nullptr, to + r * n);
        else rnn_row(n, layer.mode == HONE_RNN_RELU, g + r * G, to + r * n);
      });
      if (layer.proj && !multiply(count, width, n, space, w_hr_t, state, false)) return false;
      keep(out, row, state, count, width);
      return true;
    });
  });
}

template <class T>
int32_t backward(const Layer<T> &layer, T *grad_gates, T *grad_hidden, T *grad_proj, const T *grad_out, T *dh, T *dc, const T *gates,
                 const T *inner, const T *h_before, const T *c_before, const T *w_hh, const T *w_hr) {
  const hone_int n = layer.hidden, width = layer.width, G = layer.gates;
  return layer.run([&](hone_int begin, hone_int end) {
    T *const space = layer.proj ? static_cast<T *>(workspace().get(size_t((end - begin) * n) * sizeof(T))) : nullptr;
    if (layer.proj && !space) return false;
    return layer.each_step(begin, end, true, [&](hone_int row, hone_int first, hone_int count) {
      const T *const g = gates + row * G;
      T *const dg = grad_gates + row * G, *const state = dh + first * width;
      if (grad_out) {
        const T *const from = grad_out + row * width;
        each_vector<T>(count * width, [&](hone_int j, auto part) { part.store(state + j, part.load(state + j, T(0)) + part.load(from + j, T(0))); });
      }
      if (layer.proj) {
        keep(grad_proj, row, state, count, width);
        if (!multiply(count, n, width, state, w_hr, space, false)) return false;
      }
      T *const d = layer.proj ? space : state;
      layer.cells(count, [&](hone_int r) {
        if (layer.mode == HONE_LSTM)
          lstm_row_backward(n, dg + r * G, g + r * G, inner + (row + r) * n, c_before + (row + r) * n, d + r * n, dc + (first + r) * n);
        else if (layer.mode == HONE_GRU)
          gru_row_backward(n, dg + r * G, grad_hidden + (row + r) * G, g + r * G, inner + (row + r) * n, h_before + (row + r) * n, d + r * n);
        else rnn_row_backward(n, layer.mode == HONE_RNN_RELU, dg + r * G, g + r * G, d + r * n);
      });
      return layer.mode == HONE_GRU ? multiply(count, width, G, grad_hidden + row * G, w_hh, state, true) : multiply(count, width, G, dg, w_hh, state, false);
    });
  });
}

template <class T>
Layer<T> layer_of(int32_t mode, int32_t reverse, hone_int steps, const void *sizes, hone_int batch, hone_int hidden, hone_int proj) {
  const hone_int parts = mode == HONE_LSTM ? 4 : mode == HONE_GRU ? 3 : 1;
  return {mode, reverse != 0, steps, batch, hidden, proj, proj ? proj : hidden, parts * hidden, static_cast<const int64_t *>(sizes)};
}

} // namespace

extern "C" HONE_KERNEL(recurrent)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64, hone_int batch,
                                  hone_int hidden, hone_int proj, void *out, void *gates, void *inner, void *h_before, void *c_before,
                                  void *h, void *c, const void *w_hh_t, const void *bias_hh, const void *w_hr_t) {
  return for_floats(dtype, "recurrent", [&](auto zero) {
    using T = decltype(zero);
    const auto in = [](const void *p) { return static_cast<const T *>(p); };
    const auto io = [](void *p) { return static_cast<T *>(p); };
    return forward<T>(layer_of<T>(mode, reverse, steps, sizes_i64, batch, hidden, proj), io(out), io(gates), io(inner), io(h_before),
                      io(c_before), io(h), io(c), in(w_hh_t), in(bias_hh), in(w_hr_t));
  });
}

extern "C" HONE_KERNEL(recurrent_backward)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64,
                                           hone_int batch, hone_int hidden, hone_int proj, void *grad_gates, void *grad_hidden,
                                           void *grad_proj, const void *grad_out, void *dh, void *dc, const void *gates, const void *inner,
                                           const void *h_before, const void *c_before, const void *w_hh, const void *w_hr) {
  return for_floats(dtype, "recurrent_backward", [&](auto zero) {
    using T = decltype(zero);
    const auto in = [](const void *p) { return static_cast<const T *>(p); };
    const auto io = [](void *p) { return static_cast<T *>(p); };
    return backward<T>(layer_of<T>(mode, reverse, steps, sizes_i64, batch, hidden, proj), io(grad_gates), io(grad_hidden), io(grad_proj),
                       in(grad_out), io(dh), io(dc), in(gates), in(inner), in(h_before), in(c_before), in(w_hh), in(w_hr));
  });
}
