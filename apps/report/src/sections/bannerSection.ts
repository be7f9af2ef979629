import { html, type Html } from '../html/html.ts';
import type { Problem } from '../model/findProblems.ts';

const WORDS: Readonly<Record<Problem['kind'], string>> = {
  failed: 'Failed',
  missing: 'Missing',
  damaged: 'Unreadable',
  stale: 'Stale',
  dirty: 'Uncommitted',
};

/** What stands above everything else when not all is well. */
export function bannerSection(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  return html`<aside class="banner" aria-label="Warnings">
    <p>
      <strong>Read with care.</strong>
      ${problems.length === 1 ? 'One thing is' : `${problems.length} things are`} not as they should
      be:
    </p>
    <ul>
      ${problems.map(({ kind, text }) => html`<li><span class="tag">${WORDS[kind]}</span> ${text}</li>`)}
    </ul>
  </aside>`;
}
