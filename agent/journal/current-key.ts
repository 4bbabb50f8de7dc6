import { LiuhenError } from '../../config/errors.js';
import { publicKeyOf } from './ed25519.js';
import type { EpochKeyFiles } from './epoch-keys.js';
import { KeyChain } from './key-chain.js';
import type { Signer } from './note.js';
import { formatVkey, SignatureType, type Vkey, vkeyOf } from './vkey.js';

/** The private key that a journal goes on with. */
export interface CurrentKey {
  signer: Signer;
  /**
   * A rotation that a power cut interrupted: the key's file and its note are on disk, its `key-rotated` entry is not. It is always
   * finished, as the old key may be half erased.
   */
  unfinished?: { epoch: number; text: string };
}

/**
 * The key of the journal's epoch, or of the next one where a rotation to it has begun. `expected` is the public key that the journal
 * names for `epoch`. Throws LIUHEN_KEY without a usable key, LIUHEN_JOURNAL_INCONSISTENT when it is another's.
 */
export async function currentKey(keys: EpochKeyFiles, epoch: number, expected: Vkey): Promise<CurrentKey> {
  const { name: origin } = expected;
  if ((await keys.epochs()).includes(epoch + 1)) {
    const next = await nextKey(keys, origin, epoch, expected);
    if (next !== undefined) return next;
  }
  const { seed } = await keys.read(epoch);
  const vkey = vkeyOf(origin, SignatureType.ed25519, publicKeyOf(seed));
  if (formatVkey(vkey) !== formatVkey(expected)) {
    throw new LiuhenError(
      'LIUHEN_JOURNAL_INCONSISTENT',
      `key of epoch ${epoch}: expected ${formatVkey(expected)}, got ${formatVkey(vkey)}`,
      {
        next: 'nothing was written; keep the disk as it is, run liuhen check, and provision the device anew',
      },
    );
  }
  return { signer: { vkey, seed } };
}

/** Undefined for a file that does not lead on from the current key: one that was cut off while it was written. */
async function nextKey(
  keys: EpochKeyFiles,
  origin: string,
  epoch: number,
  current: Vkey,
): Promise<CurrentKey | undefined> {
  try {
    const { seed, note } = await keys.read(epoch + 1);
    const vkey = vkeyOf(origin, SignatureType.ed25519, publicKeyOf(seed));
    const chain = new KeyChain(current, epoch);
    chain.extend(note);
    if (formatVkey(chain.current) !== formatVkey(vkey)) return undefined;
    return { signer: { vkey, seed }, unfinished: { epoch: epoch + 1, text: note } };
  } catch (error) {
    if (error instanceof LiuhenError) return undefined;
    throw error;
  }
}
