// pool.cc: the engine's one thread pool, behind parallel.h; and set_threads, threads. One source natively and in WebAssembly: how threads are
// started and how they sleep is in host.h.
#include "support/parallel.h"
#include "support/status.h"
#include "threads/host.h"
#include "threads/trust.h"

#include <new>

namespace hone {
namespace {

constexpr int kMaxThreads = 64;
constexpr int kSlices = 4; // for each thread, so that a late one costs a slice and not its share
constexpr double kSpin = 150; // microseconds that an idle worker waits for the next kernel before it sleeps
constexpr double kPatience = 20; // microseconds that the caller waits for the last slices before it leaves its core to whoever lost theirs

// A job is cut into slices, and those are dealt to the threads in stretches: each claims its own from the front, then others' from the
// back, so that in the quiet each thread meets the memory that it met in the kernel before, and a late worker is relieved of its share.
// `stretch` is generation << 32 | next << 16 | end. Who changed it by compare-and-swap owns a slice, and the job's fields stay put until the
// owner has added to `done`, because the caller waits for that; a thread that comes late finds nothing, or slices of the next job.
struct Seat {
  alignas(64) std::atomic<uint64_t> stretch{0};
  Bed bed;
};

struct Pool {
  Seat seats[kMaxThreads]; // the caller's is the first
  alignas(64) std::atomic<uint32_t> generation{0};
  std::atomic<int> threads{0};
  alignas(64) std::atomic<int> done{0};
  Bed caller;
  alignas(64) std::atomic<bool> busy{false}; // guards what follows
  RangeFn fn = nullptr;
  void *context = nullptr;
  hone_int n = 0;
  int slices = 0;
  int workers = 0;
  Trust trust;
};

// Never destroyed: workers sleep on it until the process is gone.
alignas(Pool) unsigned char pool_memory[sizeof(Pool)];
Pool &pool() {
  static Pool *const made = new (static_cast<void *>(pool_memory)) Pool;
  return *made;
}

thread_local int thread_limit = 0; // of this thread's own kernel calls; 0: nobody set it
thread_local bool inside = false; // this thread runs a range: anything nested is serial

// Claims a slice of a stretch; -1 where none is left.
int claim(std::atomic<uint64_t> &stretch, bool own) {
  uint64_t state = stretch.load(std::memory_order_acquire);
  for (;;) {
    const int next = int(state >> 16 & 0xffff), end = int(state & 0xffff);
    if (next >= end) return -1;
    const uint64_t left = own ? state + 0x10000 : state - 1;
    if (stretch.compare_exchange_weak(state, left, std::memory_order_acq_rel, std::memory_order_acquire)) return own ? next : end - 1;
  }
}

// Runs what slices this thread can get; returns how many.
int run_slices(Pool &p, int seat, int threads) {
  inside = true;
  int ran = 0;
  for (int i = 0; i < threads; i++) {
    std::atomic<uint64_t> &stretch = p.seats[(seat + i) % threads].stretch;
    for (int slice; (slice = claim(stretch, i == 0)) >= 0; ran++) {
      const int slices = p.slices; // later there may be another job
      const hone_int each = p.n / slices, more = p.n % slices, begin = slice * each + (slice < more ? slice : more);
      p.fn(p.context, begin, begin + each + (slice < more ? 1 : 0));
      if (p.done.fetch_add(1) + 1 == slices) p.caller.wake();
    }
  }
  inside = false;
  return ran;
}

} // namespace

void work_forever(int seat) {
  Pool &p = pool();
  uint32_t seen = 0;
  const auto called = [&] { return p.generation.load() != seen && seat < p.threads.load(std::memory_order_relaxed); };
  for (;;) {
    if (!spin_until(called, kSpin)) p.seats[seat].bed.sleep_until(called);
    seen = p.generation.load(std::memory_order_acquire);
    run_slices(p, seat, p.threads.load(std::memory_order_relaxed));
  }
}

int thread_count() {
  if (thread_limit == 0) thread_limit = available_threads(kMaxThreads);
  return thread_limit;
}

void parallel_ranges(hone_int n, hone_int grain, RangeFn fn, void *context) {
  if (n <= 0) return;
  const hone_int most = grain > 1 ? n / grain : n;
  const int limit = thread_count(), threads = most < limit ? int(most) : limit;
  if (threads <= 1 || inside) return fn(context, 0, n);
  Pool &p = pool();
  if (p.busy.exchange(true, std::memory_order_acquire)) return fn(context, 0, n);
  if (!p.trust.begin()) {
    p.busy.store(false, std::memory_order_release);
    return fn(context, 0, n);
  }
  if (p.workers < threads - 1) p.workers = start_workers(p.workers, threads - 1);

  const int slices = most < threads * kSlices ? int(most) : threads * kSlices;
  p.fn = fn;
  p.context = context;
  p.n = n;
  p.slices = slices;
  p.done.store(0, std::memory_order_relaxed);
  p.threads.store(threads, std::memory_order_relaxed);
  const uint32_t generation = p.generation.load(std::memory_order_relaxed) + 1;
  for (int t = 0; t < threads; t++)
    p.seats[t].stretch.store(uint64_t(generation) << 32 | uint64_t(slices * t / threads) << 16 | uint64_t(slices * (t + 1) / threads),
                             std::memory_order_release);
  p.generation.store(generation);
  for (int t = 1; t < threads; t++) p.seats[t].bed.wake();
  const int ran = run_slices(p, 0, threads);
  p.trust.middle();
  const auto finished = [&] { return p.done.load() == slices; };
  if (!spin_until(finished, kPatience)) p.caller.sleep_until(finished);
  p.trust.end(ran, slices);
  p.busy.store(false, std::memory_order_release);
}

} // namespace hone

extern "C" HONE_KERNEL(set_threads)(int32_t threads) {
  if (threads < 1) return hone::fail(HONE_E_INVALID, "set_threads: needs 1 or more threads, got %d", int(threads));
  const int most = hone::most_threads(hone::kMaxThreads);
  hone::thread_limit = threads < most ? threads : most;
  return HONE_OK;
}

extern "C" HONE_KERNEL(threads)(void) { return hone::thread_count(); }
