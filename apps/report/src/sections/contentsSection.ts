import type { Table } from '@blurcycle/experiment';
import { html, type Html } from '../html/html.ts';

/** A section of the page. */
export interface ContentsEntry {
  readonly id: string;
  readonly label: string;
  /** What is there. */
  readonly title: string;
  readonly claims?: Table['claims'];
}

const TONES = { reproduced: 'yes', 'not reproduced': 'no', undecided: 'open' } as const;

/** Links to the sections, each with what it says and how its claims came out. */
export function contentsSection(entries: readonly ContentsEntry[]): Html {
  return html`<nav id="contents" aria-label="Contents">
    <ol>
      ${entries.map(
        ({ id, label, title, claims }) =>
          html`<li>
            <a href="#${id}">${label}</a>
            <span class="what"
              >${title}${claims === undefined ? null : html`<span class="tallies">${verdicts(claims)}</span>`}</span
            >
          </li>`,
      )}
    </ol>
  </nav>`;
}

function verdicts(claims: Table['claims']): readonly Html[] {
  return (['reproduced', 'not reproduced', 'undecided'] as const).flatMap((verdict) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length;
    return count === 0
      ? []
      : [html` <span class="tally ${TONES[verdict]}">${count} ${verdict}</span>`];
  });
}
