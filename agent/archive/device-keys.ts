import { LiuhenError } from '../../config/errors.js';
import { epochOfKeyNote, KeyChain } from '../journal/key-chain.js';
import { isSignedBy, type Note, parseNote } from '../journal/note.js';
import type { JournalBatch, JournalStore, ViewOp } from '../journal/store.js';
import { formatVkey, parseVkey, type Vkey } from '../journal/vkey.js';

/** The device signed two different steps to one epoch. */
export interface KeyFork {
  ours: string;
  theirs: string;
}

const signerKey = (id: number) => `signer/${id.toString(16).padStart(8, '0')}`;

/**
 * The keys of one device's epochs. Memory holds those of this run; older ones are looked up in the store, where only verified steps
 * are written, so that starting does not verify a chain of years again.
 */
export class DeviceKeys {
  readonly #store: JournalStore;
  readonly #root: Vkey;
  #chain: KeyChain;
  /** Verified steps that wait for the next commit, by epoch. A backlog's notes come in several messages, before any entry. */
  readonly #unstored = new Map<number, string>();

  private constructor(store: JournalStore, root: Vkey) {
    this.#store = store;
    this.#root = root;
    this.#chain = new KeyChain(root);
  }

  static async load(store: JournalStore, root: Vkey): Promise<DeviceKeys> {
    const epoch = await store.epoch();
    const keys = new DeviceKeys(store, root);
    if (epoch > 0) keys.#chain = new KeyChain(await keys.#keyOf(epoch), epoch);
    return keys;
  }

  get epoch(): number {
    return this.#chain.epoch;
  }

  /**
   * Goes through a message's key notes: known ones are compared, the next ones make the chain longer; what is signed by the
   * current key is true whatever it came with. Throws LIUHEN_NOTE where a note is neither.
   */
  async learn(notes: readonly string[]): Promise<KeyFork | undefined> {
    const held = await this.#held(notes);
    for (const text of notes) {
      const epoch = epochOfKeyNote(text);
      if (epoch === undefined) throw new LiuhenError('LIUHEN_NOTE', 'key note: expected the form of one');
      if (epoch > this.epoch) {
        this.#unstored.set(this.#chain.extend(text), text);
        continue;
      }
      const ours = this.#unstored.get(epoch) ?? held.get(epoch) ?? '';
      if (await this.#contradicts(epoch, ours, text)) return { ours, theirs: text };
    }
    return undefined;
  }

  /** The newest epoch whose key signed this note well; undefined when no key of this device did, throws on a bad signature. */
  async signerOf(note: Note): Promise<number | undefined> {
    for (const { name, id } of note.signatures) {
      if (name !== this.#root.name) continue;
      const found = await this.#keyById(id);
      if (found !== undefined && isSignedBy(note, found.vkey)) return found.epoch;
    }
    return undefined;
  }

  /** What the next commit must write. */
  unstored(): { keyNotes: JournalBatch['keyNotes']; views: ViewOp[] } {
    const keyNotes = [...this.#unstored].map(([epoch, text]) => ({ epoch, text }));
    const views = keyNotes.map(({ epoch }) => {
      const vkey = this.#chain.key(epoch) as Vkey;
      return { key: signerKey(vkey.id), value: { epoch, vkey: formatVkey(vkey) } };
    });
    return { keyNotes, views };
  }

  /** Call once these are durable. */
  stored(keyNotes: JournalBatch['keyNotes']): void {
    for (const { epoch } of keyNotes) this.#unstored.delete(epoch);
  }

  async #keyById(id: number): Promise<{ epoch: number; vkey: Vkey } | undefined> {
    const epoch = this.#chain.epochOf(this.#root.name, id);
    const vkey = this.#chain.key(epoch);
    if (vkey !== undefined) return { epoch, vkey };
    const stored = await this.#store.view<{ epoch: number; vkey: string }>(signerKey(id));
    if (stored !== undefined) return { epoch: stored.epoch, vkey: parseVkey(stored.vkey) };
    return id === this.#root.id ? { epoch: 0, vkey: this.#root } : undefined;
  }

  async #keyOf(epoch: number): Promise<Vkey> {
    if (epoch === 0) return this.#root;
    for await (const text of this.#store.keyNotes(epoch)) {
      if (epochOfKeyNote(text) === epoch) return parseVkey(parseNote(text).text.split('\n')[3] ?? '');
      break;
    }
    throw new LiuhenError('LIUHEN_JOURNAL_INCONSISTENT', `key note of epoch ${epoch} is missing`);
  }

  /** Our stored notes for the epochs that these notes are about, as far as there are any. */
  async #held(notes: readonly string[]): Promise<Map<number, string>> {
    const held = new Map<number, string>();
    const epochs = new Set(notes.map(epochOfKeyNote).filter((epoch) => epoch !== undefined));
    if (epochs.size === 0) return held;
    const last = Math.max(...epochs);
    for await (const text of this.#store.keyNotes(Math.min(...epochs))) {
      const epoch = epochOfKeyNote(text) ?? last;
      if (epochs.has(epoch)) held.set(epoch, text);
      if (epoch >= last) break;
    }
    return held;
  }

  async #contradicts(epoch: number, ours: string, theirs: string): Promise<boolean> {
    if (theirs === ours) return false;
    const note = parseNote(theirs);
    if (note.text === parseNote(ours).text) return false;
    const signer = this.#chain.key(epoch - 1) ?? (await this.#keyOf(epoch - 1));
    if (isSignedBy(note, signer)) return true;
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `key note: epoch ${epoch} is not signed by the key of epoch ${epoch - 1}`,
    );
  }
}
