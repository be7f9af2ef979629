/** Who uses which block of scratch memory (threads.h); one line per use, a number is used once. */
#pragma once

namespace blurcycle {

enum ScratchSlot {
  SCRATCH_CONV_INPUT = 0,    // input with its zero border
  SCRATCH_CONV_FILTER = 1,   // repacked filter
  SCRATCH_CONV_PARTIAL = 2,  // partial sums of the filter gradient
  SCRATCH_CONV_SUMS = 3,     // bias gradient per plane
  SCRATCH_CONV_SLAB = 4,     // filter gradient of one slab
  SCRATCH_CONV_PAIRED = 5,   // filter gradient of pairs of positions
  SCRATCH_CONV_ROUNDED = 6,  // factors rounded to bfloat16
  SCRATCH_CONV_ROUNDED_OTHER = 7,
  // 8 to 15 are for the convolutions, 16 to 31 for everything else.
  SCRATCH_FFT_LINE = 16,
  SCRATCH_FFT_WORK = 17,
  SCRATCH_FFT_OTHER = 18,
  SCRATCH_FFT_OTHER_WORK = 19,
  SCRATCH_FFT_SUM = 20,
  SCRATCH_FFT_SPECTRA = 21,
  SCRATCH_SUM_PARTS = 22,
  SCRATCH_SUM_LANES = 23,
  SCRATCH_NORM_PARTS = 24,
  SCRATCH_NORM_LANES = 25,
  SCRATCH_NORM_MEANS = 26,
  SCRATCH_LOSS_PARTS = 27,
  SCRATCH_FFT_PLANE = 28,
};

}  // namespace blurcycle
