import { existsSync, readdirSync } from 'node:fs';
import { isUrl } from '../../config/shapes.js';
import type { FirmwareInfo } from '../../firmware-bridge/update.js';
import type { LineSeen, PieceName, PieceStatus } from '../hardware/pieces.js';
import type { Words } from '../words/words.js';
import { type Check, check, type Finding, fault, nextOf, ok, skipped, warning } from './check.js';
import type { Camera, Examination } from './examined.js';

const SERIAL: readonly PieceName[] = ['gnss', 'cardReader'];
/** Below this part of what was asked for, pictures are missing. */
const SLOW = 0.9;
/** A camera gives footage as time passes; less means that it is not kept up with. */
const LATE = 0.8;

/** Every piece of hardware that is configured: whether it works, as it was seen at work. */
export async function pieceChecks({ device, words }: Examination): Promise<Check[]> {
  const pieces = Object.entries(await device.pieces()) as [PieceName, PieceStatus][];
  return await Promise.all(
    pieces.map(([piece, status]) => check(words, piece, () => pieceFinding(words, piece, status))),
  );
}

function pieceFinding(spoken: Words, piece: PieceName, status: PieceStatus): Finding {
  const { doctor: words } = spoken;
  if (status.state === 'not configured') return skipped(words.notConfigured);
  if (status.state === 'works') return worksFinding(words, status.detail, status.line);
  const next =
    piece === 'board' ? words.boardNext : SERIAL.includes(piece) ? words.serialNext(piece) : words.gpioNext;
  // What the driver advises fits best; the rest helps to look around.
  const own = nextOf(spoken, status.next);
  return fault(words.pieceSilent(status.detail), own === undefined ? next : `${own}; ${next}`);
}

/** On a line: its level, and of an output whether it goes where it is driven to. */
function worksFinding(words: Words['doctor'], detail: string, line: LineSeen | undefined): Finding {
  if (line === undefined) return ok(detail);
  const { active, follows, toggles } = line;
  if (toggles === false || follows === false)
    return fault(words.lineHeld(detail, active), words.lineHeldNext);
  if (toggles === true) return ok(words.lineToggles(detail));
  return ok(follows === true ? words.lineDriven(detail, active) : words.lineReads(detail, active));
}

/** Whether footage comes, and with as many pictures as were asked for. */
export async function cameraFinding(
  { device, words: { doctor: words } }: Examination,
  limitMs: number,
): Promise<Finding> {
  const { camera, recording } = device.config;
  const { rate, sinceNewestMs, problem, shortcomings } = await device.camera();
  const { source, framesPerSecond, copy } = camera;
  if (recording.mode === 'still') {
    if (sinceNewestMs !== undefined && sinceNewestMs <= recording.stillEveryMs + limitMs)
      return given(words, words.cameraStill(source, Math.round(sinceNewestMs / 1000)), shortcomings);
    return silent(words, source, problem, sinceNewestMs ?? limitMs);
  }
  if (rate === undefined) return silent(words, source, problem, limitMs);
  const moving = recording.mode === 'video' && rate.framesPerSecond !== undefined;
  const value = words.cameraGives(source, rateText(words, rate, moving));
  if (moving && !copy && (rate.framesPerSecond ?? 0) < framesPerSecond * SLOW) {
    const text = rateText(words, rate, moving);
    return warning(words.cameraSlow(source, text, framesPerSecond), ofSource(words.cameraSlowNext, source));
  }
  if (moving && rate.footagePerSecond < LATE) return warning(value, ofSource(words.cameraSlowNext, source));
  return given(words, value, shortcomings);
}

function silent(words: Words['doctor'], source: string, problem: string | undefined, ms: number): Finding {
  return fault(problem ?? words.cameraSilent(source, Math.round(ms / 1000)), cameraNext(words, source));
}

function given(words: Words['doctor'], value: string, [without]: readonly string[]): Finding {
  return without === undefined ? ok(value) : warning(words.cameraWithout(without), words.cameraWithoutNext);
}

/** What to do about a source that gives nothing. */
export function cameraNext(words: Words['doctor'], source: string): string {
  return ofSource(words.cameraNext, source);
}

function ofSource(next: Words['doctor']['cameraNext'], source: string): string {
  if (source === 'synthetic') return next.synthetic;
  if (isUrl(source)) return next.rtsp;
  return source.startsWith('/dev/') ? next.v4l2 : next.file(source);
}

/** A camera whose name is not there; ffmpeg would say less. */
export function absentCamera({ doctor: words }: Words, source: string): Finding | undefined {
  if (!source.startsWith('/dev/') || existsSync(source)) return undefined;
  const found = readdirSync('/dev').filter((name) => /^video\d+$/.test(name));
  const value = words.cameraAbsent(source, found.map((name) => `/dev/${name}`).join(', '));
  return fault(value, cameraNext(words, source));
}

function rateText(words: Words['doctor'], rate: NonNullable<Camera['rate']>, moving: boolean): string {
  return moving && rate.framesPerSecond !== undefined
    ? words.cameraRate(rate.framesPerSecond.toFixed(1))
    : words.cameraFootage(rate.footagePerSecond.toFixed(2));
}

/** The microcontroller's own firmware. `keyProblem` is why another could not be checked. */
export function firmwareFinding(
  { doctor: words }: Words,
  info: FirmwareInfo | undefined,
  keyProblem?: string,
): Finding {
  if (info === undefined) return skipped(words.notConfigured);
  const { version, confirmed } = info.running;
  if (!confirmed) return warning(words.firmwareTrial(version), words.firmwareTrialNext);
  return keyProblem === undefined
    ? ok(words.firmwareRuns(version))
    : warning(words.firmwareNoKey(version, keyProblem), words.firmwareNoKeyNext);
}

export async function batteryFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  const battery = await device.battery();
  if (battery === undefined || (battery.percent === null && battery.supply === null)) {
    return skipped(words.batteryNone);
  }
  const { percent, charging, supply } = battery;
  const { warn, stop } = device.config.hardware.battery;
  const value = words.batteryIs(
    percent === null ? words.batteryUnknown : words.batteryPercent(percent),
    charging === true ? words.batteryCharging : words.batteryOn[supply ?? 'unknown'],
  );
  const powered = charging === true || supply === 'external';
  if (percent !== null && !powered && percent <= stop) return fault(value, words.batteryNext);
  if (percent !== null && !powered && percent <= warn) return warning(value, words.batteryNext);
  return ok(value);
}
