// sizes.h: arithmetic of sizes and counts.
#pragma once

#include "hone.h"

namespace hone {

constexpr hone_int ceil_div(hone_int n, hone_int by) { return (n + by - 1) / by; }
constexpr hone_int round_up(hone_int n, hone_int to) { return ceil_div(n, to) * to; }
constexpr hone_int min_of(hone_int a, hone_int b) { return b < a ? b : a; }
constexpr hone_int max_of(hone_int a, hone_int b) { return a < b ? b : a; }

// How many units of so much work each make a chunk that is worth a thread: the grain of a parallel_for.
constexpr hone_int grain_of(hone_int worth, hone_int per_unit) { return per_unit >= worth ? 1 : worth / max_of(per_unit, 1); }

} // namespace hone
