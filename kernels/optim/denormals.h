// denormals.h: numbers below the smallest normal one read and written as 0, for as long as an object of this class lives. Optimizer
// state that decays to nothing would otherwise stay denormal for ever, at a hundred times the cost of a normal number.
#pragma once

#include <cstdint>

namespace hone {

class FlushDenormals {
public:
  FlushDenormals(const FlushDenormals &) = delete;
  FlushDenormals &operator=(const FlushDenormals &) = delete;
#if defined(__SSE2__)
  FlushDenormals() : before_(__builtin_ia32_stmxcsr()) { __builtin_ia32_ldmxcsr(before_ | 0x8040); } // FTZ, DAZ
  ~FlushDenormals() { __builtin_ia32_ldmxcsr(before_); }

private:
  unsigned before_;
#elif defined(__aarch64__) && !defined(_MSC_VER)
  FlushDenormals() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(before_));
    __asm__ volatile("msr fpcr, %0" ::"r"(before_ | (uint64_t(1) << 24)));
  }
  ~FlushDenormals() { __asm__ volatile("msr fpcr, %0" ::"r"(before_)); }

private:
  uint64_t before_;
#else
  FlushDenormals() {}
  ~FlushDenormals() {}
#endif
};

} // namespace hone
