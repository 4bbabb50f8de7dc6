import test from 'ava';
import { Identity } from '../../agent/hardware/identity.js';
import { ManualClock } from '../support/device.js';
import { ManualTimers } from '../support/timers.js';

const HOUR_MS = 3_600_000;

function scene() {
  const clock = new ManualClock();
  const timers = new ManualTimers();
  const appended: object[] = [];
  const shown: string[] = [];
  const now: { recording: number | undefined } = { recording: undefined };
  const officers = new Map([
    ['0A00000017', { id: 'officer-17', name: 'Officer Seventeen', credential: 'LX-17' }],
    ['0A00000018', { id: 'officer-18', name: 'Officer Eighteen', credential: 'LX-18' }],
  ]);
  const identity = new Identity({
    ...{ officers, clock, timers, validMs: 12 * HOUR_MS },
    recording: () => now.recording,
    append: (draft) => appended.push(draft),
    show: (text) => shown.push(text),
  });
  const pass = (ms: number) => {
    clock.advance(ms);
    timers.advance(ms);
  };
  return { clock, timers, pass, appended, shown, now, identity };
}

test('a card names the officer of what is recorded after it, until another is shown or its time is over', (t) => {
  const { identity, clock } = scene();
  t.deepEqual(identity.request(), {});
  identity.card('0A00000017');
  t.deepEqual(identity.request(), { officer: 'officer-17', credential: 'LX-17' });
  identity.card('0A00000018');
  t.deepEqual(identity.request(), { officer: 'officer-18', credential: 'LX-18' });
  clock.advance(12 * HOUR_MS);
  t.is(identity.officer?.id, 'officer-18');
  clock.advance(1);
  t.deepEqual(identity.request(), {});
});

test('a card is an entry, with the recording that runs, and is shown in the picture', (t) => {
  const { identity, appended, shown, now } = scene();
  identity.card('0A00000017');
  now.recording = 42;
  identity.card('0A00000018');
  const identified = { type: 'identity-shown' } as const;
  t.deepEqual(appended, [
    { ...identified, officer: 'officer-17', credential: 'LX-17' },
    { ...identified, officer: 'officer-18', credential: 'LX-18', recording: 42 },
  ]);
  t.deepEqual(shown, ['officer-17 LX-17', 'officer-18 LX-18']);
});

test('the picture names an officer no longer than the card does, which a new showing prolongs', (t) => {
  const { identity, shown, pass, timers } = scene();
  identity.card('0A00000017');
  pass(11 * HOUR_MS);
  identity.card('0A00000017');
  pass(11 * HOUR_MS);
  t.deepEqual(shown, ['officer-17 LX-17', 'officer-17 LX-17']);
  t.is(identity.officer?.id, 'officer-17');
  pass(HOUR_MS);
  t.is(shown.at(-1), '', 'nobody');
  identity.card('0A00000018');
  identity.close();
  t.is(timers.pending, 0);
});

test('an unknown card is an event and changes nobody', (t) => {
  const { identity, appended, shown } = scene();
  identity.card('0A00000017');
  identity.card('FFFFFFFFFF');
  t.like(appended[1], {
    type: 'event',
    source: 'card-reader',
    name: 'unknown-card',
    value: { card: 'FFFFFFFFFF' },
  });
  t.is(identity.officer?.id, 'officer-17');
  t.is(shown.length, 1);
});

test('a card that lies on the edge of the field is shown once, and anew for a recording that has begun since', (t) => {
  const { identity, appended, now, clock } = scene();
  for (let at = 0; at < 20; at++) {
    identity.card('0A00000017');
    clock.advance(1100);
  }
  t.is(appended.length, 1);
  now.recording = 42;
  identity.card('0A00000017');
  t.like(appended[1], { recording: 42 });
  clock.advance(10_000);
  identity.card('0A00000017');
  t.is(appended.length, 3);
});
