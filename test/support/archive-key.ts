import { cosign, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { type Receipt, receiptKeyOf, signReceipt } from '../../agent/journal/receipt.js';
import { SignatureType, type Vkey, vkeyOf } from '../../agent/journal/vkey.js';

/** The key of an archive that exists only in a test. */
export class ArchiveKey {
  readonly #seed: Buffer;
  /** As a trust policy names it. */
  readonly witness: Vkey;

  constructor(fill = 9) {
    this.#seed = Buffer.alloc(32, fill);
    this.witness = vkeyOf('archive.example', SignatureType.cosignature, publicKeyOf(this.#seed));
  }

  cosign(checkpoint: string, timeSec = 1_772_000_000): string {
    return cosign(parseCheckpoint(checkpoint), { vkey: this.witness, seed: this.#seed }, timeSec);
  }

  receipt(receipt: Receipt): string {
    return signReceipt(receipt, { vkey: receiptKeyOf(this.witness), seed: this.#seed });
  }
}
