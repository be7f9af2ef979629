import { strFromU8, unzlibSync } from 'fflate';

/** The value that `packedScript` wrote. */
export function unpackScript(text: string): unknown {
  const packed = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  return JSON.parse(strFromU8(unzlibSync(packed)));
}
