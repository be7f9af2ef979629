export { benchConv } from './benchConv.ts';
export { benchConvOnGpu } from './benchConvOnGpu.ts';
export { benchPsf } from './benchPsf.ts';
export { benchRichardsonLucy } from './benchRichardsonLucy.ts';
export { benchRichardsonLucyOnGpu } from './benchRichardsonLucyOnGpu.ts';
export { benchStep } from './benchStep.ts';
