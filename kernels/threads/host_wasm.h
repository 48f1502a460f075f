// host_wasm.h: see host.h.
#pragma once

namespace hone {

inline void pause() {}

// What src/engine/wasm/wasm.ts gives: the time in milliseconds, workers, and whether this thread is one that must never sleep (a page's).
extern "C" {
__attribute__((import_module("hone"), import_name("now"))) double hone_host_now(void);
__attribute__((import_module("hone"), import_name("start_workers"))) int hone_host_start_workers(int have, int wanted);
__attribute__((import_module("hone"), import_name("may_sleep"))) int hone_host_may_sleep(void);
}

// In microseconds.
inline double now() { return hone_host_now() * 1000; }

// What this thread has computed so far is not known here.
inline double computed() { return now(); }

constexpr bool kKnowsComputed = false;

// The core that this thread is on; -1 where that is not known.
inline int current_core() { return -1; }

// Moves this thread to another core: not here.
inline void leave_core(int) {}

// Where one thread sleeps until others have made something true. They do that first and then call `wake`, while the sleeper says that it
// sleeps before it looks: one of the two sees the other.
class Bed {
public:
  template <class F> void sleep_until(F ready) {
    const bool may = hone_host_may_sleep();
    for (;;) {
      taken_.store(true);
      const int before = turns_.load();
      if (ready()) break;
      if (may) __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int *>(&turns_), before, -1);
    }
    taken_.store(false);
  }

  // Once for each sleep: it may last until a sleeper has a core.
  void wake() {
    if (!taken_.load() || !taken_.exchange(false)) return;
    turns_.fetch_add(1);
    __builtin_wasm_memory_atomic_notify(reinterpret_cast<int *>(&turns_), 1);
  }

private:
  std::atomic<bool> taken_{false};
  std::atomic<int> turns_{0};
};

} // namespace hone
