import { LiuhenError } from '../../config/errors.js';
import type { FootageStore } from '../buffer/footage.js';
import { listRecordings, readRecording } from '../buffer/recordings.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import { formatNote } from '../journal/note.js';
import type { JournalStore } from '../journal/store.js';
import { notesUpToSigner } from './signing-epoch.js';
import type { ExportSource, ListedRecording } from './source.js';

/** What a running journal knows more recently than its store (`Journal` fills it). */
export interface LiveCheckpoints {
  readonly checkpoint: string;
  readonly cosigned: { note: Parameters<typeof formatNote>[0] } | undefined;
}

export interface DeviceSourceOptions {
  store: JournalStore;
  footage: FootageStore;
  /** Cosigner vkeys from the device's settings. */
  witnesses: readonly string[];
  /** Inside the running agent. Without it the stored checkpoints are used; nothing is signed and no key is read. */
  journal?: LiveCheckpoints;
}

/** A device's own stores as the source of bundles; it only reads them. Throws LIUHEN_NOT_FOUND when they hold no journal. */
export async function deviceSource(options: DeviceSourceOptions): Promise<ExportSource> {
  const { store, footage, witnesses, journal } = options;
  const identity = await store.identity();
  if (identity === undefined) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', 'there is no journal in this data folder', {
      next: 'name the data folder of a provisioned device',
    });
  }
  const { origin, rootVkey } = identity;
  const own = async (): Promise<string> => {
    const text = journal?.checkpoint ?? (await store.checkpoint());
    if (text === undefined) {
      throw new LiuhenError('LIUHEN_NOT_FOUND', `the journal of ${origin} holds no checkpoint yet`);
    }
    return text;
  };
  const cosigned = async (): Promise<string | undefined> =>
    journal?.cosigned === undefined ? await store.cosigned() : formatNote(journal.cosigned.note);

  return {
    device: origin.slice(origin.lastIndexOf('/') + 1),
    origin,
    rootVkey,
    witnesses: [...witnesses],
    async checkpoint(size) {
      const witnessed = await cosigned();
      if (witnessed !== undefined && parseCheckpoint(witnessed).size >= size) {
        const keyNotes = await notesUpToSigner(witnessed, rootVkey, store.keyNotes(1));
        if (keyNotes !== undefined) return { checkpoint: witnessed, keyNotes };
      }
      const checkpoint = await own();
      const keyNotes = await notesUpToSigner(checkpoint, rootVkey, store.keyNotes(1));
      if (keyNotes !== undefined) return { checkpoint, keyNotes };
      // Signed by no key of the chain: exported as it is, and found untrusted by whoever verifies it.
      const all: string[] = [];
      for await (const note of store.keyNotes(1)) all.push(note);
      return { checkpoint, keyNotes: all };
    },
    readHashes: store.readHashes,
    entries: (from, to) => store.entries(from, to),
    async footage(name) {
      const pieces = await footage.get(name, name.bytes);
      return pieces === undefined ? undefined : Buffer.concat(pieces);
    },
    receipt: async (recording) => (await readRecording(store, recording))?.receipt,
    async *recordings(): AsyncGenerator<ListedRecording> {
      const found: ListedRecording[] = [];
      for await (const { recording, stopped } of listRecordings(store)) {
        found.push({ recording, stopped: stopped !== undefined });
      }
      yield* found.reverse();
    },
  };
}
