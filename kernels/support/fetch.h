// fetch.h: memory that is about to be read, brought nearer while other work is done.
#pragma once

#include <cstdint>

namespace hone {

// Brings rows of a matrix, `columns` long and ld apart, into the second-level cache: what lies in pieces the processor does not foresee.
template <class T> inline void fetch_ahead([[maybe_unused]] const T *from, [[maybe_unused]] intptr_t ld, [[maybe_unused]] intptr_t rows, [[maybe_unused]] intptr_t columns) {
#if !defined(__wasm__) // it has no such instruction
  constexpr intptr_t line = 64 / intptr_t(sizeof(T));
  for (intptr_t r = 0; r < rows; r++) {
    for (intptr_t c = 0; c < columns; c += line) __builtin_prefetch(from + r * ld + c, 0, 2);
  }
#endif
}

} // namespace hone
