import test from 'ava';
import {
  CUE_PATTERN,
  HardwareSignals,
  LIGHT_PATTERN,
  type OutputName,
} from '../../agent/hardware/signals.js';
import { isOneShot, type Pattern } from '../../drivers/output-pattern.js';

class Played {
  readonly patterns: Pattern[] = [];
  play(pattern: Pattern): void {
    this.patterns.push(pattern);
  }
}

test('a steady light means footage that is being sealed, and nothing else does', (t) => {
  const steady = Object.entries(LIGHT_PATTERN).filter(([, pattern]) => pattern === 'steady');
  t.deepEqual(steady, [['sealing', 'steady']]);
});

test('no two states that an officer must tell apart share a light', (t) => {
  const { ready, starting, sealing, fault, off } = LIGHT_PATTERN;
  const others = [LIGHT_PATTERN['not-sealing'], LIGHT_PATTERN['storage-full'], LIGHT_PATTERN['battery-low']];
  const all = [ready, starting, sealing, fault, off, ...others];
  t.is(new Set(all).size, all.length);
});

test('every cue is felt or heard in a way of its own, and leaves nothing sounding', (t) => {
  const cues = Object.values(CUE_PATTERN);
  const ways = cues.map(({ buzzer = '-', vibration = '-' }) => `${buzzer} ${vibration}`);
  t.is(new Set(ways).size, ways.length);
  for (const { buzzer, vibration } of cues) {
    for (const pattern of [buzzer, vibration]) t.true(pattern === undefined || isOneShot(pattern));
    t.not(vibration, undefined, 'also where it is loud');
  }
});

test('an output that comes late shows what stands; one that was removed shows nothing more', (t) => {
  const signals = new HardwareSignals();
  signals.light('not-sealing');
  const outputs: Record<OutputName, Played> = {
    light: new Played(),
    buzzer: new Played(),
    vibration: new Played(),
  };
  for (const name of ['light', 'buzzer', 'vibration'] as const) signals.add(name, outputs[name]);
  signals.cue('started');
  signals.remove('light', outputs.light);
  signals.light('sealing');
  t.deepEqual(outputs.light.patterns, ['fast-blink']);
  t.deepEqual(outputs.buzzer.patterns, ['short']);
  t.deepEqual(outputs.vibration.patterns, ['long']);
});
