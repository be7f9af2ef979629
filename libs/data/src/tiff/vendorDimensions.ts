import type { OpenTiff } from './openTiff.ts';
import { lengthUnitUm, type StackDimensions } from './stackDimensions.ts';
import { TAG } from './tags.ts';

/** Planes of a file; more would be damage. */
const MOST_PLANES = 2 ** 22;

/**
 * Dimensions by the private tags of MetaMorph (STK) and Zeiss (LSM), or null for a file without
 * them.
 *
 * Source: Universal Imaging, "MetaMorph Stack (STK) Image File Format"; Zeiss, "LSM file format
 * description", structure CZ_LSMINFO.
 *
 * @throws {Error} One line, for damaged tags.
 */
export async function readVendorDimensions(tiff: OpenTiff): Promise<StackDimensions | null> {
  const planes = tiff.privateTags.get(TAG.metamorphPlanes);
  if (planes !== undefined && tiff.pages.length === 1) return readMetamorph(tiff, planes);
  const lsm = tiff.privateTags.get(TAG.lsmInfo);
  return lsm === undefined ? null : readLsm(tiff, lsm);
}

/** Where the values of a tag are, and how many. */
interface Place {
  readonly count: number;
  readonly offset: number;
}

/** Bytes of the entry of a plane in UIC2: two numbers of its distance, and four of times. */
const UIC2_BYTES = 24;
/** Bytes of an entry of UIC1: its number and its value. */
const UIC1_BYTES = 8;
/** Numbers of entries of UIC1. */
const [X_CALIBRATION, Y_CALIBRATION, CALIBRATION_UNITS] = [4, 5, 6];

/**
 * MetaMorph writes one directory, whose values are followed by those of the other planes; the tag
 * UIC2 counts the planes.
 */
async function readMetamorph(tiff: OpenTiff, { count, offset }: Place): Promise<StackDimensions> {
  if (count > MOST_PLANES) throw new Error(`its MetaMorph tag claims ${count} planes`);
  const entries = await readBytes(tiff, offset, count * UIC2_BYTES, 'MetaMorph planes');
  const distances = Array.from({ length: count }, (_, plane) =>
    ratioAt(tiff, entries, plane * UIC2_BYTES),
  );
  const [dy, dx] = await metamorphPixels(tiff);
  return {
    source: 'MetaMorph',
    order: 'zct',
    channels: 1,
    slices: count,
    timePoints: 1,
    pages: null,
    voxelSizeUm: [axialStep(distances), dy, dx],
  };
}

/** Relative difference of steps along z that are taken for equal. */
const STEP_TOLERANCE = 0.01;

/**
 * The step along z in µm: what all planes after the first state, as distance from the one before or
 * as position; null where they differ.
 */
function axialStep(distances: readonly number[]): number | null {
  const between = distances.slice(1).map((distance, i) => Math.abs(distance - distances[i]));
  for (const steps of [between, distances.slice(1)]) {
    const [first] = steps;
    const isEven = steps.every((step) => Math.abs(step / first - 1) <= STEP_TOLERANCE);
    if (first > 0 && isEven) return first;
  }
  return null;
}

/** Sides of a pixel along y and x in µm by UIC1; null where it does not state them. */
async function metamorphPixels(tiff: OpenTiff): Promise<[number | null, number | null]> {
  const place = tiff.privateTags.get(TAG.metamorph);
  if (place === undefined || place.count > MOST_PLANES) return [null, null];
  const entries = await readBytes(tiff, place.offset, place.count * UIC1_BYTES, 'MetaMorph tag');
  const values = new Map<number, number>();
  for (let at = 0; at < entries.byteLength; at += UIC1_BYTES)
    values.set(unsigned(tiff, entries, at), unsigned(tiff, entries, at + 4));
  const calibration = async (id: number): Promise<number | null> => {
    const at = values.get(id);
    if (at === undefined || at === 0 || at + 8 > tiff.source.fileSize) return null;
    const side = ratioAt(tiff, await readBytes(tiff, at, 8, 'MetaMorph calibration'), 0);
    return side > 0 ? side : null;
  };
  const unitUm = await calibrationUnit(tiff, values.get(CALIBRATION_UNITS));
  const sides = [await calibration(Y_CALIBRATION), await calibration(X_CALIBRATION)];
  const [dy, dx] = sides.map((side) => (side === null || unitUm === null ? null : side * unitUm));
  return [dy, dx];
}

async function calibrationUnit(tiff: OpenTiff, at: number | undefined): Promise<number | null> {
  if (at === undefined || at === 0 || at + 4 > tiff.source.fileSize) return null;
  const length = unsigned(tiff, await readBytes(tiff, at, 4, 'MetaMorph unit'), 0);
  if (length > 64 || at + 4 + length > tiff.source.fileSize) return null;
  const bytes = await readBytes(tiff, at + 4, length, 'MetaMorph unit');
  const text = String.fromCharCode(...new Uint8Array(bytes.buffer));
  return lengthUnitUm(text.replace(/\0.*$/s, ''));
}

/** Places in CZ_LSMINFO: four bytes each, then lengths in meters of eight. */
const LSM = { magic: 0, slices: 16, channels: 20, timePoints: 24, voxelX: 40, scanType: 88 };
const LSM_BYTES = 90;
const LSM_MAGIC = [0x0300494c, 0x0400494c];
/** Scans over time in one plane: time runs faster than z. */
const TIME_FIRST = [3, 5];

/** LSM has a page for each plane and time point, and its channels side by side in them. */
async function readLsm(tiff: OpenTiff, { count, offset }: Place): Promise<StackDimensions> {
  if (count < LSM_BYTES) throw new Error('its LSM tag is damaged');
  const info = await readBytes(tiff, offset, LSM_BYTES, 'LSM tag');
  const whole = (at: number): number => unsigned(tiff, info, at);
  if (!LSM_MAGIC.includes(whole(LSM.magic))) throw new Error('its LSM tag is damaged');
  const [channels, slices, timePoints] = [LSM.channels, LSM.slices, LSM.timePoints].map((at) =>
    Math.max(1, whole(at)),
  );
  if (slices * timePoints !== tiff.pages.length) {
    throw new Error(
      `its LSM tag states ${slices} slices and ${timePoints} time points, it has ${tiff.pages.length} pages`,
    );
  }
  if (channels !== tiff.pages[0].samplesPerPixel)
    throw new Error(`its LSM tag states ${channels} channels, its pages hold others`);
  const side = (axis: number): number | null => {
    const at = LSM.voxelX + 8 * axis;
    const meters = info.getFloat64(at, tiff.littleEndian);
    return meters > 0 && Number.isFinite(meters) ? meters * 1e6 : null;
  };
  const scan = info.getUint16(LSM.scanType, tiff.littleEndian);
  return {
    source: 'LSM',
    order: TIME_FIRST.includes(scan) ? 'ctz' : 'czt',
    channels,
    slices,
    timePoints,
    pages: null,
    voxelSizeUm: [side(2), side(1), side(0)],
  };
}

async function readBytes(
  { source }: OpenTiff,
  offset: number,
  length: number,
  what: string,
): Promise<DataView> {
  if (offset + length > source.fileSize)
    throw new Error(`its ${what} end beyond the file: it is cut off or damaged`);
  return new DataView((await source.fetchSlice({ offset, length })).data);
}

function unsigned({ littleEndian }: OpenTiff, bytes: DataView, at: number): number {
  return bytes.getUint32(at, littleEndian);
}

/** A fraction of two whole numbers; 0 where the second is. */
function ratioAt(tiff: OpenTiff, bytes: DataView, at: number): number {
  const below = unsigned(tiff, bytes, at + 4);
  return below === 0 ? 0 : unsigned(tiff, bytes, at) / below;
}
