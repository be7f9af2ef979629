/** One step of Adam over many arrays: the table of kernels of one instruction set. */
#pragma once

#include <cstdint>

namespace blurcycle {

struct AdamArrays {
  int64_t count;
  float* parameter;
  const float* gradient;
  float* mean;    // m
  float* square;  // v
};

struct AdamSettings {
  float rate;
  float beta1;
  float beta2;
  float epsilon;
  float meanScale;    // 1 / (1 - beta1^t)
  float squareScale;  // 1 / (1 - beta2^t)
};

struct AdamKernels {
  void (*update)(int64_t arrays, const AdamArrays*, const AdamSettings&);
};

}  // namespace blurcycle
