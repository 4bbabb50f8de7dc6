import { originOf, parseOrigin } from '../config/identity.js';
import type { Clock } from '../drivers/clock.js';
import { makeStores, openJournal } from './buffer/open.js';
import { createJournal, SUITE } from './journal/create.js';
import type { Journal } from './journal/journal.js';
import { SOFTWARE } from './version.js';

/** Makes a device: its first key, its journal and the journal's first entry. Returns the root vkey. */
export async function initDevice(
  folder: string,
  device: { authority: string; id: string },
  clock: Clock,
): Promise<string> {
  const stores = await makeStores(folder);
  try {
    const rootVkey = await createJournal(stores.store, stores.keys, originOf(device.authority, device.id));
    const { journal } = await openJournal(stores, clock, { clockJumpMs: 2000, witnessNoteMs: 10_000 });
    await ensureStarted(journal);
    await journal.close();
    return rootVkey;
  } finally {
    await stores.close();
  }
}

/** The first entry of a journal; also of one whose making a power cut interrupted. */
export async function ensureStarted(journal: Journal): Promise<void> {
  if (journal.size > 0) return;
  const { origin } = journal;
  const { device } = parseOrigin(origin);
  await journal.append({ type: 'journal-started', origin, device, software: SOFTWARE, suite: SUITE });
}
