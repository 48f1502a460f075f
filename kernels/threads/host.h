// host.h: what the pool needs of its host: a clock, a way to start threads and a way to sleep. POSIX threads natively, or those of Windows; in
// WebAssembly workers that the engine's own JavaScript starts (src/engine/tasks/wasm-threads.ts), where the host has memory that threads share.
#pragma once

#include <atomic>
#include <cstdint>

#ifdef __wasm__
#include "threads/host_wasm.h"
#elif defined(_WIN32)
#include "threads/host_windows.h"
#else
#include "threads/host_native.h"
#endif

namespace hone {

// The program of a worker: slices of jobs, and sleep between them. `seat` is from 1.
void work_forever(int seat);

// Threads to use where nobody said how many; the most that may be asked for; starts workers until there are as many as wanted, and says how
// many there are: the caller does what no worker claims.
int available_threads(int most);
int most_threads(int most);
int start_workers(int have, int wanted);

// Keeps this library loaded until the process ends. Node closes an addon when the last environment that loaded it is gone, but workers sleep
// in its code, and threads that end run it to free what is theirs.
void pin_library();

// Whether `ready` came true within the time.
template <class F> bool spin_until(F ready, double microseconds) {
  if (ready()) return true;
  const double until = now() + microseconds;
  do {
    for (int i = 0; i < 32; i++) {
      pause();
      if (ready()) return true;
    }
  } while (now() < until);
  return false;
}

} // namespace hone
