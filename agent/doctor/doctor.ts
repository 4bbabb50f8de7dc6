import { firmwareKeyProblem } from '../firmware.js';
import type { Words } from '../words/words.js';
import { archiveFinding, WITNESS_MS } from './archive.js';
import { brokerChecks } from './broker.js';
import { certificateFinding } from './certificates.js';
import { type Check, type CheckId, check, ok, skipped } from './check.js';
import { clockFinding } from './clock.js';
import { fsyncFinding, spaceFinding } from './disk.js';
import { enduranceFinding } from './endurance.js';
import { backlogFinding, journalFinding, kioskFinding } from './evidence.js';
import type { Examination, Examined, Sealed, Witnessing } from './examined.js';
import { batteryFinding, cameraFinding, firmwareFinding, pieceChecks } from './hardware.js';
import { configFinding, ffmpegFinding, nodeFinding } from './software.js';

export interface DoctorOptions {
  /** Only what an upgrade must not have broken: it seals, and is witnessed. */
  gate?: boolean;
  witnessMs?: number;
}

/** How long a camera may take to its first footage: a network camera negotiates first. */
export const CAMERA_MS = 12_000;

/** What a role has nothing of. */
const NOT_OF: Readonly<Record<string, readonly CheckId[]>> = {
  recorder: ['kiosk'],
  kiosk: ['camera', 'ffmpeg'],
  archive: [
    'camera',
    'ffmpeg',
    'kiosk',
    'seal',
    'archive',
    'journal',
    'backlog',
    'battery',
    'firmware',
    'agent',
  ],
};

/** What the gate of an upgrade rests on. */
const GATE: readonly CheckId[] = ['agent', 'config', 'seal', 'dns', 'tcp', 'tls', 'mqtt', 'archive'];

/** Examines a device: every check with its result, in an order in which a technician looks. Never rejects. */
export async function examine(device: Examined, words: Words, options: DoctorOptions = {}): Promise<Check[]> {
  const examination: Examination = { device, words };
  const { gate = false, witnessMs = WITNESS_MS } = options;
  const { config } = device;
  const left: readonly CheckId[] = NOT_OF[config.profile] ?? [];
  const one = async (id: CheckId, look: Parameters<typeof check>[2], next?: string): Promise<Check[]> =>
    left.includes(id) || (gate && !GATE.includes(id)) ? [] : [await check(words, id, look, next)];
  const some = async (checks: () => Promise<Check[]>): Promise<Check[]> => (gate ? [] : await checks());

  const tried = config.profile === 'archive' ? Promise.resolve([]) : brokerChecks(words, config);
  const broker = gate ? tried.then(withoutNetwork) : tried;
  const sealing = left.includes('seal') ? undefined : seal(device);
  const witnessing = witness(device, sealing, tried, witnessMs);
  const { fragmentMs } = config.recording;
  const keyProblem = () => firmwareKeyProblem(config.hardware.board?.firmwareKeyFile);
  const groups = await Promise.all([
    one('agent', () => agentFinding(examination)),
    one('config', () => configFinding(words, config)),
    one('node', () => nodeFinding(words)),
    one('ffmpeg', () => ffmpegFinding(words)),
    one('camera', () => cameraFinding(examination, CAMERA_MS), words.doctor.cameraNext),
    some(() => pieceChecks(examination)),
    one(
      'firmware',
      async () => firmwareFinding(words, await device.firmware(), keyProblem()),
      words.doctor.boardNext,
    ),
    one('battery', () => batteryFinding(examination)),
    one('disk', () => spaceFinding(examination)),
    one('endurance', () => enduranceFinding(words, config.data)),
    one('fsync', () => fsyncFinding(words, config.data, fragmentMs)),
    one('clock', () => clockFinding(examination, witnessing)),
    one('certificate', () => certificateFinding(words, config, device.clock.read().wallMs)),
    broker,
    one('seal', async () => {
      const { entry, tookMs } = (await sealing) as Sealed;
      return ok(words.doctor.sealed(entry, tookMs.toFixed(1)));
    }),
    one('archive', async () => archiveAnswer(examination, await tried, sealing, witnessing, witnessMs)),
    one('journal', () => journalFinding(examination), words.doctor.journalNext),
    one('backlog', () => backlogFinding(examination)),
    one('kiosk', () => kioskFinding(examination)),
  ]);
  return groups.flat();
}

/** Where there is no network at all the new program is not to blame: a device in the field is upgraded as well. */
function withoutNetwork(checks: readonly Check[]): Check[] {
  return checks.map((each) =>
    (each.id === 'dns' || each.id === 'tcp') && each.result === 'fault'
      ? { ...each, result: 'warning' }
      : each,
  );
}

async function agentFinding({ device, words: { doctor } }: Examination) {
  const { running } = device;
  if (running === undefined) return skipped(doctor.agentNone);
  const since = new Date(device.clock.read().wallMs - running.upSec * 1000).toISOString().slice(0, 19);
  return ok(doctor.agentRuns(running.pid, `${since}Z`));
}

/** What was there before is looked at first: it says what the clock must not be behind. */
async function seal(device: Examined): Promise<Sealed> {
  await device.newest();
  return await device.seal();
}

type Answered = (Witnessing & { atMs: number }) | undefined;

/** Undefined where there is no archive, or no way to it. */
async function witness(
  device: Examined,
  sealing: Promise<Sealed> | undefined,
  broker: Promise<Check[]>,
  limitMs: number,
): Promise<Answered> {
  try {
    const sealed = await sealing;
    const failed = (await broker).some(({ result }) => result === 'fault');
    if (sealed === undefined || failed || device.config.uplink.broker === undefined) return undefined;
    const answer = await device.witness(sealed, limitMs);
    return { ...answer, atMs: device.clock.read().wallMs };
  } catch {
    // The check that asks for it tells why.
    return undefined;
  }
}

async function archiveAnswer(
  examination: Examination,
  broker: readonly Check[],
  sealing: Promise<Sealed> | undefined,
  witnessing: Promise<Answered>,
  limitMs: number,
) {
  const { doctor } = examination.words;
  const failed = broker.find(({ result }) => result === 'fault');
  if (failed !== undefined) return skipped(doctor.notReached(failed.title));
  const sealed = await sealing?.catch(() => undefined);
  if (sealed === undefined) return skipped(doctor.notReached(doctor.title.seal));
  return await archiveFinding(examination, await witnessing, sealed.entry, limitMs);
}
