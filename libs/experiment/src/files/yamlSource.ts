import { InputError } from '@blurcycle/core';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

/** Keys and indices from the root of a file to a value. */
export type ValuePath = readonly (string | number)[];

/** A parsed YAML file that still knows on which line each value stands. */
export interface YamlSource {
  /** Name in messages, `experiments/table1.yaml`. */
  readonly file: string;
  readonly data: unknown;
  /**
   * Line of the value at `path` (of its key, where it has one), or of the nearest enclosing value
   * that is there.
   */
  lineOf(path: ValuePath): number;
}

/**
 * Parses YAML text, keeping positions.
 *
 * @param text - Content of the file.
 * @param file - Name for messages.
 * @throws {InputError} One line with file and line when the text is no valid YAML (a key given
 *   twice included).
 */
export function parseYamlSource(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new InputError(`${file}:${line}: ${error.message.split('\n')[0].replace(/\.$/, '')}`);
  }
  return {
    file,
    data: document.toJS(),
    lineOf: (path) => lines.linePos(offsetOf(document.contents, path)).line,
  };
}

function offsetOf(root: Node | null, path: ValuePath): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === step,
      );
      if (pair === undefined || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step] as Node | undefined;
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}
