/** The two colors of a method: on a light and on a dark background. */
interface MethodColor {
  readonly light: string;
  readonly dark: string;
}

/**
 * One color per method, the same in every figure.
 *
 * Found by a search over OKLCH: every pair has an OKLab distance of at least 8 of 100 for normal
 * vision and for simulated protanopia, deuteranopia and tritanopia, and each color has a contrast
 * of 3:1 or more with its background.
 */
export const METHOD_COLORS: Readonly<Record<string, MethodColor>> = {
  input: { light: '#76707a', dark: '#dde5ec' },
  'supervised-mse': { light: '#2fa4a4', dark: '#51c1a1' },
  'supervised-gan': { light: '#6f2da8', dark: '#ba8eff' },
  cyclegan: { light: '#1a65df', dark: '#3c63e0' },
  proposed: { light: '#bd2d0c', dark: '#e16307' },
  'non-blind': { light: '#4f0f30', dark: '#a74e85' },
  'richardson-lucy': { light: '#a68402', dark: '#edcb29' },
  'rl-tv': { light: '#241574', dark: '#5cea9d' },
  wiener: { light: '#85294d', dark: '#c1310f' },
  'blind-richardson-lucy': { light: '#9a85ea', dark: '#b775b5' },
};

/** Methods beyond the paper, each with the further color of its place, whatever else is shown. */
const FURTHER_METHODS: readonly string[] = [
  ...['proposed-decoupled', 'proposed-centered', 'non-blind-noise', 'two-stage'],
  ...['simulated', 'simulated-blind', 'simulated-tuned', 'simulated-blind-tuned'],
  ...['proposed-spectra', 'proposed-pupil', 'blind-without-dy', 'supervised-gan-unconditional'],
];

/**
 * For all others: apart from each other and from the fixed ones by 8 for normal vision and by 5 for
 * the others, whom dashes and markers help.
 */
export const FURTHER_COLORS: readonly MethodColor[] = [
  { light: '#417344', dark: '#099d5d' },
  { light: '#0701e1', dark: '#299ad5' },
  { light: '#423b12', dark: '#d99c2f' },
  { light: '#e2716e', dark: '#d47a7b' },
  { light: '#9d53ac', dark: '#dec7fb' },
  { light: '#e20c60', dark: '#f3a2be' },
  { light: '#204679', dark: '#a7bde2' },
  { light: '#5d77fe', dark: '#817af7' },
  { light: '#be01cd', dark: '#d000b5' },
  { light: '#7285b0', dark: '#889fa1' },
  { light: '#675390', dark: '#875abc' },
  { light: '#1a2e05', dark: '#4b6c4c' },
  { light: '#5a2cff', dark: '#b7c165' },
  { light: '#3703a4', dark: '#a8f574' },
];

const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [7, 2],
  [2, 2],
  [8, 2, 2, 2],
  [4, 3],
  [12, 3],
  [1, 3],
];
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
];

/** How a method is drawn. */
export interface MethodStyle extends MethodColor {
  readonly dash: readonly number[];
  readonly shape: string;
}

/**
 * Color, dash and marker of every method of a report.
 *
 * @param methods - All method ids of the report: those without a fixed color get one by their
 *   order.
 */
export function methodStyles(methods: readonly string[]): ReadonlyMap<string, MethodStyle> {
  const fixed = Object.keys(METHOD_COLORS);
  const known = [...fixed, ...FURTHER_METHODS];
  const others = [...new Set(methods)].filter((id) => !known.includes(id)).sort();
  return new Map(
    [...known, ...others].map((id, i) => {
      const color = METHOD_COLORS[id] ?? FURTHER_COLORS[(i - fixed.length) % FURTHER_COLORS.length];
      return [id, { ...color, dash: DASHES[i % DASHES.length], shape: SHAPES[i % SHAPES.length] }];
    }),
  );
}

/** How the `i`-th line without a method is drawn. */
export function furtherStyle(i: number): MethodStyle {
  const color = FURTHER_COLORS[i % FURTHER_COLORS.length];
  return { ...color, dash: DASHES[i % DASHES.length], shape: SHAPES[i % SHAPES.length] };
}

/** CSS rules that replace the light colors in charts by the dark ones: a chart is drawn once. */
export function darkColorRules(): string {
  return [...Object.values(METHOD_COLORS), ...FURTHER_COLORS]
    .flatMap(({ light, dark }) => [
      `.chart [fill="${light}"]{fill:${dark}}`,
      `.chart [stroke="${light}"]{stroke:${dark}}`,
    ])
    .join('');
}
