import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A SLURM cluster of one node on this machine. */
export interface LocalCluster {
  /** What commands of SLURM need to find it. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * The node dies with all that runs on it: nobody is asked, nothing is cleaned up. The controller
   * learns of it as it would after its timeout.
   */
  failNode(): void;
  /** The node comes back, with nothing running. */
  repairNode(): Promise<void>;
  stop(): Promise<void>;
}

const DAEMONS = ['munged', 'slurmctld', 'slurmd'] as const;
const PORTS = { slurmctld: 16817, slurmd: 16818 };

/** The daemon that is missing, or undefined when a cluster can be started. */
export function missingDaemon(): string | undefined {
  return DAEMONS.find((name) => !existsSync(`/usr/sbin/${name}`));
}

/**
 * Starts munged, slurmctld and slurmd with key, sockets, state and logs of their own inside
 * `folder`.
 *
 * @throws {Error} With the ends of the logs, if the node is not idle within 20 s.
 */
export async function startLocalCluster(folder: string): Promise<LocalCluster> {
  const socket = join(folder, 'munge.sock');
  const key = join(folder, 'munge.key');
  const config = join(folder, 'slurm.conf');
  writeFileSync(key, randomBytes(1024), { mode: 0o400 });
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  writeFileSync(config, configuration(folder, socket));
  const env = { ...process.env, SLURM_CONF: config };
  const started: ChildProcess[] = [];
  const start = (name: (typeof DAEMONS)[number], ...parameters: string[]): ChildProcess => {
    const daemon = spawn(`/usr/sbin/${name}`, parameters, { env, stdio: 'ignore' });
    started.push(daemon);
    return daemon;
  };
  const files = ['pid', 'seed', 'log'].map(
    (kind) => `--${kind}-file=${join(folder, `munged.${kind}`)}`,
  );
  start('munged', '--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...files);
  start('slurmctld', '-D', '-f', config);
  let node = start('slurmd', '-D', '-f', config);
  const setNode = (...changes: string[]): void => {
    execFileSync('scontrol', ['update', `NodeName=${nodeName()}`, ...changes], { env });
  };
  const stop = async (): Promise<void> => {
    for (const daemon of started.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      daemon.kill('SIGKILL');
    }
  };
  const untilIdle = async (): Promise<boolean> => {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (nodeState(env) === 'idle') return true;
      await sleep(200);
    }
    return false;
  };
  if (await untilIdle()) {
    return {
      env,
      stop,
      failNode() {
        const lost = processesOfJobs(env);
        node.kill('SIGKILL');
        for (const pid of lost) process.kill(pid, 'SIGKILL');
        setNode('State=DOWN', 'Reason=test');
      },
      async repairNode() {
        node = start('slurmd', '-D', '-f', config);
        setNode('State=RESUME');
        await untilIdle();
      },
    };
  }
  await stop();
  const logs = DAEMONS.map((name) => lastLines(join(folder, `${name}.log`))).join('\n');
  throw new Error(`localCluster: the node must become idle within 20 s\n${logs}`);
}

/** Every process of every job on the node, and the ones of SLURM that started them. */
function processesOfJobs(env: NodeJS.ProcessEnv): readonly number[] {
  const [, ...lines] = execFileSync('scontrol', ['listpids'], { env, encoding: 'utf8' })
    .trim()
    .split('\n');
  const pids = lines.map((line) => Number(line.split(/\s+/)[0])).filter((pid) => pid > 0);
  const parents = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  });
  const steps = parents.filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('slurmstepd'),
  );
  return [...new Set([...steps, ...pids])];
}

function nodeName(): string {
  return hostname().split('.')[0];
}

function nodeState(env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync('sinfo', ['-h', '-o', '%t'], {
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'not answering';
  }
}

function lastLines(path: string): string {
  return existsSync(path)
    ? readFileSync(path, 'utf8').split('\n').slice(-10).join('\n')
    : `${path}: none`;
}

function configuration(folder: string, socket: string): string {
  const host = nodeName();
  const user = userInfo().username;
  const log = (name: string): string => join(folder, `${name}.log`);
  return [
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    // A job that is queued again waits until its credential has expired: two minutes otherwise.
    `AuthInfo=socket=${socket},cred_expire=5`,
    `SlurmctldPort=${PORTS.slurmctld}`,
    `SlurmdPort=${PORTS.slurmd}`,
    `StateSaveLocation=${join(folder, 'state')}`,
    `SlurmdSpoolDir=${join(folder, 'spool')}`,
    `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(folder, 'slurmd.pid')}`,
    `SlurmctldLogFile=${log('slurmctld')}`,
    `SlurmdLogFile=${log('slurmd')}`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    // Whether a job starts again is for the script to say.
    'JobRequeue=0',
    'MpiDefault=none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    // Nothing is measured here: two cores whatever the machine has.
    'SlurmdParameters=config_overrides',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=main Nodes=${host} Default=YES State=UP`,
    '',
  ].join('\n');
}
