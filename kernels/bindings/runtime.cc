// runtime.cc: the few functions of a C++ library that the kernels call. The prebuilt addons are linked with this instead of with such a library:
// they must not need one that a system may lack, and most of one would be dead weight. Builds by the machine's own compiler take that one's.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#elif !defined(__APPLE__)
#include <pthread.h>
#endif

// ---- memory: without exceptions there is nobody to tell ----

void *operator new(size_t bytes) {
  void *memory = std::malloc(bytes ? bytes : 1);
  if (!memory) std::abort();
  return memory;
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

extern "C" {

// ---- local static variables: the first byte says that one is made, the second that somebody is at it ----

int __cxa_guard_acquire(uint64_t *guard) {
  auto *made = reinterpret_cast<std::atomic<uint8_t> *>(guard), *busy = made + 1;
  for (;;) {
    if (made->load(std::memory_order_acquire)) return 0;
    if (!busy->exchange(1, std::memory_order_acquire)) {
      if (!made->load(std::memory_order_acquire)) return 1;
      busy->store(0, std::memory_order_release);
      return 0;
    }
  }
}

void __cxa_guard_release(uint64_t *guard) {
  auto *made = reinterpret_cast<std::atomic<uint8_t> *>(guard), *busy = made + 1;
  made->store(1, std::memory_order_release);
  busy->store(0, std::memory_order_release);
}

} // extern "C"

// ---- thread_local variables: what is to be destroyed when a thread ends. On macOS the system keeps the list ----

#if !defined(__APPLE__)
namespace {

struct Farewell {
  void (*destroy)(void *);
  void *object;
  Farewell *next;
};

void say_farewell(void *list) {
  for (auto *each = static_cast<Farewell *>(list); each;) {
    each->destroy(each->object);
    auto *next = each->next;
    std::free(each);
    each = next;
  }
}

#if defined(_WIN32)
void WINAPI at_end(void *list) { say_farewell(list); }
struct Key {
  DWORD slot = FlsAlloc(at_end);
  void *get() const { return FlsGetValue(slot); }
  bool set(void *list) const { return FlsSetValue(slot, list); }
};
#else
struct Key {
  pthread_key_t key = 0;
  Key() { pthread_key_create(&key, say_farewell); }
  void *get() const { return pthread_getspecific(key); }
  bool set(void *list) const { return pthread_setspecific(key, list) == 0; }
};
#endif

const Key &key() {
  static const Key made;
  return made;
}

} // namespace

// The library is never unloaded (pin_library in threads/host.h), so that which one asks does not matter.
extern "C" int __cxa_thread_atexit(void (*destroy)(void *), void *object, void *) {
  auto *each = static_cast<Farewell *>(std::malloc(sizeof(Farewell)));
  if (!each) return -1;
  *each = {destroy, object, static_cast<Farewell *>(key().get())};
  if (key().set(each)) return 0;
  std::free(each);
  return -1;
}
#endif
