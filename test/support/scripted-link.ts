import type { ByteLink, LinkState } from '../../drivers/serial-port.js';

/** A link whose far end is the test. */
export class ScriptedLink implements ByteLink {
  state: LinkState = { open: true, path: 'scripted' };
  readonly written: Buffer[] = [];
  readonly #data: ((bytes: Buffer) => void)[] = [];
  readonly #states: ((state: LinkState) => void)[] = [];

  async write(bytes: Uint8Array): Promise<void> {
    this.written.push(Buffer.from(bytes));
  }

  onData(listener: (bytes: Buffer) => void): void {
    this.#data.push(listener);
  }

  onState(listener: (state: LinkState) => void): void {
    this.#states.push(listener);
  }

  async close(): Promise<void> {
    this.enter({ open: false, reason: 'closed' });
  }

  /** The device says something. */
  say(bytes: string | Uint8Array): void {
    const copy = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    for (const listener of this.#data) listener(copy);
  }

  enter(state: LinkState): void {
    this.state = state;
    for (const listener of this.#states) listener(state);
  }
}

/** Gives bytes in chunks of `sizes`, in turn, as a line does. */
export function inChunks(bytes: Buffer, sizes: readonly number[], take: (chunk: Buffer) => void): void {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % Math.max(1, sizes.length)] ?? 1);
    take(bytes.subarray(at, at + size));
    at += size;
  }
}
