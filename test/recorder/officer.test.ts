import test from 'ava';
import fc from 'fast-check';
import {
  BATTERY_STOP_DELAY_MS,
  initialState,
  lightOf,
  type OfficerEffect,
  type OfficerEvent,
  type OfficerState,
  wakeAt,
} from '../../agent/recorder/officer-state.js';
import { step } from '../../agent/recorder/officer-step.js';
import type { RecorderState } from '../../agent/recorder/recorder.js';
import type { Gesture } from '../../drivers/button.js';
import { type Deed, happenings, OfficerWorld, SETTINGS } from '../support/officer-world.js';

const wholeProcess = { ...SETTINGS, behaviour: { id: 'personal-freedom', wholeProcess: true } };

/** The machine after these events, one after another at one moment. */
function after(events: readonly OfficerEvent[], atMs = 1000, settings = SETTINGS): OfficerState {
  return events.reduce((state, event) => step(state, event, atMs, settings).state, initialState());
}

const recorder = (phase: RecorderState, more: { wholeProcess?: boolean; resumes?: boolean } = {}) =>
  ({ type: 'recorder', phase, wholeProcess: false, resumes: false, ...more }) as const;
const button = (gesture: Gesture) => ({ type: 'button', gesture }) as const;
const camera = { type: 'camera', giving: true } as const;

/** Effects in few words, without the notes. */
function words(effects: readonly OfficerEffect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.type === 'note') return [];
    if (effect.type === 'cue') return [effect.cue];
    if (effect.type === 'start') return [`start by ${effect.request.trigger}`];
    if (effect.type === 'stop') return [`stop ${effect.reason}`];
    return effect.type === 'mark' ? [`mark ${effect.kind}`] : [effect.type];
  });
}

const GESTURES: [RecorderState, Partial<Record<Gesture, string[]>>][] = [
  ['idle', { short: ['start by button'], double: ['start by button', 'sos'], long: ['refused'] }],
  ['starting', { short: [], double: ['sos'], long: ['refused'] }],
  [
    'recording',
    { short: ['mark mark', 'marked'], double: ['mark sos', 'prioritise', 'sos'], long: ['stop button'] },
  ],
  ['stopping', { short: [], double: ['sos'], long: ['refused'] }],
  ['storage-full', { short: ['refused'], double: ['refused'], long: ['refused'] }],
  ['fault', { short: ['refused'], double: ['refused'], long: ['refused'] }],
  ['closed', { short: ['refused'], double: ['refused'], long: ['refused'] }],
];

for (const [phase, gestures] of GESTURES) {
  for (const [gesture, expected] of Object.entries(gestures)) {
    test(`${phase}: a ${gesture} press does this: ${expected.join(', ') || 'it waits'}`, (t) => {
      const { effects } = step(after([camera, recorder(phase)]), button(gesture as Gesture), 1000, SETTINGS);
      t.deepEqual(words(effects), expected);
      t.like(effects[0], { type: 'note', source: 'button', name: gesture, value: { state: phase } });
    });
  }

  test(`${phase}: a touch is felt at once and does nothing else`, (t) => {
    const before = after([camera, recorder(phase)]);
    const { state, effects } = step(before, button('press'), 1000, SETTINGS);
    t.deepEqual(effects, [{ type: 'cue', cue: 'touched' }]);
    t.deepEqual(state, before);
  });
}

test('presses while a recording begins are its marks, an SOS first of all', (t) => {
  const presses = Array.from({ length: 12 }, () => button('short'));
  const state = after([recorder('starting'), ...presses, button('double')]);
  const { effects } = step(state, recorder('recording'), 1100, SETTINGS);
  const made = words(effects).filter((word) => word.startsWith('mark '));
  t.is(made.length, 8, 'bounded');
  t.true(made.includes('mark sos'));
  t.true(words(effects).includes('prioritise'));
});

test('a mark for a recording that failed to begin is no mark of a later one', (t) => {
  const failed = after([
    camera,
    recorder('starting'),
    button('short'),
    recorder('idle'),
    { type: 'refused' },
  ]);
  const later = step(failed, recorder('recording'), 3_600_000, SETTINGS);
  t.deepEqual(words(later.effects), ['started']);
  const faulty = after([camera, recorder('starting'), button('short'), recorder('fault')]);
  t.deepEqual(words(step(faulty, recorder('recording'), 3_600_000, SETTINGS).effects), ['started']);
});

test('a press while the recording of a command fails to begin is not lost: it begins its own', (t) => {
  const pressed = after([camera, recorder('starting'), button('short')]);
  const { effects, state } = step(pressed, recorder('idle'), 1100, SETTINGS);
  t.deepEqual(words(effects), ['start by button']);
  t.deepEqual(words(step(state, recorder('idle'), 1200, SETTINGS).effects), [], 'once');
  const sos = step(after([camera, recorder('starting'), button('double')]), recorder('idle'), 1100, SETTINGS);
  t.deepEqual(words(step(sos.state, recorder('recording'), 1200, SETTINGS).effects), [
    'started',
    'mark sos',
    'prioritise',
    'sos',
  ]);
});

test('a press while a recording is being closed starts the next one', (t) => {
  const closing = after([recorder('stopping'), button('short')]);
  const { effects, state } = step(closing, recorder('idle'), 1100, SETTINGS);
  t.deepEqual(words(effects), ['stopped', 'start by button']);
  t.deepEqual(words(step(state, recorder('idle'), 1200, SETTINGS).effects), [], 'once');
});

test('an SOS while the disk is full records and is marked as soon as the disk can', (t) => {
  const full = after([camera, recorder('storage-full'), button('double')]);
  const usable = step(full, recorder('idle'), 2000, SETTINGS);
  t.deepEqual(words(usable.effects), ['start by button']);
  const begun = step(usable.state, recorder('recording'), 2100, SETTINGS);
  t.deepEqual(words(begun.effects), ['started', 'mark sos', 'prioritise', 'sos']);
});

test('the button records the behaviour that is set, as a whole process where the policy says so', (t) => {
  const { effects } = step(after([camera]), button('short'), 1000, wholeProcess);
  t.deepEqual(effects.at(-1), {
    type: 'start',
    request: { trigger: 'button', behaviour: 'personal-freedom', wholeProcess: true },
  });
});

test('a whole-process recording ends with a second long press within 5 s, and not with one', (t) => {
  const running = after([camera, recorder('recording', { wholeProcess: true })]);
  const first = step(running, button('long'), 10_000, SETTINGS);
  t.deepEqual(
    words(first.effects),
    ['confirm', 'not-sealing'].slice(0, 1).concat(words(first.effects).slice(1)),
  );
  t.false(words(first.effects).includes('stop button'));
  t.true(words(step(first.state, button('long'), 14_999, SETTINGS).effects).includes('stop button'));
  const late = step(first.state, button('long'), 15_000, SETTINGS);
  t.false(words(late.effects).includes('stop button'));
  t.true(words(late.effects).includes('confirm'), 'it is the first of two again');
});

test('any other gesture takes the first long press back', (t) => {
  const running = after([camera, recorder('recording', { wholeProcess: true }), button('long')]);
  const marked = step(running, button('short'), 2000, SETTINGS).state;
  t.false(words(step(marked, button('long'), 3000, SETTINGS).effects).includes('stop button'));
});

test('a command ends a whole-process recording only when it is confirmed, also while it waits for the disk', (t) => {
  for (const phase of ['recording', 'storage-full', 'starting'] as const) {
    const running = after([recorder(phase, { wholeProcess: true, resumes: phase === 'storage-full' })]);
    t.deepEqual(words(step(running, { type: 'stop', confirmed: false }, 2000, SETTINGS).effects), ['deny']);
    t.deepEqual(words(step(running, { type: 'stop', confirmed: true }, 2000, SETTINGS).effects), [
      'stop command',
    ]);
  }
});

test('low battery is announced once, and a critical one ends the recording 10 s later, whole-process or not', (t) => {
  const power = (percent: number, powered = false) => ({ type: 'battery', percent, powered }) as const;
  const running = after([camera, recorder('recording', { wholeProcess: true }), power(40)]);
  const low = step(running, power(15), 2000, SETTINGS);
  t.like(low.effects[0], { type: 'note', source: 'battery', name: 'low', value: { percent: 15 } });
  t.true(words(low.effects).includes('battery-low'));
  const same = step(low.state, power(14), 2100, SETTINGS);
  t.deepEqual(same.effects, []);
  t.deepEqual(step(same.state, power(16), 2200, SETTINGS).effects, [], 'a gauge that wavers is no news');
  const critical = step(same.state, power(5), 3000, SETTINGS);
  t.like(critical.effects[0], { type: 'note', name: 'critical' });
  t.deepEqual(words(step(critical.state, { type: 'tick' }, 12_999, SETTINGS).effects), []);
  t.true(
    words(step(critical.state, { type: 'tick' }, 13_000, SETTINGS).effects).includes('stop battery-low'),
  );
  const charging = step(critical.state, power(5, true), 5000, SETTINGS);
  t.like(charging.effects[0], { type: 'note', name: 'good' });
  t.deepEqual(words(step(charging.state, { type: 'tick' }, 13_000, SETTINGS).effects), []);
});

test('a recording that begins with a critical battery ends after the same time', (t) => {
  const begun = after([camera, { type: 'battery', percent: 3, powered: false }, recorder('recording')], 1000);
  t.true(words(step(begun, { type: 'tick' }, 11_000, SETTINGS).effects).includes('stop battery-low'));
});

test('a door is an event when it is opened and when it is closed, recording or not, and once', (t) => {
  const door = (open: boolean) => ({ type: 'door', door: 'sim-door', open }) as const;
  let state = initialState();
  const told: string[] = [];
  for (const open of [false, true, true, false, true]) {
    const stepped = step(state, door(open), 1000, SETTINGS);
    state = stepped.state;
    for (const effect of stepped.effects)
      if (effect.type === 'note') told.push(`${effect.source} ${effect.name}`);
  }
  t.deepEqual(told, ['tamper sim-door-opened', 'tamper sim-door-closed', 'tamper sim-door-opened']);
  t.like(step(initialState(), door(true), 1000, SETTINGS).effects[0], { name: 'sim-door-opened' });
});

test('the light says each state in its own way', (t) => {
  const low = { type: 'battery', percent: 10, powered: false } as const;
  const lights = [
    after([camera]),
    after([]),
    after([camera, low]),
    after([camera, { type: 'disk', room: false }]),
    ...(['starting', 'stopping', 'storage-full', 'fault', 'closed'] as const).map((phase) =>
      after([camera, recorder(phase)]),
    ),
    after([camera, recorder('recording')]),
    after([camera, recorder('recording'), { type: 'sealed', closedMono: 900, durationMs: 1000 }]),
    after([recorder('recording')]),
  ].map(({ light }) => light);
  t.deepEqual(lights, [
    ...['ready', 'no-camera', 'battery-low', 'storage-full'],
    ...['starting', 'stopping', 'storage-full', 'fault', 'off'],
    ...['starting', 'sealing', 'not-sealing'],
  ]);
});

test('the light is steady until footage has not been sealed for 1.7 s, and both changes are felt', (t) => {
  const sealed = { type: 'sealed', closedMono: 5000, durationMs: 1000 } as const;
  const sealing = step(after([camera, recorder('recording')]), sealed, 5050, SETTINGS);
  t.is(sealing.state.light, 'sealing');
  t.is(wakeAt(sealing.state, 5050), 6700);
  t.is(lightOf(sealing.state, 6699), 'sealing');
  const not = step(sealing.state, { type: 'tick' }, 6700, SETTINGS);
  t.is(not.state.light, 'not-sealing');
  t.deepEqual(words(not.effects), ['not-sealing']);
  const again = step(not.state, { ...sealed, closedMono: 8000 }, 8100, SETTINGS);
  t.deepEqual([again.state.light, words(again.effects)], ['sealing', ['sealing-again']]);
});

test('the pre-record being sealed does not make the light steady: it is as old as it is', (t) => {
  const begun = after([camera, recorder('recording')], 30_000);
  const old = step(begun, { type: 'sealed', closedMono: 10_000, durationMs: 1000 }, 30_100, SETTINGS);
  t.is(old.state.light, 'starting');
  t.is(step(old.state, { type: 'tick' }, 32_000, SETTINGS).state.light, 'not-sealing');
});

test('long fragments are waited for: neither the first nor the next is missed before it is due', (t) => {
  const settings = { ...SETTINGS, fragmentMs: 30_000 };
  const begun = after([camera, recorder('recording')], 1000, settings);
  t.is(step(begun, { type: 'tick' }, 31_699, settings).state.light, 'starting');
  t.is(step(begun, { type: 'tick' }, 31_700, settings).state.light, 'not-sealing');
  const sealed = { type: 'sealed', closedMono: 31_000, durationMs: 30_000 } as const;
  t.is(wakeAt(step(begun, sealed, 31_100, settings).state, 31_100), 61_700);
  const claims = step(begun, { ...sealed, durationMs: 3_600_000 }, 31_100, settings).state;
  t.is(wakeAt(claims, 31_100), 61_700, 'whatever the fragment says of itself');
});

test('a camera that is lost changes the light at once', (t) => {
  const sealed = { type: 'sealed', closedMono: 900, durationMs: 1000 } as const;
  const sealing = after([camera, recorder('recording'), sealed]);
  t.is(sealing.light, 'sealing');
  t.is(step(sealing, { type: 'camera', giving: false }, 1001, SETTINGS).state.light, 'not-sealing');
});

const wherever = [SETTINGS, wholeProcess];

/** Runs whatever happens, and looks at the world after each. */
function always(look: (world: OfficerWorld, deeds: readonly Deed[]) => void): void {
  for (const settings of wherever) {
    fc.assert(
      fc.property(happenings, (all) => {
        const world = new OfficerWorld(settings);
        for (const each of all) {
          const { length } = world.deeds;
          world.happen(each);
          look(world, world.deeds.slice(length));
        }
      }),
      { numRuns: 1000 },
    );
  }
}

test('whatever happens, a steady light means footage that is sealed and no older than 2 s', (t) => {
  let steady = 0;
  always(({ state, nowMs, sealedUpToMs, phase, giving }) => {
    if (state.light !== 'sealing') return;
    steady++;
    const safe = phase === 'recording' && giving && sealedUpToMs !== undefined && nowMs - sealedUpToMs < 2000;
    if (!safe) throw new Error(`steady at ${nowMs}, sealed up to ${sealedUpToMs}, ${phase}`);
  });
  t.true(steady > 1000, 'it was steady at times');
});

test('whatever happens, the machine is never owed a tick in the past', (t) => {
  t.notThrows(() =>
    always(({ state, nowMs }) => {
      const at = wakeAt(state, nowMs);
      if (at !== undefined && at <= nowMs) throw new Error(`tick due at ${at}, now ${nowMs}`);
    }),
  );
});

test('whatever happens, one press or one command never ends a whole-process recording', (t) => {
  let ends = 0;
  always(({ deeds }, fresh) => {
    for (const deed of fresh) {
      const stop = deed.effects.find((effect) => effect.type === 'stop');
      if (stop?.type !== 'stop' || !deed.before.wholeProcess) continue;
      ends++;
      const why = reasonToEnd(deeds.slice(0, deeds.indexOf(deed) + 1), stop.reason);
      if (why !== undefined) throw new Error(`${stop.reason}: ${why}`);
    }
  });
  t.true(ends > 100, 'some did end');
});

/** Why a whole-process recording should not have ended at the last deed; undefined where it should. */
function reasonToEnd(deeds: readonly Deed[], reason: string): string | undefined {
  const last = deeds.at(-1) as Deed;
  const { event, atMs } = last;
  if (reason === 'command') return event.type === 'stop' && event.confirmed ? undefined : 'not confirmed';
  if (reason === 'battery-low') {
    const critical = deeds.findLast(({ effects }) =>
      effects.some((effect) => effect.type === 'note' && effect.source === 'battery'),
    );
    const note = critical?.effects.find((effect) => effect.type === 'note');
    const named = note?.type === 'note' && note.name === 'critical';
    return named && atMs - (critical?.atMs ?? 0) >= BATTERY_STOP_DELAY_MS
      ? undefined
      : 'not announced before';
  }
  const gestures = deeds.filter(
    ({ event: { type }, before }) => type === 'button' && before.phase !== 'idle',
  );
  const [first, second] = gestures
    .filter(({ event: e }) => e.type === 'button' && e.gesture !== 'press')
    .slice(-2);
  const isLong = (deed: Deed | undefined) => deed?.event.type === 'button' && deed.event.gesture === 'long';
  const within = (second?.atMs ?? 0) - (first?.atMs ?? 0) < SETTINGS.confirmMs;
  return isLong(first) && isLong(second) && second === last && within ? undefined : 'no second long press';
}

test('whatever happens, a double press is marked as an SOS in a recording, unless that was refused or taken back', (t) => {
  let kept = 0;
  always(({ deeds, state, phase }) => {
    if (phase !== 'recording') return;
    const done = (type: OfficerEffect['type'], kind?: string) =>
      deeds.findLastIndex(({ effects }) =>
        effects.some((effect) => effect.type === type && (effect.type !== 'mark' || effect.kind === kind)),
      );
    const pressed = deeds.findLastIndex(({ event }) => event.type === 'button' && event.gesture === 'double');
    const takenBack = deeds.findLastIndex(
      ({ event }) =>
        event.type === 'refused' ||
        event.type === 'stop' ||
        (event.type === 'button' && event.gesture === 'long'),
    );
    if (pressed < 0 || takenBack > pressed) return;
    kept++;
    if (done('mark', 'sos') < pressed) throw new Error(`no mark: pending ${state.pending.join()}`);
  });
  t.true(kept > 100);
});

test('whatever happens, every gesture is one entry, and marks are made in a recording only', (t) => {
  t.notThrows(() =>
    always((_world, fresh) => {
      for (const { event, effects, before } of fresh) {
        const notes = effects.filter((effect) => effect.type === 'note' && effect.source === 'button');
        const expected = event.type === 'button' && event.gesture !== 'press' ? 1 : 0;
        if (notes.length !== expected)
          throw new Error(`${notes.length} entries for ${JSON.stringify(event)}`);
        const runs =
          before.phase === 'recording' || (event.type === 'recorder' && event.phase === 'recording');
        if (!runs && effects.some(({ type }) => type === 'mark'))
          throw new Error(`mark while ${before.phase}`);
      }
    }),
  );
});
