// status.cc: the text of the last failure, and the ABI's version.
#include "support/status.h"

#include <cstdarg>
#include <cstdio>

static thread_local char last_error[256] = "";

int32_t hone::fail(int32_t status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  std::vsnprintf(last_error, sizeof last_error, format, args);
  va_end(args);
  return status;
}

extern "C" const char *hone_last_error_text(void) { return last_error; }

HONE_KERNEL(abi_version)(void) { return HONE_ABI_VERSION; }
