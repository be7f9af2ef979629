/** A quantity with its unit: `PSNR (dB)`. */
export function axisTitle({
  label,
  unit,
}: {
  readonly label: string;
  readonly unit: string | null;
}): string {
  return unit === null ? label : `${label} (${unit})`;
}
