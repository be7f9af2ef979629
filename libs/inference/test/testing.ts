export { selectCpuBackend } from './cpuBackend.ts';
export { smallModel } from './smallModel.ts';
