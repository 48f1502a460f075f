// late.h: Node-API by name. On Windows a library that imports a function says from which file, node.exe: in Electron, in Bun, in any program
// that has Node inside and another name, it would not load. So the addon asks the running program for the functions as it is loaded; elsewhere
// the system's loader does just that. Included after node_api.h by what calls it, from inside of hone::binding: the names below hide the
// global ones there. A function that is called and not listed does not link on Windows.
#pragma once

#include <node_api.h>

#define HONE_NAPI(each)                                                                                                               \
  each(napi_close_handle_scope) each(napi_create_array) each(napi_create_double) each(napi_create_function) each(napi_create_int32)    \
  each(napi_create_object) each(napi_create_reference) each(napi_create_string_utf8) each(napi_delete_reference)                       \
  each(napi_get_arraybuffer_info) each(napi_get_boolean) each(napi_get_cb_info) each(napi_get_instance_data)                           \
  each(napi_get_reference_value) each(napi_get_typedarray_info) each(napi_get_value_double) each(napi_is_arraybuffer)                  \
  each(napi_is_typedarray) each(napi_open_handle_scope) each(napi_set_element) each(napi_set_instance_data)                            \
  each(napi_set_named_property) each(napi_throw_type_error)

#if defined(_WIN32)
// Two declarations instead of windows.h, whose macros are many.
extern "C" {
__declspec(dllimport) void *__stdcall GetModuleHandleW(const wchar_t *name);
__declspec(dllimport) void *__stdcall GetProcAddress(void *module, const char *name);
}
#endif

namespace hone::binding {
namespace {

#if defined(_WIN32)
#define HONE_NAPI_POINTER(name) [[maybe_unused]] decltype(&::name) name = nullptr;
HONE_NAPI(HONE_NAPI_POINTER)
#undef HONE_NAPI_POINTER

// Where Node-API is: in the program itself, or in a library that it was built as.
inline void *napi_function(const char *name) {
  const wchar_t *const modules[] = {nullptr, L"libnode.dll", L"node.dll"};
  for (const wchar_t *module : modules)
    if (void *library = GetModuleHandleW(module))
      if (void *function = GetProcAddress(library, name)) return function;
  return nullptr;
}

// False where the program lacks one of them.
inline bool bind_napi() {
#define HONE_NAPI_FIND(name)                                                  \
  name = reinterpret_cast<decltype(name)>(napi_function(#name)); \
  if (!name) return false;
  HONE_NAPI(HONE_NAPI_FIND)
#undef HONE_NAPI_FIND
  return true;
}
#else
inline bool bind_napi() { return true; }
#endif

} // namespace
} // namespace hone::binding
