import { describeViolation, InputError } from '@blurcycle/core';

/** Three numbers in the order z, y, x from text as `64,128,128`. */
export function parseTriple(
  option: string,
  text: string,
  example: string,
): [number, number, number] {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (parts.length !== 3 || !parts.every((value) => Number.isFinite(value) && value > 0)) {
    throw new InputError(
      describeViolation(
        option,
        'value',
        'be three positive numbers z,y,x',
        text,
        `for example ${example}`,
      ),
    );
  }
  return [parts[0], parts[1], parts[2]];
}
