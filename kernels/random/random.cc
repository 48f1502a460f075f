// random.cc: PyTorch's CPU generator and its distributions, bit for bit (PyTorch 2.7 and later; builds with FMA, without MKL's RNG).
// Compiled without contraction: every fused operation is written out. Draws are serial; only transforms use threads.
#include <cmath>
#include <limits>
#include <type_traits>

#include "random/box_muller.h"
#include "random/mt19937.h"
#include "support/dtype.h"
#include "support/parallel.h"

using namespace hone;

static_assert(sizeof(Generator) <= HONE_GENERATOR_BYTES, "a generator fits its place in engine memory");

namespace {

constexpr double kTwoPi = 6.283185307179586476925286766559;
constexpr int kChunk = 1024; // words drawn at once: they stay in the first-level cache

Generator *generator(void *gen) { return static_cast<Generator *>(gen); }

// A block that was never seeded must not send a draw out of its bounds.
bool usable(const Generator &gen) {
  return gen.seeded == 1 && gen.next >= 0 && gen.next <= kStateWords && (gen.left == 1 || gen.left + gen.next == kStateWords + 1);
}

int32_t unusable() { return fail(HONE_E_INVALID, "the random generator was not seeded"); }

// Word pairs of 64-bit draws: the first is the high half.
uint64_t pair(const uint32_t *words) { return uint64_t(words[0]) << 32 | words[1]; }
double unit53(const uint32_t *words) { return double(int64_t(pair(words) & k53Bits)) * 0x1p-53; }

// Calls body(at, words, count) for chunks of elements that take `per` words each.
template <int per, class F> void in_chunks(Generator &gen, hone_int n, F &&body) {
  uint32_t words[kChunk];
  for (hone_int at = 0; at < n; at += kChunk / per) {
    hone_int count = n - at < kChunk / per ? n - at : kChunk / per;
    draw_words(gen, words, count * per);
    body(at, words, count);
  }
}

// ---- uniform -------------------------------------------------------------------------------------------------------------------

void uniform(Generator &gen, float *out, hone_int n, double low, double high) {
  const float a = float(low), d = float(high) - a;
  constexpr int lanes = kLanes<float>;
  in_chunks<1>(gen, n, [&](hone_int at, const uint32_t *words, hone_int count) {
    hone_int i = 0;
    for (; i + lanes <= count; i += lanes) {
      Floats x = __builtin_convertvector((Ints)(load(words + i) & 0xffffffu), Floats) * 0x1p-24f;
      store(out + at + i, fused(x, broadcast(d), broadcast(a)));
    }
    for (; i < count; i++) out[at + i] = fused(float(int32_t(words[i] & 0xffffffu)) * 0x1p-24f, d, a);
  });
}

void uniform(Generator &gen, double *out, hone_int n, double low, double high) {
  const double d = high - low;
  in_chunks<2>(gen, n, [&](hone_int at, const uint32_t *words, hone_int count) {
    if (low == 0 && d == 1) {
      for (hone_int i = 0; i < count; i++) out[at + i] = unit53(words + 2 * i);
    } else {
      for (hone_int i = 0; i < count; i++) out[at + i] = fused(unit53(words + 2 * i), d, low);
    }
  });
}

// ---- normal --------------------------------------------------------------------------------------------------------------------

// log(1 - u), as the version takes it.
double log_rest(const Generator &gen, double u) { return gen.numbers & HONE_RNG_LOG ? std::log(1.0 - u) : std::log1p(-u); }

// The scalar path: always in double, the angle drawn before the radius; the second sample of a pair waits in the generator.
template <class T> void normal_scalar(Generator &gen, T *out, hone_int n, double mean, double std) {
  for (hone_int i = 0; i < n; i++) {
    double v = gen.cached;
    if (gen.has_cached) {
      gen.has_cached = 0;
      gen.cached = 0;
    } else {
      double u1 = uniform53(gen), u2 = uniform53(gen);
      double radius = std::sqrt(-2.0 * log_rest(gen, u2)), angle = kTwoPi * u1;
      gen.cached = radius * std::sin(angle);
      gen.has_cached = 1;
      v = radius * std::cos(angle);
    }
    out[i] = T(fused(v, std, mean));
  }
}

// The block path: n uniforms in order, then each block of 16 transformed; a rest of n / 16 is drawn but never used, for the last 16
// elements are drawn again. Large tensors are drawn piece by piece into out itself and transformed there by all threads.
void normal_fill(Generator &gen, float *out, hone_int n, double mean, double std) {
  const NormalScale scale{broadcast(float(mean)), broadcast(float(std))};
  const hone_int blocks = n / 16, piece = hone_int(1) << 13;
  if (blocks < piece / 2) {
    in_chunks<1>(gen, blocks * 16, [&](hone_int at, const uint32_t *words, hone_int count) { normal_blocks(scale, words, out + at, count / 16); });
  } else {
    for (hone_int at = 0; at < blocks; at += piece) {
      hone_int count = blocks - at < piece ? blocks - at : piece;
      float *to = out + at * 16;
      draw_words(gen, to, count * 16);
      parallel_for(count, 1024, [&](hone_int begin, hone_int end) { normal_blocks(scale, to + begin * 16, to + begin * 16, end - begin); });
    }
  }
  if (n % 16 == 0) return;
  uint32_t words[16];
  draw_words(gen, words, n % 16);
  draw_words(gen, words, 16);
  normal_blocks(scale, words, out + n - 16, 1);
}

void normal_blocks(double *data, hone_int count, double mean, double std) {
  for (double *d = data; d != data + count * 16; d += 16) {
    for (int j = 0; j < 8; j++) {
      double radius = std::sqrt(-2.0 * std::log(1.0 - d[j])), angle = kTwoPi * d[j + 8];
      d[j] = fused(radius * std::cos(angle), std, mean);
      d[j + 8] = fused(radius * std::sin(angle), std, mean);
    }
  }
}

void normal_fill(Generator &gen, double *out, hone_int n, double mean, double std) {
  uniform(gen, out, n, 0, 1);
  parallel_for(n / 16, 64, [&](hone_int begin, hone_int end) { normal_blocks(out + begin * 16, end - begin, mean, std); });
  if (n % 16 == 0) return;
  uniform(gen, out + n - 16, 16, 0, 1);
  normal_blocks(out + n - 16, 1, mean, std);
}

// ---- integers, permutations ------------------------------------------------------------------------------------------------------

// The value of an integral double in -2^63 .. 2^64, modulo 2^64.
uint64_t to_bits(double x) { return x < 0 ? uint64_t(int64_t(x)) : x >= 0x1p64 ? 0 : uint64_t(x); }

// Bounds of a float tensor's integers: where not every integer is representable, PyTorch moves them to ones that are.
template <class T> int64_t inner_low(int64_t low) {
  constexpr int digits = std::numeric_limits<T>::digits;
  int64_t after = int64_t(T(low + 1));
  return after < low ? after + (int64_t(1) << (std::ilogb(double(low + 1)) - digits + 1)) : low;
}
template <class T> int64_t inner_high(int64_t high) {
  constexpr int digits = std::numeric_limits<T>::digits;
  int64_t before = int64_t(T(high - 1));
  return before >= high ? before - (int64_t(1) << (std::ilogb(double(high - 1)) - digits + 1)) : high;
}

// From here on PyTorch spends 64 bits on an integer.
uint64_t wide_range(const Generator &gen) { return uint64_t(1) << (gen.numbers & HONE_RNG_NARROW ? 32 : 28); }

constexpr hone_int kWidePermutation = 4294967295u / 20; // from here on it takes another shuffle

void shuffle(Generator &gen, int64_t *out, hone_int n) {
  for (hone_int i = 0; i < n; i++) out[i] = i;
  in_chunks<1>(gen, n - 1, [&](hone_int at, const uint32_t *words, hone_int count) {
    for (hone_int i = at; i < at + count; i++) {
      hone_int z = i + hone_int(words[i - at] % uint32_t(n - i));
      int64_t moved = out[i];
      out[i] = out[z];
      out[z] = moved;
    }
  });
}

void shuffle_wide(Generator &gen, int64_t *out, hone_int n) {
  for (hone_int i = 0; i < n; i++) {
    hone_int z = hone_int(draw64(gen) % uint64_t(i + 1));
    out[i] = i;
    out[i] = out[z];
    out[z] = i;
  }
}

// ---- bernoulli, dropout ----------------------------------------------------------------------------------------------------------

// A 53-bit draw is below p exactly when its integer is below this; 0 <= p <= 1.
uint64_t threshold53(double p) { return uint64_t(std::ceil(p * 0x1p53)); }

// The draws of builds with Intel's MKL before 2.7: one word seeds a multiplicative congruential stream, compared in float32.
template <class F> void mkl_bernoulli(Generator &gen, hone_int n, double p, F &&body) {
  constexpr uint64_t modulus = 0x7fffffff, multiplier = 1132489760;
  uint64_t x = draw32(gen) % modulus;
  if (x == 0) x = 1;
  for (hone_int i = 0; i < n; i++, x = x * multiplier % modulus) body(i, float(int32_t(x)) * 0x1p-31f < float(p));
}

// to[i] = 1 where the i-th pair of words is below the threshold, by halves: the high ones decide unless they are equal.
void below53(uint8_t *to, const uint32_t *words, hone_int n, uint64_t threshold) {
  constexpr int L = kLanes<int32_t>;
  // Compared as signed numbers: the high halves have 21 bits, and of the low ones the first bit is turned, which keeps their order.
  constexpr int32_t turn = INT32_MIN;
  const Ints high = broadcast(int32_t(threshold >> 32)), low = broadcast(int32_t(uint32_t(threshold)) ^ turn);
  hone_int i = 0;
  for (; i + L <= n; i += L) {
    const Ints a = bits<Ints>(load(words + 2 * i)), b = bits<Ints>(load(words + 2 * i + L));
    const Ints upper = every_second<false>(a, b) & 0x1fffff, lower = every_second<true>(a, b) ^ turn;
    const Ints yes = Ints(upper < high) | (Ints(upper == high) & Ints(lower < low));
    store(to + i, __builtin_convertvector(yes & 1, VecN<uint8_t, L>::type));
  }
  for (; i < n; i++) to[i] = (pair(words + 2 * i) & k53Bits) < threshold;
}

// to[i] = from[i] times the scale where it is kept, else times 0, which leaves a NaN.
template <class T> void scale_kept(T *to, const T *from, const uint8_t *kept, hone_int n, T scale) {
  constexpr int L = kLanes<T>;
  using Int = typename BitsOf<T>::I;
  hone_int i = 0;
  for (; i + L <= n; i += L) {
    const MaskOf<T> yes = __builtin_convertvector(load<typename VecN<uint8_t, L>::type>(kept + i), typename VecN<Int, L>::type);
    store(to + i, load(from + i) * select(yes != 0, broadcast(scale), Vec<T>{}));
  }
  for (; i < n; i++) to[i] = from[i] * (kept[i] ? scale : T(0));
}

template <class T> T dropout_scale(double p) { return p >= 1 ? T(0) : T(1) / T(1 - p); }

} // namespace

// ---- kernels ---------------------------------------------------------------------------------------------------------------------

HONE_KERNEL(rng_seed)(void *gen, double high, double low) {
  seed_words(*generator(gen), uint64_t(uint32_t(high)) << 32 | uint32_t(low));
  return HONE_OK;
}

HONE_KERNEL(rng_numbers)(void *gen, int32_t flags) {
  if (flags & ~(HONE_RNG_LOG | HONE_RNG_NARROW | HONE_RNG_MKL)) return fail(HONE_E_INVALID, "no such numbers: %d", int(flags));
  generator(gen)->numbers = uint32_t(flags);
  return HONE_OK;
}

// The state's layout: 624 words widened to 64 bits between counters and caches, as PyTorch's C++ structure lies in memory.
namespace {
constexpr int kStateBytes = 5056, kAtLeft = 8, kAtSeeded = 12, kAtNext = 16, kAtWords = 24, kAtCached = 5024, kAtHasCached = 5040;
template <class T> void put(void *state, int at, T x) { std::memcpy(static_cast<char *>(state) + at, &x, sizeof x); }
template <class T> T take(const void *state, int at) {
  T x;
  std::memcpy(&x, static_cast<const char *>(state) + at, sizeof x);
  return x;
}
} // namespace

HONE_KERNEL(rng_get_state)(const void *gen, void *out) {
  const Generator &g = *static_cast<const Generator *>(gen);
  if (!usable(g)) return unusable();
  std::memset(out, 0, kStateBytes);
  put(out, 0, g.seed);
  put(out, kAtLeft, g.left);
  put(out, kAtSeeded, int32_t(1));
  put(out, kAtNext, uint64_t(g.next));
  for (int i = 0; i < kStateWords; i++) put(out, kAtWords + 8 * i, uint64_t(g.words[i]));
  put(out, kAtCached, g.cached);
  put(out, kAtHasCached, int32_t(g.has_cached));
  return HONE_OK;
}

HONE_KERNEL(rng_set_state)(void *gen, const void *src) {
  int32_t left = take<int32_t>(src, kAtLeft), seeded = take<int32_t>(src, kAtSeeded);
  uint64_t next = take<uint64_t>(src, kAtNext);
  // Any other pair of counters would read past the block; PyTorch never writes one.
  if (seeded != 1 || left < 1 || left > kStateWords || next > kStateWords || (left != 1 && left + int(next) != kStateWords + 1)) {
    return fail(HONE_E_INVALID, "not a generator state: seeded %d, left %d, next %llu", int(seeded), int(left), (unsigned long long)next);
  }
  Generator &g = *generator(gen);
  g.seed = take<uint64_t>(src, 0);
  g.left = left;
  g.next = int32_t(next);
  g.seeded = 1;
  for (int i = 0; i < kStateWords; i++) g.words[i] = uint32_t(take<uint64_t>(src, kAtWords + 8 * i));
  g.has_cached = take<int32_t>(src, kAtHasCached) != 0;
  g.cached = g.has_cached ? take<double>(src, kAtCached) : 0;
  return HONE_OK;
}

HONE_KERNEL(rng_seed_draw)(void *gen, void *out_i64) {
  if (!usable(*generator(gen))) return unusable();
  *static_cast<int64_t *>(out_i64) = int64_t(draw64(*generator(gen)) & ~(uint64_t(1) << 63));
  return HONE_OK;
}

HONE_KERNEL(rand_uniform)(int32_t dtype, void *out, hone_int n, void *gen, double low, double high) {
  if (!usable(*generator(gen))) return unusable();
  if (!(low <= high)) return fail(HONE_E_INVALID, "uniform needs low <= high, got low %g and high %g", low, high);
  return for_floats(dtype, "uniform", [&](auto zero) {
    uniform(*generator(gen), static_cast<decltype(zero) *>(out), n, low, high);
    return HONE_OK;
  });
}

HONE_KERNEL(rand_normal)(int32_t dtype, void *out, hone_int n, void *gen, double mean, double std, int32_t contiguous) {
  if (!usable(*generator(gen))) return unusable();
  if (!(std >= 0)) return fail(HONE_E_INVALID, "normal needs std >= 0, got std %g", std);
  return for_floats(dtype, "normal", [&](auto zero) {
    auto *to = static_cast<decltype(zero) *>(out);
    if (n >= 16 && contiguous) normal_fill(*generator(gen), to, n, mean, std);
    else normal_scalar(*generator(gen), to, n, mean, std);
    return HONE_OK;
  });
}

HONE_KERNEL(rand_int)(int32_t dtype, void *out, hone_int n, void *gen, double low, double high) {
  if (!usable(*generator(gen))) return unusable();
  if (!(low < high)) return fail(HONE_E_INVALID, "randint needs low < high, got low %.17g and high %.17g", low, high);
  if (low < -0x1p63 || high > 0x1p64) {
    return fail(HONE_E_INVALID, "randint needs bounds of 64 bits, got low %.17g and high %.17g", low, high);
  }
  return for_dtypes(dtype, "randint", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    uint64_t base = to_bits(low), range = to_bits(high) - base;
    if constexpr (std::is_floating_point<T>::value) {
      if (!(low >= -0x1p62 && high <= 0x1p62)) return fail(HONE_E_INVALID, "randint of floats needs bounds within 2^62, got low %g and high %g", low, high);
      base = uint64_t(inner_low<T>(int64_t(low)));
      range = uint64_t(inner_high<T>(int64_t(high))) - base;
      if (int64_t(range) <= 0) return fail(HONE_E_INVALID, "randint found no float between low %.17g and high %.17g", low, high);
    }
    auto value = [&](uint64_t x) { return convert<T>(int64_t(x + base)); };
    if (range >= wide_range(*generator(gen)) || range == 0) {
      in_chunks<2>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
        for (hone_int i = 0; i < count; i++) to[at + i] = value(range ? pair(words + 2 * i) % range : pair(words + 2 * i));
      });
    } else {
      const uint32_t small = uint32_t(range);
      in_chunks<1>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
        for (hone_int i = 0; i < count; i++) to[at + i] = value(words[i] % small);
      });
    }
    return HONE_OK;
  });
}

HONE_KERNEL(rand_full)(int32_t dtype, void *out, hone_int n, void *gen) {
  if (!usable(*generator(gen))) return unusable();
  return for_dtypes(dtype, "random", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    if constexpr (sizeof(T) == 8) {
      const bool whole = std::is_integral<T>::value; // a double has room for the integers up to 2^53
      in_chunks<2>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
        for (hone_int i = 0; i < count; i++) to[at + i] = T(int64_t(whole ? pair(words + 2 * i) & ~(uint64_t(1) << 63) : pair(words + 2 * i) % (k53Bits + 2)));
      });
    } else {
      in_chunks<1>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
        for (hone_int i = 0; i < count; i++) {
          if constexpr (std::is_same<T, float>::value) to[at + i] = T(words[i] % ((1u << 24) + 1));
          else if constexpr (std::is_same<T, int32_t>::value) to[at + i] = T(words[i] & 0x7fffffffu);
          else if constexpr (std::is_same<T, Bool>::value) to[at + i] = Bool{uint8_t(words[i] & 1)};
          else to[at + i] = T(words[i]);
        }
      });
    }
    return HONE_OK;
  });
}

HONE_KERNEL(rand_perm)(void *out_i64, hone_int n, void *gen) {
  if (!usable(*generator(gen))) return unusable();
  int64_t *out = static_cast<int64_t *>(out_i64);
  if (n >= kWidePermutation) shuffle_wide(*generator(gen), out, n);
  else shuffle(*generator(gen), out, n);
  return HONE_OK;
}

HONE_KERNEL(rand_bernoulli)(int32_t dtype, void *out, hone_int n, void *gen, double p) {
  if (!usable(*generator(gen))) return unusable();
  if (!(p >= 0 && p <= 1)) return fail(HONE_E_INVALID, "bernoulli needs p in [0, 1], got %g", p);
  const uint64_t threshold = threshold53(p);
  return for_dtypes(dtype, "bernoulli", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    if (generator(gen)->numbers & HONE_RNG_MKL) {
      if (n > 0) mkl_bernoulli(*generator(gen), n, p, [&](hone_int i, bool yes) { to[i] = convert<T>(yes); });
      return HONE_OK;
    }
    in_chunks<2>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
      if constexpr (std::is_same<T, uint8_t>::value) {
        below53(to + at, words, count, threshold);
      } else {
        uint8_t yes[kChunk / 2];
        below53(yes, words, count, threshold);
        for (hone_int i = 0; i < count; i++) to[at + i] = convert<T>(yes[i] != 0);
      }
    });
    return HONE_OK;
  });
}

HONE_KERNEL(rand_bernoulli_tensor)(int32_t dtype, void *out, const void *p, hone_int n, void *gen) {
  if (!usable(*generator(gen))) return unusable();
  return for_floats(dtype, "bernoulli", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(p);
    for (hone_int i = 0; i < n; i++) { // before the first draw, so that a failure leaves the generator alone
      if (!(from[i] >= 0 && from[i] <= 1)) return fail(HONE_E_INVALID, "bernoulli needs p in [0, 1], got %g", double(from[i]));
    }
    constexpr int per = sizeof(T) / 4;
    in_chunks<per>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
      for (hone_int i = 0; i < count; i++) {
        T u = per == 1 ? T(float(int32_t(words[i] & 0xffffffu)) * 0x1p-24f) : T(unit53(words + per * i));
        to[at + i] = T(u < from[at + i]);
      }
    });
    return HONE_OK;
  });
}

HONE_KERNEL(rand_exponential)(int32_t dtype, void *out, hone_int n, void *gen, double lambda) {
  if (!usable(*generator(gen))) return unusable();
  if (!(lambda > 0)) return fail(HONE_E_INVALID, "exponential needs lambda > 0, got %g", lambda);
  return for_floats(dtype, "exponential", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const double scale = -1.0 / lambda;
    in_chunks<2>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
      for (hone_int i = 0; i < count; i++) to[at + i] = T(scale * log_rest(*generator(gen), unit53(words + 2 * i)));
    });
    return HONE_OK;
  });
}

HONE_KERNEL(dropout)(int32_t dtype, void *out, void *mask, const void *a, hone_int n, void *gen, double p) {
  if (!usable(*generator(gen))) return unusable();
  if (!(p >= 0 && p <= 1)) return fail(HONE_E_INVALID, "dropout needs p in [0, 1], got %g", p);
  uint8_t *kept = static_cast<uint8_t *>(mask);
  if (p == 0 || p == 1) { // no draws
    std::memset(kept, p == 0, size_t(n));
    return hone_dropout_backward(dtype, out, a, mask, n, p);
  }
  const uint64_t threshold = threshold53(1 - p);
  return for_floats(dtype, "dropout", [&](auto zero) -> int32_t {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(a), scale = dropout_scale<T>(p);
    if (generator(gen)->numbers & HONE_RNG_MKL) {
      if (n > 0) mkl_bernoulli(*generator(gen), n, 1 - p, [&](hone_int i, bool yes) { kept[i] = yes; });
      return hone_dropout_backward(dtype, out, a, mask, n, p);
    }
    in_chunks<2>(*generator(gen), n, [&](hone_int at, const uint32_t *words, hone_int count) {
      below53(kept + at, words, count, threshold);
      scale_kept(to + at, from + at, kept + at, count, scale);
    });
    return HONE_OK;
  });
}

HONE_KERNEL(dropout_backward)(int32_t dtype, void *out, const void *grad, const void *mask, hone_int n, double p) {
  if (!(p >= 0 && p <= 1)) return fail(HONE_E_INVALID, "dropout needs p in [0, 1], got %g", p);
  return for_floats(dtype, "dropout", [&](auto zero) {
    using T = decltype(zero);
    T *to = static_cast<T *>(out);
    const T *from = static_cast<const T *>(grad), scale = dropout_scale<T>(p);
    const uint8_t *kept = static_cast<const uint8_t *>(mask);
    parallel_for(n, 1 << 16, [&](hone_int begin, hone_int end) {
      scale_kept(to + begin, from + begin, kept + begin, end - begin, scale);
    });
    return HONE_OK;
  });
}
