// mt19937.h: the Mersenne Twister as PyTorch's CPU generator runs it, a block of 624 words at a time.
// Matsumoto and Nishimura, "Mersenne Twister" (1998).
#pragma once

#include "support/simd.h"

namespace hone {

constexpr int kStateWords = 624, kStateShift = 397;

// Lives in engine memory, aligned to 8 bytes. left and next are PyTorch's counters, kept as it keeps them: its state file holds both.
struct Generator {
  uint64_t seed;
  double cached; // the second sample of the scalar Box-Muller, when has_cached
  int32_t left, next;
  uint32_t has_cached, seeded;
  uint32_t numbers, unused; // HONE_RNG_ flags
  uint32_t words[kStateWords];
};

inline void seed_words(Generator &gen, uint64_t seed) {
  gen.seed = seed;
  uint32_t x = uint32_t(seed); // the high half never reaches the engine
  gen.words[0] = x;
  for (uint32_t j = 1; j < kStateWords; j++) gen.words[j] = x = 1812433253u * (x ^ (x >> 30)) + j;
  gen.left = 1;
  gen.next = 0;
  gen.cached = 0;
  gen.has_cached = 0;
  gen.seeded = 1;
  gen.numbers = 0;
}

using Words = Vec<uint32_t>;

template <class U> inline U twist(U u, U v) { return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ ((0u - (v & 1u)) & 0x9908b0dfu); }

template <class U> inline U temper(U y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

// In place: every vector reads its own words and the ones after it before it writes, and words at least 227 back are final.
inline void regenerate(uint32_t *s) {
  constexpr int lanes = kLanes<uint32_t>, split = kStateWords - kStateShift;
  static_assert(lanes <= split, "a vector must not reach into its own results");
  int j = 0;
  for (; j + lanes <= split; j += lanes) store(s + j, load(s + j + kStateShift) ^ twist(load(s + j), load(s + j + 1)));
  for (; j < split; j++) s[j] = s[j + kStateShift] ^ twist(s[j], s[j + 1]);
  for (; j + lanes <= kStateWords - 1; j += lanes) store(s + j, load(s + j - split) ^ twist(load(s + j), load(s + j + 1)));
  for (; j < kStateWords - 1; j++) s[j] = s[j - split] ^ twist(s[j], s[j + 1]);
  s[j] = s[j - split] ^ twist(s[j], s[0]);
}

// The next n 32-bit draws into out (any 4-byte elements; written as bytes).
inline void draw_words(Generator &gen, void *out, intptr_t n) {
  constexpr int lanes = kLanes<uint32_t>;
  char *to = static_cast<char *>(out);
  while (n > 0) {
    if (gen.left == 1) {
      regenerate(gen.words);
      gen.left = kStateWords + 1;
      gen.next = 0;
    }
    int run = gen.left - 1;
    if (run > n) run = int(n);
    const uint32_t *from = gen.words + gen.next;
    int i = 0;
    for (; i + lanes <= run; i += lanes) {
      Words y = temper(load(from + i));
      std::memcpy(to + 4 * i, &y, sizeof y);
    }
    for (; i < run; i++) {
      uint32_t y = temper(from[i]);
      std::memcpy(to + 4 * i, &y, sizeof y);
    }
    gen.next += run;
    gen.left -= run;
    to += 4 * intptr_t(run);
    n -= run;
  }
}

inline uint32_t draw32(Generator &gen) {
  if (--gen.left == 0) {
    regenerate(gen.words);
    gen.left = kStateWords;
    gen.next = 0;
  }
  return temper(gen.words[gen.next++]);
}

// The first draw is the high half.
inline uint64_t draw64(Generator &gen) {
  uint64_t high = draw32(gen);
  return high << 32 | draw32(gen);
}

constexpr uint64_t k53Bits = (uint64_t(1) << 53) - 1;

// In [0, 1) with 53 bits.
inline double uniform53(Generator &gen) { return double(int64_t(draw64(gen) & k53Bits)) * 0x1p-53; }

} // namespace hone
