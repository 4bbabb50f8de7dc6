import test from 'ava';
import { isOneShot, PATTERNS, type Pattern, PatternPlayer } from '../../drivers/output-pattern.js';
import { ManualTimers } from '../support/timers.js';

/** A player, and what its output did: `+` or `-` with the time, only where the level changed. */
function playing() {
  const timers = new ManualTimers();
  const changes: string[] = [];
  let level: boolean | undefined;
  const output = {
    write(active: boolean) {
      if (active !== level) changes.push(`${active ? '+' : '-'}${timers.nowMs}`);
      level = active;
    },
  };
  const player = new PatternPlayer(output, timers);
  return { player, timers, changes: () => changes.splice(0).join(' '), level: () => level };
}

/** What a pattern does in its first three seconds. */
function shape(pattern: Pattern): string {
  const { player, timers, changes } = playing();
  player.play(pattern);
  timers.advance(2999);
  return changes();
}

test('an output is inactive from the start, before anything is played', (t) => {
  const { changes, player } = playing();
  t.is(changes(), '-0');
  t.is(player.playing, 'off');
});

test('each pattern has its shape', (t) => {
  t.is(shape('off'), '-0');
  t.is(shape('steady'), '-0 +0');
  t.is(shape('blink'), '-0 +0 -500 +1000 -1500 +2000 -2500');
  t.is(shape('double-blink'), '-0 +0 -120 +300 -420 +1500 -1620 +1800 -1920');
  t.is(shape('triple-blink'), '-0 +0 -120 +300 -420 +600 -720 +1800 -1920 +2100 -2220 +2400 -2520');
  t.is(shape('fast-blink').split(' ').slice(0, 6).join(' '), '-0 +0 -100 +200 -300 +400');
  t.is(shape('slow-blink'), '-0 +0 -1500');
  t.is(shape('flash'), '-0 +0 -60');
  t.is(shape('short'), '-0 +0 -120');
  t.is(shape('two-short'), '-0 +0 -120 +280 -400');
  t.is(shape('long'), '-0 +0 -800');
});

test('a pattern replaces another at once, in the middle of it', (t) => {
  const { player, timers, changes, level } = playing();
  player.play('blink');
  timers.advance(200);
  player.play('off');
  t.is(level(), false);
  timers.advance(5000);
  t.is(changes(), '-0 +0 -200');
  player.play('steady');
  t.is(changes(), '+5200');
});

test('a one-shot gives way to the base pattern, which begins anew', (t) => {
  const { player, timers, changes } = playing();
  player.play('steady');
  timers.advance(1000);
  player.play('short');
  t.is(player.playing, 'short');
  timers.advance(5000);
  t.is(player.playing, 'steady');
  t.is(changes(), '-0 +0 -1120 +1320');
});

test('a base pattern played during a one-shot replaces it and stays', (t) => {
  const { player, timers, level } = playing();
  player.play('long');
  timers.advance(100);
  player.play('off');
  t.is(level(), false);
  player.play('long');
  player.play('steady');
  timers.advance(5000);
  t.is(level(), true);
  t.is(timers.pending, 0);
});

test('two one-shots in a row are two, and only then the base pattern comes back', (t) => {
  const { player, timers, changes } = playing();
  player.play('short');
  timers.advance(320);
  t.is(player.playing, 'off');
  player.play('short');
  timers.advance(60);
  player.play('short');
  timers.advance(1000);
  t.is(changes(), '-0 +0 -120 +320 -500', 'the third cut off the second');
});

test('saying every 300 ms that a light blinks does not keep it from blinking', (t) => {
  const { player, timers, changes } = playing();
  for (let i = 0; i < 10; i++) {
    player.play('blink');
    timers.advance(300);
  }
  t.is(changes(), '-0 +0 -500 +1000 -1500 +2000 -2500 +3000');
});

test('stopping leaves the output inactive and no timer running, whatever was played', (t) => {
  for (const pattern of PATTERNS) {
    const { player, timers, level } = playing();
    player.play('blink');
    player.play(pattern);
    timers.advance(50);
    player.stop();
    t.is(level(), false, pattern);
    t.is(timers.pending, 0, pattern);
  }
});

test('only what ends by itself is a one-shot', (t) => {
  for (const pattern of PATTERNS) {
    const { player, timers } = playing();
    player.play(pattern);
    timers.advance(60_000);
    t.is(player.playing === pattern, !isOneShot(pattern), pattern);
  }
});
