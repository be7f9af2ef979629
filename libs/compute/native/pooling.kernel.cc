/**
 * Largest value of blocks of 2 x 2 x 2 voxels and its gradient; one row of blocks at a time,
 * channels innermost.
 */
#include "pooling.h"

#include <cstring>

#include "chunks.h"

namespace blurcycle {
namespace BLURCYCLE_VARIANT {
namespace {

/**
 * The four rows of voxels that a row of blocks reads: offsets of (plane, row) = (0, 0), (0, 1), (1,
 * 0), (1, 1).
 */
struct BlockRow {
  int64_t offsets[4];
  int64_t block;  // offset in the pooled volume
};

BLURCYCLE_INLINE BlockRow blockRow(const PoolShape& shape, int64_t index) {
  const int64_t depth = shape.depth / 2, height = shape.height / 2, width = shape.width / 2;
  const int64_t y = index % height;
  const int64_t z = index / height % depth;
  const int64_t batch = index / height / depth;
  const int64_t row = shape.width * shape.channels;
  const int64_t first = ((batch * shape.depth + 2 * z) * shape.height + 2 * y) * row;
  const int64_t plane = shape.height * row;
  return {{first, first + row, first + plane, first + plane + row}, index * width * shape.channels};
}

/**
 * Lanes for a channel count known to the compiler, 0 for one that is not: then one channel at a
 * time.
 */
template <int CHANNELS>
constexpr int lanesOf() {
  return CHANNELS == 0 ? 0 : CHANNELS < MAX_LANES ? CHANNELS : MAX_LANES;
}

/** The eight values of a block, one vector of channels each. */
template <int V>
struct Block {
  Vector<V> values[8];
  Vector<V> most;
  BLURCYCLE_INLINE Block(const float* x, const BlockRow& place, int64_t left, int64_t channels) {
    BLURCYCLE_UNROLL
    for (int corner = 0; corner < 8; ++corner) {
      values[corner] = load<V>(x + place.offsets[corner / 2] + left + corner % 2 * channels);
    }
    most = values[0];
    BLURCYCLE_UNROLL
    for (int corner = 1; corner < 8; ++corner) most = values[corner] > most ? values[corner] : most;
  }
};

template <int CHANNELS>
void maximumRow(const PoolShape& shape, const BlockRow& place, const float* x, float* y) {
  constexpr int V = lanesOf<CHANNELS>();
  const int64_t channels = shape.channels;
  for (int64_t block = 0; block < shape.width / 2; ++block) {
    const int64_t left = 2 * block * channels;
    float* to = y + place.block + block * channels;
    if constexpr (V > 0) {
      for (int c = 0; c < CHANNELS; c += V)
        store<V>(to + c, Block<V>(x, place, left + c, CHANNELS).most);
    } else {
      for (int64_t c = 0; c < channels; ++c) {
        float most = x[place.offsets[0] + left + c];
        for (int corner = 1; corner < 8; ++corner) {
          const float value = x[place.offsets[corner / 2] + left + corner % 2 * channels + c];
          most = value > most ? value : most;
        }
        to[c] = most;
      }
    }
  }
}

template <int V>
BLURCYCLE_INLINE void gradientBlock(const BlockRow& place, int64_t left, int64_t channels,
                                    const float* x, Vector<V> share, float* dx) {
  const Block<V> block(x, place, left, channels);
  auto open = Vector<V>{} == Vector<V>{};  // all lanes still wait for a largest value
  BLURCYCLE_UNROLL
  for (int corner = 7; corner >= 0; --corner) {
    const auto hit = open & (block.values[corner] == block.most);
    store<V>(dx + place.offsets[corner / 2] + left + corner % 2 * channels,
             hit ? share : Vector<V>{});
    open = open & ~hit;
  }
}

template <int CHANNELS>
void gradientRow(const PoolShape& shape, const BlockRow& place, const float* x, const float* dy,
                 float* dx) {
  constexpr int V = lanesOf<CHANNELS>();
  const int64_t channels = shape.channels;
  for (int64_t block = 0; block < shape.width / 2; ++block) {
    const int64_t left = 2 * block * channels;
    const float* from = dy + place.block + block * channels;
    if constexpr (V > 0) {
      for (int c = 0; c < CHANNELS; c += V)
        gradientBlock<V>(place, left + c, CHANNELS, x, load<V>(from + c), dx);
    } else {
      for (int64_t c = 0; c < channels; ++c) {
        float most = x[place.offsets[0] + left + c];
        int winner = 0;
        for (int corner = 1; corner < 8; ++corner) {
          const float value = x[place.offsets[corner / 2] + left + corner % 2 * channels + c];
          winner = value >= most ? corner : winner;
          most = value >= most ? value : most;
        }
        for (int corner = 0; corner < 8; ++corner) {
          dx[place.offsets[corner / 2] + left + corner % 2 * channels + c] =
              winner == corner ? from[c] : 0.0f;
        }
      }
    }
  }
  if (shape.width % 2 == 1) {
    const int64_t last = (shape.width - 1) * channels;
    for (int64_t offset : place.offsets) {
      std::memset(dx + offset + last, 0, static_cast<size_t>(channels) * sizeof(float));
    }
  }
}

/** Calls task.run<channels>() with the usual channel counts known to the compiler. */
template <class Task>
BLURCYCLE_INLINE void withChannels(int64_t channels, const Task& task) {
  switch (channels) {
    case 8:
      return task.template run<8>();
    case 16:
      return task.template run<16>();
    case 32:
      return task.template run<32>();
    case 64:
      return task.template run<64>();
    default:
      return task.template run<0>();
  }
}

struct MaximumTask {
  const PoolShape& shape;
  const BlockRow& place;
  const float* x;
  float* y;
  template <int CHANNELS>
  void run() const {
    maximumRow<CHANNELS>(shape, place, x, y);
  }
};

struct GradientTask {
  const PoolShape& shape;
  const BlockRow& place;
  const float* x;
  const float* dy;
  float* dx;
  template <int CHANNELS>
  void run() const {
    gradientRow<CHANNELS>(shape, place, x, dy, dx);
  }
};

/** All rows of blocks, several per piece of work. */
template <class Body>
void overBlockRows(const PoolShape& shape, const Body& body) {
  const int64_t rows = shape.batch * (shape.depth / 2) * (shape.height / 2);
  const int64_t perPiece = larger(1, CHUNK / (4 * shape.width * shape.channels));
  parallelFor(ceilDivide(rows, perPiece), [&](int64_t piece) {
    for (int64_t row = piece * perPiece; row < smaller(rows, (piece + 1) * perPiece); ++row)
      body(blockRow(shape, row));
  });
}

void maximum(const PoolShape& shape, const float* x, float* y) {
  overBlockRows(shape, [&](const BlockRow& place) {
    withChannels(shape.channels, MaximumTask{shape, place, x, y});
  });
}

void maximumGradient(const PoolShape& shape, const float* x, const float* dy, float* dx) {
  if (shape.depth % 2 == 1 || shape.height % 2 == 1) {
    const int64_t size = shape.batch * shape.depth * shape.height * shape.width * shape.channels;
    overChunks(size, [&](int64_t begin, int64_t end) {
      std::memset(dx + begin, 0, static_cast<size_t>(end - begin) * sizeof(float));
    });
  }
  overBlockRows(shape, [&](const BlockRow& place) {
    withChannels(shape.channels, GradientTask{shape, place, x, dy, dx});
  });
}

}  // namespace

extern const PoolingKernels poolingKernels = {maximum, maximumGradient};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
