import { METRICS, type RunRecord } from '@blurcycle/experiment';
import { formatCount, formatSignificant } from '../html/formatNumber.ts';
import { html, type Html } from '../html/html.ts';
import type { RunInput } from '../inputs/readResults.ts';

/** Rules of `training.select` in words. */
const RULES: Readonly<Record<string, string>> = {
  last: 'last update',
  'best-validation-psnr': 'best PSNR',
  'best-cycle-residual': 'smallest cycle residual',
};

/**
 * Which weights each rule of selection would have taken, and what the validation volumes said of
 * them; the rule in force is marked. Nothing where no record tells.
 */
export function selectionTable(runs: readonly RunInput[]): Html | null {
  const told = runs
    .map(({ record }) => record)
    .filter(({ choices }) => Object.keys(choices).length > 0);
  if (told.length === 0) return null;
  const rules = [...new Set(told.flatMap(({ choices }) => Object.keys(choices)))];
  return html`<h3>Choice of weights</h3>
    <p class="note">
      Of the weights that were validated, those that each rule would have taken, with what the
      validation volumes said of them. The rule in force is set in bold; the test volumes have no
      part in it.
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="Choice of weights">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col" class="words">Run</th>
            ${rules.map((rule) => html`<th scope="col" class="words">${RULES[rule] ?? rule}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${told.map(
            (record) =>
              html`<tr>
                <th scope="row">${record.id}</th>
                ${rules.map((rule) => choiceCell(record, rule))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function choiceCell({ choices, settings }: RunRecord, rule: string): Html {
  if (!(rule in choices)) return html`<td class="words">–</td>`;
  const { update, validation } = choices[rule];
  const name = `update ${formatCount(update)}`;
  return html`<td class="words">
    ${settings.training.select === rule ? html`<b>${name}</b>` : name}
    <span class="values">${Object.entries(validation).map(measured).join(', ')}</span>
  </td>`;
}

function measured([name, value]: readonly [string, number]): string {
  const known = METRICS[name];
  if (known === undefined) {
    return `${name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()} ${formatSignificant(value, 3)}`;
  }
  const unit = known.unit === null ? '' : ` ${known.unit}`;
  return `${known.label} ${value.toFixed(known.digits)}${unit}`;
}
