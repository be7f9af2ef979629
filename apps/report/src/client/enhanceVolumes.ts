import { createViewer } from './createViewer.ts';
import { decodeStack } from './decodeStack.ts';
import type { VolumeData } from './volumeData.ts';

/** Puts a viewer in the place of the still pictures, once the figure comes near the screen. */
export function enhanceVolumes(figure: HTMLElement): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      void openViewer(figure);
    },
    { rootMargin: '800px' },
  );
  observer.observe(figure);
}

async function openViewer(figure: HTMLElement): Promise<void> {
  const text = figure.querySelector('script.volume-data')?.textContent;
  const still = figure.querySelector('.still');
  if (text === null || text === undefined || still === null) return;
  const data = JSON.parse(text) as VolumeData;
  const stacks = await Promise.all(data.items.map(({ image }) => decodeStack(image, data.shape)));
  still.classList.add('replaced');
  still.before(createViewer(data, stacks, figure.id));
}
