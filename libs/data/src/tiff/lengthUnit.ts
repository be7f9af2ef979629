/** Length of one unit in µm, by the names that microscopy files use, lower case. */
const MICROMETRES: Readonly<Record<string, number>> = {
  m: 1e6,
  meter: 1e6,
  dm: 1e5,
  cm: 1e4,
  centimeter: 1e4,
  mm: 1e3,
  millimeter: 1e3,
  um: 1,
  µm: 1,
  μm: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometre: 1,
  nm: 1e-3,
  nanometer: 1e-3,
  nanometre: 1e-3,
  pm: 1e-6,
  å: 1e-4,
  angstrom: 1e-4,
  in: 25400,
  inch: 25400,
  ft: 304800,
};

/**
 * Length of a named unit in µm, or null for a name that is no length (`pixel`, `reference frame`,
 * nothing).
 *
 * Knows ImageJ's escaped micro sign (`\u00B5m`) and both micro signs of Unicode.
 */
export function lengthUnitUm(name: string): number | null {
  const plain = name
    .trim()
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .toLowerCase();
  return Object.hasOwn(MICROMETRES, plain) ? MICROMETRES[plain] : null;
}
