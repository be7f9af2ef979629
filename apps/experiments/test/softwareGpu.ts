import { existsSync } from 'node:fs';

/** SwiftShader, a program that stands in for a GPU, as Debian's chromium brings it. */
const SWIFTSHADER_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Lets WebGPU find SwiftShader where no driver is named and SwiftShader is there. Call it before a
 * back-end is chosen.
 */
export function offerSoftwareGpu(): void {
  if (existsSync(SWIFTSHADER_DRIVER)) process.env['VK_DRIVER_FILES'] ??= SWIFTSHADER_DRIVER;
}
