import test from 'ava';
import fc from 'fast-check';
import { BUTTON_TIMES, Button, type ButtonOptions } from '../../drivers/button.js';
import { ManualTimers } from '../support/timers.js';

const { settleMs, longMs, doubleMs, stuckMs } = BUTTON_TIMES;

/** A line that a finger moves, and the button on it. */
class Finger {
  readonly timers = new ManualTimers();
  readonly button: Button;
  active: boolean;
  #told: string[] = [];
  #listeners: ((active: boolean) => void)[] = [];

  constructor(options: ButtonOptions & { heldAtStart?: boolean } = {}) {
    const { heldAtStart = false, ...times } = options;
    this.active = heldAtStart;
    this.button = new Button(this, { timers: this.timers, ...times });
    this.button.onGesture((gesture) => this.#told.push(gesture));
    this.button.onStuck((stuck) => this.#told.push(stuck ? 'stuck' : 'let-go'));
  }

  onChange(listener: (active: boolean) => void): void {
    this.#listeners.push(listener);
  }

  set(active: boolean): void {
    this.active = active;
    for (const listener of this.#listeners) listener(active);
  }

  touch(forMs: number): this {
    this.set(true);
    return this.after(forMs).release();
  }

  release(): this {
    this.set(false);
    return this;
  }

  after(ms: number): this {
    this.timers.advance(ms);
    return this;
  }

  /** What was told since the last time this was asked. */
  told(): string {
    return this.#told.splice(0).join(' ');
  }
}

test('a touch is told as soon as it has settled, long before its gesture is known', (t) => {
  const finger = new Finger();
  finger.set(true);
  t.is(finger.after(settleMs - 1).told(), '');
  t.is(finger.after(1).told(), 'press');
});

test('a short press is told when no second touch came, and not before', (t) => {
  const finger = new Finger().touch(150);
  t.is(finger.after(doubleMs - 1).told(), 'press');
  t.is(finger.after(1).told(), 'short');
});

test('a double press is told at the second touch, and its end tells nothing more', (t) => {
  const finger = new Finger().touch(150).after(200);
  finger.told();
  finger.set(true);
  t.is(finger.after(settleMs).told(), 'double');
  t.is(finger.after(100).release().after(10_000).told(), '');
});

test('a long press is told at the moment the hold time is reached, while the finger is still there', (t) => {
  const finger = new Finger();
  finger.set(true);
  t.is(finger.after(longMs - 1).told(), 'press');
  t.is(finger.after(1).told(), 'long');
  t.is(finger.after(3000).release().after(10_000).told(), '', 'the release tells nothing');
});

test('a touch just short of the hold time is short', (t) => {
  t.is(
    new Finger()
      .touch(longMs - 1)
      .after(10_000)
      .told(),
    'press short',
  );
});

test('a touch after the time for a double press begins a new gesture', (t) => {
  const finger = new Finger().touch(150).after(doubleMs + 1);
  t.is(finger.touch(150).after(10_000).told(), 'press short press short');
});

test('three quick touches are a double press and one that is short', (t) => {
  const finger = new Finger().touch(100).after(100).touch(100).after(100).touch(100);
  t.is(finger.after(10_000).told(), 'press double press short');
});

test('two long presses within five seconds are two long presses', (t) => {
  const finger = new Finger().touch(longMs + 100).after(500);
  t.is(
    finger
      .touch(longMs + 100)
      .after(10_000)
      .told(),
    'press long press long',
  );
});

test('a spike shorter than the settle time is no touch', (t) => {
  const finger = new Finger();
  for (let i = 0; i < 1000; i++) finger.touch(settleMs - 1).after(1);
  t.is(finger.after(10_000).told(), '');
});

test('a contact that chatters at touch and release, and slips while held, gives one gesture', (t) => {
  const finger = new Finger();
  const chatter = (until: boolean) => {
    for (let i = 0; i < 7; i++) {
      finger.set(i % 2 === 0);
      finger.after(3);
    }
    finger.set(until);
  };
  chatter(true);
  finger.after(500);
  chatter(true);
  finger.after(500);
  chatter(false);
  t.is(finger.after(10_000).told(), 'press short');
});

test('a contact that chatters without end gives no gesture, not even a long press it began with', (t) => {
  const finger = new Finger();
  finger.set(true);
  finger.after(100);
  t.is(finger.told(), 'press');
  for (let i = 0; i < 2000; i++) {
    finger.set(i % 2 === 0);
    finger.after(5);
  }
  t.is(finger.told(), '');
  t.is(finger.release().after(10_000).told(), 'short', 'once it is quiet and let go');
});

test('a slip at the very moment of the hold time does not lose the long press', (t) => {
  const finger = new Finger();
  finger.set(true);
  finger.after(longMs - 2).set(false);
  finger.after(4).set(true);
  t.is(finger.after(100).told(), 'press long');
});

test('a release that waits in the queue while the process is held up is no long press', (t) => {
  const finger = new Finger();
  finger.set(true);
  finger.after(longMs - 100).told();
  finger.active = false;
  finger.after(105);
  t.is(finger.told(), '', 'the timer ran first, but the line says that nobody holds it');
  finger.set(false);
  t.is(finger.after(10_000).told(), 'short');
});

test('a second touch that waits in the queue while the process is held up is a double press', (t) => {
  const finger = new Finger().touch(100);
  finger.after(doubleMs - 50);
  finger.active = true;
  finger.after(75).set(true);
  t.is(finger.after(100).told(), 'press double');
});

test('a button held at the start is stuck and gives nothing until it was let go', (t) => {
  const finger = new Finger({ heldAtStart: true });
  t.true(finger.button.stuck);
  t.is(finger.after(stuckMs * 2).told(), 'stuck');
  t.is(finger.release().after(10_000).told(), 'let-go');
  t.false(finger.button.stuck);
  t.is(finger.touch(100).after(10_000).told(), 'press short');
});

test('a button that stays down gives its long press, then is reported as stuck, then works again', (t) => {
  const finger = new Finger();
  finger.set(true);
  t.is(finger.after(stuckMs - 1).told(), 'press long');
  t.is(finger.after(1).told(), 'stuck');
  t.is(finger.after(stuckMs * 10).told(), '');
  t.is(finger.release().after(settleMs).told(), 'let-go');
  t.is(finger.touch(100).after(10_000).told(), 'press short');
});

test('a closed button tells nothing and leaves no timer', (t) => {
  const finger = new Finger();
  finger.set(true);
  finger.after(100).told();
  finger.button.close();
  t.is(finger.timers.pending, 0);
  t.is(finger.release().after(10_000).told(), '');
});

/** Levels with the time each is held, of any kind: shorter and longer than every limit, and repeated levels. */
const edges = fc.array(
  fc.record({
    active: fc.boolean(),
    forMs: fc.oneof(fc.nat(30), fc.nat(600), fc.nat(5000), fc.constantFrom(settleMs, doubleMs, longMs)),
  }),
  { maxLength: 60 },
);

test('whatever the line does, each press is followed by exactly one gesture, and none comes without', (t) => {
  fc.assert(
    fc.property(edges, fc.boolean(), fc.constantFrom(0, settleMs), (sequence, heldAtStart, settle) => {
      const finger = new Finger({ heldAtStart, settleMs: settle, stuckMs: Number.MAX_SAFE_INTEGER });
      finger.told();
      let heard = '';
      for (const { active, forMs } of sequence) {
        finger.set(active);
        heard += ` ${finger.after(forMs).told()}`;
        if (!/^( *press( +(short|double|long)|(?= *$)))* *$/.test(heard.replaceAll('let-go', '')))
          return false;
      }
      heard += ` ${finger.release().after(10_000).told()}`;
      return (
        /^( *press +(short|double|long))* *$/.test(heard.replaceAll('let-go', '')) &&
        finger.timers.pending === 0
      );
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

/** Touches that are longer than chatter, none of them within a few ms of a limit. */
const touches = fc.array(
  fc.record({
    heldMs: fc.oneof(
      fc.integer({ min: settleMs + 5, max: longMs - 10 }),
      fc.integer({ min: longMs + 10, max: 9000 }),
    ),
    thenMs: fc.oneof(
      fc.integer({ min: settleMs + 5, max: doubleMs - 10 }),
      fc.integer({ min: doubleMs + 10, max: 3000 }),
    ),
  }),
  { maxLength: 30 },
);

test('touches give what a person would call them, wherever they stand in a row', (t) => {
  fc.assert(
    fc.property(touches, (sequence) => {
      const finger = new Finger();
      const expected: string[] = [];
      for (let i = 0; i < sequence.length; i++) {
        const { heldMs, thenMs } = sequence[i] ?? { heldMs: 0, thenMs: 0 };
        const second = thenMs < doubleMs && heldMs < longMs && i + 1 < sequence.length;
        expected.push('press', heldMs >= longMs ? 'long' : second ? 'double' : 'short');
        if (second) i++;
      }
      for (const { heldMs, thenMs } of sequence) finger.touch(heldMs).after(thenMs);
      return finger.after(10_000).told() === expected.join(' ');
    }),
    { numRuns: 500 },
  );
  t.pass();
});
