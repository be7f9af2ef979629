import { capitalize } from '@blurcycle/core';
import { formatSignificant } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import { shortValue, type PlacedClaim } from '../model/claims.ts';
import { forestGroups, intervalMarks } from '../sections/forestPlot.ts';

/** Height of a line, and where its parts begin, in px. */
const LINE = 22;
const COLUMNS = { text: 8, drawing: 690, value: 945, verdict: 1148 };
const WIDTH = 1170;
/** Longest text of a claim, in characters. */
const LONGEST = 102;

const COLORS = {
  reproduced: '#2b8a57',
  'not reproduced': '#d1432c',
  undecided: '#a67c00',
} as const;
const MARKS = { reproduced: '✓', 'not reproduced': '✗', undecided: '?' } as const;

/**
 * The claims in one picture, alone in its file: readable on a white and on a dark page.
 */
export function claimsPicture(claims: readonly PlacedClaim[]): string {
  let y = 0;
  const parts: Html[] = [];
  for (const group of forestGroups(claims)) {
    y += LINE + 6;
    parts.push(
      html`<g font-weight="600" fill="#808080">
        <text x="${COLUMNS.text}" y="${y}">${group.title}</text>
        ${group.ticks.map(
          (tick) =>
            html`<text x="${COLUMNS.drawing + group.at(tick)}" y="${y}" text-anchor="middle">
              ${formatSignificant(tick, 3)}
            </text>`,
        )}
      </g>`,
    );
    for (const { place, claim } of group.claims) {
      y += LINE;
      parts.push(
        html`<g fill="#808080">
          <text x="${COLUMNS.text}" y="${y}"
            >${shortened(`${place}: ${withoutMetric(capitalize(claim.text))}`)}</text
          >
          <g
            transform="translate(${COLUMNS.drawing} ${y - 13})"
            color="${COLORS[claim.verdict]}"
            class="marks"
          >
            ${intervalMarks(claim, group)}
          </g>
          <text x="${COLUMNS.value}" y="${y}">${shortValue(claim)}</text>
          <text x="${COLUMNS.verdict}" y="${y}" fill="${COLORS[claim.verdict]}" font-weight="700">
            ${MARKS[claim.verdict]}
          </text>
        </g>`,
      );
    }
  }
  const height = y + 12;
  return `${
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      height="${height}"
      font-family="system-ui, sans-serif"
      font-size="13"
      role="img"
      aria-label="The claims of the paper: our value, its 95 % interval, and where the claim holds"
    >
      <style>
        .holds {
          fill: #808080;
          fill-opacity: 0.16;
        }
        .zero {
          stroke: #808080;
        }
        .threshold {
          stroke: #808080;
          stroke-width: 1.5;
          stroke-dasharray: 3 2;
        }
        .range {
          stroke: currentColor;
          stroke-width: 2.5;
        }
        .marks circle {
          fill: currentColor;
        }
      </style>
      ${parts}
    </svg>`.markup
  }\n`;
}

/** The title of the group says what a claim is measured in. */
function withoutMetric(text: string): string {
  return text.replace(/,? in (?:PSNR|SSIM)$/, '');
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).trimEnd()}…`;
}
