// workspace.h: one growing block of memory per thread and purpose, aligned to cache lines, kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace hone {

class Workspace {
public:
  Workspace() = default;
  Workspace(const Workspace &) = delete;
  Workspace &operator=(const Workspace &) = delete;
#ifndef __wasm__
  ~Workspace() { std::free(base_); }
#endif

  // At least this many bytes, contents undefined; null when there is no memory.
  void *get(size_t bytes) {
    if (bytes > size_) {
      std::free(base_);
      size_ = 0;
      base_ = std::malloc(bytes + 64);
      if (!base_) return nullptr;
      size_ = bytes;
    }
    return reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(base_) + 63) & ~uintptr_t(63));
  }

private:
  void *base_ = nullptr;
  size_t size_ = 0;
};

} // namespace hone
