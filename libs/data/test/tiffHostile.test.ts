import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeLzw, decodePackBits } from '../src/tiff/codecs.ts';
import { encodeDirectories, type TiffField } from '../src/tiff/encodeDirectories.ts';
import { readTiffStack } from '../src/tiff/readTiffStack.ts';
import { xmlTags } from '../src/tiff/xmlTags.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blurcycle-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Page {
  readonly width?: number;
  readonly height?: number;
  readonly rowsPerStrip?: number;
  readonly compression?: number;
  readonly description?: string;
  readonly tile?: number;
}

/** Fields of an 8-bit page whose only block is `bytes` long and stands at 4096. */
function page(options: Page, bytes: number): TiffField[] {
  const {
    width = 4,
    height = 4,
    rowsPerStrip = height,
    compression = 1,
    description,
    tile,
  } = options;
  const tiles: TiffField[] = [
    [322, { offset: tile ?? 0 }],
    [323, { offset: tile ?? 0 }],
    [324, { offset: 4096 }],
    [325, { offset: bytes }],
  ];
  return [
    [256, { offset: width }],
    [257, { offset: height }],
    [258, { short: 8 }],
    [259, { short: compression }],
    [262, { short: 1 }],
    ...(description === undefined ? [] : ([[270, { ascii: description }]] satisfies TiffField[])),
    ...(tile === undefined ? ([[273, { offset: 4096 }]] satisfies TiffField[]) : []),
    [277, { short: 1 }],
    [278, { offset: rowsPerStrip }],
    ...(tile === undefined ? ([[279, { offset: bytes }]] satisfies TiffField[]) : tiles),
  ];
}

async function read(
  options: Page,
  block: Uint8Array,
  change: (file: Buffer) => void = () => undefined,
) {
  const file = Buffer.alloc(4096 + block.length);
  Buffer.from(encodeDirectories([page(options, block.length)], false)).copy(file);
  Buffer.from(block).copy(file, 4096);
  change(file);
  const path = join(folder, 'hostile.tif');
  await writeFile(path, file);
  const start = process.cpuUsage();
  const result = await readTiffStack(path, { voxelSizeUm: [1, 1, 1] }).catch(
    (error: Error) => error.message,
  );
  const { user, system } = process.cpuUsage(start);
  // A second of processor time, in microseconds.
  expect(user + system).toBeLessThan(1e6);
  return typeof result === 'string' ? result : result.volume;
}

const sixteen = Uint8Array.from({ length: 16 }, (_, i) => i);

describe('readTiffStack(path) on hostile files', () => {
  it('reads the harmless file that the others are made from', async () => {
    expect(await read({}, sixteen)).toMatchObject({
      shape: [1, 4, 4],
      data: Float32Array.from(sixteen),
    });
  });

  it('detects directories that form a loop', async () => {
    const loop = (file: Buffer) => file.writeUInt32LE(8, 8 + 2 + 12 * file.readUInt16LE(8));
    expect(await read({}, sixteen, loop)).toContain('its directories form a loop at byte 8');
  });

  it('takes no memory for planes that a description invents', async () => {
    const imagej = 'ImageJ=1.54f\nimages=2000000000\nslices=2000000000\nunit=micron\nspacing=1\n';
    expect(await read({ description: imagej }, sixteen)).toContain(
      'states 2000000000 planes, it has fewer',
    );
    const ome =
      '<OME><Image><Pixels SizeC="1" SizeT="1" SizeZ="9007199254740991"><TiffData IFD="0"/></Pixels></Image></OME>';
    expect(await read({ description: ome }, sixteen)).toContain('lists 9007199254740991 planes');
  });

  it('takes no memory for pixels that its bytes cannot hold', async () => {
    const side = 4294967295;
    expect(await read({ width: side, height: side }, sixteen)).toContain('cannot hold');
    expect(await read({ tile: 2147483648 }, sixteen)).toContain('cannot hold');
    expect(await read({ width: 1e6, height: 1e6, compression: 8 }, sixteen)).toContain(
      'cannot hold',
    );
    expect(await read({ width: side, height: side, rowsPerStrip: 1 }, sixteen)).toContain(
      '4294967295 blocks',
    );
  });

  it('unpacks no more of a deflate bomb than the page needs', async () => {
    const bomb = deflateSync(new Uint8Array(2 ** 26));
    const before = process.resourceUsage().maxRSS;
    expect(await read({ compression: 8 }, bomb)).toContain(
      'a block of deflate-compressed values is damaged',
    );
    // KiB: the bomb would be 64 MiB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(32 * 1024);
  });

  it('refuses values and lists that lie beyond the end', async () => {
    expect(await read({}, sixteen, (file) => file.writeUInt32LE(file.length, 4))).toContain(
      'directory 1 lies at byte',
    );
    const longList = (file: Buffer) => file.writeUInt32LE(2 ** 31, 8 + 2 + 5 * 12 + 4);
    expect(await read({}, sixteen, longList)).toContain('tag 273 of directory 1 lies at byte');
    expect(await read({}, sixteen, (file) => file.writeUInt16LE(65535, 8))).toContain(
      'directory 1 claims 65535 fields',
    );
  });

  it('refuses an empty and a one-byte file', async () => {
    for (const size of [0, 1]) {
      await writeFile(join(folder, 'short.tif'), Buffer.alloc(size));
      await expect(readTiffStack(join(folder, 'short.tif'))).rejects.toThrow(
        'a TIFF file has at least 8 bytes',
      );
    }
  });
});

describe('decodeLzw(packed, length)', () => {
  /** Codes of 9 bits, most significant bit first. */
  const pack = (codes: readonly number[]) => {
    const bits = codes.map((code) => code.toString(2).padStart(9, '0')).join('');
    return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => parseInt(byte.padEnd(8, '0'), 2));
  };

  it('unpacks the example of TIFF 6.0, page 60', () => {
    const codes = [256, 7, 258, 8, 8, 258, 6, 6, 257];
    expect([...decodeLzw(pack(codes), 11)]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6]);
  });

  it('refuses a code that the table does not hold, where a chain of codes would have no end', () => {
    expect(() => decodeLzw(pack([256, 7, 300]), 9)).toThrow(
      'LZW-compressed values is damaged (code 300 of 258)',
    );
  });

  it('stops at the length that is asked for', () => {
    expect([...decodeLzw(pack([256, 7, 258, 259]), 4)]).toEqual([7, 7, 7, 7]);
  });
});

describe('decodePackBits(packed, length)', () => {
  it('unpacks the example of TIFF 6.0, page 42', () => {
    const packed = Buffer.from('FEAA0280002AFDAA0380002A22F7AA', 'hex');
    const unpacked = `AAAAAA80002AAAAAAAAA80002A22${'AA'.repeat(10)}`;
    expect(Buffer.from(decodePackBits(packed, 100)).toString('hex').toUpperCase()).toBe(unpacked);
  });

  it('passes over the byte that stands for nothing', () => {
    expect([...decodePackBits(Uint8Array.of(0x80, 0, 5, 0xff, 9), 9)]).toEqual([5, 9, 9]);
  });

  it('ends where the input ends', () => {
    expect([...decodePackBits(Uint8Array.of(5, 1, 2), 9)]).toEqual([1, 2]);
    expect([...decodePackBits(Uint8Array.of(0x85), 9)]).toEqual([]);
  });
});

describe('xmlTags(text)', () => {
  it('gives start tags with their attributes, passing over comments and quoted brackets', () => {
    const text = `<?xml version="1.0"?><!-- <a b="1"> --><o:OME x='a>b'><Pixels y="&#181;m &amp; &unknown;"/></o:OME>`;
    expect([...xmlTags(text)].map(({ name, attributes }) => [name, ...attributes])).toEqual([
      ['OME', ['x', 'a>b']],
      ['Pixels', ['y', 'µm & &unknown;']],
    ]);
  });

  it('takes time in proportion to a text of open brackets and quotes', () => {
    const start = process.cpuUsage();
    expect([...xmlTags('<a b="'.repeat(20000))].length).toBeLessThan(20001);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(1e6);
  });

  // A search that starts again at each letter takes 65 536² / 2 steps for a tag: seconds.
  it('takes time in proportion to a megabyte of long words', () => {
    const start = process.cpuUsage();
    const tag = `<a ${'b'.repeat(65_000)}>`;
    expect([...xmlTags(tag.repeat(16))]).toHaveLength(16);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(1e6);
  });
});
