import { LiuhenError } from '../../config/errors.js';
import { newSeed, publicKeyOf } from './ed25519.js';
import type { EpochKeyFiles } from './epoch-keys.js';
import type { JournalStore } from './store.js';
import { formatVkey, SignatureType, vkeyOf } from './vkey.js';

/** What a `journal-started` entry names as the way this journal hashes and signs. */
export const SUITE = 'sha256-ed25519';

/**
 * Makes a new journal's first key and identity and returns its root vkey. Interrupted, it leaves nothing that counts and can be
 * run again; a journal that exists is never replaced.
 */
export async function createJournal(
  store: JournalStore,
  keys: EpochKeyFiles,
  origin: string,
): Promise<string> {
  const existing = await store.identity();
  if (existing !== undefined) {
    throw new LiuhenError('LIUHEN_STATE', `there is a journal here already, of ${existing.origin}`, {
      next: 'choose an empty data folder',
    });
  }
  if ((await store.checkpoint()) !== undefined) {
    throw new LiuhenError('LIUHEN_JOURNAL_INCONSISTENT', 'there are entries here, and not whose they are', {
      next: 'keep this folder as it is, with its keys, and choose an empty data folder',
    });
  }
  for (const epoch of await keys.epochs()) await keys.erase(epoch);
  const seed = newSeed();
  const rootVkey = formatVkey(vkeyOf(origin, SignatureType.ed25519, publicKeyOf(seed)));
  await keys.write(0, seed);
  seed.fill(0);
  await store.setIdentity({ origin, rootVkey });
  return rootVkey;
}
