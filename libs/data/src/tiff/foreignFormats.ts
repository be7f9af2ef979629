const FIJI = 'in Fiji: File > Import > Bio-Formats, then File > Save As > OME-TIFF';

/** Formats of microscopes and images by the bytes that their files begin with, in hexadecimal. */
const FORMATS: readonly (readonly [begin: string, name: string, remedy: string])[] = [
  ['dacebe0a', 'a Nikon ND2 file', `export it as OME-TIFF; ${FIJI}`],
  ['0000000c6a502020', 'a Nikon ND2 file of the old kind', `export it as OME-TIFF; ${FIJI}`],
  ['5a4953524157', 'a Zeiss CZI file', `export it as OME-TIFF in ZEN; ${FIJI}`],
  ['70000000', 'a Leica LIF file', `export the series as OME-TIFF in LAS X; ${FIJI}`],
  ['d0cf11e0a1b11ae1', 'a file of compound documents (OIB, ZVI)', `export it as OME-TIFF; ${FIJI}`],
  ['894844460d0a1a0a', 'an HDF5 file (Imaris, BigDataViewer)', `export it as OME-TIFF; ${FIJI}`],
  ['89504e470d0a1a0a', 'a PNG image', 'a z stack is a TIFF file'],
  ['ffd8ff', 'a JPEG image', 'a z stack is a TIFF file'],
  ['504b0304', 'a ZIP archive', 'unpack it first'],
  ['1f8b', 'a gzip archive', 'unpack it first'],
];

/** What a file of another format is, and how to make a TIFF of it; undefined where not known. */
export function describeForeignFormat(header: Uint8Array): string | undefined {
  const begin = Array.from(header, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const found = FORMATS.find(([mark]) => begin.startsWith(mark));
  return found === undefined ? undefined : `it is ${found[1]}, no TIFF (${found[2]})`;
}
