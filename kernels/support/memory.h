// memory.h: memory that frees itself.
#pragma once

#include <cstdlib>

#include "hone.h"

namespace hone {

// count elements, undefined at first; get() is null where there was no memory (one element more is asked for than wanted, never none).
template <class T> class Memory {
public:
  Memory() = default;
  explicit Memory(hone_int count) { reserve(count); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;
  ~Memory() { std::free(data_); }

  // What was there before is lost. False when there is no memory.
  bool reserve(hone_int count) {
    std::free(data_);
    data_ = static_cast<T *>(std::malloc(size_t(count + 1) * sizeof(T)));
    return data_ != nullptr;
  }
  T *get() const { return data_; }
  T &operator[](hone_int i) const { return data_[i]; }

private:
  T *data_ = nullptr;
};

} // namespace hone
