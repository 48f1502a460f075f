// host_windows.h: see host.h. Threads of Windows; its header stays out of the kernels, so what it declares is behind functions.
#pragma once

namespace hone {

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// In microseconds.
double now();

// What this thread has computed is counted there in ticks of 16 milliseconds, and a kernel takes one.
inline double computed() { return now(); }
constexpr bool kKnowsComputed = false;

// The core that this thread is on.
int current_core();

// Moves this thread to another core: not here.
inline void leave_core(int) {}

// Where one thread sleeps until others have made something true. They do that first and then call `wake`, while the sleeper says that it
// sleeps before it looks: one of the two sees the other.
class Bed {
public:
  template <class F> void sleep_until(F ready) {
    lock();
    while (taken_.store(true), !ready()) wait();
    taken_.store(false);
    unlock();
  }

  // Once for each sleep: it may last until a sleeper has a core.
  void wake() {
    if (!taken_.load() || !taken_.exchange(false)) return;
    lock();
    unlock();
    signal();
  }

private:
  void lock();
  void unlock();
  void wait();
  void signal();

  std::atomic<bool> taken_{false};
  void *lock_ = nullptr; // an SRWLOCK and a CONDITION_VARIABLE: both are one pointer, null at first
  void *cond_ = nullptr;
};

} // namespace hone
