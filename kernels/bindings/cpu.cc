// cpu.cc: a tiny addon, built for the plainest processor, that says which builds of the kernels this one can run.
#include <node_api.h>

#include "bindings/late.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace hone::binding {
namespace {

#if defined(__x86_64__)
// Asked of the processor itself: the function for it that compilers have is in a library that not all of them bring.
struct Features {
  bool avx2 = false, avx512 = false;

  Features() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    const bool fma = c >> 12 & 1, avx = c >> 28 & 1, system = c >> 27 & 1; // the last: the system keeps more registers than SSE's
    if (!fma || !avx || !system) return;
    unsigned kept, high;
    __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
    if ((kept & 0x06) != 0x06) return;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = b >> 5 & 1;
    avx512 = avx2 && (kept & 0xe6) == 0xe6 && (b >> 16 & 1) && (b >> 17 & 1) && (b >> 30 & 1) && (b >> 31 & 1); // F, DQ, BW, VL
  }
};
#endif

napi_value supported(napi_env env, napi_callback_info) {
  napi_value array;
  napi_create_array(env, &array);
  uint32_t count = 0;
  auto add = [&](const char *name) {
    napi_value text;
    napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
    napi_set_element(env, array, count++, text);
  };
#if defined(__x86_64__)
  const Features has;
  if (has.avx512) add("avx512");
  if (has.avx2) add("avx2");
#endif
  add("base");
  return array;
}

napi_value initialise(napi_env env, napi_value exports) {
  napi_value function;
  napi_create_function(env, "supported", NAPI_AUTO_LENGTH, supported, nullptr, &function);
  napi_set_named_property(env, exports, "supported", function);
  return exports;
}

} // namespace
} // namespace hone::binding

NAPI_MODULE_INIT() { return hone::binding::bind_napi() ? hone::binding::initialise(env, exports) : exports; }
