/** A persistent pool of threads; the caller is one of them. */
#pragma once

#include <cstdint>

namespace blurcycle {

/** Number of threads that share the work, the caller included; the processor's cores until set. */
int threads();
void setThreads(int count);

/**
 * Index of the calling thread, 0 (the caller of parallelFor) to threads() - 1: for scratch memory
 * per thread.
 */
int threadIndex();

constexpr int64_t LITTLE_WORK = 20000;

namespace detail {
void parallelRun(int64_t count, void (*body)(void* context, int64_t index), void* context);
}

/**
 * body(0), ..., body(count - 1), each once, on all threads; returns when all are done.
 *
 * Indices are handed out in rising order to whichever thread is free. A result must not depend on
 * which thread ran it: write to separate outputs, or to a number of partial sums that depends on
 * the problem alone, and add them in a fixed order. A parallelFor inside a body runs on the calling
 * thread alone, and so does one of little `work` (floats read or operations, all indices together),
 * which would be done before a sleeping thread is awake.
 */
template <class Body>
void parallelFor(int64_t count, const Body& body, int64_t work = INT64_MAX) {
  if (work < LITTLE_WORK) {
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  detail::parallelRun(
      count, [](void* context, int64_t index) { (*static_cast<const Body*>(context))(index); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

/**
 * Scratch memory of at least so many floats, aligned to 64 bytes, kept and reused; its content is
 * undefined. `slot` tells apart blocks that are in use at the same time (see scratchSlots.h); a
 * block belongs to the calling thread.
 */
float* scratch(int slot, int64_t floats);

/**
 * Asks for pages of 2 MiB in memory that nobody has touched yet: a pass along z meets another plane
 * with every element, and small pages would cost it an address translation each.
 */
void adviseHugePages(void* data, int64_t bytes);

}  // namespace blurcycle
