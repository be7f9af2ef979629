import { element } from './element.ts';

/** What a click enlarges. */
const PICTURES = [
  '.chart-figure > .chart > svg',
  '.image-row svg',
  '.grid-table canvas',
  '.grid-table svg.plane',
].join();

/** Opens a picture as large as the window, on a click on it or on the button of a chart. */
export function enableEnlarging(): void {
  const content = element('div', { class: 'enlarged-content' });
  const close = element('button', { type: 'button' }, 'Close');
  const dialog = element('dialog', { class: 'enlarged-view' }, close, content);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  document.body.append(dialog);
  const open = (picture: Element): void => {
    const label = picture.getAttribute('aria-label') ?? 'Enlarged picture';
    dialog.setAttribute('aria-label', label);
    content.replaceChildren(copyOf(picture), element('p', {}, label));
    dialog.showModal();
  };
  document.addEventListener('click', ({ target }) => {
    const picture = target instanceof Element ? target.closest(PICTURES) : null;
    if (picture !== null) open(picture);
  });
  for (const tools of document.querySelectorAll('.chart-figure > .tools')) {
    const button = element('button', { type: 'button', class: 'enlarge' }, 'Enlarge');
    button.addEventListener('click', () => {
      const picture = tools.parentElement?.querySelector('.chart svg');
      if (picture !== null && picture !== undefined) open(picture);
    });
    tools.querySelector('button.explore')?.after(button);
  }
}

function copyOf(picture: Element): HTMLElement {
  const frame = element('div', { class: 'chart' });
  if (picture instanceof HTMLCanvasElement) {
    const copy = element('canvas');
    copy.width = picture.width;
    copy.height = picture.height;
    copy.getContext('2d')?.drawImage(picture, 0, 0);
    copy.style.aspectRatio = picture.style.aspectRatio;
    frame.append(copy);
  } else frame.append(picture.cloneNode(true));
  return frame;
}
