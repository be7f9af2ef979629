/**
 * Functions of single elements: plain loops that the compiler turns into vectors, cut into pieces
 * for the threads.
 */
#include "elementwise.h"

#include <cmath>
#include <cstring>

#include "chunks.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

template <BinaryOperation OPERATION>
BLURCYCLE_INLINE float combine(float a, float b) {
  if constexpr (OPERATION == BinaryOperation::add) return a + b;
  if constexpr (OPERATION == BinaryOperation::subtract) return a - b;
  if constexpr (OPERATION == BinaryOperation::multiply) return a * b;
  return a / b;
}

template <BinaryOperation OPERATION>
BLURCYCLE_INLINE void combineRow(int64_t count, const float* a, bool aMoves, const float* b,
                                 bool bMoves, float* result) {
  float* __restrict to = result;
  if (aMoves && bMoves) {
    for (int64_t i = 0; i < count; ++i) to[i] = combine<OPERATION>(a[i], b[i]);
  } else if (aMoves) {
    const float fixed = *b;
    for (int64_t i = 0; i < count; ++i) to[i] = combine<OPERATION>(a[i], fixed);
  } else {
    const float fixed = *a;
    for (int64_t i = 0; i < count; ++i) to[i] = combine<OPERATION>(fixed, bMoves ? b[i] : *b);
  }
}

bool dense(const Operand& a, int64_t batches, int64_t rows, int64_t channels) {
  return (channels == 1 || a.perChannel == 1) && (rows == 1 || a.perRow == channels) &&
         (batches == 1 || a.perBatch == rows * channels);
}

bool constant(const Operand& a, int64_t batches, int64_t rows, int64_t channels) {
  return (channels == 1 || a.perChannel == 0) && (rows == 1 || a.perRow == 0) &&
         (batches == 1 || a.perBatch == 0);
}

template <BinaryOperation OPERATION>
void binaryOf(int64_t batches, int64_t rows, int64_t channels, const Operand& a, const Operand& b,
              float* result) {
  const bool aDense = dense(a, batches, rows, channels);
  const bool bDense = dense(b, batches, rows, channels);
  const bool plain = (aDense || constant(a, batches, rows, channels)) &&
                     (bDense || constant(b, batches, rows, channels));
  if (plain) {
    overChunks(batches * rows * channels, [&](int64_t begin, int64_t end) {
      combineRow<OPERATION>(end - begin, a.values + (aDense ? begin : 0), aDense,
                            b.values + (bDense ? begin : 0), bDense, result + begin);
    });
    return;
  }
  const int64_t perChunk = rowsPerChunk(channels);
  const int64_t chunks = ceilDivide(rows, perChunk);
  parallelFor(batches * chunks, [&](int64_t task) {
    const int64_t batch = task / chunks;
    const int64_t first = task % chunks * perChunk;
    const int64_t last = smaller(rows, first + perChunk);
    for (int64_t row = first; row < last; ++row) {
      combineRow<OPERATION>(channels, a.values + batch * a.perBatch + row * a.perRow,
                            a.perChannel != 0, b.values + batch * b.perBatch + row * b.perRow,
                            b.perChannel != 0, result + (batch * rows + row) * channels);
    }
  });
}

void binary(BinaryOperation operation, int64_t batches, int64_t rows, int64_t channels,
            const Operand& a, const Operand& b, float* result) {
  switch (operation) {
    case BinaryOperation::add:
      return binaryOf<BinaryOperation::add>(batches, rows, channels, a, b, result);
    case BinaryOperation::subtract:
      return binaryOf<BinaryOperation::subtract>(batches, rows, channels, a, b, result);
    case BinaryOperation::multiply:
      return binaryOf<BinaryOperation::multiply>(batches, rows, channels, a, b, result);
    default:
      return binaryOf<BinaryOperation::divide>(batches, rows, channels, a, b, result);
  }
}

/**
 * e^x for |x| <= 87, relative error below 2e-7: 2^k times a polynomial of degree 6 on [-ln 2 / 2,
 * ln 2 / 2].
 */
BLURCYCLE_INLINE float exponential(float x) {
  constexpr float ROUND = 12582912.0f;  // adding and subtracting 1.5 x 2^23 rounds to an integer
  const float k = (x * 1.44269504088896341f + ROUND) - ROUND;
  const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;  // ln 2 in two parts
  float p = 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(k) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

template <UnaryOperation OPERATION>
BLURCYCLE_INLINE float apply(float x, float parameter) {
  if constexpr (OPERATION == UnaryOperation::sigmoid) {
    const float bounded = x > 87.0f ? 87.0f : x < -87.0f ? -87.0f : x;
    return 1.0f / (1.0f + exponential(-bounded));
  }
  if constexpr (OPERATION == UnaryOperation::leakyRelu) return x > 0 ? x : parameter * x;
  if constexpr (OPERATION == UnaryOperation::square) return x * x;
  if constexpr (OPERATION == UnaryOperation::absolute) return std::fabs(x);
  if constexpr (OPERATION == UnaryOperation::negate) return -x;
  if constexpr (OPERATION == UnaryOperation::squareRoot) return __builtin_sqrtf(x);
  if constexpr (OPERATION == UnaryOperation::inverseSquareRoot) return 1.0f / __builtin_sqrtf(x);
  return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f;
}

template <UnaryOperation OPERATION>
void unaryOf(int64_t count, const float* x, float parameter, float* result) {
  overChunks(count, [&](int64_t begin, int64_t end) {
    float* __restrict to = result;
    for (int64_t i = begin; i < end; ++i) to[i] = apply<OPERATION>(x[i], parameter);
  });
}

void unary(UnaryOperation operation, int64_t count, const float* x, float parameter,
           float* result) {
  switch (operation) {
    case UnaryOperation::sigmoid:
      return unaryOf<UnaryOperation::sigmoid>(count, x, parameter, result);
    case UnaryOperation::leakyRelu:
      return unaryOf<UnaryOperation::leakyRelu>(count, x, parameter, result);
    case UnaryOperation::square:
      return unaryOf<UnaryOperation::square>(count, x, parameter, result);
    case UnaryOperation::absolute:
      return unaryOf<UnaryOperation::absolute>(count, x, parameter, result);
    case UnaryOperation::negate:
      return unaryOf<UnaryOperation::negate>(count, x, parameter, result);
    case UnaryOperation::squareRoot:
      return unaryOf<UnaryOperation::squareRoot>(count, x, parameter, result);
    case UnaryOperation::inverseSquareRoot:
      return unaryOf<UnaryOperation::inverseSquareRoot>(count, x, parameter, result);
    default:
      return unaryOf<UnaryOperation::sign>(count, x, parameter, result);
  }
}

void leakyReluGradient(int64_t count, const float* x, const float* dy, float slope, float* result) {
  overChunks(count, [&](int64_t begin, int64_t end) {
    float* __restrict to = result;
    for (int64_t i = begin; i < end; ++i) to[i] = x[i] > 0 ? dy[i] : slope * dy[i];
  });
}

struct SumRows {
  int64_t rows;
  int64_t channels;
  int64_t pattern;
  const float* x;
  float* lanes;
  double* sums;

  /** sums[c] = the sum of x over `rows` rows. */
  template <int LENGTH>
  void run() const {
    const int64_t length = LENGTH > 0 ? LENGTH : pattern;
    const int64_t count = rows * channels;
    float fixed[LENGTH > 0 ? LENGTH : 1];
    float* __restrict to = LENGTH > 0 ? fixed : lanes;
    for (int64_t j = 0; j < length; ++j) to[j] = 0;
    int64_t i = 0;
    for (; i + length <= count; i += length) {
      for (int64_t j = 0; j < length; ++j) to[j] += x[i + j];
    }
    for (int64_t c = 0; c < channels; ++c) sums[c] = 0;
    for (int64_t j = 0; j < length; ++j) sums[j % channels] += to[j];
    for (; i < count; ++i) sums[i % channels] += x[i];
  }
};

void sumRows(int64_t batches, int64_t rows, int64_t channels, const float* x, float factor,
             float* result) {
  const int64_t perChunk = rowsPerChunk(channels);
  const int64_t chunks = ceilDivide(rows, perChunk);
  const int64_t pattern = patternLength(channels);
  double* parts =
      reinterpret_cast<double*>(scratch(SCRATCH_SUM_PARTS, 2 * batches * chunks * channels));
  parallelFor(batches * chunks, [&](int64_t task) {
    const int64_t first = task % chunks * perChunk;
    const float* from = x + (task / chunks * rows + first) * channels;
    float* lanes = scratch(SCRATCH_SUM_LANES, pattern);
    withPattern(pattern, SumRows{smaller(perChunk, rows - first), channels, pattern, from, lanes,
                                 parts + task * channels});
  });
  for (int64_t batch = 0; batch < batches; ++batch) {
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int64_t chunk = 0; chunk < chunks; ++chunk)
        sum += parts[(batch * chunks + chunk) * channels + c];
      result[batch * channels + c] = static_cast<float>(factor * sum);
    }
  }
}

template <int CHANNELS>
BLURCYCLE_INLINE void copyRows(int64_t begin, int64_t end, int64_t channels, const float* from,
                               int64_t fromStride, float* to, int64_t toStride) {
  for (int64_t row = begin; row < end; ++row) {
    const int64_t count = CHANNELS > 0 ? CHANNELS : channels;
    std::memcpy(to + row * toStride, from + row * fromStride,
                static_cast<size_t>(count) * sizeof(float));
  }
}

void copyChannels(int64_t rows, int64_t channels, const float* from, int64_t fromStride, float* to,
                  int64_t toStride) {
  const int64_t perChunk = rowsPerChunk(channels);
  parallelFor(ceilDivide(rows, perChunk), [&](int64_t chunk) {
    const int64_t begin = chunk * perChunk;
    const int64_t end = smaller(rows, begin + perChunk);
    switch (channels) {  // lengths known to the compiler become a few vector moves
      case 1:
        return copyRows<1>(begin, end, channels, from, fromStride, to, toStride);
      case 4:
        return copyRows<4>(begin, end, channels, from, fromStride, to, toStride);
      case 8:
        return copyRows<8>(begin, end, channels, from, fromStride, to, toStride);
      case 16:
        return copyRows<16>(begin, end, channels, from, fromStride, to, toStride);
      case 32:
        return copyRows<32>(begin, end, channels, from, fromStride, to, toStride);
      default:
        return copyRows<0>(begin, end, channels, from, fromStride, to, toStride);
    }
  });
}

}  // namespace

extern const ElementwiseKernels elementwiseKernels = {binary, unary, leakyReluGradient, sumRows,
                                                      copyChannels};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
