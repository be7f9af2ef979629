import type { SlurmRequest } from './slurmScript.ts';

/** The work for a Kubernetes cluster. */
type KubernetesRequest = Omit<SlurmRequest, 'sbatch' | 'sbatchTrain'> & {
  /** Container image with Node; the project brings everything else. */
  readonly image: string;
  /** PersistentVolumeClaim that holds the project and its results, writable by many pods. */
  readonly claim: string;
};

/** Seconds that a pod has to save its state when its node is drained. */
const GRACE_SECONDS = 120;
/** How often pods may end early, for each run. */
const RETRIES_PER_RUN = 6;

/**
 * A manifest of one indexed Job: an index for each training run, and the last one for the table.
 *
 * Kubernetes starts the indices in any order, so the last one waits for each run (`train --wait`)
 * and trains what nobody has. A pod that is stopped saves a checkpoint, and its successor goes on
 * from there.
 *
 * @returns JSON, which `kubectl apply -f -` reads as it reads YAML.
 */
export function kubernetesJob(request: KubernetesRequest): string {
  const { experiment, profile, runs, projectRoot, cpus, image, claim } = request;
  const container = {
    name: 'blurcycle',
    image,
    workingDir: projectRoot,
    command: ['bash', '-c', taskScript(request)],
    resources: { requests: { cpu: String(cpus) }, limits: { cpu: String(cpus) } },
    volumeMounts: [{ name: 'project', mountPath: projectRoot }],
  };
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `blurcycle-${experiment}-${profile}` },
    spec: {
      completionMode: 'Indexed',
      completions: runs.length + 1,
      parallelism: runs.length + 1,
      backoffLimit: RETRIES_PER_RUN * (runs.length + 1),
      template: {
        spec: {
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [container],
          volumes: [{ name: 'project', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
  return JSON.stringify(manifest, null, 2);
}

/** What a pod does: the run of its index, or all of them and the table. */
function taskScript({
  experiment,
  profile,
  runs,
  experimentsDir,
  resultsDir,
  cpus,
}: KubernetesRequest): string {
  const folders = [experimentsDir, resultsDir].map((path) => `'${path.replaceAll("'", `'\\''`)}'`);
  const options = `--profile ${profile} --experiments-dir ${folders[0]} --results-dir ${folders[1]} --threads ${cpus}`;
  const cli = 'node apps/experiments/bin/blurcycle.mjs';
  return [
    'set -euo pipefail',
    `runs=(${runs.map(({ name, seed }) => `'${name} --seed ${seed}'`).join(' ')})`,
    `if [ "$JOB_COMPLETION_INDEX" -lt ${runs.length} ]; then`,
    `  exec ${cli} train \${runs[$JOB_COMPLETION_INDEX]} --wait ${options}`,
    'fi',
    `for run in "\${runs[@]}"; do ${cli} train $run --wait ${options}; done`,
    `exec ${cli} table ${experiment} ${options}`,
    '',
  ].join('\n');
}
