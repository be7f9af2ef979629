import { createRandomStream, createVolume } from '@blurcycle/core';
import { randomVolume } from '@blurcycle/core/testing';
import { existsSync, openAsBlob } from 'node:fs';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import * as browser from '../src/browser.ts';
import * as node from '../src/index.ts';
import { inflateBytes } from '../src/tiff/inflate.browser.ts';
import { fixtureFolder } from './tiffFixtures.ts';

const open = async (name: string) =>
  browser.blobFile(await openAsBlob(`${fixtureFolder}${name}`), name);

describe('readTiff(blobFile(blob))', () => {
  it.each(['tiles-deflate-be.tif', 'ome-units.ome.tif', 'imagej-micron.tif'])(
    'gives the volume that readTiffStack gives of %s',
    async (name) => {
      const path = `${fixtureFolder}${name}`;
      expect(existsSync(path)).toBe(true);
      const options = { defaultVoxelSizeUm: [1, 1, 1] } as const;
      const [fromBlob, fromDisk] = [
        await browser.readTiff(await open(name), options),
        await node.readTiffStack(path, options),
      ];
      expect(fromBlob).toEqual(fromDisk);
    },
  );

  it('names a file that is none', async () => {
    const text = browser.blobFile(new Blob(['a text file']), 'notes.txt');
    await expect(browser.readTiff(text)).rejects.toThrow(
      "readTiffStack: cannot read 'notes.txt': it is not a TIFF file: it begins with neither II nor MM",
    );
  });
});

describe('describeTiff(file)', () => {
  it('counts channels and time points without reading a value', async () => {
    const { channels, slices, timePoints } = await browser.describeTiff(
      await open('ome-tzcyx.ome.tif'),
    );
    const chosen = await browser.readTiff(await open('ome-tzcyx.ome.tif'), {
      ...{ channel: channels, timePoint: timePoints, defaultVoxelSizeUm: [1, 1, 1] },
    });
    expect([channels > 1, timePoints > 1]).toEqual([true, true]);
    expect(chosen.volume.shape[0]).toBe(slices);
  });
});

describe('encodeTiff(volume)', () => {
  it.each(['imagej', 'ome'] as const)('gives a file that readTiff reads (%s)', async (format) => {
    const { shape, data } = randomVolume([3, 5, 7], createRandomStream(2, 'stack'));
    const volume = createVolume(shape, [0.3, 0.13, 0.13], data);
    const { head, values } = browser.encodeTiff(volume, { format });
    const back = await browser.readTiff(browser.blobFile(new Blob([head, ...values()]), 'x.tif'));
    expect(back.volume).toEqual(volume);
  });
});

describe('the entry for browsers', () => {
  it('has names of the entry for Node alone', () => {
    const known = Object.keys(node);
    expect(Object.keys(browser).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('inflates as zlib does, and no further than asked', () => {
    const plain = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
    const packed = zlibSync(plain);
    expect(inflateBytes(packed, plain.length)).toEqual(plain);
    expect(inflateBytes(packed, 100)).toEqual(plain.subarray(0, 100));
  });
});
