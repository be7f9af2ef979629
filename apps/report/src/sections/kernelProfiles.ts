import { formatNumber, formatSignificant } from '../html/format.ts';
import { html, type Html } from '../html/html.ts';
import { DECADES, kernelLine, type KernelSet, type ShownKernel } from '../model/kernels.ts';

/** Size of a drawing and the room for its numbers, in px. */
const WIDTH = 330;
const HEIGHT = 200;
const ROOM = { left: 52, right: 10, top: 10, bottom: 38 };
const FONT_SIZE = 13;

/** What profiles are drawn of. */
interface ProfileOptions {
  readonly set: Omit<KernelSet, 'kernels'>;
  readonly kernels: readonly ShownKernel[];
  /** Voxel that the lines run through. */
  readonly point: readonly [number, number, number];
  /** Largest value of the axis. */
  readonly peak: number;
  readonly isLog: boolean;
  /** Color of the learned kernel on a light page. */
  readonly color: string;
}

/** Values along z, y and x through a voxel, with the widths of the kernels in words. */
export function kernelProfiles(options: ProfileOptions): Html {
  return html`${([0, 1, 2] as const).map((axis) => profile(options, axis))}`;
}

function profile(
  { set, kernels, point, peak, isLog, color }: ProfileOptions,
  axis: 0 | 1 | 2,
): Html {
  const lines = kernels.map((kernel) => ({
    kernel,
    line: kernelLine(set, kernel.values, point, axis),
  }));
  const least = isLog ? peak * 10 ** -DECADES : Math.min(0, ...lines.flatMap(valuesOf));
  const ends = lines[0].line.map(([um]) => um);
  const [from, to] = [ends[0], ends[ends.length - 1]];
  const x = (um: number): number =>
    ROOM.left + ((WIDTH - ROOM.left - ROOM.right) * (um - from)) / (to - from || 1);
  const share = (value: number): number =>
    isLog
      ? 1 + Math.log10(Math.max(value, least) / peak) / DECADES
      : (value - least) / (peak - least);
  const y = (value: number): number =>
    HEIGHT - ROOM.bottom - (HEIGHT - ROOM.top - ROOM.bottom) * Math.min(1, share(value));
  const ticks = isLog ? [peak, peak / 10, peak / 100, least] : [peak, peak / 2, 0];
  const name = 'zyx'[axis];
  const widths = kernels.map(
    ({ label, fwhmUm }) =>
      `${label} ${fwhmUm[axis] === null ? 'cut off' : `${formatNumber(fwhmUm[axis], 3)} µm`}`,
  );
  return html`<figure class="kernel-profile chart">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="Values along ${name}; full width at half maximum: ${widths.join(', ')}"
    >
      ${ticks.map(
        (tick) =>
          html`<path
              d="M${ROOM.left} ${fixed(y(tick))}H${WIDTH - ROOM.right}"
              stroke="currentColor"
              stroke-opacity="0.2"
            />
            <text
              x="${ROOM.left - 6}"
              y="${fixed(y(tick) + 4)}"
              text-anchor="end"
              font-size="${FONT_SIZE}"
              fill="currentColor"
            >
              ${formatSignificant(tick, 2)}
            </text>`,
      )}
      ${[from, 0, to].map(
        (um) =>
          html`<text
            x="${fixed(x(um))}"
            y="${HEIGHT - 21}"
            text-anchor="${um === to ? 'end' : um === 0 ? 'middle' : 'start'}"
            font-size="${FONT_SIZE}"
            fill="currentColor"
          >
            ${formatNumber(um, 2)}
          </text>`,
      )}
      <text
        x="${(WIDTH + ROOM.left) / 2}"
        y="${HEIGHT - 4}"
        text-anchor="middle"
        font-size="${FONT_SIZE}"
        fill="currentColor"
      >
        ${name} from the center (µm)
      </text>
      ${lines.map(({ kernel: { role }, line }) => {
        const d = line.map(
          ([um, value], i) => `${i === 0 ? 'M' : 'L'}${fixed(x(um))} ${fixed(y(value))}`,
        );
        return html`<path d="${d.join('')}" fill="none" ${stroke(role, color)} />`;
      })}
    </svg>
    <figcaption>FWHM ${name}: ${widths.join('; ')}</figcaption>
  </figure>`;
}

function valuesOf({ line }: { readonly line: ReturnType<typeof kernelLine> }): number[] {
  return line.map(([, value]) => value);
}

/** How the line of a kernel is drawn. */
function stroke(role: ShownKernel['role'], color: string): Html {
  if (role === 'truth') return html`stroke="currentColor" stroke-width="3" stroke-opacity="0.45"`;
  if (role === 'start')
    return html`stroke="currentColor" stroke-width="1.4" stroke-dasharray="4 3"`;
  return html`stroke="${color}" stroke-width="2.2"`;
}

/** Which line is which. */
export function kernelKey(kernels: readonly ShownKernel[], color: string): Html {
  return html`${kernels.map(
    ({ label, role }) =>
      html`<span class="chart"
        ><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true">
          <path d="M0 6H26" ${stroke(role, color)} /></svg
        >${label}</span
      >`,
  )}`;
}

function fixed(value: number): number {
  return Number(value.toFixed(1));
}
