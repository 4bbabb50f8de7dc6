import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { FootageMemory } from '../agent/footage-memory.js';

const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const arrayBuffers = () => process.memoryUsage().arrayBuffers;

test.serial('footage that is needed stays, and what nobody needs is given back', async (t) => {
  let ring: Buffer[] = [];
  const memory = new FootageMemory(() => ring.length * MIB);
  collect();
  const before = arrayBuffers();
  for (let second = 0; second < 30; second++) {
    ring.push(Buffer.alloc(MIB, second));
    memory.changed();
  }
  t.true(ring.every((fragment, second) => fragment[MIB - 1] === second));
  ring = [];
  // V8 sweeps beside us; on a device there is a call a second.
  for (let call = 0; call < 100 && arrayBuffers() - before >= 3 * MIB; call++) {
    await delay(20);
    memory.changed();
  }
  t.true(arrayBuffers() - before < 3 * MIB);
});

test.serial('a ring that goes round for minutes takes no more than when it was full', async (t) => {
  const ring: Buffer[] = [];
  const memory = new FootageMemory(() => ring.length * MIB);
  collect();
  const before = arrayBuffers();
  let most = 0;
  for (let second = 0; second < 300; second++) {
    ring.push(Buffer.alloc(MIB, second));
    if (ring.length > 30) ring.shift();
    memory.changed();
    await immediate();
    most = Math.max(most, arrayBuffers() - before);
  }
  t.true(most < 48 * MIB, `${most}`);
});
