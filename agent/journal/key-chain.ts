import { LiuhenError } from '../../config/errors.js';
import { formatNote, formatSignature, isSignedBy, parseNote, type Signer, signNote } from './note.js';
import { formatVkey, parseVkey, SignatureType, type Vkey } from './vkey.js';

/** The chain is verified note by note; 1,000,000 epochs are 28 years of a rotation every quarter of an hour. */
export const MAX_EPOCH = 1_000_000;

const HEADER = 'liuhen/key';

/** Signs the step to the next epoch with the key of the epoch that ends. */
export function signKeyNote(origin: string, epoch: number, next: Vkey, signer: Signer): string {
  return signNote(stepText(origin, epoch, next), signer);
}

function stepText(origin: string, epoch: number, next: Vkey): string {
  return `${HEADER}\n${origin}\n${epoch}\n${formatVkey(next)}\n`;
}

/** The keys of one journal from its root key on. Only a verified step makes it longer. */
export class KeyChain {
  readonly origin: string;
  /** From `#first` on, one an epoch. */
  readonly #keys: Vkey[];
  readonly #first: number;

  /** `first` is the epoch of `root` where the steps before it were verified earlier: a chain may have 1,000,000 of them. */
  constructor(root: Vkey, first = 0) {
    if (root.type !== SignatureType.ed25519) {
      throw new LiuhenError('LIUHEN_NOTE', `root key: expected type 01, got ${formatVkey(root)}`);
    }
    this.origin = root.name;
    this.#keys = [root];
    this.#first = first;
  }

  /** The newest epoch. */
  get epoch(): number {
    return this.#first + this.#keys.length - 1;
  }

  get current(): Vkey {
    return this.#keys.at(-1) as Vkey;
  }

  key(epoch: number): Vkey | undefined {
    return this.#keys[epoch - this.#first];
  }

  /** The epoch that this key belongs to, newest first; -1 when it is not of this chain. */
  epochOf(name: string, id: number): number {
    const at = this.#keys.findLastIndex((key) => key.name === name && key.id === id);
    return at < 0 ? -1 : this.#first + at;
  }

  /** Takes the next key note; throws unless the current key signed exactly this step. Returns the new epoch. */
  extend(text: string): number {
    const note = parseNote(text);
    const [header, origin, epoch, vkey, ...rest] = note.text.slice(0, -1).split('\n');
    const expected = this.epoch + 1;
    if (header !== HEADER || origin !== this.origin || epoch !== String(expected) || rest.length > 0) {
      throw new LiuhenError(
        'LIUHEN_NOTE',
        `key note: expected ${HEADER} of ${this.origin} for epoch ${expected}, got ${JSON.stringify(note.text.slice(0, 160))}`,
      );
    }
    const next = parseVkey(vkey ?? '');
    if (next.name !== this.origin || next.type !== SignatureType.ed25519) {
      throw new LiuhenError(
        'LIUHEN_NOTE',
        `key note: expected a key of ${this.origin}, got ${formatVkey(next)}`,
      );
    }
    if (expected > MAX_EPOCH)
      throw new LiuhenError('LIUHEN_NOTE', `key note: expected at most ${MAX_EPOCH} epochs`);
    if (note.signatures.length !== 1 || !isSignedBy(note, this.current)) {
      throw new LiuhenError(
        'LIUHEN_NOTE',
        `key note: epoch ${expected} is not signed by the key of epoch ${this.epoch}`,
      );
    }
    this.#keys.push(next);
    return expected;
  }
}

/** The note of the chain's next step, of its key and the signature alone; nothing is verified. */
export function keyNoteOf({ origin, epoch, current }: KeyChain, next: Vkey, signature: Uint8Array): string {
  return formatNote({
    text: stepText(origin, epoch + 1, next),
    signatures: [formatSignature(current, signature)],
  });
}

/** The epoch whose step a key note claims; undefined when it is no key note. Its signature is not checked. */
export function epochOfKeyNote(text: string): number | undefined {
  const match = /^liuhen\/key\n[^\n]+\n([1-9][0-9]{0,6})\n/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** Splits a file of key notes, one after another, at the header line of each. */
export function splitKeyNotes(text: string): string[] {
  if (text === '') return [];
  const notes = text.split(/(?<=\n)(?=liuhen\/key\n)/);
  if (notes.length > MAX_EPOCH)
    throw new LiuhenError('LIUHEN_NOTE', `keys: expected at most ${MAX_EPOCH} notes`);
  return notes;
}
