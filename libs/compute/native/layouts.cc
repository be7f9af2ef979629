/** The tables of layouts.h for JavaScript, which compares them with its own. */
#include "layouts.h"

#include "napiHelpers.h"

namespace blurcycle {
namespace {

napi_value makeObject(napi_env env) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  return result;
}

void setNumber(napi_env env, napi_value object, const char* name, int value) {
  napi_set_named_property(env, object, name, makeNumber(env, value));
}

/** layouts(): { codes: { binary: { add: 0, ... }, ... }, arrays: { convShape: { batch: 1, ... } } }
 */
napi_value napiLayouts(napi_env env, napi_callback_info) {
  const napi_value codes = makeObject(env);
  const napi_value arrays = makeObject(env);
  napi_value table = nullptr;
  int code = 0;
#define SET_CODE(name) setNumber(env, table, #name, code++);
#define SET_TABLE(Type, name, CODES) \
  table = makeObject(env);           \
  code = 0;                          \
  CODES(SET_CODE)                    \
  napi_set_named_property(env, codes, #name, table);
  BLURCYCLE_CODES(SET_TABLE)
#undef SET_TABLE
#undef SET_CODE
#define SET_FIELD(name, count) setNumber(env, table, #name, count);
#define SET_LAYOUT(name, FIELDS) \
  table = makeObject(env);       \
  FIELDS(SET_FIELD)              \
  napi_set_named_property(env, arrays, #name, table);
  BLURCYCLE_LAYOUTS(SET_LAYOUT)
#undef SET_LAYOUT
#undef SET_FIELD
  const napi_value result = makeObject(env);
  napi_set_named_property(env, result, "codes", codes);
  napi_set_named_property(env, result, "arrays", arrays);
  return result;
}

}  // namespace

void registerLayouts(napi_env env, napi_value exports) {
  exportFunction(env, exports, "layouts", napiLayouts);
}

}  // namespace blurcycle
