// threads.cc: the engine's one thread pool, behind parallel.h; and set_threads, threads. In WebAssembly everything is serial.
#include "support/parallel.h"
#include "support/status.h"

#ifdef __wasm__

namespace hone {

int thread_count() { return 1; }
void parallel_ranges(hone_int n, hone_int, RangeFn fn, void *context) { fn(context, 0, n); }

} // namespace hone

#else

#include <atomic>
#include <chrono>
#include <new>

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

namespace hone {
namespace {

constexpr int kMaxThreads = 64;
constexpr int kSpinMicroseconds = 150; // how long an idle worker waits for the next kernel before it sleeps

// A job is cut into `count` ranges that threads claim one by one, so a worker that is slow to wake costs nothing: the caller takes its
// share. `state` is generation << 32 | count << 16 | next. Who moved `next` by compare-and-swap owns that range, and the job's
// fields stay put until the owner has added to `done`, because the caller waits for that; a late worker finds nothing to claim.
struct Pool {
  alignas(64) std::atomic<uint64_t> state{0};
  alignas(64) std::atomic<int> done{0};
  alignas(64) std::atomic<int> sleeping{0};
  std::atomic<bool> busy{false};
  RangeFn fn = nullptr;
  void *context = nullptr;
  hone_int n = 0;
  int workers = 0; // guarded by busy
  uint32_t generation = 0;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
};

// Never destroyed: workers sleep on it until the process is gone.
alignas(Pool) unsigned char pool_memory[sizeof(Pool)];
Pool &pool() {
  static Pool *const made = new (static_cast<void *>(pool_memory)) Pool;
  return *made;
}

thread_local int thread_limit = 0; // of this thread's own kernel calls; 0: nobody set it
thread_local bool inside = false; // this thread runs a range: anything nested is serial

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

inline bool claimable(uint64_t state) { return (state & 0xffff) < ((state >> 16) & 0xffff); }

int available_cores() {
  int cores = 0;
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  if (cores < 1) cores = int(sysconf(_SC_NPROCESSORS_ONLN));
  return cores < 1 ? 1 : cores > kMaxThreads ? kMaxThreads : cores;
}

void run_ranges(Pool &p) {
  inside = true;
  uint64_t state = p.state.load(std::memory_order_acquire);
  while (claimable(state)) {
    if (!p.state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    const hone_int index = hone_int(state & 0xffff), count = hone_int((state >> 16) & 0xffff);
    const hone_int each = p.n / count, more = p.n % count;
    const hone_int begin = index * each + (index < more ? index : more);
    p.fn(p.context, begin, begin + each + (index < more ? 1 : 0));
    p.done.fetch_add(1, std::memory_order_release);
    state = p.state.load(std::memory_order_acquire);
  }
  inside = false;
}

void *worker_main(void *) {
  using Clock = std::chrono::steady_clock;
  Pool &p = pool();
  for (;;) {
    run_ranges(p);
    const auto until = Clock::now() + std::chrono::microseconds(kSpinMicroseconds);
    bool found = false;
    do {
      for (int i = 0; i < 32 && !found; i++) {
        pause();
        found = claimable(p.state.load(std::memory_order_relaxed));
      }
    } while (!found && Clock::now() < until);
    if (found) continue;
    // The caller stores state, then reads sleeping; this thread does the reverse: one of the two sees the other.
    pthread_mutex_lock(&p.mutex);
    p.sleeping.fetch_add(1);
    while (!claimable(p.state.load())) pthread_cond_wait(&p.wake, &p.mutex);
    p.sleeping.fetch_sub(1);
    pthread_mutex_unlock(&p.mutex);
  }
  return nullptr;
}

// Node closes an addon's library when the last thread that loaded it ends, but workers still sleep in its code.
void pin_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(&pin_library), &info) && info.dli_fname) {
    (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

void start_workers(Pool &p, int wanted) {
  if (p.workers == 0) pin_library();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // signals belong to the program's own threads
  while (p.workers < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, worker_main, nullptr) != 0) break; // the caller does what no worker claims
    pthread_detach(thread);
    p.workers++;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

} // namespace

int thread_count() {
  if (thread_limit == 0) thread_limit = available_cores();
  return thread_limit;
}

void parallel_ranges(hone_int n, hone_int grain, RangeFn fn, void *context) {
  if (n <= 0) return;
  const hone_int most = grain > 1 ? n / grain : n;
  const hone_int threads = thread_count();
  const int count = int(most < threads ? most : threads);
  if (count <= 1 || inside) return fn(context, 0, n);
  Pool &p = pool();
  if (p.busy.exchange(true, std::memory_order_acquire)) return fn(context, 0, n);

  if (p.workers < count - 1) start_workers(p, count - 1);
  p.fn = fn;
  p.context = context;
  p.n = n;
  p.done.store(0, std::memory_order_relaxed);
  p.state.store(uint64_t(++p.generation) << 32 | uint64_t(count) << 16);
  if (p.sleeping.load() > 0) {
    pthread_mutex_lock(&p.mutex);
    pthread_mutex_unlock(&p.mutex);
    if (count - 1 >= p.workers) {
      pthread_cond_broadcast(&p.wake);
    } else {
      for (int i = 1; i < count; i++) pthread_cond_signal(&p.wake);
    }
  }
  run_ranges(p);
  for (int spins = 0; p.done.load(std::memory_order_acquire) != count; spins++) {
    if (spins < 4096) {
      pause();
    } else {
      sched_yield(); // the worker may be waiting for this very core
    }
  }
  p.busy.store(false, std::memory_order_release);
}

} // namespace hone

#endif

extern "C" HONE_KERNEL(set_threads)(int32_t threads) {
  if (threads < 1) return hone::fail(HONE_E_INVALID, "set_threads: needs 1 or more threads, got %d", int(threads));
#ifndef __wasm__
  hone::thread_limit = threads < hone::kMaxThreads ? threads : hone::kMaxThreads;
#endif
  return HONE_OK;
}

extern "C" HONE_KERNEL(threads)(void) { return hone::thread_count(); }
