// host_windows.cc: threads of Windows.
#if defined(_WIN32)
#include "threads/host.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

namespace hone {
namespace {

static_assert(sizeof(SRWLOCK) == sizeof(void *) && sizeof(CONDITION_VARIABLE) == sizeof(void *));

constexpr SIZE_T kStack = 1 << 20; // as in WebAssembly

SRWLOCK *lock_of(void **lock) { return reinterpret_cast<SRWLOCK *>(lock); }
CONDITION_VARIABLE *condition_of(void **condition) { return reinterpret_cast<CONDITION_VARIABLE *>(condition); }

DWORD WINAPI worker_main(void *seat) {
  work_forever(int(reinterpret_cast<intptr_t>(seat)));
  return 0;
}

} // namespace

double now() {
  static const double each = [] {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return 1e6 / double(frequency.QuadPart);
  }();
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  return double(ticks.QuadPart) * each;
}

int current_core() {
  PROCESSOR_NUMBER at;
  GetCurrentProcessorNumberEx(&at);
  return at.Group * 64 + at.Number;
}

void Bed::lock() { AcquireSRWLockExclusive(lock_of(&lock_)); }
void Bed::unlock() { ReleaseSRWLockExclusive(lock_of(&lock_)); }
void Bed::wait() { SleepConditionVariableSRW(condition_of(&cond_), lock_of(&lock_), INFINITE, 0); }
void Bed::signal() { WakeConditionVariable(condition_of(&cond_)); }

void pin_library() {
  HMODULE library;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN, reinterpret_cast<LPCWSTR>(&pin_library),
                     &library);
}

int available_threads(int most) {
  DWORD_PTR own = 0, all = 0;
  int cores = GetProcessAffinityMask(GetCurrentProcess(), &own, &all) ? __builtin_popcountll(own) : 0;
  if (cores < 1) cores = int(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS)); // a process that has several groups of processors
  return cores < 1 ? 1 : cores > most ? most : cores;
}

int most_threads(int most) { return most; }

int start_workers(int have, int wanted) {
  for (; have < wanted; have++) {
    void *seat = reinterpret_cast<void *>(intptr_t(have + 1));
    HANDLE thread = CreateThread(nullptr, kStack, worker_main, seat, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    if (!thread) break;
    CloseHandle(thread);
  }
  return have;
}

} // namespace hone
#endif
