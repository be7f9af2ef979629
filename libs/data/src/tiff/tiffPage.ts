import type { GeoTIFF } from 'geotiff';
import { COMPRESSIONS, type Compression } from './codecs.ts';
import { findSampleType, SAMPLE_LAYOUTS, TAG, type SampleType } from './tags.ts';

type GeoTiffImage = Awaited<ReturnType<GeoTIFF['getImage']>>;

/** One page: size, format and positions of its values, checked against the size of the file. */
export interface TiffPage {
  readonly image: GeoTiffImage;
  readonly width: number;
  readonly height: number;
  readonly sampleType: SampleType;
  readonly samplesPerPixel: number;
  /** Each sample of the pixels has its own blocks; otherwise the samples are interleaved. */
  readonly separate: boolean;
  readonly compression: Compression;
  readonly predictor: 1 | 2 | 3;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly tiled: boolean;
  readonly offsets: ArrayLike<number>;
  readonly byteCounts: ArrayLike<number>;
}

/** Whether a page is a thumbnail or a smaller copy of another page. */
export function isReduced(image: GeoTiffImage): boolean {
  return (numberField(image, TAG.newSubfileType, 0) & 1) === 1;
}

/**
 * Reads the fields of a page and checks that its blocks lie in the file and can contain its values.
 *
 * @param isLsm - Whether the file is one of Zeiss's LSM.
 * @throws {Error} One line that says what is wrong or not supported, without the name of the file.
 */
export function readTiffPage(image: GeoTiffImage, fileSize: number, isLsm = false): TiffPage {
  const field = (tag: number, fallback?: number) => numberField(image, tag, fallback);
  const width = field(TAG.imageWidth);
  const height = field(TAG.imageLength);
  const samplesPerPixel = field(TAG.samplesPerPixel, 1);
  // Zeiss calls three channels RGB.
  if (!isLsm) rejectColor(field(TAG.photometricInterpretation, 1), samplesPerPixel);
  const bits = field(TAG.bitsPerSample, 1);
  const sampleType = findSampleType(bits, field(TAG.sampleFormat, 1));
  if (sampleType === undefined) {
    throw new Error(
      `its ${bits}-bit values are of a type that is not supported (convert it to 16 or 32 bit)`,
    );
  }
  const code = field(TAG.compression, 1);
  const compression = Object.hasOwn(COMPRESSIONS, code) ? COMPRESSIONS[code] : undefined;
  if (compression === undefined) {
    throw new Error(
      `its compression, number ${code}, is not supported (save it uncompressed or with deflate or LZW)`,
    );
  }
  const predictor = field(TAG.predictor, 1);
  if (predictor !== 1 && predictor !== 2 && predictor !== 3)
    throw new Error(`its predictor is ${predictor}`);
  if (predictor === 3 && SAMPLE_LAYOUTS[sampleType].format !== 3) {
    throw new Error('it combines integers with the predictor for floating-point values');
  }
  const tiled = image.isTiled;
  const blockHeight = tiled
    ? field(TAG.tileLength)
    : Math.min(height, field(TAG.rowsPerStrip, height) || height);
  const page: TiffPage = {
    image,
    width,
    height,
    sampleType,
    samplesPerPixel,
    separate: image.planarConfiguration === 2 && samplesPerPixel > 1,
    compression,
    predictor,
    blockWidth: tiled ? field(TAG.tileWidth) : width,
    blockHeight,
    tiled,
    offsets: arrayField(image, tiled ? TAG.tileOffsets : TAG.stripOffsets),
    byteCounts: arrayField(image, tiled ? TAG.tileByteCounts : TAG.stripByteCounts),
  };
  checkBlocks(page, fileSize);
  return page;
}

/** Number of blocks along x and y, and in total. */
export function blockGrid(page: TiffPage): { across: number; down: number; total: number } {
  const across = Math.ceil(page.width / page.blockWidth);
  const down = Math.ceil(page.height / page.blockHeight);
  return { across, down, total: across * down * (page.separate ? page.samplesPerPixel : 1) };
}

/** Rows of a block of grid row `y`: the last strip may be shorter, all tiles have the same size. */
export function rowsOfBlock(page: TiffPage, y: number): number {
  return page.tiled
    ? page.blockHeight
    : Math.min(page.blockHeight, page.height - y * page.blockHeight);
}

/** Decoded bytes of a block of grid row `y`. */
export function bytesOfBlock(page: TiffPage, y: number): number {
  const samples = page.separate ? 1 : page.samplesPerPixel;
  return rowsOfBlock(page, y) * page.blockWidth * samples * SAMPLE_LAYOUTS[page.sampleType].bytes;
}

function checkBlocks(page: TiffPage, fileSize: number): void {
  const { across, down, total } = blockGrid(page);
  const { offsets, byteCounts, compression } = page;
  if (offsets.length < total || byteCounts.length < total) {
    throw new Error(
      `it should have ${total} blocks of values, but lists ${Math.min(offsets.length, byteCounts.length)}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < total; i++) {
    const bytes = byteCounts[i];
    if (!(offsets[i] > 0 && bytes > 0))
      throw new Error('some of its blocks of values are missing (save it as a plain stack)');
    if (offsets[i] + bytes > fileSize) {
      throw new Error(
        `its values reach to byte ${offsets[i] + bytes}, the file ends at ${fileSize}: it is cut off`,
      );
    }
    const decoded = bytesOfBlock(page, Math.floor(i / across) % down);
    if (decoded > bytes * compression.largestExpansion) {
      throw new Error(
        `${bytes} bytes (${compression.name}) cannot hold the ${decoded} bytes of a block`,
      );
    }
    sum += bytes;
  }
  if (sum > fileSize) throw new Error('its blocks of values overlap');
}

function rejectColor(photometric: number, samplesPerPixel: number): void {
  if (photometric === 2 && samplesPerPixel >= 3) {
    throw new Error(
      'it is an RGB image (split it into channels first; in Fiji: Image > Color > Split Channels)',
    );
  }
  if (photometric === 5 || photometric === 6 || photometric === 8) {
    throw new Error('it is a color image (convert it to gray values first)');
  }
}

/** The value of a field as in the file, undefined if it is missing. */
export function fieldValue(image: GeoTiffImage, tag: number): unknown {
  return image.fileDirectory.actualizedFields.get(tag);
}

/** A field with one integer, or the first of several equal ones. */
function numberField(image: GeoTiffImage, tag: number, fallback?: number): number {
  const value = fieldValue(image, tag);
  if (value === undefined && fallback !== undefined) return fallback;
  const values = isNumbers(value) ? value : [value];
  const first: unknown = values[0];
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 0) {
    throw new Error(
      value === undefined ? `${nameOf(tag)} is missing` : `${nameOf(tag)} is damaged`,
    );
  }
  for (let i = 1; i < values.length; i++) {
    if (values[i] !== first) throw new Error(`its samples differ in ${nameOf(tag).slice(4)}`);
  }
  if (first === 0 && fallback === undefined) throw new Error(`${nameOf(tag)} is 0`);
  return first;
}

/** A tag as in messages: `its imageWidth (tag 256)`. */
function nameOf(tag: number): string {
  const name = Object.entries(TAG).find(([, number]) => number === tag)?.[0];
  return `its ${name ?? 'field'} (tag ${tag})`;
}

function arrayField(image: GeoTiffImage, tag: number): ArrayLike<number> {
  const value = fieldValue(image, tag);
  if (!isNumbers(value)) throw new Error(`${nameOf(tag)}, a list of blocks, is missing or damaged`);
  return value;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'number');
  return ArrayBuffer.isView(value) && 'length' in value && !(value instanceof BigInt64Array);
}
