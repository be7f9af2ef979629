import { PNG } from 'pngjs';

/**
 * An 8-bit grey PNG of values seen through a display window.
 *
 * @param values - Row by row.
 * @param sides - Rows and columns.
 * @param window - Values shown as black and as white.
 */
export function greyPng(
  values: Float32Array,
  [height, width]: readonly [rows: number, columns: number],
  [black, white]: readonly [black: number, white: number],
): Buffer {
  const image = new PNG({ width, height, inputColorType: 0, inputHasAlpha: false });
  image.data = Buffer.from(
    Uint8Array.from(values, (value) =>
      Math.min(255, Math.max(0, Math.round((255 * (value - black)) / (white - black)))),
    ),
  );
  return PNG.sync.write(image, {
    colorType: 0,
    inputColorType: 0,
    bitDepth: 8,
    inputHasAlpha: false,
    deflateLevel: 9,
  });
}
