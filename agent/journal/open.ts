import { LiuhenError } from '../../config/errors.js';
import type { ClockReading } from '../../drivers/clock.js';
import { type Checkpoint, parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { type CurrentKey, currentKey } from './current-key.js';
import { decodeEntry } from './entry.js';
import type { EpochKeyFiles } from './epoch-keys.js';
import { type CompactRange, EMPTY_ROOT, leafHash } from './merkle.js';
import { isSignedBy, parseNote, type Signer } from './note.js';
import { hasEntry, type JournalStore } from './store.js';
import { compactRangeAt } from './tiles.js';
import { formatVkey, parseVkey, type Vkey } from './vkey.js';

export interface LoadedJournal {
  origin: string;
  /** The newest that the journal names. */
  epoch: number;
  /** Of that epoch, or of the unfinished rotation's. */
  signer: Signer;
  /** A rotation whose entry has still to be committed. */
  unfinished: CurrentKey['unfinished'];
  tree: CompactRange;
  checkpoint: string;
  cosigned: Checkpoint | undefined;
  /** The clocks at the newest entry. */
  lastReading: ClockReading | undefined;
}

function inconsistent(message: string, cause?: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_JOURNAL_INCONSISTENT', message, {
    ...(cause === undefined ? {} : { cause }),
    next: 'nothing was written; keep the disk as it is, run liuhen check, and provision the device anew',
  });
}

/** What a part that cannot even be read is thrown as. */
const UNREADABLE = new Set<string>(['LIUHEN_NOTE', 'LIUHEN_TREE', 'LIUHEN_ENTRY']);

/**
 * Reads where a journal stands and checks that its parts agree: tree with checkpoint, checkpoint with the key of the
 * epoch, cosigned checkpoint with the tree, newest entry with the tree. Throws LIUHEN_JOURNAL_INCONSISTENT where they do not,
 * LIUHEN_KEY without the key. Only then erases every other key. Reads a bounded number of
 * hashes, whatever the journal's length.
 */
export async function loadJournal(store: JournalStore, keys: EpochKeyFiles): Promise<LoadedJournal> {
  let loaded: LoadedJournal;
  try {
    loaded = await readJournal(store, keys);
  } catch (error) {
    if (error instanceof LiuhenError && UNREADABLE.has(error.code)) throw inconsistent(error.message, error);
    throw error;
  }
  const epoch = loaded.unfinished?.epoch ?? loaded.epoch;
  for (const other of await keys.epochs()) if (other !== epoch) await keys.erase(other);
  return loaded;
}

async function readJournal(store: JournalStore, keys: EpochKeyFiles): Promise<LoadedJournal> {
  const identity = await store.identity();
  if (identity === undefined) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', 'there is no journal here yet', {
      next: 'run liuhen init first',
    });
  }
  const { origin } = identity;
  const epoch = await store.epoch();
  const vkey = epoch === 0 ? parseVkey(identity.rootVkey) : await noted(store, epoch);
  const { signer, unfinished } = await currentKey(keys, epoch, vkey);
  const key = { origin, epoch, signer, unfinished };

  const text = await store.checkpoint();
  const size = text === undefined ? 0 : parseCheckpoint(text).size;
  if (await hasEntry(store, size)) {
    throw inconsistent(
      `entry ${size} is here, the ${text === undefined ? 'missing ' : ''}checkpoint ends before it`,
    );
  }
  if (text === undefined) {
    if (epoch > 0 || (await store.cosigned()) !== undefined) {
      throw inconsistent(`the checkpoint is missing, epoch is ${epoch}`);
    }
    const empty = signCheckpoint({ origin, size: 0, root: EMPTY_ROOT }, signer);
    const tree = await compactRangeAt(0, store.readHashes);
    return { ...key, tree, checkpoint: empty, cosigned: undefined, lastReading: undefined };
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin || !isSignedBy(checkpoint.note, vkey)) {
    throw inconsistent(
      `checkpoint of size ${checkpoint.size}: expected a signature by ${formatVkey(vkey)} for ${origin}`,
    );
  }
  const tree = await compactRangeAt(checkpoint.size, store.readHashes);
  if (!tree.root().equals(checkpoint.root)) {
    throw inconsistent(
      `tree of size ${checkpoint.size}: expected root ${checkpoint.root.toString('hex')}, got ${tree.root().toString('hex')}`,
    );
  }
  const cosigned = await loadCosigned(store, checkpoint, tree);
  const lastReading = await readLastReading(store, checkpoint.size);
  return { ...key, tree, checkpoint: text, cosigned, lastReading };
}

async function noted(store: JournalStore, epoch: number): Promise<Vkey> {
  for await (const text of store.keyNotes(epoch)) {
    return parseVkey(parseNote(text).text.split('\n')[3] ?? '');
  }
  throw inconsistent(`key note of epoch ${epoch} is missing`);
}

async function loadCosigned(
  store: JournalStore,
  checkpoint: Checkpoint,
  tree: CompactRange,
): Promise<Checkpoint | undefined> {
  const text = await store.cosigned();
  if (text === undefined) return undefined;
  const cosigned = parseCheckpoint(text);
  const root =
    cosigned.size === tree.size
      ? tree.root()
      : cosigned.size < tree.size
        ? (await compactRangeAt(cosigned.size, store.readHashes)).root()
        : undefined;
  if (cosigned.origin !== checkpoint.origin || root === undefined || !root.equals(cosigned.root)) {
    throw inconsistent(
      `the archive cosigned size ${cosigned.size} with root ${cosigned.root.toString('hex')}, ` +
        `this journal has size ${tree.size} and there root ${root?.toString('hex') ?? 'none'}`,
    );
  }
  return cosigned;
}

async function readLastReading(store: JournalStore, size: number): Promise<ClockReading | undefined> {
  for await (const encoded of store.entries(Math.max(0, size - 1), size)) {
    const [hash] = await store.readHashes(0, size - 1, 1);
    if (!hash?.equals(leafHash(encoded))) throw inconsistent(`entry ${size - 1} is not the one in the tree`);
    const { at } = decodeEntry(encoded, size - 1);
    return { wallMs: Date.parse(at.wall), monoMs: at.mono, boot: at.boot, source: at.source };
  }
  return undefined;
}
