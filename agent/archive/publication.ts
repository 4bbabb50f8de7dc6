import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { listRecordings, readRecording } from '../buffer/recordings.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import type { JournalStore } from '../journal/store.js';
import { exists, writeDurably } from './durable-file.js';
import { recordingFolder } from './layout.js';
import { removeStaleTiles, writeTiles } from './publish-tiles.js';
import { writeRecordingIndex } from './recording-index.js';

/**
 * The folder of one device as others read it: written from the store, behind it by a moment, and complete in itself: whatever
 * `checkpoint` covers is there.
 */
export class Publication {
  readonly #store: JournalStore;
  readonly #folder: string;
  /** The size that `checkpoint` stands at; undefined before the first look at the folder. */
  #size: number | undefined;
  #keysUpTo = -1;
  readonly #changed = new Set<number>();
  #lane: Promise<void> = Promise.resolve();

  constructor(store: JournalStore, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** Makes the next refresh write this recording's `index.json`. */
  change(recording: number): void {
    this.#changed.add(recording);
  }

  /** Finds recordings whose files a crash left behind or somebody removed. */
  async recover(): Promise<void> {
    for await (const state of listRecordings(this.#store)) {
      const folder = recordingFolder(this.#folder, state.recording);
      if (state.receipt === undefined || !(await exists(join(folder, 'index.json')))) {
        this.change(state.recording);
      }
      if (state.receipt !== undefined && !(await exists(join(folder, 'archived')))) {
        await this.writeReceipt(state.recording, state.receipt);
      }
    }
  }

  /** Durable when it resolves. */
  async writeReceipt(recording: number, receipt: string): Promise<void> {
    await writeDurably(join(recordingFolder(this.#folder, recording), 'archived'), receipt);
  }

  /** Brings the folder to this checkpoint: tiles first, the checkpoint that needs them last. Durable when it resolves. */
  refresh(cosigned: string | undefined): Promise<void> {
    const done = this.#lane.then(() => this.#refresh(cosigned));
    this.#lane = done.catch(() => {});
    return done;
  }

  async #refresh(cosigned: string | undefined): Promise<void> {
    if (cosigned !== undefined) {
      const { size } = parseCheckpoint(cosigned);
      const isNew = this.#size === undefined || size > this.#size;
      const from = this.#size ?? 0;
      if (isNew) await writeTiles(this.#store, this.#folder, from, size);
      await this.#writeKeys();
      if (isNew && (await this.#readCheckpoint()) !== cosigned) {
        await writeDurably(join(this.#folder, 'checkpoint'), cosigned);
      }
      if (isNew) await removeStaleTiles(this.#folder, from, size);
      this.#size = Math.max(size, from);
    }
    for (const recording of [...this.#changed]) {
      this.#changed.delete(recording);
      const state = await readRecording(this.#store, recording);
      try {
        if (state !== undefined) await writeRecordingIndex(this.#store, this.#folder, state);
      } catch (error) {
        this.change(recording);
        throw error;
      }
    }
  }

  async #writeKeys(): Promise<void> {
    const epoch = await this.#store.epoch();
    if (epoch === this.#keysUpTo) return;
    const notes: string[] = [];
    for await (const note of this.#store.keyNotes(1)) notes.push(note);
    await writeDurably(join(this.#folder, 'keys'), notes.join(''));
    this.#keysUpTo = epoch;
  }

  async #readCheckpoint(): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, 'checkpoint'), 'utf8');
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}
