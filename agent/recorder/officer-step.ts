import { stepBattery, stepBatteryTime, withStopTime } from './officer-battery.js';
import { buttonRequest, marks, stepGesture } from './officer-button.js';
import {
  firstSealDue,
  lightOf,
  type OfficerEffect,
  type OfficerEvent,
  type OfficerSettings,
  type OfficerState,
  type Step,
  sealDue,
} from './officer-state.js';

type EventOf<T extends OfficerEvent['type']> = Extract<OfficerEvent, { type: T }>;

/**
 * One step of the officer's device: pure, so that every sequence of presses, faults and commands can be tried. `monoMs` never
 * goes back. What the recorder makes of an effect comes back as an event; the machine assumes nothing of it.
 */
export function step(
  before: OfficerState,
  event: OfficerEvent,
  monoMs: number,
  settings: OfficerSettings,
): Step {
  const timed = stepTime(before, monoMs);
  const { state, effects } = react(timed.state, event, monoMs, settings);
  const light = lightOf(state, monoMs);
  return {
    state: { ...state, light },
    effects: [...timed.effects, ...effects, ...sealingCues(before.light, light)],
  };
}

/** What is due by now, whatever happens besides. */
function stepTime(state: OfficerState, monoMs: number): Step {
  const { confirmUntilMono } = state;
  const expired = confirmUntilMono !== undefined && monoMs >= confirmUntilMono;
  return stepBatteryTime(expired ? { ...state, confirmUntilMono: undefined } : state, monoMs);
}

function react(state: OfficerState, event: OfficerEvent, monoMs: number, settings: OfficerSettings): Step {
  switch (event.type) {
    case 'button':
      return stepGesture(state, event.gesture, monoMs, settings);
    case 'start':
      return { state, effects: [{ type: 'start', request: event.request }] };
    case 'stop':
      return stepStop(state, event);
    case 'recorder':
      return stepRecorder(state, event, monoMs, settings);
    case 'sealed': {
      const due = sealDue(event.closedMono, event.durationMs, settings);
      return same({ ...state, sealDueMono: Math.max(due, state.sealDueMono ?? due) });
    }
    case 'camera':
      return same({ ...state, cameraGiving: event.giving });
    case 'battery':
      return stepBattery(state, event, monoMs, settings);
    case 'disk':
      return same({ ...state, diskRoom: event.room });
    case 'door':
      return stepDoor(state, event);
    case 'refused':
      return {
        state: { ...state, pending: [], startsNext: false },
        effects: [{ type: 'cue', cue: 'refused' }],
      };
    case 'tick':
      return same(state);
  }
}

function same(state: OfficerState): Step {
  return { state, effects: [] };
}

function stepStop(state: OfficerState, { confirmed }: EventOf<'stop'>): Step {
  if (state.wholeProcess && !confirmed) return { state, effects: [{ type: 'deny' }] };
  const after = { ...state, startsNext: false, pending: [], confirmUntilMono: undefined };
  return { state: after, effects: [{ type: 'stop', reason: 'command' }] };
}

function stepRecorder(
  before: OfficerState,
  { phase, wholeProcess, resumes }: EventOf<'recorder'>,
  monoMs: number,
  settings: OfficerSettings,
): Step {
  const state = { ...before, phase, wholeProcess, resumes };
  if (phase === before.phase) return same(state);
  if (phase === 'recording') return begun(state, monoMs, settings);
  const left: OfficerState = {
    ...state,
    sealDueMono: undefined,
    firstSealByMono: undefined,
    // The question belongs to the recording that was running; one that goes on by itself is asked about anew.
    confirmUntilMono: undefined,
  };
  switch (phase) {
    case 'idle':
      return becameIdle(left, before.phase, settings);
    case 'storage-full':
    case 'fault':
      return { state: { ...left, pending: onlySos(left) }, effects: [{ type: 'cue', cue: 'alarm' }] };
    default:
      return same(left);
  }
}

function begun(state: OfficerState, monoMs: number, settings: OfficerSettings): Step {
  const effects: OfficerEffect[] = [{ type: 'cue', cue: 'started' }, ...marks(state.pending)];
  const running: OfficerState = {
    ...state,
    pending: [],
    startsNext: false,
    sealDueMono: undefined,
    firstSealByMono: firstSealDue(monoMs, settings),
  };
  return withStopTime(running, effects, monoMs);
}

function becameIdle(state: OfficerState, from: OfficerState['phase'], settings: OfficerSettings): Step {
  const stopped: OfficerEffect[] = from === 'stopping' ? [{ type: 'cue', cue: 'stopped' }] : [];
  if (!state.startsNext) return { state: { ...state, pending: [] }, effects: stopped };
  const start: OfficerEffect = { type: 'start', request: buttonRequest(settings) };
  const after = { ...state, pending: onlySos(state), startsNext: false };
  return { state: after, effects: [...stopped, start] };
}

/** Marks that wait for a recording that did not come are none of a later one; for an SOS the later one begins. */
function onlySos({ pending }: OfficerState): OfficerState['pending'] {
  return pending.filter((kind) => kind === 'sos');
}

function stepDoor(state: OfficerState, { door, open }: EventOf<'door'>): Step {
  const before = state.doorsOpen[door];
  const doorsOpen = { ...state.doorsOpen, [door]: open };
  // Closed when first looked at is how it should be.
  if (before === open || (before === undefined && !open)) return same({ ...state, doorsOpen });
  const effects: OfficerEffect[] = [
    {
      type: 'note',
      source: 'tamper',
      name: `${door}-${open ? 'opened' : 'closed'}`,
      value: { state: state.phase },
    },
    ...(open ? [{ type: 'cue', cue: 'alarm' } as const] : []),
  ];
  return { state: { ...state, doorsOpen }, effects };
}

/** Whoever wears the device must know without looking that footage has ceased to be safe, and that it is again. */
function sealingCues(before: OfficerState['light'], light: OfficerState['light']): OfficerEffect[] {
  if (light === before) return [];
  if (light === 'not-sealing') return [{ type: 'cue', cue: 'not-sealing' }];
  if (light === 'sealing' && before === 'not-sealing') return [{ type: 'cue', cue: 'sealing-again' }];
  return [];
}
