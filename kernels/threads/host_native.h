// host_native.h: see host.h. POSIX threads.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <time.h>

namespace hone {

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// In microseconds.
inline double microseconds(clockid_t clock) {
  timespec time;
  if (clock_gettime(clock, &time) != 0) return -1;
  return double(time.tv_sec) * 1e6 + double(time.tv_nsec) * 1e-3;
}
inline double now() { return microseconds(CLOCK_MONOTONIC); }

// What this thread has computed so far, in microseconds. Some ten times as slow as now().
inline double computed() {
  const double time = microseconds(CLOCK_THREAD_CPUTIME_ID);
  return time < 0 ? now() : time;
}

constexpr bool kKnowsComputed = true;

// The core that this thread is on; -1 where that is not known.
inline int current_core() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

// Moves this thread from that core to another, where it may run there; the system may choose anew afterwards. It lets a thread that mostly sleeps
// stay where it was woken, though that be a core in use.
inline void leave_core(int core) {
#if defined(__linux__)
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return;
  cpu_set_t others = all;
  CPU_CLR(core, &others);
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof all, &all);
#else
  (void)core;
#endif
}

// Where one thread sleeps until others have made something true. They do that first and then call `wake`, while the sleeper says that it
// sleeps before it looks: one of the two sees the other.
class Bed {
public:
  template <class F> void sleep_until(F ready) {
    pthread_mutex_lock(&mutex_);
    while (taken_.store(true), !ready()) pthread_cond_wait(&cond_, &mutex_);
    taken_.store(false);
    pthread_mutex_unlock(&mutex_);
  }

  // Once for each sleep: it may last until a sleeper has a core.
  void wake() {
    if (!taken_.load() || !taken_.exchange(false)) return;
    pthread_mutex_lock(&mutex_);
    pthread_mutex_unlock(&mutex_);
    pthread_cond_signal(&cond_);
  }

private:
  std::atomic<bool> taken_{false};
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t cond_ = PTHREAD_COND_INITIALIZER;
};

} // namespace hone
