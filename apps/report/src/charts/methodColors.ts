/** The two colours of one method: on white paper, and on a dark screen. */
export interface MethodColor {
  readonly light: string;
  readonly dark: string;
}

/**
 * One colour per method, the same in every figure.
 *
 * Found by search over OKLCH: every pair stays apart (OKLab distance at least 8 of 100) for normal
 * sight and for simulated protanopia, deuteranopia and tritanopia, and each has contrast 3:1 or
 * more on its background.
 */
export const METHOD_COLORS: Readonly<Record<string, MethodColor>> = {
  input: { light: '#76707a', dark: '#dde5ec' },
  'supervised-mse': { light: '#2fa4a4', dark: '#51c1a1' },
  'supervised-gan': { light: '#6f2da8', dark: '#ba8eff' },
  cyclegan: { light: '#1a65df', dark: '#3c63e0' },
  proposed: { light: '#bd2d0c', dark: '#e16307' },
  'non-blind': { light: '#4f0f30', dark: '#a74e85' },
  'richardson-lucy': { light: '#a68402', dark: '#edcb29' },
};

/**
 * For methods without a colour of their own, in the order of their ids; dash and marker tell them
 * apart as well.
 */
const FURTHER_COLORS: readonly MethodColor[] = [
  { light: '#3d6b1f', dark: '#a5cf6b' },
  { light: '#8a4b08', dark: '#d9a066' },
  { light: '#0f5c6e', dark: '#6cc3dd' },
  { light: '#a6336e', dark: '#f07fb8' },
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

/** How each of the given methods is drawn. */
export interface MethodStyle extends MethodColor {
  readonly dash: readonly number[];
  readonly shape: string;
}

/**
 * Colour, dash and marker of every method of a report.
 *
 * @param methods - Every method id of the report: a method without a fixed colour gets one by its
 *   place among these.
 */
export function methodStyles(methods: readonly string[]): ReadonlyMap<string, MethodStyle> {
  const fixed = Object.keys(METHOD_COLORS);
  const others = [...new Set(methods)].filter((id) => !fixed.includes(id)).sort();
  return new Map(
    [...fixed, ...others].map((id, i) => {
      const color = METHOD_COLORS[id] ?? FURTHER_COLORS[(i - fixed.length) % FURTHER_COLORS.length];
      return [id, { ...color, dash: DASHES[i % DASHES.length], shape: SHAPES[i % SHAPES.length] }];
    }),
  );
}

/** How the `i`-th thing that is no method is drawn. */
export function furtherStyle(i: number): MethodStyle {
  const color = FURTHER_COLORS[i % FURTHER_COLORS.length];
  return { ...color, dash: DASHES[i % DASHES.length], shape: SHAPES[i % SHAPES.length] };
}

/**
 * Rules that exchange the light colours inside charts for the dark ones, by attribute, so that a
 * chart is drawn once.
 */
export function darkColorRules(): string {
  return [...Object.values(METHOD_COLORS), ...FURTHER_COLORS]
    .flatMap(({ light, dark }) => [
      `.chart [fill="${light}"]{fill:${dark}}`,
      `.chart [stroke="${light}"]{stroke:${dark}}`,
    ])
    .join('');
}
