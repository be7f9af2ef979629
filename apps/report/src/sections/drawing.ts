import { formatSignificant, scaleBarUm } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';

/** A picture of voxels: its size in voxels and in units of a voxel's width, and what it shows. */
interface Drawing {
  readonly voxels: readonly [width: number, height: number];
  /** Height of a voxel relative to its width. */
  readonly aspect: number;
  readonly content: Html;
  readonly label: string;
  /** Whether it has a scale bar; true unless given. */
  readonly hasBar?: boolean;
}

/**
 * A picture with its scale bar, as wide as its column.
 *
 * @param dx - Width of a voxel in µm.
 */
export function drawing(
  dx: number,
  name: string,
  { voxels, aspect, content, label, hasBar = true }: Drawing,
): Html {
  const [width, height] = voxels;
  const tall = Number((height * aspect).toFixed(3));
  return html`<svg class="${name}" viewBox="0 0 ${width} ${tall}" role="img" aria-label="${label}">
    <svg
      width="${width}"
      height="${tall}"
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
    >
      ${content}
    </svg>
    ${hasBar ? scaleBar(dx, width, tall) : null}
  </svg>`;
}

function scaleBar(dx: number, width: number, tall: number): Html {
  const bar = scaleBarUm(width * dx);
  const size = width / 10;
  return html`<rect
      class="bar"
      x="${width * 0.05}"
      y="${tall - width * 0.065}"
      width="${bar / dx}"
      height="${width * 0.02}"
      stroke-width="${width * 0.008}"
    />
    <text
      class="bar-label"
      x="${width * 0.05}"
      y="${tall - width * 0.09}"
      font-size="${size}"
      stroke-width="${size / 5}"
    >
      ${formatSignificant(bar, 2)} µm
    </text>`;
}
