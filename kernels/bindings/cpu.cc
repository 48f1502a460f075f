// cpu.cc: a tiny addon, built for the plainest processor, that says which builds of the kernels this one can run.
#include <node_api.h>

static napi_value supported(napi_env env, napi_callback_info) {
  napi_value array;
  napi_create_array(env, &array);
  uint32_t count = 0;
  auto add = [&](const char *name) {
    napi_value text;
    napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
    napi_set_element(env, array, count++, text);
  };
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    add("avx512");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) add("avx2");
#endif
  add("base");
  return array;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "supported", NAPI_AUTO_LENGTH, supported, nullptr, &function);
  napi_set_named_property(env, exports, "supported", function);
  return exports;
}
