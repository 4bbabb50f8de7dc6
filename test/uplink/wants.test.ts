import test from 'ava';
import { Wants } from '../../agent/uplink/wants.js';
import { ManualTimers } from '../support/uplink.js';

const sha = (n: number) => n.toString(16).padStart(64, '0');

test('a fragment asked for twice is sent once, in the order of the first asking', (t) => {
  const wants = new Wants(new ManualTimers(), 10_000);
  wants.add([
    { sha256: sha(2), offsets: [100] },
    { sha256: sha(1), offsets: [] },
  ]);
  wants.add([{ sha256: sha(2), offsets: [0, 100] }]);
  t.deepEqual(wants.next(), { sha256: sha(2), offsets: [0, 100] });
  t.deepEqual(wants.next(), { sha256: sha(1), offsets: 'whole' });
  t.is(wants.next(), undefined);
});

test('a piece in flight, or acknowledged a moment ago, need not be sent; later it must', (t) => {
  const timers = new ManualTimers();
  const wants = new Wants(timers, 10_000);
  wants.left(sha(1), 0);
  timers.advance(3_600_000);
  t.false(wants.mustSend(sha(1), 0));
  wants.acknowledged(sha(1), 0);
  timers.advance(9_999);
  t.false(wants.mustSend(sha(1), 0));
  t.true(wants.mustSend(sha(1), 100));
  timers.advance(2);
  t.true(wants.mustSend(sha(1), 0));
});

test('a piece that did not reach the broker must be sent again', (t) => {
  const wants = new Wants(new ManualTimers(), 10_000);
  wants.left(sha(1), 0);
  wants.failed(sha(1), 0);
  t.true(wants.mustSend(sha(1), 0));
});

test('the list is bounded: what does not fit is counted and left to be asked for again', (t) => {
  const wants = new Wants(new ManualTimers(), 10_000);
  wants.add(Array.from({ length: 1100 }, (_, n) => ({ sha256: sha(n), offsets: [] })));
  t.is(wants.fragments, 1024);
  t.is(wants.overflow, 76);
  const offsets = Array.from({ length: 4096 }, (_, n) => n);
  wants.clear();
  wants.add(Array.from({ length: 20 }, (_, n) => ({ sha256: sha(n), offsets })));
  t.is(wants.overflow, 76 + 4 * 4096);
});

test('after a connection has gone nothing of it is remembered', (t) => {
  const wants = new Wants(new ManualTimers(), 10_000);
  wants.add([{ sha256: sha(1), offsets: [] }]);
  wants.left(sha(2), 0);
  wants.clear();
  t.true(wants.empty);
  t.true(wants.mustSend(sha(2), 0));
});
