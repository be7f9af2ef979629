#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace blurcycle {
namespace {

// Long enough to bridge the gap between two kernels of a step, short enough to leave the core to others when idle.
constexpr int SPINS = 4000;

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
    stop();
    size_ = count < 1 ? 1 : count;
  }

  void run(int64_t count, void (*body)(void*, int64_t), void* context) {
    if (count <= 0) return;
    if (insideBody || size_ == 1 || count == 1) {
      for (int64_t i = 0; i < count; ++i) body(context, i);
      return;
    }
    start();
    body_ = body;
    context_ = context;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    {
      // The lock orders the new job before a worker that is about to sleep.
      std::lock_guard<std::mutex> lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    if (sleeping_.load(std::memory_order_acquire) > 0) wake_.notify_all();
    work();
    for (int spin = 0; busy_.load(std::memory_order_acquire) != 0; ++spin) {
      if (spin < SPINS) pause();
      else std::this_thread::yield();
    }
  }

 private:
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
      for (int spin = 0; spin < SPINS && round_.load(std::memory_order_acquire) == seen; ++spin) pause();
      if (round_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1, std::memory_order_relaxed);
        wake_.wait(lock, [&] { return round_.load(std::memory_order_relaxed) != seen; });
        sleeping_.fetch_sub(1, std::memory_order_relaxed);
      }
      seen = round_.load(std::memory_order_acquire);
      if (stopping_) return;
      work();
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }

  void start() {
    if (static_cast<int>(workers_.size()) == size_ - 1) return;
    stopping_ = false;
    const uint64_t seen = round_.load();
    for (int i = 1; i < size_; ++i) workers_.emplace_back([this, i, seen] { loop(i, seen); });
  }

  void stop() {
    if (workers_.empty()) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  int size_ = defaultThreads();
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> round_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<int> busy_{0};
  std::atomic<int64_t> next_{0};
  bool stopping_ = false;
  void (*body_)(void*, int64_t) = nullptr;
  void* context_ = nullptr;
  int64_t count_ = 0;
};

// Never destroyed: its threads may still sleep when the process ends, and joining them then could hang the exit.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

struct Block {
  float* data = nullptr;
  int64_t floats = 0;
};

constexpr int SLOTS = 32;

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

void detail::parallelRun(int64_t count, void (*body)(void*, int64_t), void* context) { pool().run(count, body, context); }

float* scratch(int slot, int64_t floats) {
  thread_local Blocks blocks;
  if (slot < 0 || slot >= SLOTS) std::abort();
  Block& block = blocks.slots[slot];
  if (block.floats < floats) {
    std::free(block.data);
    void* data = nullptr;
    // 256 floats to spare: kernels may read a whole vector past the end.
    const int64_t bytes = (floats + 256) * static_cast<int64_t>(sizeof(float));
    if (posix_memalign(&data, 64, static_cast<size_t>(bytes)) != 0) std::abort();
    block.data = static_cast<float*>(data);
    block.floats = floats;
  }
  return block.data;
}

}  // namespace blurcycle
