import test from 'ava';
import { Beacon } from '../../agent/hardware/beacon.js';
import { HardwareSignals } from '../../agent/hardware/signals.js';
import { PatternPlayer } from '../../drivers/output-pattern.js';
import { ManualTimers } from '../support/timers.js';
import { WornDevice } from '../support/worn.js';

/** A light or buzzer that counts how often it was switched on. */
function output(timers: ManualTimers) {
  const seen = { active: false, times: 0 };
  const write = (active: boolean) => {
    if (active && !seen.active) seen.times++;
    seen.active = active;
  };
  return { seen, player: new PatternPlayer({ write }, timers) };
}

test('a device that is looked for blinks and beeps for as long as was asked', (t) => {
  const timers = new ManualTimers();
  const signals = new HardwareSignals();
  const light = output(timers);
  const buzzer = output(timers);
  signals.add('light', light.player);
  signals.add('buzzer', buzzer.player);
  new Beacon(signals, timers).begin(6000);
  timers.advance(60_000);
  t.is(buzzer.seen.times, 6, 'two beeps every two seconds');
  t.is(light.seen.times, 6);
  t.is(timers.pending, 0);
});

test('the light is steady between the blinks while footage is sealed, and afterwards', (t) => {
  const timers = new ManualTimers();
  const signals = new HardwareSignals();
  const light = output(timers);
  signals.add('light', light.player);
  signals.light('sealing');
  new Beacon(signals, timers).begin(4000);
  timers.advance(1000);
  t.true(light.seen.active);
  t.is(light.player.playing, 'steady');
  timers.advance(10_000);
  t.true(light.seen.active);
});

test('a search that is asked for again goes on for so long from then, and one that is ended is silent', (t) => {
  const timers = new ManualTimers();
  const signals = new HardwareSignals();
  const buzzer = output(timers);
  signals.add('buzzer', buzzer.player);
  const beacon = new Beacon(signals, timers);
  beacon.begin(60_000);
  timers.advance(1000);
  beacon.begin(2000);
  timers.advance(60_000);
  t.is(buzzer.seen.times, 4);
  beacon.begin(60_000);
  timers.advance(1000);
  beacon.end();
  timers.advance(60_000);
  t.is(buzzer.seen.times, 6);
});

test('a recorder that is looked for blinks with the light on its GPIO line, and goes dark with its end', async (t) => {
  const worn = await WornDevice.start(t, { hardware: { light: { chip: 'recorder-gpio', line: 4 } } });
  const line = worn.drivers.gpioLines.line(4);
  const before = line.written.filter((active) => active).length;
  worn.agent.device.locate(60_000);
  worn.timers.advance(300);
  t.true(line.written.filter((active) => active).length >= before + 2);
  await worn.stop();
  t.false(line.active);
});
