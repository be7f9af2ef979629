/**
 * Memory and threads of the kernels in WebAssembly, without any library: JavaScript gives cosine,
 * sine, and the scripts of threads.
 *
 * Memory: JavaScript's heap (wasmHeap.ts) and this file both take new pages at the end, whole ones,
 * so that neither has to know of the other.
 */
#include "host.h"

#include "../scratchSlots.h"
#include "../threads.h"

IMPORT(cos) double hostCos(double);
IMPORT(sin) double hostSin(double);
/** Throws an error that says that so many bytes are not there. */
IMPORT(refuse) void hostRefuse(double bytes);

// What the compiler calls for its built-in functions.
extern "C" double cos(double angle) { return hostCos(angle); }
extern "C" double sin(double angle) { return hostSin(angle); }

namespace blurcycle {
namespace {

constexpr uint64_t PAGE = 65536;
/** Kernels read so many bytes past the end of an array. */
constexpr uint64_t TO_SPARE = 1024;
constexpr int SLOTS = 32;
constexpr int MOST_UNUSED = 256;

struct Region {
  char* data;
  uint64_t bytes;
};

#ifdef __wasm_atomics__
#define PER_THREAD thread_local
int32_t locked = 0;
void lock() {
  while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE) != 0) continue;
}
void unlock() { __atomic_store_n(&locked, 0, __ATOMIC_RELEASE); }
#else
#define PER_THREAD
void lock() {}
void unlock() {}
#endif

/** Regions that a larger one has replaced. */
Region unused[MOST_UNUSED];
int unusedCount = 0;

/** The smallest unused region of that size, or new pages. */
Region takeRegion(uint64_t bytes) {
  lock();
  int best = -1;
  for (int i = 0; i < unusedCount; ++i) {
    if (unused[i].bytes >= bytes && (best < 0 || unused[i].bytes < unused[best].bytes)) best = i;
  }
  if (best >= 0) {
    const Region found = unused[best];
    unused[best] = unused[--unusedCount];
    unlock();
    return found;
  }
  const uint64_t pages = (bytes + PAGE - 1) / PAGE;
  const uint32_t first =
      pages > 65535 ? UINT32_MAX : __builtin_wasm_memory_grow(0, static_cast<uint32_t>(pages));
  unlock();
  if (first == UINT32_MAX) hostRefuse(static_cast<double>(bytes));
  return {reinterpret_cast<char*>(first * static_cast<uint32_t>(PAGE)), pages * PAGE};
}

void giveRegion(const Region& region) {
  lock();
  if (unusedCount < MOST_UNUSED) unused[unusedCount++] = region;
  unlock();
}

}  // namespace

float* scratch(int slot, int64_t floats) {
  static PER_THREAD Region blocks[SLOTS];
  Region& block = blocks[slot];
  const uint64_t bytes = static_cast<uint64_t>(floats) * sizeof(float) + TO_SPARE;
  if (block.bytes < bytes) {
    if (block.data != nullptr) giveRegion(block);
    block = {nullptr, 0};
    block = takeRegion(bytes);
  }
  return reinterpret_cast<float*>(block.data);
}

float* keepFloats(int64_t floats) {
  static Region rest;
  const uint64_t bytes = (static_cast<uint64_t>(floats) * sizeof(float) + TO_SPARE + 63) / 64 * 64;
  if (rest.bytes < bytes) rest = takeRegion(bytes);
  float* kept = reinterpret_cast<float*>(rest.data);
  rest = {rest.data + bytes, rest.bytes - bytes};
  return kept;
}

void adviseHugePages(void*, int64_t) {}

#ifndef __wasm_atomics__

int threads() { return 1; }
int threadIndex() { return 0; }

void detail::parallelRun(int64_t count, void (*body)(void*, int64_t), void* context) {
  for (int64_t i = 0; i < count; ++i) body(context, i);
}

#else

namespace {

PER_THREAD int currentIndex = 0;
PER_THREAD bool insideBody = false;

int threadCount = 1;
struct {
  int64_t count;
  void (*body)(void*, int64_t);
  void* context;
} job;
int64_t next = 0;
int32_t failed = 0;

// One word holds the job's number, whether threads may still join, and how many are at work.
uint32_t state = 0;
constexpr uint32_t ACTIVE_MASK = 0x7fff;
constexpr uint32_t OPEN = 0x8000;
constexpr uint32_t ONE_ROUND = 0x10000;
constexpr uint32_t ROUND_MASK = ~(ACTIVE_MASK | OPEN);
/** Some ten microseconds: bridges the gaps inside of one kernel. */
constexpr int SPINS = 20000;

uint32_t readState() { return __atomic_load_n(&state, __ATOMIC_ACQUIRE); }

bool join() {
  uint32_t now = readState();
  while ((now & OPEN) != 0) {
    if (__atomic_compare_exchange_n(&state, &now, now + 1, true, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
      return true;
    }
  }
  return false;
}

void work() {
  insideBody = true;
  for (;;) {
    const int64_t index = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
    if (index >= job.count) break;
    job.body(job.context, index);
  }
  insideBody = false;
}

}  // namespace

int threads() { return threadCount; }
int threadIndex() { return currentIndex; }

/** The protocol is that of threads.cc; sleeping is an instruction of the memory. */
void detail::parallelRun(int64_t count, void (*body)(void*, int64_t), void* context) {
  if (insideBody || threadCount == 1 || count <= 1) {
    for (int64_t i = 0; i < count; ++i) body(context, i);
    return;
  }
  job = {count, body, context};
  __atomic_store_n(&next, 0, __ATOMIC_RELAXED);
  __atomic_fetch_add(&state, ONE_ROUND + OPEN, __ATOMIC_ACQ_REL);
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&state), UINT32_MAX);
  work();
  // A thread that did not come in time is not waited for: it finds the job closed.
  __atomic_fetch_and(&state, ~OPEN, __ATOMIC_ACQ_REL);
  while ((readState() & ACTIVE_MASK) != 0) continue;
  if (__atomic_exchange_n(&failed, 0, __ATOMIC_RELAXED) != 0) hostRefuse(0);
}

/** Threads that share the work from now on, the caller included; the others run threadLoop. */
EXPORT(shareWork) void shareWork(int32_t count) { threadCount = count; }

/** What a thread does: never returns. */
EXPORT(threadLoop) void threadLoop(int32_t index) {
  currentIndex = index;
  uint32_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < SPINS && (readState() & ROUND_MASK) == seen; ++spin) continue;
    const uint32_t now = readState();
    if ((now & ROUND_MASK) == seen) {
      __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&state), static_cast<int>(now),
                                          -1);
      continue;
    }
    seen = now & ROUND_MASK;
    if (!join()) continue;
    work();
    __atomic_fetch_sub(&state, 1, __ATOMIC_RELEASE);
  }
}

/** Called for a thread that threw an error inside of its loop. */
EXPORT(threadFailed) void threadFailed() {
  __atomic_store_n(&failed, 1, __ATOMIC_RELAXED);
  __atomic_fetch_sub(&state, 1, __ATOMIC_RELEASE);
}

#endif

}  // namespace blurcycle
