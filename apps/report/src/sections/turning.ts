import type { ImageStore } from '../html/embed.ts';
import { grayPng } from '../html/grayPng.ts';
import { html, type Html } from '../html/html.ts';
import type { VolumeSet } from '../inputs/readBlock.ts';
import { TURN_VIEWS, turnOf } from '../model/rotation.ts';
import { drawing } from './drawing.ts';

/** Volumes that turn, by id, in this order. */
const TURNING: readonly string[] = ['input', 'cyclegan', 'proposed', 'non-blind', 'rl-tv', 'truth'];

/**
 * Maximum projections of some volumes from all sides; they turn once the box is checked, without a
 * script. null where the page holds no stacks.
 */
export function turningFigure(set: VolumeSet, id: string, images: ImageStore): Html | null {
  const items = TURNING.flatMap((name) => set.items.filter((item) => item.id === name));
  if (set.part === 'none' || items.length === 0) return null;
  const dx = set.voxelSizeUm[2];
  return html`<div class="turning" id="${id}-turning">
    <input type="checkbox" id="${id}-turn" /><label for="${id}-turn"
      >Turn about the y axis: maximum projections from ${TURN_VIEWS} sides</label
    >
    <div class="turn-row">
      ${items.map((item) => {
        const { width, height, gray } = turnOf(item, set);
        const views = images.add(
          grayPng(gray, width, height * TURN_VIEWS),
          width,
          height * TURN_VIEWS,
        );
        return html`<figure data-method="${item.id}">
          <figcaption>${item.label}</figcaption>
          ${drawing(dx, 'turn', {
            voxels: [width, height],
            aspect: set.voxelSizeUm[1] / dx,
            content: html`<g class="turn-views"><use href="#${views}" /></g>`,
            label: `${item.label}: maximum projection, turning`,
          })}
        </figure>`;
      })}
    </div>
  </div>`;
}
