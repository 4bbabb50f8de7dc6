import { randomInt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { checkDevice } from '../../agent/buffer/check.js';
import { openStores } from '../../agent/buffer/open.js';
import { sha256Of } from '../../agent/buffer/pieces.js';
import type { RecordingState } from '../../agent/buffer/recordings.js';
import { callAgent } from '../../agent/control/client.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import type { AgentStatus } from '../../agent/status.js';
import { type Running, runLiuhen, startLiuhen } from '../../scripts/child.js';
import { Mosquitto } from '../support/mosquitto.js';

export interface KillRoundsOptions {
  folder: string;
  rounds: number;
  log(line: string): void;
}

export interface KillRoundsResult {
  killed: Record<Victim, number>;
  /** Fragments that the recorder had reported as sealed before it was killed, all found again. */
  sealed: number;
  recordings: number;
  verdicts: Record<string, number>;
}

type Victim = 'recorder' | 'archive' | 'broker';
const VICTIMS: readonly Victim[] = ['recorder', 'recorder', 'archive', 'broker'];
const DEVICE = 'recorder-0001';

/**
 * Real processes and a real broker; each round kills one of them (kill -9) at a random moment and starts it again. After each death of the
 * recorder its disk is checked before it runs again: all that it had reported as sealed is there and `check` is green. At the
 * end everything is uploaded, and every recording exports to a verdict of intact, or of incomplete with the interruption named.
 * Throws at the first thing that is otherwise.
 */
export async function killRounds({ folder, rounds, log }: KillRoundsOptions): Promise<KillRoundsResult> {
  const archiveData = join(folder, 'archive');
  const deviceFolder = join(folder, 'device');
  const recorderLog = join(folder, 'recorder.log');
  await mkdir(deviceFolder, { recursive: true });
  const { witness } = JSON.parse(
    await liuhen('archive', 'init', '--data', archiveData, '--name', 'liuhen.example/archive', '--json'),
  ) as { witness: string };
  const broker = await Mosquitto.start();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const config = join(deviceFolder, 'liuhen.yaml');
  const data = join(deviceFolder, 'data');
  await writeFile(config, configText(url, witness));
  const rootVkey = await initDevice(deviceFolder, data);
  await liuhen('archive', 'add', rootVkey, '--data', archiveData);

  const startArchive = () =>
    startLiuhen(['archive', 'run', '--data', archiveData, '--broker', url], join(folder, 'archive.log'));
  const startRecorder = () => startLiuhen(['run', '--config', config, '--record'], recorderLog);
  let archive = await startArchive();
  let recorder: Running = await startRecorder();
  const killed: Record<Victim, number> = { recorder: 0, archive: 0, broker: 0 };
  try {
    for (let round = 1; round <= rounds; round++) {
      await delay(randomInt(50, 1500));
      const victim = VICTIMS[randomInt(VICTIMS.length)] as Victim;
      killed[victim]++;
      if (victim === 'recorder') {
        await recorder.stop('SIGKILL');
        const sealed = await checkDisk(data, recorderLog);
        recorder = await startRecorder();
        log(`round ${round}: recorder killed, ${sealed} fragments reported sealed, all there`);
      } else if (victim === 'archive') {
        await archive.stop('SIGKILL');
        archive = await startArchive();
        log(`round ${round}: archive killed`);
      } else {
        await broker.kill();
        await broker.startAgain();
        log(`round ${round}: broker killed`);
      }
    }
    await stopRecording(data);
    const recordings = await waitForReceipts(data, log);
    await recorder.stop();
    const sealed = await checkDisk(data, recorderLog);
    const verdicts = await verifyAll(folder, data, archiveData, recordings);
    return { killed, sealed, recordings: recordings.length, verdicts };
  } finally {
    await recorder.stop('SIGKILL');
    await archive.stop('SIGKILL');
    await broker.remove();
  }
}

/** A recorder that was killed last may not have begun to record again yet. */
async function stopRecording(data: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 100) {
    const { state } = (await callAgent(data, 'GET', '/status')) as AgentStatus;
    if (state === 'recording') {
      await callAgent(data, 'POST', '/stop');
      return;
    }
    await delay(100);
  }
  throw new Error('the recorder does not record again');
}

async function initDevice(folder: string, data: string): Promise<string> {
  const config = join(folder, 'init.yaml');
  const made = await liuhen(
    ...['init', '--device', DEVICE, '--authority', 'liuhen.example', '--config', config, '--json'],
  );
  const answer = JSON.parse(made) as { rootVkey: string; data: string };
  if (answer.data !== data) throw new Error(`init made ${answer.data}, expected ${data}`);
  return answer.rootVkey;
}

function configText(broker: string, witness: string): string {
  return `
profile: recorder
device: { id: ${DEVICE}, authority: liuhen.example }
data: data
camera: { source: synthetic, width: 320, height: 240, framesPerSecond: 10, bitrate: 200kbit/s, stall: 3s }
recording: { fragment: 200ms, preRecord: 0s }
journal: { keyRotation: 1s, witnessNote: 1s }
storage: { reserve: 16MiB }
uplink: { broker: ${broker}, witness: ${JSON.stringify(witness)}, backoff: { min: 50ms, max: 500ms }, queryInterval: 1s }
log: { level: debug }
`;
}

/** Everything that was reported as sealed is on the disk, byte for byte, and no invariant is broken. */
async function checkDisk(data: string, recorderLog: string): Promise<number> {
  const stores = await openStores(data);
  try {
    const report = await checkDevice(stores);
    const problems = report.invariants.flatMap(({ number, problems }) =>
      problems.map((text) => `${number}: ${text}`),
    );
    if (problems.length > 0) throw new Error(`invariants broken:\n${problems.join('\n')}`);
    let sealed = 0;
    for await (const { entry, sha256 } of reportedSealed(recorderLog)) {
      sealed++;
      for await (const encoded of stores.store.entries(entry, entry + 1)) {
        const found = decodeEntry(encoded, entry);
        if (found.type !== 'fragment' || found.sha256 !== sha256) {
          throw new Error(
            `entry ${entry} was reported sealed with ${sha256}, the disk has ${JSON.stringify(found)}`,
          );
        }
        const pieces = await stores.footage.get(found, found.bytes);
        if (pieces === undefined || sha256Of(pieces) !== sha256) {
          throw new Error(`the footage of entry ${entry} was reported sealed and is not on the disk`);
        }
      }
    }
    return sealed;
  } finally {
    await stores.close();
  }
}

async function* reportedSealed(recorderLog: string): AsyncGenerator<{ entry: number; sha256: string }> {
  for await (const line of createInterface({ input: createReadStream(recorderLog) })) {
    if (!line.includes('"msg":"sealed"')) continue;
    yield JSON.parse(line) as { entry: number; sha256: string };
  }
}

async function waitForReceipts(data: string, log: (line: string) => void): Promise<RecordingState[]> {
  let missing = Number.POSITIVE_INFINITY;
  for (let idleMs = 0; idleMs < 60_000; idleMs += 250) {
    const recordings = (await callAgent(data, 'GET', '/recordings')) as RecordingState[];
    const left = recordings.filter(({ receipt }) => receipt === undefined).length;
    if (left === 0) return recordings;
    if (left < missing) {
      missing = left;
      idleMs = 0;
      log(`${left} of ${recordings.length} recordings wait for their receipt`);
    }
    await delay(250);
  }
  throw new Error(
    `${missing} recordings got no receipt: ${JSON.stringify(await callAgent(data, 'GET', '/status'))}`,
  );
}

async function verifyAll(
  folder: string,
  data: string,
  archiveData: string,
  recordings: readonly RecordingState[],
): Promise<Record<string, number>> {
  const trust = await liuhen('archive', 'trust', DEVICE, '--data', archiveData);
  const verdicts: Record<string, number> = {};
  for (const { recording, stopped, gaps } of recordings) {
    for (const [from, ...source] of [
      ['device', '--data', data],
      ['archive', '--data', archiveData, '--device', DEVICE],
    ] as const) {
      const out = join(folder, `bundle-${from}-${recording}`);
      await liuhen('export', String(recording), ...source, '--out', out);
      const { verdict, findings } = await verifyBundle(out, trust);
      const kinds = findings.map(({ kind }) => kind);
      const whole = stopped?.reason === 'command' && gaps === 0;
      const expected = whole ? verdict === 'intact' : verdict === 'incomplete' && kinds.length > 0;
      if (!expected) {
        const found = JSON.stringify({ verdict, findings });
        throw new Error(`${from} recording ${recording} (${stopped?.reason}, ${gaps} gaps): ${found}`);
      }
      const name = `${verdict}${kinds.length === 0 ? '' : ` (${[...new Set(kinds)].join(', ')})`}`;
      verdicts[name] = (verdicts[name] ?? 0) + 1;
    }
  }
  return verdicts;
}

async function liuhen(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runLiuhen(...args);
  if (status !== 0) throw new Error(`liuhen ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
