import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { writeDurably } from './durable-file.js';
import { forksFolder } from './layout.js';

/** A rolled-back device signs something new every second: what proves the fork is there after the first few. */
const MAX_KEPT = 16;
const PROOF = /^[0-9]{1,16}-[0-9a-f]{16}\.json$/;

/** Proof that a device signed two histories. The notes verify under its keys by themselves. */
export interface ForkProof {
  at: string;
  /** Journal size of `theirs`. */
  size: number;
  /** What we hold and cosigned: a checkpoint, or a key note. */
  ours: string;
  /** What came: a signed checkpoint, or a key note, that contradicts it. */
  theirs: string;
  /** The journal message it came in, CBOR in base64: the entries under that checkpoint. */
  message: string;
}

/** Keeps a proof unless it is there already or there are enough; returns whether it is new. Durable when it resolves. */
export async function keepFork(deviceFolder: string, proof: ForkProof): Promise<boolean> {
  const names = await listForks(deviceFolder);
  const digest = createHash('sha256').update(proof.theirs).digest('hex').slice(0, 16);
  const name = `${proof.size}-${digest}.json`;
  if (names.includes(name) || names.length >= MAX_KEPT) return false;
  await writeDurably(join(forksFolder(deviceFolder), name), `${JSON.stringify(proof, null, 2)}\n`);
  return true;
}

/** File names of the proofs that are kept. */
export async function listForks(deviceFolder: string): Promise<string[]> {
  const names = await readdir(forksFolder(deviceFolder)).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => PROOF.test(name)).sort();
}
