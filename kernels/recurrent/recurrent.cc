// recurrent.cc: one layer of an RNN, LSTM or GRU in one direction: all of its steps in one call, and their gradient.
//
// Sequences do not touch each other, so small layers give each thread some of them for all steps, and nobody waits between steps. Where
// the matrix is too large for one core's cache the steps go one by one, and the matrix product of each is what threads share.
#include <atomic>
#include <cstring>
#include <utility>

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
constexpr hone_int kTogether = 28;              // sequences whose gates stay in the first-level caches between product and cell
constexpr hone_int kRowsAtOnce = 192;           // rows that gradients of weights are summed over at once, at least
constexpr hone_int kHandful = 4;                // sequences for which nothing is packed: products by a few rows read weights in place

Workspace &workspace() {
  static thread_local Workspace space;
  return space;
}
Workspace &packed_workspace() {
  static thread_local Workspace space;
  return space;
}

struct Step {
  hone_int from, to; // its rows
  bool last;
};

// What both directions of the computation share.
template <class T> struct Layer {
  int32_t mode;
  bool reverse;
  hone_int steps, batch, inputs, hidden, proj, width, gates; // width of a state; gates: values per row before the nonlinearities
  const int64_t *sizes;

  hone_int size(hone_int step) const { return sizes ? hone_int(sizes[step]) : batch; }
  hone_int rows() const {
    hone_int total = 0;
    for (hone_int t = 0; t < steps; t++) total += size(t);
    return total;
  }
  // Whether weights are packed once for all steps. Else sequences are not shared out: how such products sum depends on their rows.
  bool packs() const { return inputs > 0 || (batch > kHandful && (steps > 1 || batch > 64)); }
  // Whether a core's cache holds the weights, so that each thread can have sequences of its own.
  bool small() const { return gates * width * hone_int(sizeof(T)) <= kCacheBytes; }
  // How many sequences one call of a block is for.
  hone_int together() const { return small() && packs() && kTogether < batch ? kTogether : batch; }

  // For each step in the order of computation, or backwards: block(step, first sequence, count) for the sequences begin to end that are
  // still running, some at a time, then done(step).
  template <class F, class D> bool each_step(hone_int begin, hone_int end, bool backwards, F &&block, D &&done) const {
    const bool down = reverse != backwards;
    hone_int at = down ? rows() : 0;
    for (hone_int s = 0; s < steps; s++) {
      const hone_int running = size(down ? steps - 1 - s : s), to = running < end ? running : end;
      if (down) at -= running;
      const Step step{at, at + running, s == steps - 1};
      for (hone_int first = begin; first < to; first += together()) {
        const hone_int rest = to - first;
        if (!block(step, first, rest < together() ? rest : together())) return false;
      }
      if (!done(step)) return false;
      if (!down) at += running;
    }
    return true;
  }
  // The first row of the block after this one, if steps are of one length.
  hone_int next_row(const Step &step, hone_int begin, hone_int end, hone_int row, hone_int count, bool backwards) const {
    if (row + count < step.to && row - step.from + count < end) return row + count;
    return (reverse != backwards ? 2 * step.from - step.to : step.to) + begin;
  }
  template <class F> bool each_step(hone_int begin, hone_int end, bool backwards, F &&block) const {
    return each_step(begin, end, backwards, block, [](const Step &) { return true; });
  }

  // body(begin, end) for all sequences; false when memory ran out.
  template <class F> int32_t run(F &&body) const {
    std::atomic<bool> ok{true};
    if (!small() || !packs()) {
      ok = body(hone_int(0), batch);
    } else {
      const double flops = 2.0 * double(steps) * double(gates) * double(inputs + width);
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

// b [k, n] of many products; turned: stored as [n, k].
template <class T> struct Factor {
  const T *b;
  hone_int n, k;
  bool turned;
  const T *packed = nullptr;

  Gemm<T> product() const {
    Gemm<T> g;
    g.n = n, g.k = k;
    g.b = b, g.ldb = turned ? k : n, g.trans_b = turned;
    return g;
  }
  size_t size() const { return packed_size<T>(n, k); }
  void pack(T *to) { pack_b(product(), to, 0, k), packed = to; }

  // c [m, n] = (c +) a b (+ bias)
  bool multiply(hone_int m, const T *a, hone_int lda, T *c, bool accumulate, const T *bias = nullptr, Ahead *ahead = nullptr) const {
    Gemm<T> g = product();
    g.m = m;
    g.a = a, g.lda = lda;
    g.c = c, g.ldc = n;
    g.accumulate = accumulate;
    g.bias = bias;
    g.ahead = ahead;
    if (packed) g.packed = packed, g.b = nullptr, g.trans_b = false;
    return gemm(g) == HONE_OK;
  }
};

template <class T> void keep(T *to, hone_int row, const T *from, hone_int count, hone_int width) {
  if (to) std::memcpy(to + row * width, from, size_t(count * width) * sizeof(T));
}

// Rows from `next` on, of that size, if there are such.
template <class T> void fetch_rows(Ahead &ahead, const T *all, hone_int size, hone_int next, hone_int count) {
  if (all && next >= 0) ahead.add(all + next * size, count * size * hone_int(sizeof(T)));
}

// ---- one row of each cell -----------------------------------------------------------------------------------------------------
// Nonlinearities are kept in g where `keeps`; addresses that may be 0 are of what is only for backward, or stored a second time.

template <class T> void rnn_row(hone_int n, bool relu, T *g, bool keeps, T *h, T *out) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> x = part.load(g + j, T(0));
    const Vec<T> y = relu ? select(x < T(0), broadcast(T(0)), x) : gate_tanh(x); // NaN stays
    if (keeps) part.store(g + j, y);
    part.store(h + j, y);
    if (out) part.store(out + j, y);
  });
}

// c' = f c + i g;  h = o tanh(c')
template <class T> void lstm_row(hone_int n, T *g, bool keeps, T *c, T *c_before, T *tanh_c, T *h, T *out) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> i = gate_sigmoid(part.load(g + j, T(0))), f = gate_sigmoid(part.load(g + n + j, T(0)));
    const Vec<T> a = gate_tanh(part.load(g + 2 * n + j, T(0))), o = gate_sigmoid(part.load(g + 3 * n + j, T(0)));
    const Vec<T> before = part.load(c + j, T(0)), cell = f * before + i * a, squashed = gate_tanh(cell), y = o * squashed;
    if (keeps) {
      part.store(g + j, i);
      part.store(g + n + j, f);
      part.store(g + 2 * n + j, a);
      part.store(g + 3 * n + j, o);
    }
    if (c_before) part.store(c_before + j, before);
    if (tanh_c) part.store(tanh_c + j, squashed);
    part.store(c + j, cell);
    part.store(h + j, y);
    if (out) part.store(out + j, y);
  });
}

// n = tanh(x_n + r y_n), y = W_hh h + b_hh;  h' = n + z (h - n)
template <class T> void gru_row(hone_int n, T *g, bool keeps, const T *y, T *inner, T *h, T *out) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> r = gate_sigmoid(part.load(g + j, T(0)) + part.load(y + j, T(0)));
    const Vec<T> z = gate_sigmoid(part.load(g + n + j, T(0)) + part.load(y + n + j, T(0)));
    const Vec<T> own = part.load(y + 2 * n + j, T(0)), next = gate_tanh(part.load(g + 2 * n + j, T(0)) + r * own);
    const Vec<T> state = next + z * (part.load(h + j, T(0)) - next);
    if (keeps) {
      part.store(g + j, r);
      part.store(g + n + j, z);
      part.store(g + 2 * n + j, next);
    }
    if (inner) part.store(inner + j, own);
    part.store(h + j, state);
    part.store(out + j, state);
  });
}

// Backwards, `more` adds to dh; it may be 0.
template <class T, class P> Vec<T> both(const T *dh, const T *more, hone_int j, P part) {
  const Vec<T> d = part.load(dh + j, T(0));
  return more ? d + part.load(more + j, T(0)) : d;
}

template <class T> void rnn_row_backward(hone_int n, bool relu, T *dg, const T *g, const T *dh, const T *more) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> y = part.load(g + j, T(0)), d = both(dh, more, j, part);
    part.store(dg + j, relu ? select(y > T(0), d, broadcast(T(0))) : d * (T(1) - y * y));
  });
}

template <class T>
void lstm_row_backward(hone_int n, T *dg, const T *g, const T *tanh_c, const T *c_before, const T *dh, const T *more, T *dc) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> i = part.load(g + j, T(0)), f = part.load(g + n + j, T(0)), a = part.load(g + 2 * n + j, T(0)), o = part.load(g + 3 * n + j, T(0));
    const Vec<T> squashed = part.load(tanh_c + j, T(0)), d = both(dh, more, j, part);
    const Vec<T> cell = part.load(dc + j, T(0)) + d * o * (T(1) - squashed * squashed);
    part.store(dg + j, cell * a * i * (T(1) - i));
    part.store(dg + n + j, cell * part.load(c_before + j, T(0)) * f * (T(1) - f));
    part.store(dg + 2 * n + j, cell * i * (T(1) - a * a));
    part.store(dg + 3 * n + j, d * squashed * o * (T(1) - o));
    part.store(dc + j, cell * f);
  });
}

// dy: gradient of y, which differs from that of x in its last third. dh becomes what goes straight to the state before.
template <class T> void gru_row_backward(hone_int n, T *dg, T *dy, const T *g, const T *inner, const T *h_before, T *dh, const T *more) {
  each_vector<T>(n, [&](hone_int j, auto part) {
    const Vec<T> r = part.load(g + j, T(0)), z = part.load(g + n + j, T(0)), next = part.load(g + 2 * n + j, T(0)), d = both(dh, more, j, part);
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

// As hone_recurrent and hone_recurrent_backward have them.
template <class T> struct Forward {
  T *out, *gates, *inner, *before, *c_before, *h, *c;
  const T *x, *w_ih, *w_hh, *bias, *w_hr;
};
template <class T> struct Backward {
  T *grad_gates, *grad_hidden, *grad_proj, *grad_weights, *grad_bias;
  const T *grad_out;
  T *dh, *dc;
  const T *gates, *inner, *before, *c_before, *w_hh, *w_hr;
  bool to_start, whole; // whether dh is to be followed to the first states; whether all of grad_gates is wanted
};

template <class T> int32_t forward(const Layer<T> &layer, const Forward<T> &f) {
  const hone_int n = layer.hidden, width = layer.width, G = layer.gates, K = layer.inputs + width;
  const bool gru = layer.mode == HONE_GRU, joined = layer.inputs > 0, keeps = f.before != nullptr;
  // Joined: one product by both weights, one below the other, of inputs and states side by side.
  Factor<T> weights{f.w_hh, G, K, true}, projection{f.w_hr, width, n, true};
  if (layer.packs()) {
    const size_t size = weights.size();
    T *const space = static_cast<T *>(packed_workspace().get((size + (layer.proj ? projection.size() : 0)) * sizeof(T)));
    if (!space) return no_memory("recurrent");
    if (joined) pack_b(Factor<T>{f.w_ih, G, layer.inputs, true}.product(), space, 0, K);
    pack_b(Factor<T>{f.w_hh, G, width, true}.product(), space, layer.inputs, K);
    weights.packed = space;
    if (layer.proj) projection.pack(space + size);
  }
  const hone_int pairs = joined && !f.before ? K : 0, raw = f.gates ? 0 : G, hidden = gru ? G : layer.proj ? n : 0;
  return layer.run([&](hone_int begin, hone_int end) {
    const hone_int scratch = (pairs + raw + hidden) * layer.together();
    T *const space = scratch ? static_cast<T *>(workspace().get(size_t(scratch) * sizeof(T))) : nullptr;
    if (scratch && !space) return false;
    T *const hidden_space = space + (pairs + raw) * layer.together();
    return layer.each_step(begin, end, false, [&](const Step &step, hone_int first, hone_int count) {
      const hone_int row = step.from + first;
      T *const g = f.gates ? f.gates + row * G : space + pairs * layer.together();
      T *const state = f.h + first * width, *const cell = f.c ? f.c + first * n : nullptr;
      const auto of = [&](T *all, hone_int r, hone_int size) { return all ? all + (row + r) * size : nullptr; };
      const T *a = state;
      if (joined) {
        T *const pair = f.before ? f.before + row * K : space;
        for (hone_int r = 0; r < count; r++) {
          std::memcpy(pair + r * K, f.x + (row + r) * layer.inputs, size_t(layer.inputs) * sizeof(T));
          std::memcpy(pair + r * K + layer.inputs, state + r * width, size_t(width) * sizeof(T));
        }
        a = pair;
      } else {
        keep(f.before, row, state, count, width);
      }
      // What the next block reads, and where it writes to.
      const hone_int next = layer.next_row(step, begin, end, row, count, false);
      Ahead ahead;
      for (const auto &[all, size] : {std::pair<const T *, hone_int>(f.out, width), {f.inner, n}, {f.c_before, n}, {f.before, K}, {f.x, layer.inputs}})
        fetch_rows(ahead, all, size, next, count);
      if (!weights.multiply(count, a, K, gru ? hidden_space : g, !joined && !gru, joined || gru ? f.bias : nullptr, &ahead)) return false;
      T *const to = layer.proj ? hidden_space : state, *const out = layer.proj ? nullptr : f.out;
      layer.cells(count, [&](hone_int r) {
        if (layer.mode == HONE_LSTM)
          lstm_row(n, g + r * G, keeps, cell + r * n, of(f.c_before, r, n), of(f.inner, r, n), to + r * n, of(out, r, n));
        else if (gru) gru_row(n, g + r * G, keeps, hidden_space + r * G, of(f.inner, r, n), to + r * n, of(out, r, n));
        else rnn_row(n, layer.mode == HONE_RNN_RELU, g + r * G, keeps, to + r * n, of(out, r, n));
      });
      if (layer.proj) {
        if (!projection.multiply(count, hidden_space, n, state, false)) return false;
        keep(f.out, row, state, count, width);
      }
      return true;
    });
  });
}

// The gradients of both weights [gates, inputs + width] and of the bias: sums over rows, of kRowsAtOnce or some more at a time while their
// gates' gradients are in the cache. Which rows are summed together depends on the lengths alone.
template <class T> class WeightGradients {
public:
  WeightGradients(const Layer<T> &layer, const Backward<T> &b, bool apart)
      : layer_(layer), b_(b), down_(!layer.reverse), capacity_(kRowsAtOnce + layer.batch), pitch(layer.gates) {
    if (!b.grad_weights || b.whole || apart || layer.rows() * layer.gates < capacity_ * padded(layer.gates)) return;
    passing_ = true;
    pitch = padded(layer.gates);
  }

  // Where the gradients of a row's gates lie, each row `pitch` after the one before. In passing only rows that are not summed up yet have a
  // place, at the start of grad_gates.
  T *gates_at(const Step &step, hone_int row) {
    if (from_ == to_) from_ = step.from, to_ = step.to;
    return b_.grad_gates + pitch * (!passing_ ? row : down_ ? row - to_ + capacity_ : row - from_);
  }

  bool done(const Step &step) {
    if (!b_.grad_weights) return true;
    if (from_ == to_) from_ = step.from, to_ = step.to;
    if (down_) from_ = step.from;
    else to_ = step.to;
    if (to_ - from_ < kRowsAtOnce && !step.last) return true;
    const hone_int G = layer_.gates, K = layer_.inputs + layer_.width, rows = to_ - from_;
    const T *const dg = gates_at(step, from_);
    Gemm<T> g;
    g.m = G, g.n = K, g.k = rows;
    g.a = dg, g.lda = pitch, g.trans_a = true;
    g.b = b_.before + from_ * K, g.ldb = K;
    g.c = b_.grad_weights, g.ldc = K;
    g.accumulate = begun_;
    if (gemm(g) != HONE_OK) return false;
    if (b_.grad_bias) {
      each_vector<T>(G, [&](hone_int j, auto part) {
        const auto at = [&](hone_int r) { return part.load(dg + r * pitch + j, T(0)); };
        Vec<T> sum = begun_ ? part.load(b_.grad_bias + j, T(0)) : Vec<T>{};
        hone_int r = 0;
        for (; r + 4 <= rows; r += 4) sum += (at(r) + at(r + 1)) + (at(r + 2) + at(r + 3));
        for (; r < rows; r++) sum += at(r);
        part.store(b_.grad_bias + j, sum);
      });
    }
    begun_ = true;
    from_ = to_;
    return true;
  }

private:
  // A row's length that is not a multiple of 2 KiB, whose rows would meet in few lines of the cache.
  static hone_int padded(hone_int n) { return n * hone_int(sizeof(T)) % 2048 == 0 ? n + 64 / hone_int(sizeof(T)) : n; }

  const Layer<T> &layer_;
  const Backward<T> &b_;
  const bool down_;
  const hone_int capacity_;
  bool passing_ = false;
  hone_int from_ = 0, to_ = 0; // rows that are not summed up yet
  bool begun_ = false;

public:
  hone_int pitch;
};

template <class T> int32_t backward(const Layer<T> &layer, const Backward<T> &b) {
  const hone_int n = layer.hidden, width = layer.width, G = layer.gates;
  const bool gru = layer.mode == HONE_GRU;
  Factor<T> weights{b.w_hh, width, G, false}, projection{b.w_hr, n, width, false};
  if (layer.packs()) {
    const size_t size = weights.size();
    T *const space = static_cast<T *>(packed_workspace().get((size + (layer.proj ? projection.size() : 0)) * sizeof(T)));
    if (!space) return no_memory("recurrent_backward");
    weights.pack(space);
    if (layer.proj) projection.pack(space + size);
  }
  // Where threads have sequences of their own, the gates' gradients of all steps wait for the sums.
  const bool apart = layer.small() && thread_count() > 1;
  WeightGradients<T> sums(layer, b, apart);
  const int32_t status = layer.run([&](hone_int begin, hone_int end) {
    T *const space = layer.proj ? static_cast<T *>(workspace().get(size_t(layer.together() * n) * sizeof(T))) : nullptr;
    if (layer.proj && !space) return false;
    const auto block = [&](const Step &step, hone_int first, hone_int count) {
      const hone_int row = step.from + first;
      const T *const g = b.gates + row * G, *more = b.grad_out ? b.grad_out + row * width : nullptr;
      const hone_int pitch = sums.pitch;
      T *const dg = apart ? b.grad_gates + row * G : sums.gates_at(step, row);
      T *const dy = gru ? b.grad_hidden + row * G : dg, *const state = b.dh + first * width;
      if (layer.proj) {
        if (more) each_vector<T>(count * width, [&](hone_int j, auto part) { part.store(state + j, both(state, more, j, part)); });
        more = nullptr;
        keep(b.grad_proj, row, state, count, width);
        if (!projection.multiply(count, state, width, space, false)) return false;
      }
      T *const d = layer.proj ? space : state;
      layer.cells(count, [&](hone_int r) {
        const T *const also = more ? more + r * n : nullptr;
        if (layer.mode == HONE_LSTM)
          lstm_row_backward(n, dg + r * pitch, g + r * G, b.inner + (row + r) * n, b.c_before + (row + r) * n, d + r * n, also, b.dc + (first + r) * n);
        else if (gru)
          gru_row_backward(n, dg + r * pitch, dy + r * G, g + r * G, b.inner + (row + r) * n, b.before + (row + r) * n, d + r * n, also);
        else rnn_row_backward(n, layer.mode == HONE_RNN_RELU, dg + r * pitch, g + r * G, d + r * n, also);
      });
      if (step.last && !b.to_start) return true;
      // What the next block's cells and sums read has been in far memory since the forward.
      const hone_int next = layer.next_row(step, begin, end, row, count, true);
      Ahead ahead;
      for (const auto &[all, size] : {std::pair(b.before, layer.inputs + width), {b.grad_out, width}, {b.c_before, n}, {b.inner, n}, {b.gates, G}})
        fetch_rows(ahead, all, size, next, count);
      return weights.multiply(count, dy, gru ? G : pitch, state, gru, nullptr, &ahead);
    };
    return layer.each_step(begin, end, true, block, [&](const Step &step) { return apart || sums.done(step); });
  });
  if (status != HONE_OK || !apart) return status;
  const auto none = [](const Step &, hone_int, hone_int) { return true; };
  return layer.each_step(0, 0, true, none, [&](const Step &step) { return sums.done(step); }) ? HONE_OK : no_memory("recurrent_backward");
}

template <class T>
Layer<T> layer_of(int32_t mode, int32_t reverse, hone_int steps, const void *sizes, hone_int batch, hone_int inputs, hone_int hidden, hone_int proj) {
  const hone_int parts = mode == HONE_LSTM ? 4 : mode == HONE_GRU ? 3 : 1;
  return {mode, reverse != 0, steps, batch, inputs, hidden, proj, proj ? proj : hidden, parts * hidden, static_cast<const int64_t *>(sizes)};
}

} // namespace

extern "C" HONE_KERNEL(recurrent)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64, hone_int batch,
                                  hone_int inputs, hone_int hidden, hone_int proj, void *out, void *gates, void *inner, void *before,
                                  void *c_before, void *h, void *c, const void *x, const void *w_ih, const void *w_hh, const void *bias,
                                  const void *w_hr) {
  return for_floats(dtype, "recurrent", [&](auto zero) {
    using T = decltype(zero);
    const auto in = [](const void *p) { return static_cast<const T *>(p); };
    const auto io = [](void *p) { return static_cast<T *>(p); };
    return forward<T>(layer_of<T>(mode, reverse, steps, sizes_i64, batch, inputs, hidden, proj),
                      {io(out), io(gates), io(inner), io(before), io(c_before), io(h), io(c), in(x), in(w_ih), in(w_hh), in(bias), in(w_hr)});
  });
}

extern "C" HONE_KERNEL(recurrent_backward)(int32_t dtype, int32_t mode, int32_t reverse, hone_int steps, const void *sizes_i64,
                                           hone_int batch, hone_int inputs, hone_int hidden, hone_int proj, int32_t to_start, int32_t whole,
                                           void *grad_gates, void *grad_hidden, void *grad_proj, void *grad_weights, void *grad_bias,
                                           const void *grad_out, void *dh, void *dc, const void *gates, const void *inner,
                                           const void *before, const void *c_before, const void *w_hh, const void *w_hr) {
  return for_floats(dtype, "recurrent_backward", [&](auto zero) {
    using T = decltype(zero);
    const auto in = [](const void *p) { return static_cast<const T *>(p); };
    const auto io = [](void *p) { return static_cast<T *>(p); };
    return backward<T>(layer_of<T>(mode, reverse, steps, sizes_i64, batch, inputs, hidden, proj),
                       {io(grad_gates), io(grad_hidden), io(grad_proj), io(grad_weights), io(grad_bias), in(grad_out), io(dh), io(dc),
                        in(gates), in(inner), in(before), in(c_before), in(w_hh), in(w_hr), to_start != 0, whole != 0});
  });
}
