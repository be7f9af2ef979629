/** A start tag: its name without prefix, and its attributes. */
export interface XmlTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
/** Longer tags are damage. Bounds the search for the end of a quote that is never closed. */
const LONGEST_TAG = 65536;

/**
 * The start tags of an XML text in order, without comments, end tags and text.
 *
 * Enough for the dimensions in OME-XML. Expands only the five named entities and characters by
 * number, so that the result cannot grow. Cost: linear in the text.
 */
export function* xmlTags(text: string): Generator<XmlTag> {
  let at = text.indexOf('<');
  while (at >= 0) {
    const comment = text.startsWith('<!--', at);
    const end = comment ? text.indexOf('-->', at) : tagEnd(text, at);
    if (end < 0) return;
    if (!comment && /[A-Za-z_]/.test(text[at + 1])) yield parseTag(text.slice(at + 1, end));
    at = text.indexOf('<', end);
  }
}

/** Index of the `>` that ends a tag, outside quotes; -1 if there is none. */
function tagEnd(text: string, start: number): number {
  let quote = '';
  for (let i = start + 1; i < text.length && i < start + LONGEST_TAG; i++) {
    const letter = text[i];
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return i;
  }
  return -1;
}

function parseTag(inside: string): XmlTag {
  const [name] = inside.split(/[\s/]/, 1);
  const attributes = new Map<string, string>();
  // A name begins where a word begins: from the middle of a long word the search would start again
  // and again.
  for (const [, key, double, single] of inside.matchAll(
    /(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  )) {
    attributes.set(key, unescapeXml(double ?? single));
  }
  return { name: name.slice(name.indexOf(':') + 1), attributes };
}

function unescapeXml(value: string): string {
  return value.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w{2,4}));/gi,
    (whole, hex, decimal, name) => {
      if (typeof name === 'string') return ENTITIES[name] ?? whole;
      const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
