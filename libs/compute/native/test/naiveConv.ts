import type { Axes3, ConvShape } from '../layouts.ts';

/**
 * Calls `visit` with the flat indices of every product of a convolution: input, filter and output
 * element.
 */
function forEachProduct(
  shape: ConvShape,
  visit: (input: number, filter: number, output: number) => void,
): void {
  const { batch, input, output, kernel, stride, padBefore, inputs, outputs } = shape;
  const at = (n: number, side: Axes3, z: number, y: number, x: number): number =>
    ((n * side[0] + z) * side[1] + y) * side[2] + x;
  for (let n = 0; n < batch; n += 1)
    for (let oz = 0; oz < output[0]; oz += 1)
      for (let oy = 0; oy < output[1]; oy += 1)
        for (let ox = 0; ox < output[2]; ox += 1)
          for (let kz = 0; kz < kernel[0]; kz += 1)
            for (let ky = 0; ky < kernel[1]; ky += 1)
              for (let kx = 0; kx < kernel[2]; kx += 1) {
                const z = oz * stride[0] + kz - padBefore[0];
                const y = oy * stride[1] + ky - padBefore[1];
                const x = ox * stride[2] + kx - padBefore[2];
                if (z < 0 || y < 0 || x < 0 || z >= input[0] || y >= input[1] || x >= input[2])
                  continue;
                const from = at(n, input, z, y, x) * inputs;
                const to = at(n, output, oz, oy, ox) * outputs;
                const tap = ((kz * kernel[1] + ky) * kernel[2] + kx) * inputs;
                for (let i = 0; i < inputs; i += 1)
                  for (let o = 0; o < outputs; o += 1)
                    visit(from + i, (tap + i) * outputs + o, to + o);
              }
}

/** Forward convolution by its definition, in double precision. */
export function naiveConv(
  shape: ConvShape,
  input: Float32Array,
  filter: Float32Array,
): Float64Array {
  const [z, y, x] = shape.output;
  const result = new Float64Array(shape.batch * z * y * x * shape.outputs);
  forEachProduct(shape, (i, f, o) => {
    result[o] = result[o] + input[i] * filter[f];
  });
  return result;
}

/** Input gradient by its definition. */
export function naiveInputGradient(
  shape: ConvShape,
  gradient: Float32Array,
  filter: Float32Array,
): Float64Array {
  const [z, y, x] = shape.input;
  const result = new Float64Array(shape.batch * z * y * x * shape.inputs);
  forEachProduct(shape, (i, f, o) => {
    result[i] = result[i] + gradient[o] * filter[f];
  });
  return result;
}

/** Filter gradient by its definition. */
export function naiveFilterGradient(
  shape: ConvShape,
  input: Float32Array,
  gradient: Float32Array,
): Float64Array {
  const [z, y, x] = shape.kernel;
  const result = new Float64Array(z * y * x * shape.inputs * shape.outputs);
  forEachProduct(shape, (i, f, o) => {
    result[f] = result[f] + input[i] * gradient[o];
  });
  return result;
}
