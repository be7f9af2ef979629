/** Who uses which block of scratch memory (threads.h); one line per use, a number is used once. */
#pragma once

namespace blurcycle {

enum ScratchSlot {
  SCRATCH_CONV_INPUT = 0,    // input with its zero border
  SCRATCH_CONV_FILTER = 1,   // repacked filter
  SCRATCH_CONV_PARTIAL = 2,  // partial sums of the filter gradient
  SCRATCH_CONV_OFFSETS = 3,
  // 4 to 15 are for the convolutions, 16 to 31 for everything else.
};

}  // namespace blurcycle
