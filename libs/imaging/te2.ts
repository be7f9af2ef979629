import { createVolume } from '@blurcycle/core';
import { richardsonLucy, blindRichardsonLucy, blur } from './src/index.ts';
import { gaussianKernel, phantom, photons, rms, VOXELS } from './test/deconvolutionSupport.ts';
const psnr = (e:any,t:any)=>20*Math.log10(Math.max(...t.data)/rms(e.data,t.data));
const psf = gaussianKernel([5, 7, 7], [1, 1.2, 1.2]);
const sparse = createVolume([12,24,24],VOXELS); for (let i=0;i<25;i++) sparse.data[(i*277+131)%sparse.data.length]=3000;
for (const [tn,truth] of [['phantom',phantom([12,24,24])],['beads',sparse]] as const) for (const noisy of [true,false]) {
const bl=blur(truth,psf); const observed=noisy?photons(bl):{...bl,data:bl.data.map(v=>Math.max(0,v))};
const narrow = gaussianKernel([5, 7, 7], [0.7, 0.8, 0.8]); const wide=gaussianKernel([5,7,7],[1.5,1.8,1.8]);
for (const [n,g] of [['narrow',narrow],['wide',wide]] as const) for (const [r,o,p] of [[20,5,5],[20,20,2],[10,50,5],[20,10,1]]) { let last:any; const b=blindRichardsonLucy(observed,g,{rounds:r,objectIterations:o,psfIterations:p,onIteration:s=>last=s}); console.log(tn,noisy,n,r,o,p,'psf err',rms(g.data,psf.data).toFixed(4),'->',rms(b.psf.data,psf.data).toFixed(4),'psnr',psnr(b.estimate,truth).toFixed(2), 'idiv',last.iDivergence.toFixed(4), 'guess RL', psnr(richardsonLucy(observed,g,{iterations:100}),truth).toFixed(2), 'true RL',psnr(richardsonLucy(observed,psf,{iterations:100}),truth).toFixed(2)); }}
