// napi.cc: the kernels as functions of a Node-API addon, in a loop over the list that hone.h declares; and what JavaScript needs
// to own engine memory: blocks, copies in and out, and weak references that can be swept inside a synchronous loop.
//
// Numbers only cross the border in kernel calls. The addon is context-aware: every environment (worker thread) has its own Blocks and
// Tracker, and what it still holds goes back to the system when it ends, however it ends.
#include <node_api.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/late.h"
#include "hone.h"
#include "support/memory.h"
#include "support/status.h"
#include "threads/host.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#ifndef HONE_ISA
#define HONE_ISA "base"
#endif
#ifndef HONE_VERSION
#define HONE_VERSION ""
#endif

namespace hone::binding {
namespace {

// ---- kernels ----

template <class T> T argument(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<T>(static_cast<uintptr_t>(number));
  else
    return static_cast<T>(number);
}

template <auto Kernel, class... Args, size_t... I>
int32_t call([[maybe_unused]] napi_env env, [[maybe_unused]] napi_value *values, int32_t (*)(Args...), std::index_sequence<I...>) {
  return Kernel(argument<Args>(env, values[I])...);
}

template <class... Args> constexpr size_t arity(int32_t (*)(Args...)) { return sizeof...(Args); }

template <auto Kernel> napi_value entry(napi_env env, napi_callback_info info) {
  constexpr size_t expected = arity(Kernel);
  napi_value values[expected + 1];
  size_t count = expected;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  int32_t status;
  if (count < expected)
    status = hone::fail(HONE_E_INVALID, "a kernel was called with %d of its %d arguments", int(count), int(expected));
  else
    status = call<Kernel>(env, values, Kernel, std::make_index_sequence<expected>{});
  napi_value result;
  napi_create_int32(env, status, &result);
  return result;
}

// ---- helpers ----

double number_of(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

char *pointer_of(napi_env env, napi_value value) { return reinterpret_cast<char *>(static_cast<uintptr_t>(number_of(env, value))); }

napi_value to_number(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

template <size_t N> bool arguments(napi_env env, napi_callback_info info, napi_value (&values)[N]) {
  size_t count = N;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  if (count >= N) return true;
  napi_throw_type_error(env, nullptr, "hone addon: too few arguments");
  return false;
}

// ---- memory ----

#ifdef HONE_EXACT_BLOCKS
// For sanitizers: a block ends where the request does, and JavaScript neither rounds sizes nor keeps blocks for later.
constexpr bool kExact = true;
#else
constexpr bool kExact = false;
#endif

constexpr size_t kHugePage = size_t(2) << 20;

// What all environments of the process hold together, and may hold. What is on its way from one to another counts, too.
std::atomic<size_t> reserved_total{0};
std::atomic<size_t> reserved_limit{SIZE_MAX};

void *system_block(size_t align, size_t bytes) {
#ifdef HONE_EXACT_BLOCKS
  void *block = nullptr;
  return posix_memalign(&block, align, bytes) == 0 ? block : nullptr;
#else
  return allocate(align, bytes);
#endif
}

// Blocks on their way from one environment to another.
class Latch { // held for the time of a look into a map
public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) pause();
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

private:
  std::atomic<bool> taken_{false};
};
struct Held {
  explicit Held(Latch &latch) : latch_(latch) { latch_.lock(); }
  ~Held() { latch_.unlock(); }
  Latch &latch_;
};
Latch travelling_latch;
std::map<void *, size_t> travelling;

// The blocks of one environment.
struct Blocks {
  std::map<void *, size_t> sizes;

  Blocks() = default;
  Blocks(const Blocks &) = delete;
  Blocks &operator=(const Blocks &) = delete;
  ~Blocks() {
    for (const auto &[block, bytes] : sizes) {
      deallocate(block);
      reserved_total -= bytes;
    }
#if defined(__GLIBC__)
    // The heap of a thread outlives it, and keeps the holes between what it handed over: loop after loop with new workers they add up.
    malloc_trim(0);
#endif
  }

  void *reserve(size_t wanted) {
    const size_t align = wanted >= kHugePage && !kExact ? kHugePage : 64;
    const size_t bytes = kExact ? wanted : wanted ? (wanted + align - 1) / align * align : align;
    if (reserved_total.fetch_add(bytes) + bytes <= reserved_limit.load()) {
      if (void *block = system_block(align, bytes)) {
#if defined(__linux__)
        if (align == kHugePage) madvise(block, bytes, MADV_HUGEPAGE);
#endif
        sizes.emplace(block, bytes);
        return block;
      }
    }
    reserved_total -= bytes;
    return nullptr;
  }

  void release(void *block) {
    const auto found = sizes.find(block);
    if (found == sizes.end()) return;
    deallocate(block);
    reserved_total -= found->second;
    sizes.erase(found);
  }

  // A block that another environment is to take, and how large it is; 0 where there is none.
  size_t hand_over(void *block) {
    const auto found = sizes.find(block);
    if (found == sizes.end()) return 0;
    const size_t bytes = found->second;
    sizes.erase(found);
    Held held(travelling_latch);
    travelling.emplace(block, bytes);
    return bytes;
  }

  // Takes what another environment handed over; false where nothing was.
  bool adopt(void *block) {
    Held held(travelling_latch);
    const auto found = travelling.find(block);
    if (found == travelling.end()) return false;
    sizes.emplace(*found);
    travelling.erase(found);
    return true;
  }
};

Blocks &blocks_of(napi_env env);

// reserve(bytes): a 64-byte aligned block from the system, or 0.
napi_value reserve(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  const double wanted = number_of(env, values[0]);
  if (!(wanted >= 0 && wanted < 9007199254740992.0)) return to_number(env, 0);
  void *block = blocks_of(env).reserve(static_cast<size_t>(wanted));
  return to_number(env, static_cast<double>(reinterpret_cast<uintptr_t>(block)));
}

// release(ptr): gives a block of reserve back to the system.
napi_value release(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  blocks_of(env).release(pointer_of(env, values[0]));
  return nullptr;
}

// handOver(ptr): leaves a block of reserve to whichever environment adopts it. Returns its bytes, 0 where it is none.
napi_value hand_over(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  return to_number(env, static_cast<double>(blocks_of(env).hand_over(pointer_of(env, values[0]))));
}

// adopt(ptr): takes a block that another environment handed over. Returns whether there was one.
napi_value adopt(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  napi_value result;
  napi_get_boolean(env, blocks_of(env).adopt(pointer_of(env, values[0])), &result);
  return result;
}

// reserved(): the bytes that all environments of the process hold.
napi_value reserved(napi_env env, napi_callback_info) { return to_number(env, static_cast<double>(reserved_total.load())); }

// limit(bytes): the most that all environments may hold together; whoever says it first decides. Returns what holds.
napi_value limit(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  const double wanted = number_of(env, values[0]);
  size_t unset = SIZE_MAX;
  if (wanted >= 0 && wanted < 9007199254740992.0) reserved_limit.compare_exchange_strong(unset, static_cast<size_t>(wanted));
  return to_number(env, static_cast<double>(reserved_limit.load()));
}

// The bytes of an ArrayBufferView or ArrayBuffer.
bool bytes_of(napi_env env, napi_value value, char **data, size_t *bytes) {
  bool is = false;
  void *start = nullptr;
  if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
    static const size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2}; // in the order of napi_typedarray_type; float16 is the last
    napi_typedarray_type type;
    size_t length;
    napi_get_typedarray_info(env, value, &type, &length, &start, nullptr, nullptr);
    if (size_t(type) >= sizeof sizes / sizeof *sizes) {
      napi_throw_type_error(env, nullptr, "hone addon: a typed array of an unknown kind");
      return false;
    }
    *bytes = length * sizes[type];
  } else if (napi_is_arraybuffer(env, value, &is) == napi_ok && is) {
    napi_get_arraybuffer_info(env, value, &start, bytes);
  } else {
    napi_throw_type_error(env, nullptr, "hone addon: expected a typed array");
    return false;
  }
  *data = static_cast<char *>(start);
  return true;
}

// write(ptr, typedArray) and read(ptr, typedArray): copies the array's bytes in or out.
template <bool In> napi_value transfer(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, values)) return nullptr;
  char *data;
  size_t bytes;
  if (!bytes_of(env, values[1], &data, &bytes) || bytes == 0) return nullptr;
  if (In)
    std::memcpy(pointer_of(env, values[0]), data, bytes);
  else
    std::memcpy(data, pointer_of(env, values[0]), bytes);
  return nullptr;
}

// peek(dtype, ptr): one element as a number.
napi_value peek(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, values)) return nullptr;
  const char *at = pointer_of(env, values[1]);
  switch (static_cast<int>(number_of(env, values[0]))) {
  case HONE_F32: return to_number(env, *reinterpret_cast<const float *>(at));
  case HONE_F64: return to_number(env, *reinterpret_cast<const double *>(at));
  case HONE_I32: return to_number(env, *reinterpret_cast<const int32_t *>(at));
  case HONE_I64: return to_number(env, static_cast<double>(*reinterpret_cast<const int64_t *>(at)));
  default: return to_number(env, *reinterpret_cast<const uint8_t *>(at));
  }
}

// address(arrayBuffer or typedArray): where its bytes stand; the caller keeps it alive.
napi_value address(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  char *data;
  size_t bytes;
  if (!bytes_of(env, values[0], &data, &bytes)) return nullptr;
  return to_number(env, static_cast<double>(reinterpret_cast<uintptr_t>(data)));
}

// ---- weak references ----

// Objects whose death gives a block back. Finalizers do not run inside a synchronous loop; a weak reference is empty as soon as a
// collection has passed, so sweep() finds the dead without leaving the loop.
struct Tracker {
  struct Slot {
    napi_ref ref = nullptr;
    bool used = false;
  };
  std::vector<Slot> slots;
  std::vector<uint32_t> free_slots;
};

// What one environment has; it ends with it.
struct Instance {
  Blocks blocks;
  Tracker tracker;
};

Instance *instance_of(napi_env env) {
  void *data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Instance *>(data);
}

Blocks &blocks_of(napi_env env) { return instance_of(env)->blocks; }
Tracker *tracker_of(napi_env env) { return &instance_of(env)->tracker; }

// track(object): a slot number; the object is held weakly.
napi_value track(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  Tracker *tracker = tracker_of(env);
  uint32_t slot;
  if (tracker->free_slots.empty()) {
    slot = static_cast<uint32_t>(tracker->slots.size());
    tracker->slots.emplace_back();
  } else {
    slot = tracker->free_slots.back();
    tracker->free_slots.pop_back();
  }
  Tracker::Slot &entry = tracker->slots[slot];
  entry.used = napi_create_reference(env, values[0], 0, &entry.ref) == napi_ok;
  return to_number(env, slot);
}

void forget(napi_env env, Tracker *tracker, uint32_t slot) {
  Tracker::Slot &entry = tracker->slots[slot];
  napi_delete_reference(env, entry.ref);
  entry = {};
  tracker->free_slots.push_back(slot);
}

// untrack(slot): the object's block was given back by hand.
napi_value untrack(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  Tracker *tracker = tracker_of(env);
  const auto slot = static_cast<uint32_t>(number_of(env, values[0]));
  if (slot < tracker->slots.size() && tracker->slots[slot].used) forget(env, tracker, slot);
  return nullptr;
}

bool is_alive(napi_env env, const Tracker::Slot &entry) {
  napi_value object = nullptr;
  napi_get_reference_value(env, entry.ref, &object);
  return object != nullptr;
}

// alive(slot): whether the object of that slot was not collected.
napi_value alive(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return nullptr;
  Tracker *tracker = tracker_of(env);
  const auto slot = static_cast<uint32_t>(number_of(env, values[0]));
  const bool found = slot < tracker->slots.size() && tracker->slots[slot].used && is_alive(env, tracker->slots[slot]);
  napi_value result;
  napi_get_boolean(env, found, &result);
  return result;
}

// sweep(uint32Array, from): writes the slots of dead objects from slot `from` on, as many as fit, forgets them, and returns how many.
napi_value sweep(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, values)) return nullptr;
  char *data;
  size_t bytes;
  if (!bytes_of(env, values[0], &data, &bytes)) return nullptr;
  auto *out = reinterpret_cast<uint32_t *>(data);
  const size_t room = bytes / sizeof(uint32_t);
  size_t found = 0;
  Tracker *tracker = tracker_of(env);
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  size_t handles = 0;
  for (auto slot = static_cast<uint32_t>(number_of(env, values[1])); slot < tracker->slots.size() && found < room; slot++) {
    Tracker::Slot &entry = tracker->slots[slot];
    if (!entry.used) continue;
    if (!is_alive(env, entry)) {
      forget(env, tracker, slot);
      out[found++] = slot;
    } else if (++handles % 1024 == 0) { // handles live until their scope closes
      napi_close_handle_scope(env, scope);
      napi_open_handle_scope(env, &scope);
    }
  }
  napi_close_handle_scope(env, scope);
  return to_number(env, static_cast<double>(found));
}

napi_value last_error(napi_env env, napi_callback_info) {
  napi_value text;
  napi_create_string_utf8(env, hone_last_error_text(), NAPI_AUTO_LENGTH, &text);
  return text;
}

void define(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

napi_value initialise(napi_env env, napi_value exports) {
  pin_library();
  napi_set_instance_data(
      env, new Instance, [](napi_env, void *data, void *) { delete static_cast<Instance *>(data); }, nullptr);

  napi_value kernels;
  napi_create_object(env, &kernels);
#define HONE_ENTRY(name) define(env, kernels, #name, entry<&hone_##name>);
#include "bindings/kernels.gen.inc"
#undef HONE_ENTRY
  napi_set_named_property(env, exports, "kernels", kernels);

  define(env, exports, "reserve", reserve);
  define(env, exports, "release", release);
  define(env, exports, "handOver", hand_over);
  define(env, exports, "adopt", adopt);
  define(env, exports, "reserved", reserved);
  define(env, exports, "limit", limit);
  define(env, exports, "write", transfer<true>);
  define(env, exports, "read", transfer<false>);
  define(env, exports, "peek", peek);
  define(env, exports, "address", address);
  define(env, exports, "track", track);
  define(env, exports, "untrack", untrack);
  define(env, exports, "alive", alive);
  define(env, exports, "sweep", sweep);
  define(env, exports, "lastError", last_error);

  napi_value isa;
  napi_create_string_utf8(env, HONE_ISA, NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  napi_value version;
  napi_create_string_utf8(env, HONE_VERSION, NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "version", version);
  napi_value exact;
  napi_get_boolean(env, kExact, &exact);
  napi_set_named_property(env, exports, "exact", exact);
  return exports;
}

} // namespace
} // namespace hone::binding

NAPI_MODULE_INIT() {
  // Without what it calls the addon has nothing to give: the loader sees that.
  return hone::binding::bind_napi() ? hone::binding::initialise(env, exports) : exports;
}
