import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callAgent } from '../../agent/control/client.js';
import type { AgentStatus } from '../../agent/status.js';
import { type Running, runLiuhen, startLiuhen } from '../child.js';
import { AUTHORITY, DEVICE } from './device.js';

const POLL_MS = 10;

/** A device made by `liuhen init`, with the synthetic camera, to be run by `liuhen run`. */
export interface BenchRecorder {
  config: string;
  data: string;
  rootVkey: string;
}

export async function initRecorder(
  folder: string,
  uplink?: { broker: string; witness: string },
): Promise<BenchRecorder> {
  const config = join(folder, 'liuhen.yaml');
  const made = await liuhen(
    ...['init', '--device', DEVICE, '--authority', AUTHORITY, '--config', config, '--camera', 'synthetic'],
    ...(uplink === undefined ? [] : ['--broker', uplink.broker, '--witness', uplink.witness]),
    '--json',
  );
  return { config, ...(JSON.parse(made) as { data: string; rootVkey: string }) };
}

/** Starts `liuhen run` as a process of its own; resolves when it is ready. */
export async function startRecorder(
  { config, data }: BenchRecorder,
  settings: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<Running> {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  return await startLiuhen(['run', '--config', config, ...set, ...args], join(data, '..', 'recorder.log'));
}

export async function statusOf({ data }: BenchRecorder): Promise<AgentStatus> {
  return (await callAgent(data, 'GET', '/status')) as AgentStatus;
}

/** Asks the agent until what it says will do. */
export async function untilStatus(
  recorder: BenchRecorder,
  isEnough: (status: AgentStatus) => boolean,
  { patienceMs = 60_000, pollMs = POLL_MS } = {},
): Promise<AgentStatus> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const status = await statusOf(recorder);
    if (isEnough(status)) return status;
    if (performance.now() > untilMs)
      throw new Error(`the recorder did not get there: ${JSON.stringify(status)}`);
    await delay(pollMs);
  }
}

/** Runs `liuhen …` to its end and returns what it printed. */
export async function liuhen(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runLiuhen(...args);
  if (status !== 0) throw new Error(`liuhen ${args.slice(0, 2).join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
