/** One tiny computation whose output bits are kept. */
export interface GoldenCase {
  /**
   * `native`: the C++ kernels have a part in it, so its bits may differ between instruction sets;
   * `portable`: JavaScript alone.
   */
  readonly runsOn: 'native' | 'portable';
  /** What comes out: numbers, arrays, text, lists and objects of them. */
  readonly run: () => unknown;
}

/** The cases of one stage by name. */
export type GoldenCases = Readonly<Record<string, GoldenCase>>;

/** A case that touches no C++ kernel. */
export function portable(run: GoldenCase['run']): GoldenCase {
  return { runsOn: 'portable', run };
}

/** A case in which the C++ kernels have a part. */
export function native(run: GoldenCase['run']): GoldenCase {
  return { runsOn: 'native', run };
}
