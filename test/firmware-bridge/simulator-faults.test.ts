import test from 'ava';
import type { ClientCounters } from '../../firmware-bridge/client.js';
import { OsGroup } from '../../firmware-bridge/os-group.js';
import type { Fault } from '../../firmware-bridge/simulator-faults.js';
import { boardScene, firmware } from '../support/board.js';

/** Each with what the client must have seen of it: a fault that left no trace did not strike. */
const FAULTS: [Fault, (counters: ClientCounters) => number][] = [
  [{ kind: 'drop-request', count: 2 }, ({ resends }) => resends],
  [{ kind: 'damage-request', count: 2 }, ({ resends }) => resends],
  [{ kind: 'drop-response', count: 2 }, ({ resends }) => resends],
  [{ kind: 'damage-response', count: 2 }, ({ frames }) => frames.badChecksums + frames.badLines],
  [{ kind: 'half-response', count: 2 }, ({ frames }) => frames.badLines + frames.unfinished],
  [{ kind: 'repeat-response', count: 2 }, ({ unexpected }) => unexpected],
  [{ kind: 'wrong-sequence', count: 2 }, ({ unexpected }) => unexpected],
  [{ kind: 'noise', count: 2 }, ({ frames }) => Math.min(frames.badLines, frames.textBytes)],
  [{ kind: 'slow', count: 2, delayMs: 450 }, ({ resends }) => resends],
];

for (const [fault, traces] of FAULTS) {
  test(`requests are answered in spite of ${fault.kind}, twice`, async (t) => {
    const { simulator, client } = await boardScene(t);
    const os = new OsGroup(client);
    simulator.faults.add(fault);
    for (const text of ['first', 'second', 'third', 'fourth']) t.is(await os.echo(text), text);
    t.deepEqual(simulator.faults.waiting, []);
    t.true(traces(client.counters) >= 1, JSON.stringify(client.counters));
  });

  test(`an update succeeds in spite of ${fault.kind} in the middle of its upload`, async (t) => {
    const { simulator, updater } = await boardScene(t);
    let struck = false;
    await updater.update(firmware('2.0.0'), {
      confirm: true,
      onProgress: ({ doneBytes, totalBytes }) => {
        if (struck || doneBytes < totalBytes / 2) return;
        struck = true;
        simulator.faults.add(fault);
      },
    });
    t.deepEqual(simulator.faults.waiting, []);
    t.is(simulator.running?.header.version, '2.0.0');
  });
}
