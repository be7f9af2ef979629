/**
 * @file Compressors of Zarr that unpack no more than a chunk holds.
 *
 * Those of zarrita take what the compressed bytes claim; a damaged file must not demand gigabytes.
 */
import { gunzipSync, inflateSync } from 'node:zlib';
import { registry } from 'zarrita';

type Entry = Awaited<ReturnType<NonNullable<ReturnType<typeof registry.get>>>>;

/** A step from the bytes of a file to those of a chunk. */
export interface Codec {
  readonly kind: Entry['kind'];
  readonly encode: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly decode: (bytes: Uint8Array, out?: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** The compressor of the chunks that are written, and what metadata call it. */
export const WRITTEN_CODEC = { id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 };

/** Packs chunks as {@link WRITTEN_CODEC} says. */
export async function openWrittenCodec(): Promise<Codec> {
  const entry = await registry.get(WRITTEN_CODEC.id)?.();
  if (entry === undefined) throw new Error('internal: zarrita has no blosc');
  const meta = { dataType: 'uint8', shape: [], codecs: [], fillValue: null } as const;
  return entry.fromConfig(WRITTEN_CODEC, { ...meta, shape: [], codecs: [] }) as Codec;
}

/** Bytes that codecs such as a checksum may add to a chunk. */
const SLACK_BYTES = 64;

/** Replaces the compressors in the registry of zarrita; a second call changes nothing. */
export function boundCodecs(): void {
  if (isBound) return;
  isBound = true;
  const gzip = byNode((bytes, most) => gunzipSync(bytes, { maxOutputLength: most }));
  const zlib = byNode((bytes, most) => inflateSync(bytes, { maxOutputLength: most }));
  for (const prefix of ['', 'numcodecs.']) {
    registry.set(`${prefix}gzip`, gzip);
    registry.set(`${prefix}zlib`, zlib);
    for (const [name, claimed] of CLAIMED) {
      const original = registry.get(`${prefix}${name}`);
      if (original !== undefined)
        registry.set(`${prefix}${name}`, checked(name, original, claimed));
    }
  }
  // Zarrita looks all of them up at once, and nobody would hear of the second that fails: so none
  // fails before its turn.
  const find = registry.get.bind(registry);
  registry.get = (name) => find(name) ?? (() => Promise.resolve(unknown(name)));
}

/** A compressor that nobody has. */
function unknown(name: unknown): Entry {
  return {
    fromConfig: () => {
      const shown = JSON.stringify(String(name).slice(0, 40));
      throw new Error(
        `its values are packed with ${shown}, where blosc, zstd, lz4, gzip and zlib are read`,
      );
    },
  };
}

let isBound = false;

/** Unpacked bytes that a header claims; undefined where it does not say. */
type ReadClaim = (header: DataView) => number | undefined;

const CLAIMED: readonly (readonly [name: string, claimed: ReadClaim])[] = [
  // Source: README_CHUNK_FORMAT of c-blosc: nbytes, blocksize, cbytes.
  [
    'blosc',
    (header) => {
      const [bytes, block, compressed] = [4, 8, 12].map((at) => header.getUint32(at, true));
      if (compressed > header.byteLength || block > bytes) return Infinity;
      return bytes;
    },
  ],
  // numcodecs puts the size before the block.
  ['lz4', (header) => header.getUint32(0, true)],
  ['zstd', zstdSize],
];

/** Size of the content of a Zstandard frame. Source: RFC 8878, section 3.1.1.1. */
function zstdSize(header: DataView): number | undefined {
  if (header.getUint32(0, true) !== 0xfd2fb528) return Infinity;
  const descriptor = header.getUint8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? header.getUint8(at) : undefined;
    case 1:
      return header.getUint16(at, true) + 256;
    case 2:
      return header.getUint32(at, true);
    default:
      return Number(header.getBigUint64(at, true));
  }
}

function checked(
  name: string,
  original: () => Promise<Entry>,
  claimed: ReadClaim,
): () => Promise<Entry> {
  return async () => {
    const entry = await original();
    return {
      ...entry,
      fromConfig: (config, meta) => {
        // The types of zarrita do not find those of numcodecs: hence the one cast.
        const codec = entry.fromConfig(config, meta) as Codec;
        const most = mostBytes(meta);
        const decode: Codec['decode'] = (bytes, out) => {
          const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          if ((claimed(header) ?? 0) > most)
            throw new Error(`${name} claims more than a chunk holds`);
          return codec.decode(bytes, out);
        };
        const encode: Codec['encode'] = (bytes) => codec.encode(bytes);
        return { kind: codec.kind, encode, decode };
      },
    };
  };
}

function byNode(unpack: (bytes: Uint8Array, most: number) => Uint8Array): () => Promise<Entry> {
  const refuse = (): never => {
    throw new Error('it only unpacks');
  };
  return () =>
    Promise.resolve({
      fromConfig: (_config, meta) => ({
        kind: 'bytes_to_bytes',
        encode: refuse,
        decode: (bytes: Uint8Array): Uint8Array => new Uint8Array(unpack(bytes, mostBytes(meta))),
      }),
    });
}

function mostBytes({ shape, dataType }: Parameters<Entry['fromConfig']>[1]): number {
  const bits = Number(/\d+$/.exec(dataType)?.[0] ?? 64);
  return shape.reduce((product, side) => product * side, bits / 8) + SLACK_BYTES;
}
