#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace blurcycle {
namespace {

// About half a millisecond: bridges the JavaScript between two kernels of a step (4000 spins cost a
// step of cyclegan 16 % more), and leaves the core to others when idle.
constexpr int SPINS = 40000;

thread_local int currentIndex = 0;
thread_local bool insideBody = false;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int defaultThreads() {
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : static_cast<int>(cores);
}

class Pool {
 public:
  int size() const { return size_; }

  void resize(int count) {
    std::lock_guard<std::mutex> lock(owner_);
    stop();
    size_ = count < 1 ? 1 : count;
  }

  void run(int64_t count, void (*body)(void*, int64_t), void* context) {
    if (count <= 0) return;
    // JavaScript worker threads share the pool: who finds it taken works alone.
    std::unique_lock<std::mutex> owner(owner_, std::defer_lock);
    if (insideBody || size_ == 1 || count == 1 || !owner.try_lock()) {
      for (int64_t i = 0; i < count; ++i) body(context, i);
      return;
    }
    start();
    body_ = body;
    context_ = context;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    {
      // The lock orders the new job before a worker that is about to sleep.
      std::lock_guard<std::mutex> lock(mutex_);
      state_.store((state_.load(std::memory_order_relaxed) & ROUND_MASK) + ONE_ROUND + OPEN,
                   std::memory_order_release);
    }
    if (sleeping_.load(std::memory_order_relaxed) > 0) wake_.notify_all();
    work();
    // A worker that did not come in time is not waited for: it finds the job closed.
    state_.fetch_and(~OPEN, std::memory_order_acq_rel);
    for (int spin = 0; (state_.load(std::memory_order_acquire) & ACTIVE_MASK) != 0; ++spin) {
      if (spin < SPINS)
        pause();
      else
        std::this_thread::yield();
    }
  }

 private:
  // One word holds the job's number, whether workers may still join, and how many are at work.
  static constexpr uint64_t ACTIVE_MASK = 0x7fff;
  static constexpr uint64_t OPEN = 0x8000;
  static constexpr uint64_t ONE_ROUND = 0x10000;
  static constexpr uint64_t ROUND_MASK = ~(ACTIVE_MASK | OPEN);

  uint64_t round() const { return state_.load(std::memory_order_acquire) & ROUND_MASK; }

  bool join() {
    uint64_t state = state_.load(std::memory_order_acquire);
    while ((state & OPEN) != 0) {
      if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  void work() {
    insideBody = true;
    for (;;) {
      const int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= count_) break;
      body_(context_, index);
    }
    insideBody = false;
  }

  void loop(int index, uint64_t seen) {
    currentIndex = index;
    for (;;) {
      for (int spin = 0; spin < SPINS && round() == seen; ++spin) pause();
      if (round() == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1, std::memory_order_relaxed);
        wake_.wait(lock, [&] { return round() != seen; });
        sleeping_.fetch_sub(1, std::memory_order_relaxed);
      }
      seen = round();
      if (stopping_) return;
      if (!join()) continue;
      work();
      state_.fetch_sub(1, std::memory_order_release);
    }
  }

  void start() {
    if (static_cast<int>(workers_.size()) == size_ - 1) return;
    stopping_ = false;
    const uint64_t seen = round();
    for (int i = 1; i < size_; ++i) {
      try {
        workers_.emplace_back([this, i, seen] { loop(i, seen); });
      } catch (const std::system_error&) {
        // The system gives no more: go on with those that there are.
        size_ = i;
        return;
      }
    }
  }

  void stop() {
    if (workers_.empty()) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      state_.fetch_add(ONE_ROUND, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  int size_ = defaultThreads();
  std::vector<std::thread> workers_;
  std::mutex owner_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> state_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stopping_{false};
  void (*body_)(void*, int64_t) = nullptr;
  void* context_ = nullptr;
  int64_t count_ = 0;
};

// Never destroyed: its threads may still sleep when the process ends, and joining them then could
// hang the exit.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

struct Block {
  float* data = nullptr;
  int64_t floats = 0;
};

constexpr int SLOTS = 32;
constexpr int64_t HUGE_PAGE = 1 << 21;

struct Blocks {
  Block slots[SLOTS];
  ~Blocks() {
    for (Block& block : slots) std::free(block.data);
  }
};

}  // namespace

int threads() { return pool().size(); }
void setThreads(int count) { pool().resize(count); }
int threadIndex() { return currentIndex; }

void detail::parallelRun(int64_t count, void (*body)(void*, int64_t), void* context) {
  pool().run(count, body, context);
}

void adviseHugePages(void* data, int64_t bytes) {
#if defined(__linux__)
  const uintptr_t first = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = (first + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  const uintptr_t end = (first + static_cast<uintptr_t>(bytes)) / HUGE_PAGE * HUGE_PAGE;
  // Advice only: where the system refuses it, pages stay small.
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  (void)data;
  (void)bytes;
#endif
}

float* scratch(int slot, int64_t floats) {
  thread_local Blocks blocks;
  if (slot < 0 || slot >= SLOTS) std::abort();
  Block& block = blocks.slots[slot];
  if (block.floats < floats) {
    std::free(block.data);
    void* data = nullptr;
    // 256 floats to spare: kernels may read a whole vector past the end.
    const int64_t bytes = (floats + 256) * static_cast<int64_t>(sizeof(float));
    const size_t alignment = bytes < HUGE_PAGE ? 64 : HUGE_PAGE;
    if (posix_memalign(&data, alignment, static_cast<size_t>(bytes)) != 0) std::abort();
    adviseHugePages(data, bytes);
    block.data = static_cast<float*>(data);
    block.floats = floats;
  }
  return block.data;
}

}  // namespace blurcycle
