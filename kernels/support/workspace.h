// workspace.h: one growing block of memory per thread and purpose, aligned to cache lines, on huge pages where large, kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>

#include "support/memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace hone {

class Workspace {
public:
  Workspace() = default;
  Workspace(const Workspace &) = delete;
  Workspace &operator=(const Workspace &) = delete;
#ifndef __wasm__
  ~Workspace() { deallocate(base_); }
#endif

  // At least this many bytes, contents undefined; null when there is no memory.
  void *get(size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
    // Just what is asked for, each time anew: so the sanitizer sees who goes beyond it.
    deallocate(base_);
    return posix_memalign(&base_, 64, bytes) == 0 ? base_ : base_ = nullptr;
#endif
    if (bytes > size_) {
      deallocate(base_);
      size_ = 0;
      const size_t align = bytes >= kHugePage / 4 ? kHugePage : 64;
      bytes = (bytes + align - 1) / align * align;
      base_ = allocate(align, bytes);
      if (!base_) return nullptr;
#if defined(__linux__)
      if (align == kHugePage) madvise(base_, bytes, MADV_HUGEPAGE);
#endif
      size_ = bytes;
    }
    return base_;
  }

private:
  static constexpr size_t kHugePage = size_t(2) << 20;
  void *base_ = nullptr;
  size_t size_ = 0;
};

} // namespace hone
