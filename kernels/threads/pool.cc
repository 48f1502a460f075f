// pool.cc: the engine's one thread pool, behind parallel.h; and set_threads, threads. One source natively and in WebAssembly: how threads are
// started and how they sleep is in host.h.
#include "support/parallel.h"
#include "support/status.h"
#include "threads/host.h"
#include "threads/trust.h"

#include <new>

namespace hone {
namespace {

constexpr int kMaxThreads = Trust::kMost;
constexpr int kSlices = 4; // for each thread, so that a late one costs a slice and not its share
constexpr double kPatience = 20; // microseconds that the caller waits for the last slices before it leaves its core to whoever lost theirs

// A job is cut into slices, and those are dealt to its members in stretches: each claims its own from the front, then others' from the
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
  std::atomic<uint64_t> members{0}; // a bit for each seat
  std::atomic<int> core{-1}; // the caller's
  alignas(64) std::atomic<int> done{0};
  Bed caller;
  Trust trust;
  alignas(64) std::atomic<bool> busy{false}; // guards what follows, and is the caller's right to hear from `trust`
  RangeFn fn = nullptr;
  void *context = nullptr;
  hone_int n = 0;
  int slices = 0;
  int workers = 0;
};

// Never destroyed: workers sleep on it until the process is gone.
alignas(Pool) unsigned char pool_memory[sizeof(Pool)];
Pool &pool() {
  static Pool *const made = new (static_cast<void *>(pool_memory)) Pool;
  return *made;
}

thread_local int thread_limit = 0; // of this thread's own kernel calls; 0: nobody set it
thread_local bool inside = false; // this thread runs a range: anything nested is serial

int limit_of_threads() {
  if (thread_limit == 0) thread_limit = available_threads(kMaxThreads);
  return thread_limit;
}

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
int run_slices(Pool &p, int seat, uint64_t members) {
  inside = true;
  int ran = 0;
  // From its own seat on, and round.
  for (uint64_t left = members >> seat | members << (-seat & 63); left; left &= left - 1) {
    const int at = (seat + __builtin_ctzll(left)) & 63;
    std::atomic<uint64_t> &stretch = p.seats[at].stretch;
    for (int slice; (slice = claim(stretch, at == seat)) >= 0; ran++) {
      const int slices = p.slices; // later there may be another job
      const hone_int each = p.n / slices, more = p.n % slices, begin = slice * each + (slice < more ? slice : more);
      p.fn(p.context, begin, begin + each + (slice < more ? 1 : 0));
      if (p.done.fetch_add(1) + 1 == slices) p.caller.wake();
    }
  }
  inside = false;
  return ran;
}

void wake(Pool &p, uint64_t seats) {
  for (; seats; seats &= seats - 1) p.seats[__builtin_ctzll(seats)].bed.wake();
}

// Hears what workers found, and has those prove themselves whose time has come. The caller holds the pool.
void hear(Pool &p) {
  if (p.trust.settled()) return;
  p.core.store(current_core(), std::memory_order_relaxed);
  wake(p, p.trust.hear(now()));
}

uint64_t first_seats(int count) { return count >= kMaxThreads ? ~uint64_t(0) : Trust::bit(count) - 1; }

} // namespace

void work_forever(int seat) {
  Pool &p = pool();
  Watch watch;
  uint32_t seen = 0;
  bool eager = true;
  const auto called = [&] { return p.generation.load() != seen && p.members.load(std::memory_order_relaxed) & Trust::bit(seat); };
  const auto wanted = [&] { return called() || p.trust.asked(seat); };
  const auto in_the_way = [&] {
    const int core = p.core.load(std::memory_order_relaxed);
    return core >= 0 && core == current_core();
  };
  watch.start();
  for (;;) {
    if (!eager || !watch.waits(wanted, in_the_way)) {
      p.seats[seat].bed.sleep_until(wanted);
      watch.start();
    }
    if (p.trust.asked(seat)) {
      if (in_the_way()) leave_core(p.core.load(std::memory_order_relaxed));
      p.trust.proved(seat, eager = watch.proves(in_the_way));
      continue;
    }
    seen = p.generation.load(std::memory_order_acquire);
    eager = !in_the_way();
    if (eager) {
      watch.begin();
      run_slices(p, seat, p.members.load(std::memory_order_relaxed));
      eager = watch.end();
    }
    if (!eager) p.trust.lost(seat);
  }
}

// Those that a job would have now.
int thread_count() {
  const int limit = limit_of_threads();
  if (limit == 1 || inside) return limit;
  Pool &p = pool();
  if (!p.trust.settled() && !p.busy.exchange(true, std::memory_order_acquire)) {
    hear(p);
    p.busy.store(false, std::memory_order_release);
  }
  return __builtin_popcountll(p.trust.present() & first_seats(limit));
}

void parallel_ranges(hone_int n, hone_int grain, RangeFn fn, void *context) {
  if (n <= 0) return;
  const hone_int most = grain > 1 ? n / grain : n;
  const int limit = limit_of_threads();
  if (most <= 1 || limit <= 1 || inside) return fn(context, 0, n);
  Pool &p = pool();
  if (p.busy.exchange(true, std::memory_order_acquire)) return fn(context, 0, n);
  hear(p);
  if (p.workers < limit - 1 && p.workers < most - 1) p.workers = start_workers(p.workers, int(most < limit ? most : limit) - 1);
  uint64_t members = p.trust.present() & first_seats(p.workers + 1 < limit ? p.workers + 1 : limit);
  int threads = __builtin_popcountll(members);
  for (; threads > most; threads--) members &= ~(Trust::bit(63) >> __builtin_clzll(members));
  if (threads == 1) {
    p.busy.store(false, std::memory_order_release);
    fn(context, 0, n);
    if (!p.trust.settled()) p.trust.rest(now());
    return;
  }

  const int slices = most < threads * kSlices ? int(most) : threads * kSlices;
  p.fn = fn;
  p.context = context;
  p.n = n;
  p.slices = slices;
  p.done.store(0, std::memory_order_relaxed);
  p.members.store(members, std::memory_order_relaxed);
  p.core.store(current_core(), std::memory_order_relaxed);
  const uint32_t generation = p.generation.load(std::memory_order_relaxed) + 1;
  int t = 0;
  for (uint64_t left = members; left; left &= left - 1, t++)
    p.seats[__builtin_ctzll(left)].stretch.store(
        uint64_t(generation) << 32 | uint64_t(slices * t / threads) << 16 | uint64_t(slices * (t + 1) / threads), std::memory_order_release);
  p.generation.store(generation);
  wake(p, members & ~Trust::bit(0));
  const double start = kKnowsComputed ? 0 : now();
  const int ran = run_slices(p, 0, members);
  const double middle = kKnowsComputed ? 0 : now();
  const auto finished = [&] { return p.done.load() == slices; };
  if (!spin_until(finished, kPatience)) p.caller.sleep_until(finished);
  if (!kKnowsComputed) p.trust.weigh(members, middle - start, now() - middle, ran, slices);
  if (!p.trust.settled()) p.trust.rest(now());
  p.busy.store(false, std::memory_order_release);
}

} // namespace hone

extern "C" HONE_KERNEL(set_threads)(int32_t threads) {
  if (threads < 1) return hone::fail(HONE_E_INVALID, "set_threads: needs 1 or more threads, got %d", int(threads));
  const int most = hone::most_threads(hone::kMaxThreads);
  hone::thread_limit = threads < most ? threads : most;
  return HONE_OK;
}

extern "C" HONE_KERNEL(threads)(void) { return hone::limit_of_threads(); }
