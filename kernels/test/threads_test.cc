// threads_test.cc: the pool does every element once, whoever is called; and which workers are called.
#include <atomic>
#include <vector>

#include "support/parallel.h"
#include "test/check.h"
#include "threads/trust.h"

namespace {

using hone::Trust;

void ranges() {
  for (int threads : {1, 2, 5, 64}) {
    CHECK(hone_set_threads(threads) == HONE_OK);
    for (hone_int n : {1, 2, 3, 63, 64, 65, 1000, 4097})
      for (hone_int grain : {1, 7, 5000})
        for (int again = 0; again < 20; again++) {
          std::vector<std::atomic<int>> met(static_cast<size_t>(n));
          hone::parallel_for(n, grain, [&](hone_int begin, hone_int end) {
            for (hone_int i = begin; i < end; i++) met[size_t(i)]++;
          });
          bool once = true;
          for (const auto &m : met) once = once && m == 1;
          CHECK(once);
        }
  }
  int32_t threads = hone_threads();
  CHECK(threads == 64);
}

// Who lost a core is left out for a while, and longer the next time, unless it kept it for long in between.
void absence() {
  Trust trust;
  const uint64_t all = ~uint64_t(0), three = Trust::bit(3);
  double time = 1e9;
  CHECK(trust.settled());
  trust.lost(3);
  CHECK(!trust.settled() && trust.hear(time) == 0);
  CHECK(trust.present() == (all & ~three));
  double length = 0;
  for (int i = 0; i < 12; i++) { // it is asked to prove itself, and cannot
    double until = time;
    for (; trust.hear(until) == 0; until += 100) CHECK(!trust.asked(3));
    CHECK(trust.asked(3) && trust.hear(until + 1) == 0); // once
    CHECK(until - time > length || until - time > 1e6);
    length = until - time;
    time = until;
    trust.proved(3, false);
    CHECK(!trust.asked(3) && trust.hear(time) == 0 && trust.present() == (all & ~three));
  }
  CHECK(length > 1e6 && length < 3e6);
  time += 3e6;
  CHECK(trust.hear(time) == three);
  trust.proved(3, true);
  CHECK(trust.hear(time) == 0 && trust.present() == all && trust.settled());
  trust.lost(3); // at once again: as long as before
  trust.hear(time);
  CHECK(trust.hear(time + 1e6) == 0 && trust.hear(time + 3e6) == three);
  trust.proved(3, true);
  trust.hear(time += 3e6);
  trust.lost(3); // after long
  trust.hear(time += 1e8);
  CHECK(trust.hear(time + 1e5) == three);
}

// Where workers do not know what they computed, the caller's wait says it.
void waits() {
  Trust trust;
  for (int i = 0; i < 100; i++) trust.weigh(7, 1000, 100, 4, 12);
  trust.weigh(7, 1000, 4000, 4, 12); // once in a while is nothing
  CHECK(trust.settled());
  for (int i = 0; i < 100; i++) trust.weigh(7, 1000, 4000, 8, 12);
  CHECK(!trust.settled());
  trust.hear(1e9);
  CHECK(trust.present() == ~uint64_t(6));
}

} // namespace

int main() {
  ranges();
  absence();
  waits();
  return check::finish();
}
