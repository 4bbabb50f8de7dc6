import type { Config } from '../../config/load.js';
import { firmwareKeyProblem } from '../firmware.js';
import type { BrokerSettings } from '../link/settings.js';
import { topics } from '../uplink/topics.js';
import type { Words } from '../words/words.js';
import { archiveFinding, WITNESS_MS } from './archive.js';
import { type BrokerTrial, brokerChecks } from './broker.js';
import { type Check, type CheckId, check, ok, skipped } from './check.js';
import { clockFinding } from './clock.js';
import { fsyncFinding, spaceFinding } from './disk.js';
import { enduranceFinding } from './endurance.js';
import { backlogFinding, journalFinding, kioskFinding, platformFinding } from './evidence.js';
import type { Examination, Examined, Sealed, Witnessing } from './examined.js';
import { CAMERA_MS } from './footage-rate.js';
import {
  absentCamera,
  batteryFinding,
  cameraFinding,
  cameraNext,
  firmwareFinding,
  pieceChecks,
} from './hardware.js';
import { deviceCertificateFinding } from './renewal.js';
import { configFinding, ffmpegFinding, nodeFinding, upgradeFinding } from './software.js';

export interface DoctorOptions {
  /** Only what an upgrade must not have broken: it seals, and is witnessed. */
  gate?: boolean;
  witnessMs?: number;
}

/** What a role has nothing of. */
const NOT_OF: Readonly<Record<string, readonly CheckId[]>> = {
  recorder: ['kiosk', 'platform'],
  kiosk: ['camera', 'ffmpeg'],
};

/** What the gate of an upgrade rests on. */
const GATE: readonly CheckId[] = ['agent', 'config', 'seal', 'dns', 'tcp', 'tls', 'mqtt', 'archive'];

/** Examines a recorder or a kiosk: every check with its result, in an order in which a technician looks. Never rejects. */
export async function examine(device: Examined, words: Words, options: DoctorOptions = {}): Promise<Check[]> {
  const examination: Examination = { device, words };
  const { gate = false, witnessMs = WITNESS_MS } = options;
  const { config } = device;
  const left: readonly CheckId[] = NOT_OF[config.profile] ?? [];
  const one = async (id: CheckId, look: Parameters<typeof check>[2], next?: string): Promise<Check[]> =>
    left.includes(id) || (gate && !GATE.includes(id)) ? [] : [await check(words, id, look, next)];
  const some = async (checks: () => Promise<Check[]>): Promise<Check[]> => (gate ? [] : await checks());

  const tried = brokerChecks(words, brokerOf(config), trialOf(config));
  const broker = gate ? tried.then(withoutNetwork) : tried;
  const sealing = seal(device);
  const witnessing = witness(device, sealing, tried, witnessMs);
  const { fragmentMs } = config.recording;
  const { source } = config.camera;
  const ffmpeg = one('ffmpeg', () => ffmpegFinding(words));
  const keyProblem = () => firmwareKeyProblem(config.hardware.board?.firmwareKeyFile);
  const groups = await Promise.all([
    one('agent', () => agentFinding(examination)),
    one('config', () => configFinding(words, config)),
    one('node', () => nodeFinding(words)),
    some(() => upgradeCheck(words)),
    ffmpeg,
    one(
      'camera',
      async () =>
        absentCamera(words, source) ??
        ((await ffmpeg).some(({ result }) => result === 'fault')
          ? skipped(words.doctor.notReached(words.doctor.title.ffmpeg))
          : cameraFinding(examination, CAMERA_MS)),
      cameraNext(words.doctor, source),
    ),
    some(() => pieceChecks(examination)),
    one(
      'firmware',
      async () =>
        (await device.pieces()).board?.state === 'absent'
          ? skipped(words.doctor.notReached(words.doctor.title.board))
          : firmwareFinding(words, await device.firmware(), keyProblem()),
      words.doctor.boardNext,
    ),
    one('battery', () => batteryFinding(examination)),
    one('disk', () => spaceFinding(examination)),
    one('endurance', () => enduranceFinding(words, config.data)),
    one('fsync', () => fsyncFinding(words, config.data, fragmentMs)),
    one('clock', () => clockFinding(examination, witnessing)),
    one('certificate', () => deviceCertificateFinding(words, config, device.clock.read().wallMs)),
    broker,
    one('seal', async () => {
      const { entry, tookMs } = await sealing;
      return ok(words.doctor.sealed(entry, tookMs.toFixed(1)));
    }),
    one('archive', async () => archiveAnswer(examination, await tried, sealing, witnessing, witnessMs)),
    one('journal', () => journalFinding(examination), words.doctor.journalNext),
    one('backlog', () => backlogFinding(examination)),
    one('kiosk', () => kioskFinding(examination)),
    one('platform', () => platformFinding(examination)),
  ]);
  return groups.flat();
}

/** Named only where an upgrade went wrong. */
async function upgradeCheck(words: Words): Promise<Check[]> {
  const found = upgradeFinding(words);
  return found === undefined ? [] : [await check(words, 'upgrade', () => found)];
}

function brokerOf({ uplink }: Config): BrokerSettings | undefined {
  const { broker } = uplink;
  return broker === undefined ? undefined : { ...uplink, broker, section: 'uplink' };
}

/** As the device connects, but under another name. */
function trialOf({ uplink, device: { id } }: Config): BrokerTrial {
  const { protocol, keepaliveMs } = uplink;
  return {
    ...{ protocol, keepaliveMs },
    clientId: `liuhen-${id}-doctor-${process.pid}`,
    subscriptions: [topics.receipt(id)],
  };
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
  sealing: Promise<Sealed>,
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
  sealing: Promise<Sealed>,
  witnessing: Promise<Answered>,
  limitMs: number,
) {
  const { doctor } = examination.words;
  const failed = broker.find(({ result }) => result === 'fault');
  if (failed !== undefined) return skipped(doctor.notReached(failed.title));
  const sealed = await sealing.catch(() => undefined);
  if (sealed === undefined) return skipped(doctor.notReached(doctor.title.seal));
  return await archiveFinding(examination, await witnessing, sealed.entry, limitMs);
}
