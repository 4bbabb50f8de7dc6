import type { Gesture } from '../../drivers/button.js';
import type { RecorderState } from './recorder-parts.js';
import type { StartRequest } from './start-request.js';

/** A door whose opening is a tamper event. */
export type Door = 'cover' | 'storage-door' | 'sim-door';

/** What reaches the officer's device: from hands, from commands, and from what it watches. */
export type OfficerEvent =
  | { type: 'button'; gesture: Gesture }
  | { type: 'start'; request: StartRequest }
  | { type: 'stop'; confirmed: boolean }
  /** The recorder's state; `wholeProcess` of the recording that runs, begins, or waits for the disk (`resumes`). */
  | { type: 'recorder'; phase: RecorderState; wholeProcess: boolean; resumes: boolean }
  /** A fragment was sealed that was complete at `closedMono` and lasts `durationMs`. */
  | { type: 'sealed'; closedMono: number; durationMs: number }
  | { type: 'camera'; giving: boolean }
  /** `percent` is undefined where nobody can tell; `powered` while it charges or runs on an external supply. */
  | { type: 'battery'; percent: number | undefined; powered: boolean }
  /** Whether the disk has room for a recording to begin. */
  | { type: 'disk'; room: boolean }
  | { type: 'door'; door: Door; open: boolean }
  /** What was asked of the recorder was refused by it. */
  | { type: 'refused' }
  /** Time has passed; nothing else has happened. */
  | { type: 'tick' };

export type MarkKind = 'mark' | 'sos';

/** What an officer is told once, by buzzer and vibration. */
export type Cue =
  | 'touched'
  | 'started'
  | 'stopped'
  | 'marked'
  | 'sos'
  | 'confirm'
  | 'refused'
  | 'not-sealing'
  | 'sealing-again'
  | 'alarm'
  | 'battery-low';

/** What the machine asks of the world, in order. */
export type OfficerEffect =
  | { type: 'start'; request: StartRequest }
  | { type: 'stop'; reason: 'button' | 'command' | 'battery-low' }
  | { type: 'mark'; kind: MarkKind }
  /** The recording that runs is to be sent before all others. */
  | { type: 'prioritise' }
  /** An `event` entry. */
  | { type: 'note'; source: string; name: string; value: Record<string, unknown> }
  | { type: 'cue'; cue: Cue }
  /** A command that is not obeyed: it would end a whole-process recording without having been confirmed. */
  | { type: 'deny' };

/** What the recording light says. Steady is `sealing` alone. */
export type Light =
  | 'off'
  | 'ready'
  | 'no-camera'
  | 'battery-low'
  | 'starting'
  | 'sealing'
  | 'not-sealing'
  | 'stopping'
  | 'storage-full'
  | 'fault';

export interface OfficerSettings {
  /** Time for the second long press that ends a whole-process recording. */
  confirmMs: number;
  /** How long a fragment is meant to be: how soon the first can be sealed. */
  fragmentMs: number;
  batteryWarnPercent: number;
  batteryStopPercent: number;
  /** What a recording that the button starts says of itself, besides who records. */
  behaviour?: { id: string; wholeProcess: boolean };
}

export interface BatteryState {
  level: 'unknown' | 'good' | 'low' | 'critical';
  /** When the recording is ended unless charging begins before. */
  stopAtMono: number | undefined;
}

/** All that the officer's device knows. Times are ms since boot. */
export interface OfficerState {
  phase: RecorderState;
  wholeProcess: boolean;
  /** The disk refused a recording, which goes on by itself once the disk takes footage again. */
  resumes: boolean;
  cameraGiving: boolean;
  diskRoom: boolean;
  /** Until when the light may be steady without another sealed fragment; undefined: none was sealed yet. */
  sealDueMono: number | undefined;
  /** Until when a recording that begins may have sealed nothing. */
  firstSealByMono: number | undefined;
  /** Until when a second long press confirms the first. */
  confirmUntilMono: number | undefined;
  /** Marks to be made once the recording has begun. */
  pending: readonly MarkKind[];
  /** The button was pressed while the recording before was being closed, or another was about to begin that may fail. */
  startsNext: boolean;
  battery: BatteryState;
  doorsOpen: Readonly<Partial<Record<Door, boolean>>>;
  /** What the light has said since the last step. */
  light: Light;
}

export interface Step {
  state: OfficerState;
  effects: OfficerEffect[];
}

/**
 * A sealed fragment makes the light steady until the next one is due and this much later, so that with fragments of a
 * second it changes 1.7 s after the last footage that is safe: within 2 s also on a processor that is late.
 */
export const SEAL_GRACE_MS = 700;
/** A fragment that claims to last for hours must not keep the light on. Key frames of a network camera may be so far apart. */
const MAX_FRAGMENT_MS = 10_000;
/** How long a recording may run before its first footage is sealed, at least. */
const FIRST_SEAL_MS = 2000;
/** Time between the announcement of a critical battery and the end it brings: one wrong reading ends nothing. */
export const BATTERY_STOP_DELAY_MS = 10_000;

export function initialState(): OfficerState {
  return {
    phase: 'idle',
    wholeProcess: false,
    resumes: false,
    cameraGiving: false,
    diskRoom: true,
    sealDueMono: undefined,
    firstSealByMono: undefined,
    confirmUntilMono: undefined,
    pending: [],
    startsNext: false,
    battery: { level: 'unknown', stopAtMono: undefined },
    doorsOpen: {},
    light: 'no-camera',
  };
}

/** Until when a fragment that was complete at `closedMono` lets the light be steady. */
export function sealDue(closedMono: number, durationMs: number, { fragmentMs }: OfficerSettings): number {
  return closedMono + Math.min(durationMs, Math.max(fragmentMs, MAX_FRAGMENT_MS)) + SEAL_GRACE_MS;
}

/** Until when a recording that begins now may have sealed nothing. */
export function firstSealDue(monoMs: number, { fragmentMs }: OfficerSettings): number {
  return monoMs + Math.max(FIRST_SEAL_MS, fragmentMs + SEAL_GRACE_MS);
}

/** What the light says at a moment. `sealing` only while the newest sealed footage is as new as it should be. */
export function lightOf(state: OfficerState, monoMs: number): Light {
  switch (state.phase) {
    case 'recording':
      return recordingLight(state, monoMs);
    case 'idle':
      if (!state.cameraGiving) return 'no-camera';
      if (!state.diskRoom) return 'storage-full';
      return state.battery.level === 'low' || state.battery.level === 'critical' ? 'battery-low' : 'ready';
    case 'closed':
      return 'off';
    default:
      return state.phase;
  }
}

function recordingLight(state: OfficerState, monoMs: number): Light {
  const { cameraGiving, sealDueMono, firstSealByMono } = state;
  if (!cameraGiving) return 'not-sealing';
  if (sealDueMono !== undefined && monoMs < sealDueMono) return 'sealing';
  return firstSealByMono !== undefined && monoMs < firstSealByMono ? 'starting' : 'not-sealing';
}

/** When a `tick` is due because time alone changes something; undefined when it does not. */
export function wakeAt(state: OfficerState, monoMs: number): number | undefined {
  const { sealDueMono, firstSealByMono, confirmUntilMono, battery } = state;
  const recording = state.phase === 'recording';
  // While the light is steady it does not matter by when the first should have been sealed.
  const ahead = [sealDueMono, firstSealByMono].find((time) => time !== undefined && time > monoMs);
  const times = [recording ? ahead : undefined, confirmUntilMono, recording ? battery.stopAtMono : undefined];
  const due = times.filter((time) => time !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}
