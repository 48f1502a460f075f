// host_native.cc: POSIX threads.
#if !defined(__wasm__) && !defined(_WIN32)
#include "threads/host.h"

#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

namespace hone {
namespace {

constexpr size_t kStack = 1 << 20; // as in WebAssembly; musl's own 128 KiB would be too little, glibc's 8 MiB is more than anyone takes

void *worker_main(void *seat) {
  work_forever(int(reinterpret_cast<intptr_t>(seat)));
  return nullptr;
}

} // namespace

void pin_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(&pin_library), &info) && info.dli_fname) {
    (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

int available_threads(int most) {
  int cores = 0;
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  if (cores < 1) cores = int(sysconf(_SC_NPROCESSORS_ONLN));
  return cores < 1 ? 1 : cores > most ? most : cores;
}

int most_threads(int most) { return most; }

int start_workers(int have, int wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // signals belong to the program's own threads
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  for (; have < wanted; have++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, worker_main, reinterpret_cast<void *>(intptr_t(have + 1))) != 0) break;
    pthread_detach(thread);
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return have;
}

} // namespace hone
#endif
