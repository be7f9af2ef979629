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
  const start = (name: (typeof DAEMONS)[number], ...parameters: string[]): void => {
    started.push(spawn(`/usr/sbin/${name}`, parameters, { env, stdio: 'ignore' }));
  };
  const files = ['pid', 'seed', 'log'].map(
    (kind) => `--${kind}-file=${join(folder, `munged.${kind}`)}`,
  );
  start('munged', '--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...files);
  start('slurmctld', '-D', '-f', config);
  start('slurmd', '-D', '-f', config);
  const stop = async (): Promise<void> => {
    for (const daemon of started.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      daemon.kill('SIGKILL');
    }
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    if (nodeState(env) === 'idle') return { env, stop };
    await sleep(200);
  }
  await stop();
  const logs = DAEMONS.map((name) => lastLines(join(folder, `${name}.log`))).join('\n');
  throw new Error(`localCluster: the node must become idle within 20 s\n${logs}`);
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
  const [host] = hostname().split('.');
  const user = userInfo().username;
  const log = (name: string): string => join(folder, `${name}.log`);
  return [
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${socket}`,
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
