import { PNG } from 'pngjs';

/**
 * An 8-bit grey PNG of a picture seen through a display window.
 *
 * @param values - Intensities row by row; those outside the window become black or white.
 * @param window - Intensities shown as black and as white.
 */
export function encodeGreyPng(
  values: Float32Array,
  width: number,
  height: number,
  [low, high]: readonly [number, number],
): Buffer {
  const grey = { colorType: 0, inputColorType: 0, bitDepth: 8, inputHasAlpha: false } as const;
  const image = new PNG({ width, height, ...grey });
  image.data = Buffer.from(
    Uint8Array.from(values, (value) =>
      Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low)))),
    ),
  );
  return PNG.sync.write(image, { ...grey, deflateLevel: 9 });
}
