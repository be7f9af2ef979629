import { PNG } from 'pngjs';

/**
 * An 8-bit grey PNG.
 *
 * Without compression its bytes do not depend on the version of zlib, which keeps small sections
 * reproducible.
 *
 * @param compress - Whether to deflate; for images that are large.
 */
export function greyPng(
  grey: Uint8Array,
  width: number,
  height: number,
  compress: boolean,
): Buffer {
  const png = new PNG({ width, height });
  for (let i = 0; i < grey.length; i++) {
    png.data.fill(grey[i], 4 * i, 4 * i + 3);
    png.data[4 * i + 3] = 255;
  }
  const options = { colorType: 0, inputHasAlpha: true } as const;
  return PNG.sync.write(
    png,
    compress ? { ...options, deflateLevel: 9 } : { ...options, deflateLevel: 0, filterType: 0 },
  );
}

/** The section at row `y`: [z, x], the first plane on top. */
export function sectionXz(
  grey: Uint8Array,
  [depth, height, width]: readonly [number, number, number],
  y: number,
): Uint8Array {
  const section = new Uint8Array(depth * width);
  for (let z = 0; z < depth; z++) {
    const from = (z * height + y) * width;
    section.set(grey.subarray(from, from + width), z * width);
  }
  return section;
}
