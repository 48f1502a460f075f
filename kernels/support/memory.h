// memory.h: memory for kernels, on any thread; and memory that frees itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>

#if defined(_WIN32)
#include <malloc.h>
#endif

#include "hone.h"

namespace hone {

#ifdef __wasm__
// The C library there is built for one thread: its allocator is entered by one of ours at a time. Held for so short that waiting is spinning.
inline std::atomic<bool> allocator_taken{false};
struct AllocatorLock {
  AllocatorLock() {
    while (allocator_taken.exchange(true, std::memory_order_acquire)) {
    }
  }
  ~AllocatorLock() { allocator_taken.store(false, std::memory_order_release); }
};
#else
struct AllocatorLock {};
#endif

// Null where there is no memory. `bytes` is a multiple of `align`.
inline void *allocate(size_t align, size_t bytes) {
  [[maybe_unused]] AllocatorLock lock;
#if defined(_WIN32)
  return _aligned_malloc(bytes, align);
#else
  return std::aligned_alloc(align, bytes);
#endif
}

inline void *allocate(size_t bytes) {
#if defined(_WIN32)
  return allocate(alignof(std::max_align_t), bytes); // free would not take what _aligned_malloc gave, nor the other way round
#else
  [[maybe_unused]] AllocatorLock lock;
  return std::malloc(bytes);
#endif
}

inline void deallocate(void *memory) {
  [[maybe_unused]] AllocatorLock lock;
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

// count elements, undefined at first; get() is null where there was no memory (one element more is asked for than wanted, never none).
template <class T> class Memory {
public:
  Memory() = default;
  explicit Memory(hone_int count) { reserve(count); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory() { deallocate(data_); }

  // What was there before is lost. False when there is no memory.
  bool reserve(hone_int count) {
    deallocate(data_);
    data_ = static_cast<T *>(allocate(size_t(count + 1) * sizeof(T)));
    return data_ != nullptr;
  }
  T *get() const { return data_; }
  T &operator[](hone_int i) const { return data_[i]; }

private:
  T *data_ = nullptr;
};

} // namespace hone
