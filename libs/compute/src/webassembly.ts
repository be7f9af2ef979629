/**
 * @file The entry for pages, `@blurcycle/compute/webassembly`: lets the convolutions of
 *   `@blurcycle/compute/transforms` run in WebAssembly.
 */
export { startWebAssembly } from './fft/createConvolver3d.browser.ts';
