// parallel.h: splits a range over the engine's threads, natively and in WebAssembly that shares its memory.
#pragma once

#include <type_traits>

#include "hone.h"

namespace hone {

using RangeFn = void (*)(void *context, hone_int begin, hone_int end);

// Calls fn over [0, n) in at most as many contiguous ranges as there are threads, none (but the last) shorter than grain.
// Ranges depend on the number of threads: what fn computes for an element must not depend on the range it came in.
void parallel_ranges(hone_int n, hone_int grain, RangeFn fn, void *context);

template <class F> void parallel_for(hone_int n, hone_int grain, F &&body) {
  if (n <= 0) return;
  if (n <= grain) {
    body(hone_int(0), n);
    return;
  }
  using Body = typename std::remove_reference<F>::type;
  parallel_ranges(
      n, grain, [](void *context, hone_int begin, hone_int end) { (*static_cast<Body *>(context))(begin, end); },
      const_cast<void *>(static_cast<const void *>(&body)));
}

int thread_count();

} // namespace hone
