import type { ClaimKind } from '../files/fileSchemas.ts';
import type { ClaimResult } from './table.ts';

/** What each kind of claim is called: in one word, one of them, and several. */
export const CLAIM_KINDS: Readonly<
  Record<ClaimKind, { readonly word: string; readonly one: string; readonly many: string }>
> = {
  paper: { word: 'paper', one: 'claim of the paper', many: 'claims of the paper' },
  calibration: {
    word: 'calibration',
    one: 'calibration of our data',
    many: 'calibrations of our data',
  },
  ours: { word: 'ours', one: 'hypothesis of ours', many: 'hypotheses of ours' },
};

const WITHOUT_KIND = { one: 'claim', many: 'claims' };

/** How many claims of one kind got each verdict. */
export interface ClaimTally {
  /** Undefined for claims of old tables, which have no kind. */
  readonly kind: ClaimKind | undefined;
  /** `claims of the paper`, `claim of the paper` for one. */
  readonly label: string;
  readonly total: number;
  /** Verdicts that were reached at all, with their number. */
  readonly verdicts: readonly (readonly [verdict: ClaimResult['verdict'], count: number])[];
}

const VERDICTS = ['reproduced', 'not reproduced', 'undecided'] as const;

/** The verdicts by kind of claim, the paper's first; kinds without a claim are left out. */
export function tallyClaims(
  claims: readonly Pick<ClaimResult, 'kind' | 'verdict'>[],
): readonly ClaimTally[] {
  return (['paper', 'calibration', 'ours', undefined] as const).flatMap((kind) => {
    const those = claims.filter((claim) => claim.kind === kind);
    if (those.length === 0) return [];
    const verdicts = VERDICTS.map(
      (verdict) => [verdict, those.filter((claim) => claim.verdict === verdict).length] as const,
    ).filter(([, count]) => count > 0);
    const words = kind === undefined ? WITHOUT_KIND : CLAIM_KINDS[kind];
    const label = those.length === 1 ? words.one : words.many;
    return [{ kind, label, total: those.length, verdicts }];
  });
}

/** One sentence for each kind: `Of 8 claims of the paper: 3 reproduced, 5 undecided.` */
export function describeTallies(
  claims: readonly Pick<ClaimResult, 'kind' | 'verdict'>[],
): readonly string[] {
  return tallyClaims(claims).map(({ label, total, verdicts }) => {
    const parts = verdicts.map(([verdict, count]) => `${count} ${verdict}`);
    return `Of ${total} ${label}: ${parts.join(', ')}.`;
  });
}
