#pragma once

#include <cstdint>

namespace blurcycle {

struct MachineKernels {
  /**
   * Runs `rounds` rounds of independent fused multiply-adds in registers; returns floating-point
   * operations per round.
   */
  int64_t (*fmaRounds)(int64_t rounds, float* sink);
};

}  // namespace blurcycle
