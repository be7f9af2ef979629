import { strToU8, zlibSync } from 'fflate';

/**
 * An 8-bit gray PNG without row filters. fflate deflates, so that the bytes are the same on every
 * machine, unlike those of its zlib.
 *
 * @param gray - Row by row.
 */
export function grayPng(gray: Uint8Array, width: number, height: number): Buffer {
  return encodePng(gray, { width, height, channels: 1 });
}

/**
 * The same in color.
 *
 * @param rgb - Three bytes a pixel, row by row.
 */
export function colorPng(rgb: Uint8Array, width: number, height: number): Buffer {
  return encodePng(rgb, { width, height, channels: 3 });
}

interface PngSize {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

function encodePng(bytes: Uint8Array, { width, height, channels }: PngSize): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits
  header[9] = channels === 1 ? 0 : 2; // then zeros: deflate, the five standard filters, no interlace
  const stride = channels * width;
  const rows = new Uint8Array(height * (stride + 1)); // each row begins with filter 0, none
  for (let y = 0; y < height; y++) {
    rows.set(bytes.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return Buffer.concat([
    Uint8Array.from(signature),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Length, type, data and the checksum of type and data. */
function chunk(type: string, data: Uint8Array): Buffer {
  const checked = Buffer.concat([strToU8(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(checked), 4);
  return Buffer.concat([ends.subarray(0, 4), checked, ends.subarray(4)]);
}

/** CRC-32 as PNG defines it (ISO 3309): polynomial 0xEDB88320, reflected. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
