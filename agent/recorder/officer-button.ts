import type { Gesture } from '../../drivers/button.js';
import type { MarkKind, OfficerEffect, OfficerSettings, OfficerState, Step } from './officer-state.js';
import type { StartRequest } from './start-request.js';

/** Marks that wait for a recording to begin; a child who plays with the button must not fill the memory. */
const MAX_PENDING = 8;

/** What a gesture on the one button means in each state. Every completed gesture is an entry, obeyed or not. */
export function stepGesture(
  state: OfficerState,
  gesture: Gesture,
  monoMs: number,
  settings: OfficerSettings,
): Step {
  if (gesture === 'press') return { state, effects: [{ type: 'cue', cue: 'touched' }] };
  const note: OfficerEffect = {
    type: 'note',
    source: 'button',
    name: gesture,
    value: { state: state.phase },
  };
  const { state: after, effects } =
    gesture === 'long'
      ? longPress(state, monoMs, settings)
      : press({ ...state, confirmUntilMono: undefined }, gesture === 'double' ? 'sos' : 'mark', settings);
  return { state: after, effects: [note, ...effects] };
}

function press(state: OfficerState, kind: MarkKind, settings: OfficerSettings): Step {
  const sos = kind === 'sos';
  const cue: OfficerEffect[] = sos ? [{ type: 'cue', cue: 'sos' }] : [];
  switch (state.phase) {
    case 'idle': {
      const start: OfficerEffect = { type: 'start', request: buttonRequest(settings) };
      return { state: sos ? waiting(state, kind) : state, effects: [start, ...cue] };
    }
    case 'starting':
      // Where what begins fails, as another's order may, the press begins its own.
      return { state: { ...waiting(state, kind), startsNext: true }, effects: cue };
    case 'recording':
      return { state, effects: marks([kind]) };
    case 'stopping':
      return { state: { ...(sos ? waiting(state, kind) : state), startsNext: true }, effects: cue };
    default: {
      // Nothing can be recorded now. An SOS is kept: it records as soon as the device can.
      const kept = sos && state.phase !== 'closed' ? { ...waiting(state, kind), startsNext: true } : state;
      return { state: kept, effects: [{ type: 'cue', cue: 'refused' }] };
    }
  }
}

function longPress(state: OfficerState, monoMs: number, { confirmMs }: OfficerSettings): Step {
  const waits = (state.phase === 'storage-full' || state.phase === 'fault') && state.resumes;
  if (state.phase !== 'recording' && !waits) {
    // Who wants the recording that ends to be followed by none.
    return {
      state: { ...state, startsNext: false, pending: [] },
      effects: [{ type: 'cue', cue: 'refused' }],
    };
  }
  if (state.wholeProcess && state.confirmUntilMono === undefined) {
    return {
      state: { ...state, confirmUntilMono: monoMs + confirmMs },
      effects: [{ type: 'cue', cue: 'confirm' }],
    };
  }
  return {
    state: { ...state, confirmUntilMono: undefined, startsNext: false, pending: [] },
    effects: [{ type: 'stop', reason: 'button' }],
  };
}

/** The marks as they are made in a recording that runs. */
export function marks(kinds: readonly MarkKind[]): OfficerEffect[] {
  return kinds.flatMap((kind): OfficerEffect[] =>
    kind === 'sos'
      ? [{ type: 'mark', kind }, { type: 'prioritise' }, { type: 'cue', cue: 'sos' }]
      : [
          { type: 'mark', kind },
          { type: 'cue', cue: 'marked' },
        ],
  );
}

export function buttonRequest({ behaviour }: OfficerSettings): StartRequest {
  if (behaviour === undefined) return { trigger: 'button' };
  return { trigger: 'button', behaviour: behaviour.id, wholeProcess: behaviour.wholeProcess };
}

function waiting(state: OfficerState, kind: MarkKind): OfficerState {
  const { pending } = state;
  if (kind === 'sos' && pending.includes('sos')) return state;
  // An SOS is never the one that is left out.
  const kept = pending.slice(0, MAX_PENDING - 1);
  return pending.length >= MAX_PENDING && kind === 'mark' ? state : { ...state, pending: [...kept, kind] };
}
