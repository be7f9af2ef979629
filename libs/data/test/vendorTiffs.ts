/** @file TIFF files of microscopes, written without the writer under test. */

/** Sides of the planes. */
export const [WIDTH, HEIGHT] = [3, 2];
/** A plane whose values all are `level`. */
export const plane = (level: number): number[] => new Array<number>(WIDTH * HEIGHT).fill(level);

/** Tag, type, number of values, and the value itself or the bytes of all values. */
export type Field = readonly [tag: number, type: number, count: number, value: number | Buffer];

export interface Page {
  readonly values: readonly number[];
  readonly samples?: number;
  readonly fields?: readonly Field[];
}

/** A little-endian TIFF of 16-bit pages, written without the writer under test. */
export function tiffOf(
  pages: readonly Page[],
  description?: string,
  first: readonly Field[] = [],
): Buffer {
  const parts: Buffer[] = [Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0])];
  const end = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  const put = (bytes: Buffer): number => {
    const place = end();
    parts.push(bytes, Buffer.alloc(bytes.length % 2));
    return place;
  };
  let link: { readonly buffer: Buffer; readonly offset: number } = { buffer: parts[0], offset: 4 };
  pages.forEach(({ values, samples = 1, fields = [] }, page) => {
    const place = put(Buffer.from(Uint16Array.from(values).buffer));
    const size = WIDTH * HEIGHT * 2;
    const strips = Array.from({ length: samples }, (_, i) => place + i * size);
    const longs = (numbers: readonly number[]): number | Buffer =>
      numbers.length === 1 ? numbers[0] : Buffer.from(Uint32Array.from(numbers).buffer);
    const text = Buffer.from(`${description ?? ''}\0`, 'latin1');
    const all: Field[] = [
      [256, 4, 1, WIDTH],
      [257, 4, 1, HEIGHT],
      [258, 3, 1, 16],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      [273, 4, samples, longs(strips)],
      [277, 3, 1, samples],
      [278, 4, 1, HEIGHT],
      [279, 4, samples, longs(strips.map(() => size))],
      ...(samples > 1 ? [[284, 3, 1, 2] as const] : []),
      ...(page === 0 && description !== undefined ? [[270, 2, text.length, text] as const] : []),
      ...(page === 0 ? first : []),
    ];
    const merged = [...all.filter(([tag]) => !fields.some(([other]) => other === tag)), ...fields];
    const placed = merged
      .sort(([a], [b]) => a - b)
      .map(([tag, type, count, value]) => [
        tag,
        type,
        count,
        typeof value === 'number' ? value : put(value),
      ]);
    const directory = Buffer.alloc(2 + 12 * placed.length + 4);
    directory.writeUInt16LE(placed.length, 0);
    placed.forEach(([tag, type, count, value], i) => {
      directory.writeUInt16LE(tag, 2 + 12 * i);
      directory.writeUInt16LE(type, 4 + 12 * i);
      directory.writeUInt32LE(count, 6 + 12 * i);
      directory.writeUInt32LE(value, 10 + 12 * i);
    });
    link.buffer.writeUInt32LE(put(directory), link.offset);
    link = { buffer: directory, offset: directory.length - 4 };
  });
  return Buffer.concat(parts);
}

/** UIC2 of MetaMorph: the distance of each plane, nm. */
export const stkDistances = (list: readonly number[]): Field => [
  ...([33629, 5, list.length] as const),
  Buffer.from(Uint32Array.from(list.flatMap((nm) => [nm, 1000, 0, 0, 0, 0])).buffer),
];

/** The tag of Zeiss with so many slices, channels and time points. */
export const lsmInfo = (slices: number, channels: number, timePoints: number): Field => {
  const bytes = Buffer.alloc(500);
  bytes.writeUInt32LE(0x0400494c, 0);
  bytes.writeInt32LE(slices, 16);
  bytes.writeInt32LE(channels, 20);
  bytes.writeInt32LE(timePoints, 24);
  [0.1e-6, 0.2e-6, 0.3e-6].forEach((side, axis) => bytes.writeDoubleLE(side, 40 + 8 * axis));
  return [34412, 1, 500, bytes];
};
/** A thumbnail in color follows each plane. */
export const lsmThumbnail: Page = {
  values: [...plane(0), ...plane(0), ...plane(0)],
  samples: 3,
  fields: [
    [254, 4, 1, 1],
    [262, 3, 1, 2],
  ],
};
