/**
 * A shape or a voxel size for people: `16 x 64 x 64`. Error messages print `[16, 64, 64]`: see
 * `formatValue`.
 *
 * @param digits - Significant digits of each side; all unless given.
 */
export function formatShape(sides: readonly number[], digits?: number): string {
  const rounded =
    digits === undefined ? sides : sides.map((side) => Number(side.toPrecision(digits)));
  return rounded.join(' x ');
}

/**
 * A duration: `12 s`, `3 min 20 s`, `1 h 05 min`; `?` where it is not finite.
 *
 * @param digits - Digits after the decimal point of durations below 10 s.
 */
export function formatSeconds(seconds: number, digits = 0): string {
  if (!Number.isFinite(seconds)) return '?';
  if (digits > 0 && seconds < 10) return `${seconds.toFixed(digits)} s`;
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  const padded = (value: number): string => String(value).padStart(2, '0');
  if (hours > 0) return `${hours} h ${padded(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${padded(rest)} s` : `${rest} s`;
}

/** The text with its first letter in upper case: a sentence, or a word as part of a name. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The text with control characters written out (`\\x1b`), as they would move the cursor of a
 * terminal or change its colors; line breaks and tabs stay.
 */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) =>
    control === '\n' || control === '\t'
      ? control
      : `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
