import { gunzipSync, strFromU8 } from 'fflate';

/** Makes a link to a packed file save the text in it: the click unpacks it first. */
export function enhanceLink(link: HTMLAnchorElement): void {
  link.addEventListener('click', () => {
    const { name, type } = link.dataset;
    if (name === undefined || type === undefined) return;
    const [, base64] = link.href.split(';base64,');
    if (base64 === undefined) return; // unpacked by an earlier click
    const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    link.href = `data:${type};charset=utf-8,${encodeURIComponent(strFromU8(gunzipSync(packed)))}`;
    link.download = name;
  });
}
