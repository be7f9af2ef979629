/**
 * Instance normalization fused with its activation.
 *
 * Forward reads x twice (statistics, then values), the gradient reads x and dy twice: both are
 * bound by memory. Mean and sum of squared deviations are taken per piece, which lies in the cache,
 * and merged in double precision (Chan, Golub & LeVeque 1983), so a large mean costs no digits.
 */
#include "instanceNorm.h"

#include <cmath>

#include "channelPattern.h"
#include "chunks.h"
#include "scratchSlots.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/** Mean and sum of squared deviations of the rows of one piece. */
struct PieceStatistics {
  const float* x;
  int64_t rows;
  int64_t channels;
  int64_t pattern;
  double* mean;
  double* deviation;

  template <int LENGTH>
  void run() const {
    const int64_t length = LENGTH > 0 ? LENGTH : pattern;
    const int64_t count = rows * channels;
    const int64_t whole = count / length * length;
    float* memory = scratch(SCRATCH_NORM_LANES, 2 * pattern);
    float fixedSum[LENGTH > 0 ? LENGTH : 1], fixedCenter[LENGTH > 0 ? LENGTH : 1];
    float* __restrict sum = LENGTH > 0 ? fixedSum : memory;
    float* __restrict center = LENGTH > 0 ? fixedCenter : memory + pattern;
    for (int64_t j = 0; j < length; ++j) sum[j] = 0;
    for (int64_t i = 0; i < whole; i += length) {
      for (int64_t j = 0; j < length; ++j) sum[j] += x[i + j];
    }
    foldPattern(sum, length, channels, mean);
    for (int64_t i = whole; i < count; ++i) mean[i % channels] += x[i];
    for (int64_t c = 0; c < channels; ++c) mean[c] /= static_cast<double>(rows);
    for (int64_t j = 0; j < length; ++j) {
      sum[j] = 0;
      center[j] = static_cast<float>(mean[j % channels]);
    }
    for (int64_t i = 0; i < whole; i += length) {
      for (int64_t j = 0; j < length; ++j) {
        const float away = x[i + j] - center[j];
        sum[j] += away * away;
      }
    }
    foldPattern(sum, length, channels, deviation);
    for (int64_t i = whole; i < count; ++i) {
      const float away = x[i] - center[i % length];
      deviation[i % channels] += away * away;
    }
    // The center was rounded to single precision: what that adds to the deviation is its square per
    // row.
    for (int64_t c = 0; c < channels; ++c) {
      const double rounding = mean[c] - static_cast<double>(center[c]);
      deviation[c] -= static_cast<double>(rows) * rounding * rounding;
    }
  }
};

struct Normalize {
  const float* x;
  float* y;
  int64_t count;
  int64_t channels;
  int64_t pattern;
  const float* mean;
  const float* inverse;
  float slope;

  template <int LENGTH>
  void run() const {
    const int64_t length = LENGTH > 0 ? LENGTH : pattern;
    float* memory = scratch(SCRATCH_NORM_LANES, 2 * pattern);
    float fixedMean[LENGTH > 0 ? LENGTH : 1], fixedInverse[LENGTH > 0 ? LENGTH : 1];
    float* __restrict m = LENGTH > 0 ? fixedMean : memory;
    float* __restrict s = LENGTH > 0 ? fixedInverse : memory + pattern;
    repeatPattern(mean, channels, length, m);
    repeatPattern(inverse, channels, length, s);
    float* __restrict to = y;
    int64_t i = 0;
    for (; i + length <= count; i += length) {
      for (int64_t j = 0; j < length; ++j) {
        const float value = (x[i + j] - m[j]) * s[j];
        to[i + j] = value > 0 ? value : slope * value;
      }
    }
    for (; i < count; ++i) {
      const float value = (x[i] - m[i % length]) * s[i % length];
      to[i] = value > 0 ? value : slope * value;
    }
  }
};

/**
 * With n the normalized value and g = dy f'(n): sums of g and of g n over the rows of one piece.
 */
struct PieceGradientSums {
  const float* x;
  const float* dy;
  int64_t count;
  int64_t channels;
  int64_t pattern;
  const float* mean;
  const float* inverse;
  float slope;
  double* sum;
  double* product;

  template <int LENGTH>
  void run() const {
    constexpr int K = LENGTH / L;
    Pattern<K> m(0, mean, channels, pattern);
    Pattern<K> s(1, inverse, channels, pattern);
    Pattern<K> first(2, nullptr, channels, pattern);
    Pattern<K> second(3, nullptr, channels, pattern);
    const int64_t length = LENGTH > 0 ? LENGTH : pattern;
    const float negative = slope;
    int64_t i = 0;
    for (; i + length <= count; i += length) {
      eachVector<K>(length / L, [&](int64_t k) {
        const Vector<L> value = (load<L>(x + i + k * L) - m[k]) * s[k];
        const Vector<L> gradient = load<L>(dy + i + k * L);
        const Vector<L> g = value > 0 ? gradient : negative * gradient;
        first[k] += g;
        second[k] += g * value;
      });
    }
    first.fold(channels, pattern, sum);
    second.fold(channels, pattern, product);
    for (; i < count; ++i) {
      const float value = (x[i] - mean[i % channels]) * inverse[i % channels];
      const float g = value > 0 ? dy[i] : negative * dy[i];
      sum[i % channels] += g;
      product[i % channels] += g * value;
    }
  }
};

/** dx = inverse (g - mean(g) - n mean(g n)) */
struct PullBack {
  const float* x;
  const float* dy;
  float* dx;
  int64_t count;
  int64_t channels;
  int64_t pattern;
  const float* mean;
  const float* inverse;
  const float* meanGradient;
  const float* meanProduct;
  float slope;

  template <int LENGTH>
  void run() const {
    constexpr int K = LENGTH / L;
    Pattern<K> m(0, mean, channels, pattern);
    Pattern<K> s(1, inverse, channels, pattern);
    Pattern<K> a(2, meanGradient, channels, pattern);
    Pattern<K> b(3, meanProduct, channels, pattern);
    const int64_t length = LENGTH > 0 ? LENGTH : pattern;
    const float negative = slope;
    int64_t i = 0;
    for (; i + length <= count; i += length) {
      eachVector<K>(length / L, [&](int64_t k) {
        const Vector<L> value = (load<L>(x + i + k * L) - m[k]) * s[k];
        const Vector<L> gradient = load<L>(dy + i + k * L);
        const Vector<L> g = value > 0 ? gradient : negative * gradient;
        store<L>(dx + i + k * L, s[k] * (g - a[k] - value * b[k]));
      });
    }
    for (; i < count; ++i) {
      const int64_t c = i % channels;
      const float value = (x[i] - mean[c]) * inverse[c];
      const float g = value > 0 ? dy[i] : negative * dy[i];
      dx[i] = inverse[c] * (g - meanGradient[c] - value * meanProduct[c]);
    }
  }
};

/** Pieces of all volumes: body(task, volume, first row, rows). */
template <class Body>
void overPieces(const NormShape& shape, const Body& body) {
  const int64_t perPiece = rowsPerChunk(shape.channels);
  const int64_t pieces = ceilDivide(shape.voxels, perPiece);
  parallelFor(shape.batch * pieces, [&](int64_t task) {
    const int64_t first = task % pieces * perPiece;
    body(task, task / pieces, first, smaller(perPiece, shape.voxels - first));
  });
}

void forward(const NormShape& shape, const float* x, float epsilon, float slope, float* y,
             float* statistics) {
  const int64_t channels = shape.channels;
  const int64_t pieces = ceilDivide(shape.voxels, rowsPerChunk(channels));
  const int64_t pattern = patternLength(channels);
  double* parts =
      reinterpret_cast<double*>(scratch(SCRATCH_NORM_PARTS, 4 * shape.batch * pieces * channels));
  overPieces(shape, [&](int64_t task, int64_t volume, int64_t first, int64_t rows) {
    const float* from = x + (volume * shape.voxels + first) * channels;
    double* part = parts + 2 * task * channels;
    withPattern(pattern, PieceStatistics{from, rows, channels, pattern, part, part + channels});
  });
  for (int64_t volume = 0; volume < shape.batch; ++volume) {
    for (int64_t c = 0; c < channels; ++c) {
      double count = 0, mean = 0, deviation = 0;
      for (int64_t piece = 0; piece < pieces; ++piece) {
        const double* part = parts + 2 * (volume * pieces + piece) * channels;
        const double rows = static_cast<double>(
            smaller(rowsPerChunk(channels), shape.voxels - piece * rowsPerChunk(channels)));
        const double step = part[c] - mean;
        const double total = count + rows;
        mean += step * rows / total;
        deviation += part[channels + c] + step * step * count * rows / total;
        count = total;
      }
      const double variance = deviation / count > 0 ? deviation / count : 0;
      statistics[2 * volume * channels + c] = static_cast<float>(mean);
      statistics[(2 * volume + 1) * channels + c] =
          static_cast<float>(1 / std::sqrt(variance + epsilon));
    }
  }
  overPieces(shape, [&](int64_t, int64_t volume, int64_t first, int64_t rows) {
    const int64_t at = (volume * shape.voxels + first) * channels;
    const float* mean = statistics + 2 * volume * channels;
    withPattern(pattern, Normalize{x + at, y + at, rows * channels, channels, pattern, mean,
                                   mean + channels, slope});
  });
}

void gradient(const NormShape& shape, const float* x, const float* statistics, const float* dy,
              float slope, float* dx) {
  const int64_t channels = shape.channels;
  const int64_t pieces = ceilDivide(shape.voxels, rowsPerChunk(channels));
  const int64_t pattern = patternLength(channels);
  double* parts =
      reinterpret_cast<double*>(scratch(SCRATCH_NORM_PARTS, 4 * shape.batch * pieces * channels));
  float* means = scratch(SCRATCH_NORM_MEANS, 2 * shape.batch * channels);
  overPieces(shape, [&](int64_t task, int64_t volume, int64_t first, int64_t rows) {
    const int64_t at = (volume * shape.voxels + first) * channels;
    const float* mean = statistics + 2 * volume * channels;
    double* part = parts + 2 * task * channels;
    withPattern(pattern, PieceGradientSums{x + at, dy + at, rows * channels, channels, pattern,
                                           mean, mean + channels, slope, part, part + channels});
  });
  for (int64_t volume = 0; volume < shape.batch; ++volume) {
    for (int64_t c = 0; c < 2 * channels; ++c) {
      double sum = 0;
      for (int64_t piece = 0; piece < pieces; ++piece)
        sum += parts[2 * (volume * pieces + piece) * channels + c];
      means[2 * volume * channels + c] =
          static_cast<float>(sum / static_cast<double>(shape.voxels));
    }
  }
  overPieces(shape, [&](int64_t, int64_t volume, int64_t first, int64_t rows) {
    const int64_t at = (volume * shape.voxels + first) * channels;
    const float* mean = statistics + 2 * volume * channels;
    const float* means_ = means + 2 * volume * channels;
    withPattern(pattern, PullBack{x + at, dy + at, dx + at, rows * channels, channels, pattern,
                                  mean, mean + channels, means_, means_ + channels, slope});
  });
}

}  // namespace

extern const InstanceNormKernels instanceNormKernels = {forward, gradient};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
