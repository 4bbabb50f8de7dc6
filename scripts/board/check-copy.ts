import { checkDevice } from '../../agent/buffer/check.js';
import { openStores } from '../../agent/buffer/open.js';
import { sha256Of } from '../../agent/buffer/pieces.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import type { LogLine } from './board-recorder.js';

/**
 * Checks a copy of a device's data folder: no invariant is broken, and every fragment that the agent's log had reported as sealed
 * is there, byte for byte. Returns how many those are; throws at what is otherwise.
 */
export async function checkCopy(dataFolder: string, log: readonly LogLine[]): Promise<number> {
  const stores = await openStores(dataFolder);
  try {
    const report = await checkDevice(stores);
    const problems = report.invariants.flatMap(({ number, problems }) =>
      problems.map((problem) => `${number}: ${problem}`),
    );
    if (problems.length > 0) throw new Error(`invariants broken:\n${problems.join('\n')}`);
    const reported = log.filter(({ msg }) => msg === 'sealed') as { entry: number; sha256: string }[];
    for (const { entry, sha256 } of reported) {
      const found = await entryAt(stores, entry);
      if (found?.type !== 'fragment' || found.sha256 !== sha256) {
        throw new Error(
          `entry ${entry} was reported sealed with ${sha256}; on disk: ${JSON.stringify(found)}`,
        );
      }
      const pieces = await stores.footage.get(found, found.bytes);
      if (pieces === undefined || sha256Of(pieces) !== sha256) {
        throw new Error(`the footage of entry ${entry} was reported sealed and is not on the disk`);
      }
    }
    return reported.length;
  } finally {
    await stores.close();
  }
}

async function entryAt(stores: Awaited<ReturnType<typeof openStores>>, n: number) {
  for await (const encoded of stores.store.entries(n, n + 1)) return decodeEntry(encoded, n);
  return undefined;
}
