const MINUS = '\u2212';

/** A number with a fixed number of decimals and a true minus sign. */
export function formatNumber(value: number, decimals: number): string {
  if (value === Infinity) return '∞';
  if (value === -Infinity) return `${MINUS}∞`;
  if (Number.isNaN(value)) return 'not a number';
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A difference, always with its sign. */
export function formatDifference(value: number, decimals: number): string {
  const text = formatNumber(value, decimals);
  return text.startsWith(MINUS) || !/[1-9∞]/.test(text) ? text : `+${text}`;
}

/** A number of unknown scale with four significant digits. */
export function formatSignificant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return formatNumber(value, 0);
  const text = String(Number(Math.abs(value).toPrecision(digits)));
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * A number of unknown kind: whole numbers in full, others with four significant digits, very small
 * and large ones with a power of ten.
 */
export function formatFact(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return value < 0 ? MINUS + formatCount(-value) : formatCount(value);
  }
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (size >= 1e-4 && size < 1e7)) return formatSignificant(value);
  const [digits, exponent] = value.toExponential(3).split('e');
  return `${formatSignificant(Number(digits))} × 10${superscript(Number(exponent))}`;
}

function superscript(exponent: number): string {
  return String(exponent).replace(
    /./g,
    (character) => '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'['0123456789-'.indexOf(character)],
  );
}

/** Whole numbers with thin spaces between thousands: 7 077 251. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A size in kB, MB or GB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${formatNumber(bytes / 1e3, 1)} kB`;
  if (bytes < 1e9) return `${formatNumber(bytes / 1e6, 1)} MB`;
  return `${formatNumber(bytes / 1e9, 2)} GB`;
}

/** The parts joined as in a sentence: `a`, `a and b`, `a, b and c`. */
export function formatList(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** A name in code as words: `adversarialSharp` becomes `adversarial sharp`. */
export function inWords(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

/** Something that is measured, as titles name it. */
interface Quantity {
  readonly label: string;
  readonly unit: string | null;
}

/** A quantity with its unit: `PSNR (dB)`. */
export function axisTitle({ label, unit }: Quantity): string {
  return unit === null ? label : `${label} (${unit})`;
}

/**
 * Length of a scale bar: the largest 1, 2 or 5 times a power of ten within a third of the width.
 */
export function scaleBarUm(widthUm: number): number {
  const limit = widthUm / 3;
  const power = 10 ** Math.floor(Math.log10(limit));
  const step = [5, 2, 1].find((candidate) => candidate * power <= limit) ?? 1;
  return Number((step * power).toPrecision(1));
}
