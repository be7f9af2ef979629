/** Convolutions of bfloat16 factors by tiles: those of AMX, and those of plain C++ for tests. */
#include "convTileSums.h"

namespace blurcycle {

namespace avx512bf16 {
extern const ConvKernels pairConvKernels;
}

namespace BLURCYCLE_VARIANT {
namespace {

/** For what fills too little of a tile. */
const ConvKernels& pairs() { return avx512bf16::pairConvKernels; }

/**
 * Our choice, not measured: a tile that is half empty does as much in a cycle as dot products of
 * pairs.
 */
constexpr int64_t LEAST_CHANNELS = 8;

template <class Tiles>
void forward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
             float* output) {
  if (shape.inputs % PAIR != 0 || shape.outputs < LEAST_CHANNELS)
    return pairs().forward(shape, input, filter, bias, output);
  forwardRows<TileRows<Tiles>>(shape, input, filter, bias, output);
}

template <class Tiles>
void inputGradient(const ConvShape& shape, const float* outputGradient, const float* filter,
                   float* gradient) {
  if (shape.outputs % PAIR != 0 || shape.inputs < LEAST_CHANNELS)
    return pairs().inputGradient(shape, outputGradient, filter, gradient);
  inputGradientRows<TileRows<Tiles>>(shape, outputGradient, filter, gradient);
}

template <class Tiles>
void filterGradient(const ConvShape& shape, const float* input, const float* outputGradient,
                    float* gradient) {
  if (shape.inputs * shape.kernel[2] < LEAST_CHANNELS || shape.outputs < LEAST_CHANNELS)
    return pairs().filterGradient(shape, input, outputGradient, gradient);
  filterGradientByTiles<Tiles>(shape, input, outputGradient, gradient);
}

template <class Tiles>
void upForward(const ConvShape& shape, const float* input, const float* filter, const float* bias,
               float* output) {
  if (shape.outputs % PAIR != 0 || 2 * shape.inputs < LEAST_CHANNELS)
    return pairs().upForward(shape, input, filter, bias, output);
  upForwardRows<TileRows<Tiles>>(shape, input, filter, bias, output);
}

void sumPositions(const float* values, int64_t planes, int64_t perPlane, int64_t channels,
                  float* sums) {
  pairs().sumPositions(values, planes, perPlane, channels, sums);
}

}  // namespace

extern const ConvKernels tileConvKernels;
extern const ConvKernels emulatedConvKernels;
const ConvKernels tileConvKernels = {forward<AmxTiles>, inputGradient<AmxTiles>,
                                     filterGradient<AmxTiles>, upForward<AmxTiles>, sumPositions};
const ConvKernels emulatedConvKernels = {forward<EmulatedTiles>, inputGradient<EmulatedTiles>,
                                         filterGradient<EmulatedTiles>, upForward<EmulatedTiles>,
                                         sumPositions};

}  // namespace BLURCYCLE_VARIANT
}  // namespace blurcycle
