import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayLine } from './camera-display.js';

/** The lines that one run of ffmpeg draws, in files of a folder that only this user can look into. */
export class DisplayTexts {
  readonly #folder: string;
  /** Resolves, never rejects, when all that was asked for so far is done. */
  #done: Promise<unknown> = Promise.resolve();
  #removed = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws the file system's error; nothing is left then. */
  static async create(lines: Readonly<Record<string, string>>): Promise<DisplayTexts> {
    const texts = new DisplayTexts(await mkdtemp(join(tmpdir(), 'liuhen-display-')));
    try {
      for (const [name, text] of Object.entries(lines)) await texts.replace(name, text);
    } catch (error) {
      await texts.remove();
      throw error;
    }
    return texts;
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** ffmpeg sees the old line or the new one, never half of either. Resolves when it is there. */
  replace(name: string, text: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#removed) return;
      const next = `${this.pathOf(name)}.next`;
      await writeFile(next, displayLine(text), { mode: 0o600 });
      await rename(next, this.pathOf(name));
    });
  }

  /** For after ffmpeg has ended: it does not outlive a file that is gone. */
  remove(): Promise<void> {
    return this.#inTurn(async () => {
      this.#removed = true;
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#done.then(act);
    this.#done = turn.catch(() => {});
    return turn;
  }
}
