/**
 * Smallest length at or above `minimum` whose only prime factors are 2, 3 and 5, the radices of our
 * transforms.
 *
 * @param minimum - Positive integer.
 */
export function smoothLength(minimum: number): number {
  let length = Math.max(1, minimum);
  while (!isSmooth(length)) length++;
  return length;
}

/** True when `length` has no prime factor above 5. */
export function isSmooth(length: number): boolean {
  let rest = length;
  for (const radix of [2, 3, 5]) while (rest % radix === 0) rest /= radix;
  return rest === 1;
}
