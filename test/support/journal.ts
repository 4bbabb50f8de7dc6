import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { RecordingsView } from '../../agent/buffer/recordings.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { createJournal } from '../../agent/journal/create.js';
import { decodeEntry, type Entry, type UnknownEntry } from '../../agent/journal/entry.js';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { Journal } from '../../agent/journal/journal.js';
import { KeyChain } from '../../agent/journal/key-chain.js';
import { CompactRange, leafHash } from '../../agent/journal/merkle.js';
import { isSignedBy } from '../../agent/journal/note.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { ManualClock } from './device.js';
import { WatchedJournalStore } from './stores.js';

export const ORIGIN = 'liuhen.example/recorder-0001';
const SETTINGS = { clockJumpMs: 2000, witnessNoteMs: 10_000 };

/** A journal alone, on a real database that is deleted when the test is over. */
export class JournalRig {
  readonly folder: string;
  readonly database: Database;
  readonly keys: EpochKeyFiles;
  readonly clock = new ManualClock();
  readonly view = new RecordingsView();
  store: WatchedJournalStore;
  journal!: Journal;

  private constructor(folder: string, database: Database) {
    this.folder = folder;
    this.database = database;
    this.store = new WatchedJournalStore(database);
    this.keys = new EpochKeyFiles(this.keyFolder);
  }

  static async open(t: ExecutionContext): Promise<JournalRig> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-journal-'));
    const rig = new JournalRig(folder, await Database.open(join(folder, 'journal'), { compression: true }));
    t.teardown(async () => {
      await rig.database.close();
      await rm(folder, { recursive: true });
    });
    await createJournal(rig.store, rig.keys, ORIGIN);
    await rig.reopen();
    return rig;
  }

  get keyFolder(): string {
    return join(this.folder, 'keys');
  }

  /** Opens the journal from what is on disk, as after a crash: what was in memory is gone. */
  async reopen(): Promise<Journal> {
    this.store = new WatchedJournalStore(this.database);
    const { store, keys, clock, view } = this;
    this.journal = await Journal.open({ store, keys, clock, view, ...SETTINGS });
    return this.journal;
  }

  async entries(): Promise<(Entry | UnknownEntry)[]> {
    const entries: (Entry | UnknownEntry)[] = [];
    for await (const encoded of this.store.entries(0, this.journal.size)) {
      entries.push(decodeEntry(encoded, entries.length));
    }
    return entries;
  }

  async types(): Promise<string[]> {
    return (await this.entries()).map(({ type }) => type);
  }

  /** The chain of keys as a stranger follows it, from the root key. */
  async chain(): Promise<KeyChain> {
    const chain = new KeyChain(parseVkey((await this.store.identity())?.rootVkey ?? ''));
    for await (const note of this.store.keyNotes(1)) chain.extend(note);
    return chain;
  }

  /** Whether a checkpoint is over exactly the entries that are stored, and signed with the key of this epoch. */
  async isGood(checkpoint: string, epoch?: number): Promise<boolean> {
    const { size, root, note, origin } = parseCheckpoint(checkpoint);
    const range = new CompactRange();
    for await (const encoded of this.store.entries(0, size)) range.append(leafHash(encoded));
    const chain = await this.chain();
    const key = epoch === undefined ? chain.current : chain.key(epoch);
    return origin === ORIGIN && range.root().equals(root) && key !== undefined && isSignedBy(note, key);
  }
}
