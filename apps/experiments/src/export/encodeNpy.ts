/**
 * A float32 array as a NumPy .npy file, version 1.0.
 *
 * Source: numpy.lib.format. The header is padded so that the values start at a multiple of 64
 * bytes.
 */
export function encodeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const prefix = 10;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const file = new Uint8Array(prefix + length + 4 * data.length);
  file.set([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  file.set(Buffer.from(`${text.padEnd(length - 1)}\n`), prefix);
  const view = new DataView(file.buffer, prefix + length);
  data.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return file;
}
