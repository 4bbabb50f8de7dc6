import { cosignedAt } from '../journal/checkpoint.js';
import { decodeEntry } from '../journal/entry.js';
import type { Journal } from '../journal/journal.js';
import type { JournalStore } from '../journal/store.js';
import { parseVkey } from '../journal/vkey.js';
import type { Sealed } from './examined.js';

/** Writes an entry that says what it is for, and measures how long it takes to be sealed. */
export async function sealProbe(journal: Pick<Journal, 'append'>): Promise<Sealed> {
  const startedMs = performance.now();
  const { n } = await journal.append({ type: 'event', source: 'doctor', name: 'examination', value: {} });
  return { entry: n, tookMs: performance.now() - startedMs };
}

/** When the newest entry was written, and when the archive last signed, by its own clock. */
export async function newestOf(store: JournalStore, journal: Journal, witness: string | undefined) {
  let entryMs: number | undefined;
  const { size } = journal;
  for await (const encoded of store.entries(Math.max(0, size - 1), size)) {
    entryMs = Date.parse(decodeEntry(encoded, size - 1).at.wall);
  }
  return { entryMs, cosignedMs: cosignedMsOf(journal, witness) };
}

function cosignedMsOf({ cosigned }: Journal, witness: string | undefined): number | undefined {
  if (cosigned === undefined || witness === undefined) return undefined;
  try {
    const timeSec = cosignedAt(cosigned, parseVkey(witness));
    return timeSec === undefined ? undefined : timeSec * 1000;
  } catch {
    // Another archive's, from before uplink.witness was changed.
    return undefined;
  }
}
