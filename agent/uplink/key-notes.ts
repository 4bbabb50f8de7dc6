import type { Checkpoint } from '../journal/checkpoint.js';
import { decodeEntry } from '../journal/entry.js';
import { isSignedBy, type NoteSignature, parseNote } from '../journal/note.js';
import type { JournalStore } from '../journal/store.js';
import { parseVkey, type Vkey } from '../journal/vkey.js';

const ROTATION = Buffer.from('"type":"key-rotated"');
/** Key notes looked through at a time when a signature's epoch is searched, newest first. */
const SEARCH_STEP = 256;

/**
 * The epoch that was current before entry `index`: whoever has the entries [0, index) has the key notes up to it. Reads on
 * to the next `key-rotated` entry, which are entries that are about to be sent anyway.
 */
export async function epochAt(
  store: JournalStore,
  index: number,
  size: number,
  current: number,
): Promise<number> {
  let n = index;
  for await (const encoded of store.entries(index, size)) {
    if (encoded.includes(ROTATION)) {
      const entry = decodeEntry(encoded, n);
      if (entry.type === 'key-rotated') return entry.epoch - 1;
    }
    n++;
  }
  return current;
}

/** The key notes of the epochs after `epoch`, as many as fit in `maxBytes` and `maxNotes`. */
export async function keyNotesAfter(
  store: JournalStore,
  epoch: number,
  { maxBytes, maxNotes }: { maxBytes: number; maxNotes: number },
): Promise<{ notes: string[]; all: boolean }> {
  const notes: string[] = [];
  let bytes = 0;
  for await (const note of store.keyNotes(epoch + 1)) {
    bytes += Buffer.byteLength(note) + 5;
    if (notes.length > 0 && (notes.length >= maxNotes || bytes > maxBytes)) return { notes, all: false };
    notes.push(note);
  }
  return { notes, all: true };
}

/** The key that a key note brings in. */
export function keyOfNote(note: string): Vkey {
  return parseVkey(parseNote(note).text.split('\n')[3] ?? '');
}

/** The key of an epoch, as the store has it. */
export async function keyAt(store: JournalStore, epoch: number): Promise<Vkey | undefined> {
  if (epoch === 0) {
    const identity = await store.identity();
    return identity === undefined ? undefined : parseVkey(identity.rootVkey);
  }
  for await (const note of store.keyNotes(epoch)) return keyOfNote(note);
  return undefined;
}

/** The good signature on a checkpoint by a key of this journal, of whatever epoch; undefined when there is none. */
export async function ownSignature(
  store: JournalStore,
  checkpoint: Checkpoint,
): Promise<NoteSignature | undefined> {
  const candidates = checkpoint.note.signatures.filter(({ name }) => name === checkpoint.origin);
  if (candidates.length === 0) return undefined;
  for await (const key of keysNewestFirst(store)) {
    const found = candidates.find(({ id, name }) => id === key.id && name === key.name);
    if (found === undefined) continue;
    // A bad signature by one epoch says nothing of a good one by another.
    try {
      if (isSignedBy(checkpoint.note, key)) return found;
    } catch {}
  }
  return undefined;
}

async function* keysNewestFirst(store: JournalStore): AsyncGenerator<Vkey> {
  for (let to = (await store.epoch()) + 1; to > 1; to = Math.max(1, to - SEARCH_STEP)) {
    const from = Math.max(1, to - SEARCH_STEP);
    const { notes } = await keyNotesAfter(store, from - 1, {
      maxBytes: Number.POSITIVE_INFINITY,
      maxNotes: to - from,
    });
    for (const note of notes.reverse()) yield keyOfNote(note);
  }
  const root = await keyAt(store, 0);
  if (root !== undefined) yield root;
}
