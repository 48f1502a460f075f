// trust.h: which workers are worth calling. Where other programs have the cores, a worker may lose its own in the middle of a slice, and the
// caller waits for it for longer than it would have worked itself. A worker to which that happens too often is left out for a while, ever longer
// when it happens again; before it is called anew it shows, without a slice, that a core is its own. After a pause of the caller's nobody is left
// out for long: those who had the cores may have been at work only by turns with it.
#pragma once

#include "threads/host.h"

namespace hone {

// What calling somebody was worth, in microseconds. It ends before long, so that what once went well does not hide what goes ill; and it begins
// with some, since what had the core before may be about to leave it.
class Credit {
public:
  // False where it is used up; the next one is new.
  bool add(double gain, double cost) {
    credit_ += gain - cost;
    if (credit_ > kMost) credit_ = kMost;
    if (credit_ >= 0) return true;
    credit_ = kFirst;
    return false;
  }

private:
  static constexpr double kMost = 10000, kFirst = 4500;
  double credit_ = kFirst;
};

// A worker's own account of the time that it had no core. Times are in microseconds.
class Watch {
public:
  // It has just woken.
  void start() {
    polled_ = wall_ = now();
    computed_ = computed();
  }

  // It waits a little for `wanted`; false where it should sleep, as it should where the caller's core is its own, too: then it is in the way.
  // Where waits are in vain they become short, but for one now and then: perhaps they are on the caller's core, and nobody knows.
  template <class F, class G> bool waits(F wanted, G in_the_way) {
    if (wanted()) return true;
    for (const double until = polled_ + (++waits_ % 16 == 0 ? kSpin : spin_);;) {
      if (in_the_way()) return false;
      for (int i = 0; i < 32; i++) {
        pause();
        if (!wanted()) continue;
        spin_ = kSpin;
        return true;
      }
      if (late()) start(); // it held no slice, so nobody waited
      if (polled_ < until) continue;
      if (spin_ > kShortest) spin_ /= 2;
      return false;
    }
  }

  // It is about to run slices, and has.
  void begin() {
    if (late() || polled_ - wall_ > kStale) start();
    began_ = polled_;
  }
  // False where it should not be called any more: what it worked is weighed against what others waited for it.
  bool end() {
    polled_ = now();
    const double time = polled_ - began_;
    double lost = 0;
    if (time > kShort) { // what a thread has computed takes long to ask
      lost = without_core();
      wall_ += lost; // told; the rest goes on
    }
    return credit_.add(time, lost > kNoise ? 3 * lost : 0); // once since it was no work, twice since all waited
  }

  // Whether it has a core to itself: it spins for longer than most systems let two programs share one without a change.
  template <class G> bool proves(G in_the_way) {
    start();
    do {
      if (in_the_way()) return false;
      for (int i = 0; i < 32; i++) pause();
      if (late()) return false;
    } while (polled_ - wall_ < kProof);
    return without_core() < kNoise;
  }

private:
  static constexpr double kSpin = 150, kShortest = 10;
  static constexpr double kGap = 300, kNoise = 300, kShort = 400, kStale = 5000, kProof = 6000;

  // Whether it is long ago that it looked at the clock.
  bool late() {
    const double before = polled_;
    polled_ = now();
    return polled_ - before > kGap;
  }
  double without_core() const { return (polled_ - wall_) - (computed() - computed_); }

  double polled_ = 0, wall_ = 0, computed_ = 0, began_ = 0, spin_ = kSpin;
  Credit credit_;
  unsigned waits_ = 0;
};

// Who is called. Workers say what they found; one caller at a time, who holds the pool, draws the conclusions. Seats are bits.
class Trust {
public:
  static constexpr int kMost = 64;

  // Of workers.
  void lost(int seat) { lost_.fetch_or(bit(seat)); }
  bool asked(int seat) const { return asked_.load() & bit(seat); }
  void proved(int seat, bool well) {
    (well ? back_ : lost_).fetch_or(bit(seat));
    asked_.fetch_and(~bit(seat));
  }

  // Those worth calling, and whether that is everybody and nobody has said otherwise.
  uint64_t present() const { return present_.load(std::memory_order_relaxed); }
  bool settled() const { return present() == kAll && lost_.load(std::memory_order_relaxed) == 0; }

  // Of the caller: hears what workers said. Returns those that are to prove themselves, who must be woken.
  uint64_t hear(double time) {
    uint64_t present = this->present(), due = 0;
    const uint64_t asked = asked_.load(); // first: they say what they found before they are asked no more
    const double rested = rested_.load(std::memory_order_relaxed);
    if (time - rested > kPause) forgive(rested, time);
    if (time < next_ && !lost_.load() && !back_.load()) return 0;
    const uint64_t lost = lost_.exchange(0), back = back_.exchange(0);
    next_ = kNever;
    for (int seat = 1; seat < kMost; seat++) {
      Absence &a = absences_[seat];
      if (lost & bit(seat)) {
        const bool lasted = present & bit(seat) && time - a.back > 4 * a.length;
        a.length = lasted ? kShortest : a.length < kLongest / 2 ? 2 * a.length : kLongest;
        a.since = time;
        a.until = time + a.length;
        present &= ~bit(seat);
      } else if (back & bit(seat)) {
        a.back = time;
        present |= bit(seat);
      } else if (!((present | asked) & bit(seat)) && time >= a.until) {
        due |= bit(seat);
      }
      if (!(present & bit(seat)) && a.until > time && a.until < next_) next_ = a.until;
    }
    present_.store(present, std::memory_order_relaxed);
    if (due) asked_.fetch_or(due);
    return due;
  }

  // Of the caller: its call is over.
  void rest(double time) { rested_.store(time, std::memory_order_relaxed); }

  // The same where workers do not know what they computed: the caller did `own` slices of `all` in some time, and then waited for the others.
  void weigh(uint64_t members, double worked, double waited, int own, int all) {
    if (own == 0) return;
    const double each = worked / own;
    if (!credit_.add(each * (all - own), waited > 1000 + 3 * each ? 2 * waited : 0)) lost_.fetch_or(members & ~bit(0));
  }

  static constexpr uint64_t bit(int seat) { return uint64_t(1) << seat; }

private:
  static constexpr uint64_t kAll = ~uint64_t(0);
  static constexpr double kShortest = 5000, kLongest = 2e6, kPause = 20000, kNever = 1e300;

  // Of those who were left out before the pause that began at `rested`.
  void forgive(double rested, double time) {
    rest(time);
    for (Absence &a : absences_) {
      if (a.until < time || a.since > rested) continue;
      a.length = kShortest;
      if (a.until > time + kShortest) a.until = time + kShortest;
      if (a.until < next_) next_ = a.until;
    }
  }

  struct Absence {
    double length = 0, since = 0, until = 0, back = 0;
  };
  Absence absences_[kMost];
  Credit credit_; // of all workers together, for weigh
  double next_ = kNever; // when somebody's absence ends
  std::atomic<double> rested_{kNever}; // when the last call ended, as long as somebody is left out
  alignas(64) std::atomic<uint64_t> present_{kAll};
  alignas(64) std::atomic<uint64_t> lost_{0};
  std::atomic<uint64_t> back_{0}, asked_{0};
};

} // namespace hone
