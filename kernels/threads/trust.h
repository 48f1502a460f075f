// trust.h: whether the workers are worth calling. Where other programs have the cores, a worker may lose its own in the middle of a slice, and
// the caller waits for longer than it would have worked. The balance of what workers gained and cost says so; then the caller works alone for a
// while, ever longer until they are worth their call again.
#pragma once

#include "threads/host.h"

namespace hone {

class Trust {
public:
  // A job begins. False where the caller should do it alone.
  bool begin() {
    start_ = now();
    if (start_ < alone_until_) return false;
    looks_ = long_ || ++jobs_ % 8 == 0; // what a thread has computed takes long to ask
    if (looks_) computed_ = computed();
    return true;
  }

  // The caller has found no further slice.
  void middle() {
    if (looks_) computed_ = computed() - computed_;
  }

  // The workers have done theirs, too; the caller did `own` slices of `all`.
  void end(int own, int all) {
    const double end = now();
    long_ = end - start_ > kLong;
    if (!looks_ || own == 0) return;
    // All slices by the caller, if it had a core to itself, against the time that they took.
    balance_ += computed_ / own * all - (end - start_);
    if (balance_ > kMost) balance_ = kMost;
    if (balance_ < kLeast) {
      alone_until_ = end + alone_;
      alone_ = alone_ < kLongest / 2 ? alone_ * 2 : kLongest;
      balance_ = kLeast * 0.75;
    } else if (balance_ > 0) {
      alone_ = kShortest;
    }
  }

private:
  // Microseconds.
  static constexpr double kLong = 200, kMost = 10000, kLeast = -4000, kShortest = 20000, kLongest = 2e6;
  double start_ = 0, computed_ = 0;
  double balance_ = 0, alone_ = kShortest, alone_until_ = 0;
  unsigned jobs_ = 0;
  bool looks_ = false, long_ = false;
};

} // namespace hone
