/** Adam for JavaScript: argument checks and the choice of the instruction set. */
#include "adam.h"

#include <vector>

#include "layouts.h"
#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(AdamKernels, adamKernels)

namespace blurcycle {
namespace {

/** Reads a JavaScript array of Float32Array. */
bool readArrays(Arguments& arguments, int index, std::vector<float*>& data,
                std::vector<int64_t>& counts) {
  uint32_t length = 0;
  bool isArray = false;
  const napi_env env = arguments.env();
  if (index < arguments.count()) napi_is_array(env, arguments.at(index), &isArray);
  if (isArray) napi_get_array_length(env, arguments.at(index), &length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    napi_typedarray_type type;
    size_t count = 0;
    void* values = nullptr;
    isArray = isArray && napi_get_element(env, arguments.at(index), i, &element) == napi_ok &&
              napi_get_typedarray_info(env, element, &type, &count, &values, nullptr, nullptr) ==
                  napi_ok &&
              type == napi_float32_array;
    data.push_back(static_cast<float*>(values));
    counts.push_back(static_cast<int64_t>(count));
  }
  if (!isArray) arguments.fail("an array of Float32Array", index);
  return isArray;
}

/** adamUpdate(parameters[], gradients[], means[], squares[], adamSettings) */
napi_value adamUpdate(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::vector<float*> data[4];
  std::vector<int64_t> counts[4];
  for (int i = 0; i < 4; ++i) {
    if (!readArrays(arguments, i, data[i], counts[i])) return nullptr;
    if (counts[i] != counts[0]) arguments.fail("as long as the parameters, array by array,", i);
  }
  using field = layouts::adamSettings;
  const double* s = arguments.doubles(4, field::LENGTH);
  if (!arguments.ok()) return nullptr;
  std::vector<AdamArrays> all;
  for (size_t i = 0; i < counts[0].size(); ++i) {
    all.push_back({counts[0][i], data[0][i], data[1][i], data[2][i], data[3][i]});
  }
  const AdamSettings settings{
      static_cast<float>(s[field::learningRate]), static_cast<float>(s[field::beta1]),
      static_cast<float>(s[field::beta2]),        static_cast<float>(s[field::epsilon]),
      static_cast<float>(s[field::meanScale]),    static_cast<float>(s[field::squareScale])};
  BLURCYCLE_SELECT(adamKernels).update(static_cast<int64_t>(all.size()), all.data(), settings);
  return nullptr;
}

}  // namespace

void registerAdam(napi_env env, napi_value exports) {
  exportFunction(env, exports, "adamUpdate", adamUpdate);
}

}  // namespace blurcycle
