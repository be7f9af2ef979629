import { createPsf, PSF_PRESETS, type PsfRequest } from '@blurcycle/psf';

/** One measured volume. */
interface PsfBenchmark {
  readonly label: string;
  readonly shape: readonly number[];
  /** The first computation in milliseconds, compilation of the code included. */
  readonly firstMs: number;
  /** Fastest repetition in milliseconds: what the machine can do when nothing else runs. */
  readonly bestMs: number;
  /** Limit in milliseconds. */
  readonly limitMs: number;
}

const WORK: readonly { label: string; request: PsfRequest; limitMs: number }[] = [
  {
    label: 'Richards & Wolf, a kernel of 31 voxels',
    request: { ...PSF_PRESETS['psf-generator'].request, shape: [31, 31, 31] },
    limitMs: 10,
  },
  {
    label: 'Richards & Wolf, the default volume of PSF Generator',
    request: PSF_PRESETS['psf-generator'].request,
    limitMs: 1000,
  },
  {
    label: 'Born & Wolf, the default volume of PSF Generator',
    request: { ...PSF_PRESETS['psf-generator'].request, model: 'born-wolf' },
    limitMs: 1000,
  },
];

/**
 * Times the computation of point spread functions on one core, each against its limit.
 *
 * @param repetitions - Computations of each volume after the first.
 */
export function benchPsf(repetitions = 5): PsfBenchmark[] {
  return WORK.map(({ label, request, limitMs }) => {
    const firstMs = milliseconds(request);
    const times = Array.from({ length: repetitions }, () => milliseconds(request));
    return { label, shape: request.shape, firstMs, bestMs: Math.min(firstMs, ...times), limitMs };
  });
}

function milliseconds(request: PsfRequest): number {
  const start = performance.now();
  createPsf(request);
  return performance.now() - start;
}
