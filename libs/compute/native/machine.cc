/** What the add-on says about the machine: instruction set, threads, arithmetic peak. */
#include "machine.h"

#include <chrono>
#include <cstring>
#include <initializer_list>

#include "bfloat16.h"
#include "napiHelpers.h"
#include "threads.h"
#include "variants.h"

BLURCYCLE_TABLES(MachineKernels, machineKernels)

namespace blurcycle {
namespace {

constexpr int REPEATS = 12;
// About a millisecond: longer than a clock tick, shorter than a time slice of the scheduler.
constexpr int64_t ROUNDS = 400000;

napi_value napiIsa(napi_env env, napi_callback_info) {
  return makeString(env, isaName(currentIsa()));
}

/**
 * Selects the one of `all` whose `nameOf` is the first argument; true if `select` could.
 */
template <class Choice>
napi_value selectByName(napi_env env, napi_callback_info info, std::initializer_list<Choice> all,
                        const char* (*nameOf)(Choice), bool (*select)(Choice)) {
  Arguments arguments(env, info);
  char name[16] = "";
  size_t length = 0;
  napi_get_value_string_utf8(env, arguments.at(0), name, sizeof name, &length);
  bool done = false;
  for (const Choice one : all) {
    if (std::strcmp(name, nameOf(one)) == 0) done = select(one);
  }
  return makeBoolean(env, done);
}

napi_value napiSelectIsa(napi_env env, napi_callback_info info) {
  return selectByName(env, info, {Isa::avx512, Isa::avx2, Isa::baseline}, isaName, selectIsa);
}

napi_value napiBfloat16(napi_env env, napi_callback_info) {
  return makeString(env, bfloat16Name(currentBfloat16()));
}

napi_value napiSelectBfloat16(napi_env env, napi_callback_info info) {
  return selectByName(
      env, info,
      {Bfloat16Unit::amx, Bfloat16Unit::avx512bf16, Bfloat16Unit::rounded, Bfloat16Unit::emulated},
      bfloat16Name, selectBfloat16);
}

napi_value napiThreads(napi_env env, napi_callback_info) { return makeNumber(env, threads()); }

napi_value napiSetThreads(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int64_t count = arguments.integer(0);
  if (arguments.ok()) setThreads(static_cast<int>(count));
  return nullptr;
}

/** Best of several short runs with the given number of threads, in GFLOP/s. */
napi_value napiFmaPeak(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int64_t wanted = arguments.integer(0);
  if (!arguments.ok()) return nullptr;
  const MachineKernels& kernels = BLURCYCLE_SELECT(machineKernels);
  const int before = threads();
  if (before != wanted) setThreads(static_cast<int>(wanted));
  double best = 0;
  for (int repeat = 0; repeat < REPEATS; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    int64_t perRound = 0;
    parallelFor(wanted, [&](int64_t index) {
      float sink[16];
      for (int i = 0; i < 16; ++i) sink[i] = 0.5f;
      const int64_t operations = kernels.fmaRounds(ROUNDS, sink);
      if (index == 0) perRound = operations;
    });
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double rate = static_cast<double>(perRound * ROUNDS * wanted) / seconds / 1e9;
    if (rate > best) best = rate;
  }
  if (before != wanted) setThreads(before);
  return makeNumber(env, best);
}

}  // namespace

void registerMachine(napi_env env, napi_value exports) {
  exportFunction(env, exports, "isa", napiIsa);
  exportFunction(env, exports, "selectIsa", napiSelectIsa);
  exportFunction(env, exports, "bfloat16", napiBfloat16);
  exportFunction(env, exports, "selectBfloat16", napiSelectBfloat16);
  exportFunction(env, exports, "threads", napiThreads);
  exportFunction(env, exports, "setThreads", napiSetThreads);
  exportFunction(env, exports, "fmaPeak", napiFmaPeak);
}

}  // namespace blurcycle
