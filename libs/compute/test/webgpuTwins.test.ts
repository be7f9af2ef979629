/** Operations on WebGPU against the compositions that define them, at tiny sizes: a program may stand in for the GPU. */
import { describe } from 'vitest';
import { backendReport } from '../src/index.ts';
import { describeTwins } from './describeTwins.ts';
import { offerSoftwareGpu } from './softwareGpu.ts';

offerSoftwareGpu();
const report = (await backendReport()).find(({ name }) => name === 'webgpu');
if (report?.available !== true)
  process.stderr.write(`WebGPU is not tested: ${report?.detail} (${report?.remedy})\n`);

describe.skipIf(report?.available !== true)('WebGPU twins', () => {
  describeTwins({ backend: 'webgpu', largest: 2500 });
});
