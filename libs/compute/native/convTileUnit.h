/**
 * The tile registers of AMX, and the same in plain C++: a kernel takes either, so that what it does
 * is tested where there is no AMX. Only for kernel files with AMX.
 */
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "simd.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

constexpr int TILE_ROWS = 16;
constexpr int TILE_BYTES = 64;  // of a row: 16 floats, or 16 pairs of bfloat16
constexpr int TILE_REGISTERS = 8;

/** Rows of each register, and bytes of its rows: the operand of LDTILECFG. */
struct TileConfig {
  uint8_t palette = 1;
  uint8_t startRow = 0;
  uint8_t reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};
  void set(int tile, int64_t tileRows, int64_t elements) {
    rows[tile] = static_cast<uint8_t>(tileRows);
    rowBytes[tile] = static_cast<uint16_t>(elements * sizeof(float));
  }
};
static_assert(sizeof(TileConfig) == 64, "LDTILECFG reads 64 bytes");

// The intrinsics of GCC want a number that the preprocessor sees.
#define BLURCYCLE_EACH_TILE(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/** The registers of the processor. Distances between rows in bytes. */
struct AmxTiles {
  static void configure(const TileConfig& config) { _tile_loadconfig(&config); }
  static void release() { _tile_release(); }
  template <int T>
  static BLURCYCLE_INLINE void zero() {
#define BLURCYCLE_ZERO(t) \
  if constexpr (T == t) _tile_zero(t);
    BLURCYCLE_EACH_TILE(BLURCYCLE_ZERO)
#undef BLURCYCLE_ZERO
  }
  template <int T>
  static BLURCYCLE_INLINE void load(const float* from, int64_t distance) {
#define BLURCYCLE_LOAD(t) \
  if constexpr (T == t) _tile_loadd(t, from, distance);
    BLURCYCLE_EACH_TILE(BLURCYCLE_LOAD)
#undef BLURCYCLE_LOAD
  }
  template <int T>
  static BLURCYCLE_INLINE void store(float* to, int64_t distance) {
#define BLURCYCLE_STORE(t) \
  if constexpr (T == t) _tile_stored(t, to, distance);
    BLURCYCLE_EACH_TILE(BLURCYCLE_STORE)
#undef BLURCYCLE_STORE
  }
  /** SUM += A * B; sums are tiles 0 to 3, A is 4 or 5, B is 6 or 7. */
  template <int SUM, int A, int B>
  static BLURCYCLE_INLINE void multiply() {
#define BLURCYCLE_MULTIPLY(sum, a, b) \
  if constexpr (SUM == sum && A == a && B == b) _tile_dpbf16ps(sum, a, b);
#define BLURCYCLE_MULTIPLY_INTO(sum) \
  BLURCYCLE_MULTIPLY(sum, 4, 6)      \
  BLURCYCLE_MULTIPLY(sum, 4, 7)      \
  BLURCYCLE_MULTIPLY(sum, 5, 6)      \
  BLURCYCLE_MULTIPLY(sum, 5, 7)
    BLURCYCLE_MULTIPLY_INTO(0)
    BLURCYCLE_MULTIPLY_INTO(1)
    BLURCYCLE_MULTIPLY_INTO(2)
    BLURCYCLE_MULTIPLY_INTO(3)
#undef BLURCYCLE_MULTIPLY_INTO
#undef BLURCYCLE_MULTIPLY
  }
};

/** What a thread's tile registers hold. */
struct TileState {
  TileConfig config;
  bool configured = false;
  uint32_t data[TILE_REGISTERS][TILE_ROWS][TILE_BYTES / 4];
};

/**
 * The same in plain C++, to the letter of Intel's description: products and sums in float32, even
 * and odd products of a row apart until its end. Using a tile that is not configured stops the
 * program.
 */
struct EmulatedTiles {
  static TileState& state() {
    static thread_local TileState tiles;
    return tiles;
  }
  static void configure(const TileConfig& config) {
    TileState& s = state();
    s.config = config;
    s.configured = true;
    __builtin_memset(s.data, 0, sizeof s.data);
    for (int t = 0; t < TILE_REGISTERS; ++t) {
      if (config.rows[t] > TILE_ROWS || config.rowBytes[t] > TILE_BYTES) __builtin_trap();
    }
  }
  static void release() { state().configured = false; }
  template <int T>
  static TileState& used() {
    TileState& s = state();
    if (!s.configured || s.config.rows[T] == 0) __builtin_trap();
    return s;
  }
  template <int T>
  static void zero() {
    __builtin_memset(used<T>().data[T], 0, sizeof state().data[T]);
  }
  template <int T>
  static void load(const float* from, int64_t distance) {
    TileState& s = used<T>();
    __builtin_memset(s.data[T], 0, sizeof s.data[T]);
    for (int row = 0; row < s.config.rows[T]; ++row) {
      __builtin_memcpy(s.data[T][row], reinterpret_cast<const char*>(from) + row * distance,
                       s.config.rowBytes[T]);
    }
  }
  template <int T>
  static void store(float* to, int64_t distance) {
    TileState& s = used<T>();
    for (int row = 0; row < s.config.rows[T]; ++row) {
      __builtin_memcpy(reinterpret_cast<char*>(to) + row * distance, s.data[T][row],
                       s.config.rowBytes[T]);
    }
  }
  template <int SUM, int A, int B>
  static void multiply() {
    TileState& s = used<SUM>();
    used<A>();
    used<B>();
    const TileConfig& c = s.config;
    // The instruction faults on sides that do not fit each other.
    if (c.rowBytes[A] / 4 != c.rows[B] || c.rows[SUM] != c.rows[A] ||
        c.rowBytes[SUM] != c.rowBytes[B])
      __builtin_trap();
    for (int m = 0; m < c.rows[SUM]; ++m) {
      for (int n = 0; n < c.rowBytes[SUM] / 4; ++n) {
        float even = 0, odd = 0;
        for (int k = 0; k < c.rows[B]; ++k) {
          const uint32_t a = s.data[A][m][k], b = s.data[B][k][n];
          even = __builtin_fmaf(number(a << 16), number(b << 16), even);
          odd = __builtin_fmaf(number(a & 0xffff0000), number(b & 0xffff0000), odd);
        }
        float sum = number(s.data[SUM][m][n]) + (even + odd);
        __builtin_memcpy(&s.data[SUM][m][n], &sum, sizeof sum);
      }
    }
  }
  static float number(uint32_t bits) {
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
  }
};

}  // namespace
}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
