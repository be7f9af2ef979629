/**
 * @file The library as a browser takes it: `@blurcycle/models` under the condition `browser`.
 *   Networks are applied, not trained.
 */
export { disposeNetworks, type Network, type Parameter } from './network.ts';
export { buildUNet, uNetShapes } from './unet.ts';
