// status.h: how a kernel reports a failure: `return fail(HONE_E_INDEX, "index %lld is outside 0..%lld", i, n - 1);`
#pragma once

#include "hone.h"

namespace hone {

// Keeps the formatted text (thread-local, 255 characters at most) for hone_last_error_text and returns status.
__attribute__((format(printf, 2, 3))) int32_t fail(int32_t status, const char *format, ...);

// What a kernel returns that finds no room to work in.
inline int32_t no_memory(const char *op) { return fail(HONE_E_MEMORY, "%s: there is no memory for the workspace", op); }

} // namespace hone

// The text of the last failure on this thread; never null.
#ifdef __wasm__
extern "C" __attribute__((export_name("hone_last_error_text"))) const char *hone_last_error_text(void);
#else
extern "C" const char *hone_last_error_text(void);
#endif
