// transpose.h: turns [rows][cols] into [cols][rows] by whole vectors.
#pragma once

#include <utility>

#include "support/rows.h"
#include "support/simd.h"

namespace hone {

// low and high become the lower and the upper half of their elements taken in turn.
template <class T, int... I> inline __attribute__((always_inline)) void interleave(Vec<T> &low, Vec<T> &high, std::integer_sequence<int, I...>) {
  constexpr int n = kLanes<T>;
  const Vec<T> a = low, b = high;
  low = __builtin_shufflevector(a, b, (I % 2 ? n + I / 2 : I / 2)...);
  high = __builtin_shufflevector(a, b, (I % 2 ? n + n / 2 + I / 2 : n / 2 + I / 2)...);
}

// Turns the square v[lane of row][lane of column] in place: log2(n) rounds of perfect shuffles.
template <class T> inline __attribute__((always_inline)) void turn_square(Vec<T> *v) {
  constexpr int n = kLanes<T>;
#pragma GCC unroll 4
  for (int round = 1; round < n; round *= 2) {
    Vec<T> next[n];
#pragma GCC unroll 8
    for (int i = 0; i < n / 2; i++) {
      next[2 * i] = v[i];
      next[2 * i + 1] = v[i + n / 2];
      interleave<T>(next[2 * i], next[2 * i + 1], std::make_integer_sequence<int, n>{});
    }
#pragma GCC unroll 16
    for (int i = 0; i < n; i++) v[i] = next[i];
  }
}

// to[c * to_pitch + r] = from[r * from_pitch + c]. Fill: the rows of `to` are filled up with zeros to a whole number of vectors.
template <class T, bool Fill> void transpose(T *to, intptr_t to_pitch, const T *from, intptr_t from_pitch, intptr_t rows, intptr_t cols) {
  constexpr intptr_t n = kLanes<T>;
  for (intptr_t r = 0; r < rows; r += n) {
    const intptr_t height = rows - r < n ? rows - r : n;
    for (intptr_t c = 0; c < cols; c += n) {
      const intptr_t width = cols - c < n ? cols - c : n;
      const T *src = from + r * from_pitch + c;
      T *out = to + c * to_pitch + r;
      Vec<T> v[n];
      if (width == n && (Fill || height == n)) {
        if (height == n)
#pragma GCC unroll 16
          for (int i = 0; i < n; i++) v[i] = load(src + i * from_pitch);
        else
          for (int i = 0; i < n; i++) v[i] = i < height ? load(src + i * from_pitch) : Vec<T>{};
        turn_square<T>(v);
#pragma GCC unroll 16
        for (int i = 0; i < n; i++) store(out + i * to_pitch, v[i]);
      } else {
        for (intptr_t j = 0; j < width; j++)
          for (intptr_t i = 0; i < (Fill ? n : height); i++) out[j * to_pitch + i] = i < height ? src[i * from_pitch + j] : T(0);
      }
    }
  }
}

// kLanes<T> short rows side by side: lane k of vector j is element j of row k, so that functions of neighbouring columns serve for rows.
constexpr intptr_t kShortRow = 64;
template <class T> struct RowTile {
  alignas(64) T data[kShortRow * kLanes<T>];
  static constexpr intptr_t stride = kLanes<T>;

  // count <= kLanes<T> rows of len <= kShortRow elements, one after the other; the lanes past the last row repeat it.
  void load(const T *from, intptr_t count, intptr_t len) {
    constexpr intptr_t n = kLanes<T>;
    for (intptr_t c = 0; c < len; c += n) {
      const intptr_t width = len - c < n ? len - c : n;
      Vec<T> v[n];
      for (intptr_t i = 0; i < n; i++) {
        const T *row = from + (i < count ? i : count - 1) * len + c;
        v[i] = width == n ? hone::load(row) : load_some(row, width);
      }
      turn_square<T>(v);
      for (intptr_t j = 0; j < width; j++) hone::store(data + (c + j) * n, v[j]);
    }
  }
  void store(T *to, intptr_t count, intptr_t len) const {
    constexpr intptr_t n = kLanes<T>;
    for (intptr_t c = 0; c < len; c += n) {
      const intptr_t width = len - c < n ? len - c : n;
      Vec<T> v[n];
      for (intptr_t j = 0; j < n; j++) v[j] = j < width ? hone::load(data + (c + j) * n) : Vec<T>{};
      turn_square<T>(v);
      for (intptr_t i = 0; i < count; i++) {
        if (width == n) hone::store(to + i * len + c, v[i]);
        else store_some<T>(to + i * len + c, v[i], width);
      }
    }
  }
};

} // namespace hone
