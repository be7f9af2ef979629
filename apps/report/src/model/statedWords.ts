import type { ExperimentSet, Table } from '@blurcycle/experiment';

type Stated = NonNullable<ReturnType<ExperimentSet['experiments']['get']>>['content'];

/**
 * A table in the words of its experiment file, which may be others now than when it was made: title
 * and reference, the text of each claim with the same rule, and the kind of each claim.
 *
 * @param stated - What the file says; undefined where there is none, as for a file that is gone.
 */
export function inStatedWords(table: Table, stated: Stated | undefined): Table {
  if (stated === undefined) return table;
  const claims = table.claims.map((claim) => {
    const now = stated.claims.find(({ id }) => id === claim.id);
    if (now === undefined) return claim;
    const text = now.rule === claim.rule ? now.text : claim.text;
    return { ...claim, text, kind: now.kind };
  });
  return { ...table, title: stated.title, place: stated.place, claims };
}
