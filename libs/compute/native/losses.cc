/** Losses for JavaScript: argument checks and the choice of the instruction set. */
#include "losses.h"

#include "layouts.h"
#include "napiHelpers.h"
#include "variants.h"

BLURCYCLE_TABLES(LossesKernels, lossesKernels)

namespace blurcycle {
namespace {

Loss readLoss(Arguments& arguments) {
  const int64_t loss = arguments.integer(0);
  if (loss < 0 || loss >= static_cast<int>(Loss::COUNT)) arguments.fail("a known loss", 0);
  return static_cast<Loss>(loss);
}

/** lossMean(loss, count, a, b, bCount) */
napi_value lossMean(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const bool absolute = readLoss(arguments) == Loss::absolute;
  const int64_t count = arguments.integer(1);
  const int64_t bCount = arguments.integer(4);
  const float* a = arguments.floats(2, count);
  const float* b = arguments.floats(3, bCount);
  if (count < 1 || (bCount != 1 && bCount != count)) arguments.fail("one or all elements", 4);
  if (!arguments.ok()) return nullptr;
  const LossesKernels& kernels = BLURCYCLE_SELECT(lossesKernels);
  return makeNumber(
      env, (absolute ? kernels.meanAbsolute : kernels.meanSquare)(count, a, b, bCount == count));
}

/** lossGradient(loss, count, a, b, bCount, factor, result) */
napi_value lossGradient(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const bool absolute = readLoss(arguments) == Loss::absolute;
  const int64_t count = arguments.integer(1);
  const int64_t bCount = arguments.integer(4);
  const float* a = arguments.floats(2, count);
  const float* b = arguments.floats(3, bCount);
  const float factor = static_cast<float>(arguments.number(5));
  float* result = arguments.floats(6, count);
  if (count < 1 || (bCount != 1 && bCount != count)) arguments.fail("one or all elements", 4);
  if (!arguments.ok()) return nullptr;
  const LossesKernels& kernels = BLURCYCLE_SELECT(lossesKernels);
  (absolute ? kernels.absoluteGradient : kernels.squareGradient)(count, a, b, bCount == count,
                                                                 factor, result);
  return nullptr;
}

}  // namespace

void registerLosses(napi_env env, napi_value exports) {
  exportFunction(env, exports, "lossMean", lossMean);
  exportFunction(env, exports, "lossGradient", lossGradient);
}

}  // namespace blurcycle
