// host_wasm.cc: workers of JavaScript. Without shared memory there are none.
#ifdef __wasm__
#include "threads/host.h"

namespace hone {
namespace {

int most = 1;

} // namespace

int available_threads(int) { return 1; }
int most_threads(int all) { return most < all ? most : all; }
int start_workers(int have, int wanted) { return hone_host_start_workers(have, wanted); }

void pin_library() {}

} // namespace hone

// Called by JavaScript: how many threads the host can have at most, and what each worker runs.
extern "C" void pool_most_threads(int threads) { hone::most = threads; }
extern "C" void pool_work(int seat) { hone::work_forever(seat); }
#endif
