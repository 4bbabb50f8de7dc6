import { createHash, type Hash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.js';
import { isSignedBy, parseNote, type Signer, signNote } from './note.js';
import { SignatureType, type Vkey, vkeyWithType } from './vkey.js';

/** What an archive signs once every byte of a recording is durable with it. */
export interface Receipt {
  origin: string;
  recording: number;
  fragments: number;
  /** SHA-256, hex, over the concatenated raw SHA-256 of its inits and fragments, in journal order. */
  digest: string;
}

const HEADER = 'liuhen/archived';

/** Hashes the hashes of a recording's inits and fragments as they come by, in journal order. */
export class RecordingDigest {
  readonly #hash: Hash = createHash('sha256');

  add(sha256Hex: string): void {
    this.#hash.update(Buffer.from(sha256Hex, 'hex'));
  }

  /** Hex; ends the digest. */
  finish(): string {
    return this.#hash.digest('hex');
  }
}

/**
 * The key under which receipts of an archive verify. A trust policy names the archive by its cosigner key (type 0x04);
 * its receipts are plain notes by the same key with type 0x01, so the key id differs. The two kinds of message
 * cannot be taken for each other: one begins with `cosignature/v1`, the other with `liuhen/archived`.
 */
export function receiptKeyOf(witness: Vkey): Vkey {
  return vkeyWithType(witness, SignatureType.ed25519);
}

export function receiptText(receipt: Receipt): string {
  const { origin, recording, fragments, digest } = receipt;
  return `${HEADER}\n${origin}\n${recording}\n${fragments}\n${digest}\n`;
}

export function signReceipt(receipt: Receipt, signer: Signer): string {
  return signNote(receiptText(receipt), signer);
}

/** Parses a receipt and checks its signature by the archive whose cosigner key is `witness`. */
export function verifyReceipt(text: string, witness: Vkey): Receipt {
  const note = parseNote(text);
  const receipt = parseReceiptText(note.text);
  if (!isSignedBy(note, receiptKeyOf(witness))) {
    throw new LiuhenError('LIUHEN_RECEIPT', `receipt: expected a signature by ${witness.name}, got none`);
  }
  return receipt;
}

/** The recording a receipt claims to be for, unverified: says where to look for what it must match. */
export function parseReceiptText(text: string): Receipt {
  const [header, origin = '', recording = '', fragments = '', digest = '', ...rest] = text
    .slice(0, -1)
    .split('\n');
  const isNumber = (part: string) => /^(0|[1-9][0-9]{0,14})$/.test(part);
  if (
    header !== HEADER ||
    !isNumber(recording) ||
    !isNumber(fragments) ||
    !/^[0-9a-f]{64}$/.test(digest) ||
    rest.length > 0
  ) {
    throw new LiuhenError(
      'LIUHEN_RECEIPT',
      `receipt: expected ${HEADER}, origin, recording, fragments, digest; got ${JSON.stringify(text.slice(0, 160))}`,
    );
  }
  return { origin, recording: Number(recording), fragments: Number(fragments), digest };
}
