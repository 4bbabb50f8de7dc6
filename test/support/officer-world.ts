import fc from 'fast-check';
import {
  initialState,
  type OfficerEffect,
  type OfficerEvent,
  type OfficerSettings,
  type OfficerState,
  wakeAt,
} from '../../agent/recorder/officer-state.js';
import { step } from '../../agent/recorder/officer-step.js';
import type { RecorderState } from '../../agent/recorder/recorder.js';
import type { Gesture } from '../../drivers/button.js';

export const SETTINGS: OfficerSettings = {
  confirmMs: 5000,
  fragmentMs: 1000,
  batteryWarnPercent: 15,
  batteryStopPercent: 5,
};

/** What may happen to a device, in any order. */
export type Happening =
  | { do: 'gesture'; gesture: Gesture }
  | { do: 'pass'; ms: number }
  | { do: 'seal'; agoMs: number }
  | { do: 'camera'; giving: boolean }
  | { do: 'battery'; percent: number | undefined; powered: boolean }
  | { do: 'door'; open: boolean }
  | { do: 'command'; command: 'start' | 'stop'; wholeProcess: boolean; confirmed: boolean }
  /** The recorder gets on with what it does: a start begins or fails, a stop ends. */
  | { do: 'recorder'; how: 'goes-on' | 'fails' | 'disk-full' | 'disk-usable' };

type Weighed = { weight: number; arbitrary: fc.Arbitrary<Happening> };

const weighed = <T>(weight: number, values: fc.Arbitrary<T>, of: (value: T) => Happening): Weighed => ({
  weight,
  arbitrary: values.map(of),
});

const ONE_OF: Weighed[] = [
  weighed(6, fc.constantFrom<Gesture>('press', 'short', 'double', 'long', 'long'), (gesture) => ({
    do: 'gesture',
    gesture,
  })),
  weighed(8, fc.integer({ min: 1, max: 6000 }), (ms) => ({ do: 'pass', ms })),
  // Mostly what was just filmed; at times the pre-record.
  weighed(8, fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 30_000 })), (agoMs) => ({
    do: 'seal',
    agoMs,
  })),
  weighed(2, fc.constantFrom(true, true, false), (giving) => ({ do: 'camera', giving })),
  weighed(
    2,
    fc.record({
      percent: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
      powered: fc.boolean(),
    }),
    (power) => ({
      do: 'battery',
      ...power,
    }),
  ),
  weighed(1, fc.boolean(), (open) => ({ do: 'door', open })),
  weighed(
    2,
    fc.record({
      command: fc.constantFrom('start', 'stop'),
      wholeProcess: fc.boolean(),
      confirmed: fc.boolean(),
    }),
    (order) => ({
      do: 'command',
      ...order,
    }),
  ),
  weighed(
    8,
    fc.constantFrom('goes-on', 'goes-on', 'goes-on', 'goes-on', 'fails', 'disk-full', 'disk-usable'),
    (how) => ({
      do: 'recorder',
      how,
    }),
  ),
];

export const happenings: fc.Arbitrary<Happening[]> = fc.array(fc.oneof(...ONE_OF), {
  minLength: 1,
  maxLength: 80,
  size: 'max',
});

/** What the machine did at a moment. */
export interface Deed {
  atMs: number;
  event: OfficerEvent;
  before: OfficerState;
  effects: OfficerEffect[];
}

/** A recorder of the fewest words, which does what it is asked unless it is told to fail, and the machine before it. */
export class OfficerWorld {
  nowMs = 1000;
  state: OfficerState = initialState();
  readonly deeds: Deed[] = [];
  /** When the newest footage that is sealed was complete, in the recording that runs. */
  sealedUpToMs: number | undefined;
  giving = true;
  readonly #settings: OfficerSettings;
  #phase: RecorderState = 'idle';
  #wholeProcess = false;
  #resumes = false;

  constructor(settings: OfficerSettings) {
    this.#settings = settings;
    this.#step({ type: 'camera', giving: true });
  }

  get phase(): RecorderState {
    return this.#phase;
  }

  happen(what: Happening): void {
    switch (what.do) {
      case 'gesture':
        this.#step({ type: 'button', gesture: what.gesture });
        return;
      case 'pass':
        this.#pass(what.ms);
        return;
      case 'seal':
        this.#seal(what.agoMs);
        return;
      case 'camera':
        this.giving = what.giving;
        this.#step({ type: 'camera', giving: what.giving });
        return;
      case 'battery':
        this.#step({ type: 'battery', percent: what.percent, powered: what.powered });
        return;
      case 'door':
        this.#step({ type: 'door', door: 'cover', open: what.open });
        return;
      case 'command': {
        const { wholeProcess, confirmed } = what;
        const start = { type: 'start', request: { trigger: 'command', wholeProcess } } as const;
        this.#step(what.command === 'stop' ? { type: 'stop', confirmed } : start);
        return;
      }
      case 'recorder':
        this.#recorder(what.how);
        return;
    }
  }

  /** Time passes, and each tick comes when it is due. */
  #pass(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      const at = wakeAt(this.state, this.nowMs);
      if (at === undefined || at > until) break;
      this.nowMs = Math.max(at, this.nowMs);
      this.#step({ type: 'tick' });
    }
    this.nowMs = until;
  }

  #seal(agoMs: number): void {
    if (this.#phase !== 'recording') return;
    const closedMono = this.nowMs - agoMs;
    this.sealedUpToMs = Math.max(closedMono, this.sealedUpToMs ?? closedMono);
    this.#step({ type: 'sealed', closedMono, durationMs: 1000 });
  }

  #recorder(how: Extract<Happening, { do: 'recorder' }>['how']): void {
    const phase = this.#phase;
    if (how === 'goes-on' && phase === 'starting') this.#become('recording');
    else if (how === 'goes-on' && phase === 'stopping') this.#become('idle');
    else if (how === 'fails' && phase === 'starting') {
      this.#become('idle');
      this.#step({ type: 'refused' });
    } else if (how === 'disk-full' && phase === 'recording') {
      this.#resumes = true;
      this.#become('storage-full');
    } else if (how === 'disk-full' && phase === 'idle') this.#become('storage-full');
    else if (how === 'disk-usable' && phase === 'storage-full') {
      const goesOn = this.#resumes;
      this.#resumes = false;
      this.#become(goesOn ? 'starting' : 'idle');
    }
  }

  #become(phase: RecorderState): void {
    this.#phase = phase;
    if (phase === 'recording') this.sealedUpToMs = undefined;
    if (phase === 'idle') this.#wholeProcess = false;
    this.#tell();
  }

  #tell(): void {
    this.#step({
      type: 'recorder',
      phase: this.#phase,
      wholeProcess: this.#wholeProcess,
      resumes: this.#resumes,
    });
  }

  #step(event: OfficerEvent): void {
    const before = this.state;
    const { state, effects } = step(before, event, this.nowMs, this.#settings);
    this.state = state;
    this.deeds.push({ atMs: this.nowMs, event, before, effects });
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: OfficerEffect): void {
    if (effect.type === 'start') {
      if (this.#phase !== 'idle') this.#step({ type: 'refused' });
      else {
        this.#wholeProcess = effect.request.wholeProcess ?? false;
        this.#become('starting');
      }
    }
    if (effect.type === 'stop') {
      if (this.#resumes) {
        this.#resumes = false;
        this.#wholeProcess = false;
        this.#tell();
      } else if (this.#phase === 'recording') this.#become('stopping');
      else this.#step({ type: 'refused' });
    }
  }
}
