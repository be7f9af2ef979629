import { createRequire } from 'node:module';

/** Outcome of loading TensorFlow. */
export type TensorflowSearch =
  { readonly usesGpu: boolean } | { readonly missing: string; readonly remedy: string };

/** What the package registers with tfjs under the name `tensorflow`. */
interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
}

// Not a constant of the type checker: the package is installed by hand, its types are never there.
const PACKAGE: string = '@tensorflow/tfjs-node-gpu';
const INSTALL = `npm install --no-save ${PACKAGE}@4.22.0`;

let search: Promise<TensorflowSearch> | undefined;

/**
 * Loads TensorFlow where it is installed, which makes the back-end `tensorflow` known to tfjs; once
 * in a process.
 */
export function findTensorflow(): Promise<TensorflowSearch> {
  search ??= loadTensorflow();
  return search;
}

async function loadTensorflow(): Promise<TensorflowSearch> {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return {
      missing: `${PACKAGE} is not installed`,
      remedy: `on a machine with CUDA run: ${INSTALL}`,
    };
  }
  // TensorFlow announces its build and every library it does not find, line by line, unless told
  // not to.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    const { backend } = (await import(PACKAGE)) as { backend: () => object };
    return { usesGpu: (backend() as TensorflowBackend).isUsingGpuDevice };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      missing: `${PACKAGE} does not load: ${reason}`,
      remedy: `its libtensorflow may not have been downloaded; run again: ${INSTALL}`,
    };
  }
}
