import test from 'ava';
import { buttonOn, Lines, switchOn } from '../../agent/hardware/lines.js';
import { Pieces } from '../../agent/hardware/pieces.js';
import type { Gesture } from '../../drivers/button.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import { fakeOnoff, fakeSysfs, systemError } from '../support/gpio.js';
import { ManualTimers } from '../support/timers.js';

test('a button and a switch whose chip is gone, of which the kernel tells nobody, are absent, and work again when it is back', async (t) => {
  const root = await fakeSysfs(t, [{ label: 'expander', base: 500, lines: 8 }]);
  const { onoff, lines: fakes } = fakeOnoff(root);
  const timers = new ManualTimers();
  const told: unknown[] = [];
  const journal = { append: async (draft: object) => void told.push(draft) };
  const pieces = new Pieces(journal as never, { info() {}, warn() {} });
  const gpio = sysfsGpio({ root, onoff, onLost: (name, error) => lines.lost(name, error) });
  const lines = new Lines(gpio, pieces, timers);
  t.teardown(() => lines.close());
  const gestures: Gesture[] = [];
  const button = { chip: 'expander', line: 0 };
  const times = { debounceMs: 20, longMs: 2000, doubleMs: 400, timers };
  lines.keep('button', button, (from) =>
    buttonOn(from, button, { ...times, onGesture: (gesture) => gestures.push(gesture), onStuck() {} }),
  );
  const cover = { chip: 'expander', line: 1 };
  lines.keep('cover', cover, (from) => switchOn(from, cover, 20, () => {}));
  timers.advance(60_000);
  t.deepEqual([pieces.status().button.state, pieces.status().cover.state], ['works', 'works']);
  t.deepEqual(told, []);

  for (const fake of fakes) fake.fault = systemError('EIO', 'value');
  timers.advance(10_000);
  t.deepEqual([pieces.status().button.state, pieces.status().cover.state], ['absent', 'absent']);
  timers.advance(10_000);
  t.deepEqual([pieces.status().button.state, pieces.status().cover.state], ['works', 'works']);
  t.is(told.length, 4);
  fakes.at(-2)?.set(1);
  t.deepEqual(gestures, ['press']);
  lines.close();
  t.is(timers.pending, 0);
});
