#include "napiHelpers.h"

namespace blurcycle {
void registerConv(napi_env, napi_value) {}
}  // namespace blurcycle
