import { jsonScript, type ImageStore } from '../html/embed.ts';
import { formatSignificant } from '../html/format.ts';
import { grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { ShownVolume, VolumeSet } from '../inputs/readBlock.ts';
import { chooseView } from '../model/volumes.ts';
import { drawing } from './drawing.ts';
import { selfLink, type FigureFrame } from './frame.ts';
import { describeThinned } from './volumeFigure.ts';

/** Where a grid is shown. */
interface GridOptions extends FigureFrame {
  /** Unique within the page. */
  readonly id: string;
  readonly images: ImageStore;
  /** Id of a row to that of its method. */
  readonly methodOf: (row: string) => string | undefined;
}

/** A method, and its stack under each condition; one for all where nothing depends on it. */
interface GridRow {
  readonly item: ShownVolume;
  readonly stacks: readonly (ShownVolume | undefined)[];
}

/** A grid with at most so many conditions is narrower than the page. */
const FEW_CONDITIONS = 3;

/** Whether sets are one field of view under several conditions. */
export function areGrid(sets: readonly VolumeSet[]): boolean {
  const [first] = sets;
  return (
    sets.length > 1 &&
    sets.every(
      (set) =>
        set.part === first.part && String(set.shape) === String(first.shape) && hasCondition(set),
    )
  );
}

/** Titles are `what: condition`. */
function hasCondition({ title }: VolumeSet): boolean {
  return title.includes(': ');
}

/** What stands before and behind the last colon of a title. */
function splitTitle({ title }: VolumeSet): readonly [what: string, condition: string] {
  const at = title.lastIndexOf(': ');
  return [title.slice(0, at), title.slice(at + 2)];
}

/**
 * One plane of every method under every condition: methods down, conditions across. The script adds
 * one slider for all.
 */
export function gridFigure(
  sets: readonly VolumeSet[],
  { id, images, methodOf, reference, made }: GridOptions,
): Html {
  const [first] = sets;
  const { plane } = chooseView(first);
  const [what] = splitTitle(first);
  const conditions = sets.map((set) => splitTitle(set)[1]);
  const rows = gridRows(sets);
  const [depth, height, width] = first.shape;
  const [, dy, dx] = first.voxelSizeUm;
  const [low, high] = first.window.map((value) => formatSignificant(value, 3));
  const isHeld = first.part !== 'none';
  const hasViewer = isHeld && first.part !== 'plane';
  const cells = rows.map(({ item, stacks }, i) =>
    stacks.map((stack, j) => ({
      stack,
      label: `${item.label}, ${stacks.length === 1 ? 'every condition' : conditions[j]}`,
      hasBar: i === 0 && j === 0,
      image: stack === undefined || !isHeld ? null : images.add(stack.png, width, height * depth),
    })),
  );
  const shown = hasViewer
    ? `plane ${plane + 1} of ${depth}, the one with most structure`
    : describeHeld(first);
  return html`<figure class="grid" id="${id}">
    <figcaption>
      <strong>${what}.</strong> One column for each of ${conditions.length} conditions, one row for
      each method: ${shown}. The same brightness scale in every panel: black is ${low}, white is
      ${high}. ${selfLink(id, what)}
    </figcaption>
    ${hasViewer ? html`<div class="grid-controls"></div>` : null}
    <div
      class="scroll"
      tabindex="0"
      role="region"
      aria-label="${reference}, ${what}, methods by conditions"
    >
      <table class="grid-table ${conditions.length <= FEW_CONDITIONS ? 'few' : ''}">
        <thead>
          <tr>
            <th scope="col">Method</th>
            ${conditions.map((condition) => html`<th scope="col">${condition}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ item }, i) =>
              html`<tr data-method="${methodOf(item.id) ?? ''}">
                <th scope="row">${item.label}</th>
                ${cells[i].map(({ stack, label, image, hasBar }) =>
                  stack === undefined
                    ? html`<td>–</td>`
                    : html`<td>
                        ${drawing(dx, 'plane', {
                          voxels: [width, height],
                          aspect: dy / dx,
                          content:
                            image === null
                              ? html`<use href="#${brightest(stack, first, images)}" />`
                              : html`<svg
                                  width="${width}"
                                  height="${height}"
                                  viewBox="0 ${plane * height} ${width} ${height}"
                                >
                                  <use href="#${image}" />
                                </svg>`,
                          label: `${label}: ${isHeld ? 'XY plane' : 'maximum projection along z'}${hasViewer ? ` ${plane + 1}` : ''}`,
                          hasBar,
                        })}
                      </td>`,
                )}${
                  cells[i].length < conditions.length
                    ? html`<td class="same" colspan="${conditions.length - 1}">
                        The same under every condition
                      </td>`
                    : null
                }
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      hasViewer
        ? jsonScript('grid-data', {
            shape: first.shape,
            voxelSizeUm: first.voxelSizeUm,
            plane,
            truth: rows.findIndex(({ item }) => item.role === 'truth'),
            rows: cells.map((row) => row.map(({ image, label }) => ({ image, label }))),
          })
        : null
    }
    ${made}
  </figure>`;
}

/** What stands in place of stacks that the page does not hold. */
function describeHeld(set: VolumeSet): string {
  return set.part === 'plane'
    ? describeThinned(set)
    : 'maximum projections along z; the stacks are left out to keep the file small';
}

function brightest(stack: ShownVolume, { shape }: VolumeSet, images: ImageStore): string {
  const [, height, width] = shape;
  return images.add(grayPng(stack.brightest.xy, width, height), width, height);
}

/** The methods of all sets in the order of the first that has them. */
function gridRows(sets: readonly VolumeSet[]): readonly GridRow[] {
  const ids = [...new Set(sets.flatMap(({ items }) => items.map(({ id }) => id)))];
  return ids.map((id) => {
    const stacks = sets.map(({ items }) => items.find((item) => item.id === id));
    const [item] = stacks.filter((stack) => stack !== undefined);
    const isSame = stacks.every((stack) => stack?.png.equals(item.png) === true);
    return { item, stacks: isSame ? [item] : stacks };
  });
}
