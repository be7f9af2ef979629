export { meanSquaredError } from './meanSquaredError.ts';
export { nrmse } from './nrmse.ts';
export { psnr } from './psnr.ts';
export { psnrPerSlice } from './psnrPerSlice.ts';
export { type ScoreOptions } from './scoreOptions.ts';
export { ssim } from './ssim.ts';
export { ssimPerSlice } from './ssimPerSlice.ts';
