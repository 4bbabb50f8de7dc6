import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Gesture } from '../../drivers/button.js';
import type { Clock } from '../../drivers/clock.js';
import type { Timers } from '../../drivers/timers.js';
import type { RecordingSummary } from '../buffer/recordings.js';
import type { Journal } from '../journal/journal.js';
import {
  type Cue,
  type Door,
  initialState,
  type Light,
  type OfficerEffect,
  type OfficerEvent,
  type OfficerSettings,
  type OfficerState,
  wakeAt,
} from './officer-state.js';
import { step } from './officer-step.js';
import type { Recorder } from './recorder.js';
import type { StartRequest } from './start-request.js';

/** How the device shows itself to who wears it. Neither may throw. */
export interface Signals {
  light(light: Light): void;
  cue(cue: Cue): void;
}

export interface OfficerControlsParts {
  recorder: Recorder;
  journal: Journal;
  clock: Clock;
  timers: Timers;
  signals: Signals;
  /** Who records, where a card told it and nothing else is said. */
  identity(): Pick<StartRequest, 'officer' | 'credential'>;
  /** Sends this recording before all others. */
  prioritise(recording: number): void;
  /** Whether a recording could begin now. */
  hasRoom(): Promise<boolean>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

const DISK_POLL_MS = 5000;

/** The officer's device at work: turns what happens into steps of the pure machine, and does what the machine asks. */
export class OfficerControls {
  readonly #parts: OfficerControlsParts;
  readonly #settings: OfficerSettings;
  #state: OfficerState = initialState();
  /** What came while a step was being carried out: the recorder answers within it. */
  readonly #waiting: OfficerEvent[] = [];
  #stepping = false;
  #started: Promise<number> | undefined;
  #stopped: Promise<RecordingSummary> | undefined;
  #shown: Light | undefined;
  #cancelTick = () => {};
  #cancelDiskPoll = () => {};
  #closed = false;
  readonly #onState = () => this.#tellRecorder();
  readonly #onCamera = (giving: boolean) => this.#take({ type: 'camera', giving });
  readonly #onSealed = ({ closedMono, durationMs }: { closedMono: number; durationMs: number }) =>
    this.#take({ type: 'sealed', closedMono, durationMs });

  constructor(parts: OfficerControlsParts, settings: OfficerSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const { recorder } = parts;
    recorder.on('state', this.#onState);
    recorder.on('camera', this.#onCamera);
    recorder.on('sealed', this.#onSealed);
    this.#tellRecorder();
    this.#take({ type: 'camera', giving: recorder.cameraGiving });
    void this.#pollDisk();
  }

  /** What the light says now. */
  get light(): Light {
    return this.#state.light;
  }

  get battery(): OfficerState['battery']['level'] {
    return this.#state.battery.level;
  }

  /** The doors that are open. */
  get openDoors(): Door[] {
    return Object.entries(this.#state.doorsOpen).flatMap(([door, open]) => (open ? [door as Door] : []));
  }

  button(gesture: Gesture): void {
    this.#take({ type: 'button', gesture });
  }

  powerRead(percent: number | undefined, powered: boolean): void {
    this.#take({ type: 'battery', percent, powered });
  }

  door(door: Door, open: boolean): void {
    this.#take({ type: 'door', door, open });
  }

  /** Starts a recording by command. Rejects as `Recorder.start`. */
  start(request: StartRequest): Promise<number> {
    this.#started = undefined;
    this.#take({ type: 'start', request });
    return this.#started ?? Promise.reject(closedError());
  }

  /** Stops by command. A whole-process recording needs `confirmed`; throws LIUHEN_STATE without it, else as `Recorder.stop`. */
  stop(confirmed: boolean): Promise<RecordingSummary> {
    this.#stopped = undefined;
    this.#take({ type: 'stop', confirmed });
    return this.#stopped ?? Promise.reject(this.#closed ? closedError() : unconfirmed());
  }

  /** The light goes off; nothing is listened to any more. The recorder is the caller's to close. */
  close(): void {
    const { recorder, signals } = this.#parts;
    this.#closed = true;
    this.#cancelTick();
    this.#cancelDiskPoll();
    recorder.off('state', this.#onState);
    recorder.off('camera', this.#onCamera);
    recorder.off('sealed', this.#onSealed);
    signals.light('off');
  }

  #tellRecorder(): void {
    const { state: phase, wholeProcess, resumes } = this.#parts.recorder;
    this.#take({ type: 'recorder', phase, wholeProcess, resumes });
  }

  #take(event: OfficerEvent): void {
    if (this.#closed) return;
    this.#waiting.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const { state, effects } = step(this.#state, next, this.#parts.clock.read().monoMs, this.#settings);
        this.#state = state;
        this.#show();
        for (const effect of effects) this.#carryOut(effect);
      }
    } finally {
      this.#stepping = false;
    }
    this.#armTick();
  }

  #show(): void {
    const { light } = this.#state;
    if (light === this.#shown) return;
    this.#shown = light;
    this.#parts.signals.light(light);
  }

  #armTick(): void {
    const { clock, timers } = this.#parts;
    const { monoMs } = clock.read();
    const at = wakeAt(this.#state, monoMs);
    this.#cancelTick();
    if (this.#closed || at === undefined) return;
    this.#cancelTick = timers.start(Math.max(1, Math.ceil(at - monoMs)), () => this.#take({ type: 'tick' }));
  }

  #carryOut(effect: OfficerEffect): void {
    const { recorder, signals, prioritise } = this.#parts;
    switch (effect.type) {
      case 'start':
        this.#started = recorder.start(this.#named(effect.request));
        this.#settle(this.#started, 'start', effect.request.trigger === 'button');
        return;
      case 'stop':
        this.#stopped = recorder.stop(effect.reason);
        this.#settle(this.#stopped, 'stop', effect.reason !== 'command');
        return;
      case 'mark':
        this.#settle(recorder.mark(effect.kind), 'mark', true);
        return;
      case 'prioritise':
        if (recorder.recording !== undefined) prioritise(recorder.recording);
        return;
      case 'note':
        this.#note(effect);
        return;
      case 'cue':
        signals.cue(effect.cue);
        return;
      case 'deny':
        return;
    }
  }

  /** Names who records, unless whoever asks has said so. */
  #named(request: StartRequest): StartRequest {
    return request.officer === undefined ? { ...this.#parts.identity(), ...request } : request;
  }

  /** Follows what the recorder was asked for. A command's refusal is its caller's to hear, a hand's is felt. */
  #settle(asked: Promise<unknown>, what: string, byHand: boolean): void {
    this.#tellRecorder();
    const settled = () => this.#tellRecorder();
    asked.then(settled, (error: unknown) => {
      settled();
      if (!byHand) return;
      this.#parts.log.warn({ err: messageOf(error) }, `${what} by hand was refused`);
      this.#take({ type: 'refused' });
    });
  }

  #note({ source, name, value }: Extract<OfficerEffect, { type: 'note' }>): void {
    const { journal, recorder, log } = this.#parts;
    const { recording } = recorder;
    const said = { ...value, ...(recording === undefined ? {} : { recording }) };
    journal.append({ type: 'event', source, name, value: said }).catch((error: unknown) => {
      log.warn({ err: messageOf(error), source, name }, 'event not sealed');
    });
  }

  async #pollDisk(): Promise<void> {
    const { hasRoom, timers } = this.#parts;
    const room = await hasRoom().catch(() => false);
    this.#take({ type: 'disk', room });
    if (!this.#closed) this.#cancelDiskPoll = timers.start(DISK_POLL_MS, () => void this.#pollDisk());
  }
}

function unconfirmed(): LiuhenError {
  return new LiuhenError(
    'LIUHEN_STATE',
    'cannot stop: this is a whole-process recording, which one order alone does not end',
    { next: 'confirm with liuhen stop --confirm, or hold the button twice' },
  );
}

function closedError(): LiuhenError {
  return new LiuhenError('LIUHEN_STATE', 'the device is shutting down', {
    next: 'liuhen status says whether it still runs',
  });
}
