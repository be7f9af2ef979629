/** @file What tests of other libraries use of these. */
export { offerSoftwareGpu } from './softwareGpu.ts';
export { dot } from './support.ts';
