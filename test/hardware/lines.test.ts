import test, { type ExecutionContext } from 'ava';
import { buttonOn, Lines, outputOn, switchOn } from '../../agent/hardware/lines.js';
import { Pieces } from '../../agent/hardware/pieces.js';
import { HardwareSignals } from '../../agent/hardware/signals.js';
import { LiuhenError } from '../../config/errors.js';
import type { Gesture } from '../../drivers/button.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import { fakeOnoff, fakeSysfs, systemError } from '../support/gpio.js';
import { ManualTimers } from '../support/timers.js';

/** Lines on a fake chip, and what is told of their pieces. */
async function scene(t: ExecutionContext) {
  const root = await fakeSysfs(t, [{ label: 'expander', base: 500, lines: 8 }]);
  const { onoff, lines: fakes } = fakeOnoff(root);
  const timers = new ManualTimers();
  const told: unknown[] = [];
  const journal = { append: async (draft: object) => void told.push(draft) };
  const pieces = new Pieces(journal as never, { info() {}, warn() {} });
  const gpio = sysfsGpio({ root, onoff, onLost: (name, error) => lines.lost(name, error) });
  const lines = new Lines(gpio, pieces, timers);
  t.teardown(() => lines.close());
  return { fakes, timers, told, pieces, lines };
}

const line = (offset: number) => ({ chip: 'expander', line: offset });

test('a button, a switch and a light whose chip is gone, of which the kernel tells nobody, are absent, and work again when it is back', async (t) => {
  const { fakes, timers, told, pieces, lines } = await scene(t);
  const gestures: Gesture[] = [];
  const times = { debounceMs: 20, longMs: 2000, doubleMs: 400, timers };
  lines.keep('button', line(0), (from) =>
    buttonOn(from, line(0), { ...times, onGesture: (gesture) => gestures.push(gesture), onStuck() {} }),
  );
  lines.keep('cover', line(1), (from) => switchOn(from, line(1), 20, () => {}));
  const signals = new HardwareSignals();
  lines.keep('light', line(2), (from) => outputOn(from, line(2), 'light', { signals, timers, tried: false }));
  const states = () => ['button', 'cover', 'light'].map((piece) => pieces.status()[piece as 'button'].state);
  timers.advance(60_000);
  t.deepEqual(states(), ['works', 'works', 'works']);
  t.deepEqual(told, []);

  for (const fake of fakes) fake.fault = systemError('EIO', 'value');
  timers.advance(10_000);
  t.is(told.length, 3);
  timers.advance(10_000);
  t.deepEqual(states(), ['works', 'works', 'works']);
  t.is(told.length, 6);
  fakes.at(-3)?.set(1);
  t.deepEqual(gestures, ['press']);
  lines.close();
  t.is(timers.pending, 0);
});

test('a line that is lost as it is opened does not count as working in between', async (t) => {
  const { timers, told, pieces, lines } = await scene(t);
  let opens = 0;
  lines.keep('cover', line(1), () => {
    if (opens++ === 0) lines.lost(line(1), new LiuhenError('LIUHEN_GPIO', 'gone'));
    return { seen: () => ({ active: false }), close() {} };
  });
  t.is(pieces.status().cover.state, 'absent');
  timers.advance(10_000);
  t.is(pieces.status().cover.state, 'works');
  t.is(told.length, 2);
});
