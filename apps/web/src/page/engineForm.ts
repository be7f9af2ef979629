import { findPageGpu, type PageGpu } from '@blurcycle/compute/webgpu-adapter';
import { type EngineChoice, takesGpu } from '../worker/protocol.ts';
import { element, field, select } from './element.ts';

/** The part of the page that says what computes. */
export interface EngineForm {
  readonly root: HTMLElement;
  readonly choice: () => EngineChoice;
  /** Name of the GPU that will compute; undefined: none. */
  readonly gpu: () => string | undefined;
}

/** Creates the form; `#js`, `#wasm` or `#webgpu` in the address makes another choice at first. */
export function createEngineForm(hash: string): EngineForm {
  const list = select([
    ['auto', 'the fastest that is there'],
    ['webgpu', 'the GPU (WebGPU)'],
    ['wasm', 'WebAssembly'],
    ['js', 'JavaScript'],
  ]);
  const asked = hash.slice(1);
  if ([...list.options].some(({ value }) => value === asked)) list.value = asked;
  const part = field('Compute with', list, 'looking for a GPU ...');
  const hint = part.querySelector('small');
  let found: PageGpu | null = null;
  const root = element(
    'fieldset',
    {},
    element('legend', {}, 'Speed'),
    element('div', { class: 'fields' }, part),
  );
  void findPageGpu()
    .catch(() => null)
    .then((gpu) => {
      found = gpu;
      if (hint !== null) hint.textContent = describeGpu(gpu);
      root.dispatchEvent(new Event('change'));
    });
  const choice = (): EngineChoice => list.value as EngineChoice;
  return {
    root,
    choice,
    gpu: () => (found !== null && takesGpu(choice(), found) ? found.name : undefined),
  };
}

function describeGpu(gpu: PageGpu | null): string {
  if (gpu === null) return 'this browser offers no GPU (WebGPU)';
  if (gpu.isSoftware) return `no GPU: ${gpu.name}, a program, stands in for one and is slower`;
  return `GPU: ${gpu.name}`;
}
