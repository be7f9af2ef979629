/**
 * Entry of the native add-on.
 *
 * How to add operations: write `<topic>.cc` with `void register<Topic>(napi_env, napi_value
 * exports)` that calls exportFunction (napiHelpers.h) for each function, put its hot loops into
 * `<topic>.kernel.cc` (compiled per instruction set, see variants.h), add one line to REGISTRATIONS
 * below and the TypeScript signatures to addon.ts. build.mjs finds the files by itself. Functions
 * take Float32Array views, sizes and codes, and write into arrays that JavaScript allocated; arrays
 * of several sizes are named in layouts.h and layouts.ts.
 */
#include "napiHelpers.h"

#define REGISTRATIONS(DO)  \
  DO(registerLayouts)      \
  DO(registerMachine)      \
  DO(registerConv)         \
  DO(registerInstanceNorm) \
  DO(registerPooling)      \
  DO(registerElementwise)  \
  DO(registerLosses)       \
  DO(registerAdam)         \
  DO(registerFft)

namespace blurcycle {
#define DECLARE(name) void name(napi_env env, napi_value exports);
REGISTRATIONS(DECLARE)
#undef DECLARE
}  // namespace blurcycle

NAPI_MODULE_INIT() {
#define CALL(name) blurcycle::name(env, exports);
  REGISTRATIONS(CALL)
#undef CALL
  return exports;
}
