import { arch, cpus, platform, totalmem } from 'node:os';
import type { Bfloat16Unit, GpuLimits } from '@blurcycle/compute';
import { defineCommand, JSON_OPTION } from './commonOptions.ts';

/** `blurcycle doctor`: what this machine offers, what is missing, and how to install it. */
export const doctorCommand = defineCommand({
  builder: (yargs) => yargs.options(JSON_OPTION).example('$0 doctor', 'what this machine offers'),
  handler: async ({ json }) => {
    const { backendReport, preferredBackend } = await import('@blurcycle/compute');
    const backends = await backendReport();
    const chosen = preferredBackend(backends)?.name ?? null;
    const machine = {
      node: process.versions.node,
      platform: `${platform()} ${arch()}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    };
    if (json) {
      console.log(JSON.stringify({ machine, backends, chosen }, null, 2));
      return;
    }
    console.log(`Node ${machine.node} on ${machine.platform}`);
    console.log(`${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB of memory\n`);
    console.log('back-ends in the order in which auto tries them:');
    for (const { name, available, detail, remedy, limits, bfloat16 } of backends) {
      const advice = available || remedy === undefined ? '' : ` -> ${remedy}`;
      console.log(`  ${available ? 'yes' : 'no '}  ${name.padEnd(10)}  ${detail}${advice}`);
      if (limits !== undefined) console.log(`${' '.repeat(19)}${describeLimits(limits)}`);
      if (bfloat16 !== undefined) console.log(`${' '.repeat(19)}${BFLOAT16_UNITS[bfloat16]}`);
    }
    console.log(`\nauto chooses ${chosen ?? 'nothing'}`);
  },
});

/** What `precision: bfloat16` runs on, the best that is there. */
const BFLOAT16_UNITS: Readonly<Record<Bfloat16Unit, string>> = {
  amx: 'bfloat16: AMX tiles',
  'avx512-bf16': 'bfloat16: dot products of AVX512-BF16; no AMX tiles here',
  'amx-emulated': 'bfloat16: AMX tiles in plain C++, for tests',
  rounded: 'bfloat16: float32 arithmetic on rounded factors; neither AMX nor AVX512-BF16 here',
};

function describeLimits({
  bufferBytes,
  bindingBytes,
  workgroupBytes,
  computesInHalf,
}: GpuLimits): string {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return [
    `largest array ${mebibytes(bufferBytes)}`,
    `${mebibytes(bindingBytes)} of it for a program`,
    `${workgroupBytes / 2 ** 10} KiB shared by a workgroup`,
    computesInHalf ? 'shader-f16' : 'no shader-f16',
  ].join(', ');
}
