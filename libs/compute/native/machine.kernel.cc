#include "machine.h"

#include "variants.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
// Twelve independent chains hide a latency of 4 to 6 cycles at two operations per cycle and fit 16
// registers.
constexpr int CHAINS = 12;

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

int64_t fmaRounds(int64_t rounds, float* sink) {
  Vector sum[CHAINS];
  // Taken from memory that the compiler knows nothing of, so that the loop cannot be folded away.
  const Vector factor = Vector{} + sink[0];
  const Vector addend = Vector{} + sink[1];
  BLURCYCLE_UNROLL
  for (int i = 0; i < CHAINS; ++i) sum[i] = Vector{} + sink[2 + i];
  for (int64_t round = 0; round < rounds; ++round) {
    BLURCYCLE_UNROLL
    for (int i = 0; i < CHAINS; ++i) sum[i] = sum[i] * factor + addend;
  }
  Vector total = {};
  BLURCYCLE_UNROLL
  for (int i = 0; i < CHAINS; ++i) total += sum[i];
  float result = 0;
  for (int lane = 0; lane < LANES; ++lane) result += total[lane];
  sink[0] = result;
  return 2 * CHAINS * LANES;
}

}  // namespace

extern const MachineKernels machineKernels;
const MachineKernels machineKernels = {fmaRounds};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
