import type { MethodStyle } from '../charts/methodColors.ts';
import { dataLink, packedScript, toCsv } from '../html/embed.ts';
import { formatNumber, formatSignificant } from '../html/format.ts';
import { colorPng, grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { KernelBlock } from '../inputs/readBlock.ts';
import {
  cutValues,
  differenceFrom,
  kernelLimits,
  kernelLine,
  kernelSeeds,
  kernelsOfSeed,
  middleOf,
  signedColor,
  toneOf,
  type ShownKernel,
} from '../model/kernels.ts';
import { drawing } from './drawing.ts';
import { selfLink, type FigureFrame } from './frame.ts';
import { kernelKey, kernelProfiles } from './kernelProfiles.ts';

/** Where a figure of kernels is shown. */
interface KernelFigureOptions extends FigureFrame {
  /** Unique within the page. */
  readonly id: string;
  readonly style: MethodStyle | undefined;
}

/** Color of the learned kernel where its method has none. */
const NO_STYLE = '#417344';

/**
 * Truth, start, learned kernel and their difference: planes through the center, and profiles with
 * widths. Without a script this is the figure of the first seed; the script makes it a viewer of
 * all seeds and planes.
 */
export function kernelFigure(block: KernelBlock, options: KernelFigureOptions): Html {
  const { id, style, made } = options;
  const { title, shape, voxelSizeUm, kernels } = block;
  const seeds = kernelSeeds(block);
  const color = style?.light ?? NO_STYLE;
  const limits = kernelLimits(block);
  const [seed = null] = seeds;
  const shown = seed === null ? kernels : kernelsOfSeed(block, seed);
  const voxel = [...voxelSizeUm].reverse().map((side) => formatSignificant(side, 3));
  const data = {
    ...{ shape, voxelSizeUm, color },
    scale: block.scale,
    kernels: kernels.map((kernel, i) => ({ ...kernel, values: block.stored[i] })),
  };
  return html`<figure class="kernels" id="${id}">
    <figcaption>
      <strong>${title}.</strong> ${shape[0]} planes of ${shape[1]} by ${shape[2]} voxels of
      ${voxel.join(' × ')} µm (x, y, z); the same scale in every panel. ${selfLink(id, title)}
    </figcaption>
    <div class="still">
      <p class="note">
        Top: the XY plane through the center; bottom: the XZ plane. Black is 0 or less, white is
        ${formatSignificant(limits.peak, 3)}. Difference: blue is
        ${formatSignificant(limits.difference, 3)} too small, orange
        ${formatSignificant(limits.difference, 3)} too large.
        ${seeds.length > 1 ? `Seed ${seed} of ${seeds.length} seeds.` : null}
      </p>
      <div class="kernel-sheet">${panels(block, shown, limits)}</div>
      <p class="profile-key">${kernelKey(shown, color)}</p>
      <div class="kernel-profiles">
        ${kernelProfiles({ set: block, kernels: shown, point: middleOf(block), peak: limits.peak, isLog: false, color })}
      </div>
    </div>
    <p class="tools">
      ${dataLink('Profiles as CSV', `${id}-profiles.csv`, 'text/csv', profilesCsv(block))}
    </p>
    ${made} ${packedScript('kernel-data', data)}
  </figure>`;
}

function panels(
  block: KernelBlock,
  shown: readonly ShownKernel[],
  limits: ReturnType<typeof kernelLimits>,
): readonly Html[] {
  const { peak } = limits;
  const gray = (values: Float32Array): readonly number[] =>
    [...values].map((value) => Math.round(255 * toneOf(value, peak, false)));
  const truth = shown.find(({ role }) => role === 'truth');
  const learned = shown.find(({ role }) => role === 'learned');
  return [
    ...shown.map(({ label, correlation, values }) =>
      panel(block, label, describe(label, correlation), values, (cut, width, height) =>
        grayPng(Uint8Array.from(gray(cut)), width, height),
      ),
    ),
    ...(truth === undefined || learned === undefined
      ? []
      : [
          panel(
            block,
            'Difference',
            `${learned.label} minus ${truth.label}`,
            differenceFrom(truth, learned),
            (cut, width, height) =>
              colorPng(
                Uint8Array.from(
                  [...cut].flatMap((value) => [...signedColor(value / limits.difference)]),
                ),
                width,
                height,
              ),
          ),
        ]),
  ];
}

function describe(label: string, correlation: number | null): string {
  return correlation === null
    ? label
    : `${label}, correlation with the truth ${formatNumber(correlation, 3)}`;
}

function panel(
  { shape, voxelSizeUm: [dz, dy, dx] }: KernelBlock,
  label: string,
  words: string,
  values: Float32Array,
  encode: (cut: Float32Array, width: number, height: number) => Buffer,
): Html {
  const [depth, height, width] = shape;
  const [z, y] = middleOf({ shape });
  const plane = (cut: 'xy' | 'xz', at: number, rows: number, side: number): Html =>
    drawing(dx, 'kernel-plane', {
      voxels: [width, rows],
      aspect: side / dx,
      content: html`<image
        width="${width}"
        height="${rows}"
        preserveAspectRatio="none"
        href="data:image/png;base64,${encode(cutValues(values, shape, cut, at), width, rows).toString('base64')}"
      />`,
      label: `${words}: ${cut.toUpperCase()} plane through the center`,
    });
  return html`<figure>
    <figcaption>${label}</figcaption>
    ${plane('xy', z, height, dy)} ${plane('xz', y, depth, dz)}
  </figure>`;
}

/** Values of all kernels along all axes through the center. */
function profilesCsv(block: KernelBlock): string {
  const rows = block.kernels.flatMap(({ label, values }) =>
    ([0, 1, 2] as const).flatMap((axis) =>
      kernelLine(block, values, middleOf(block), axis).map(
        ([um, value]) =>
          [label, 'zyx'[axis], Number(um.toPrecision(6)), Number(value.toPrecision(5))] as const,
      ),
    ),
  );
  return toCsv(['kernel', 'axis', 'position (µm)', 'value'], rows);
}
