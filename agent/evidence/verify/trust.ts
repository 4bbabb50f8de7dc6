import { messageOf } from '../../../config/errors.js';
import { type Checkpoint, cosignedAt, parseCheckpoint } from '../../journal/checkpoint.js';
import { KeyChain, splitKeyNotes } from '../../journal/key-chain.js';
import { decodeText, isSignedBy, MAX_NOTE_BYTES } from '../../journal/note.js';
import { meetsQuorum, type Policy } from '../../journal/policy.js';
import { formatVkey, type Vkey } from '../../journal/vkey.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';

/** 200,000 epochs: more than five years of a rotation every quarter of an hour. */
export const MAX_KEYS_BYTES = 64 * 1024 * 1024;
/** The last second that RFC 3339 can write with four digits of year; a later time is no time. */
export const MAX_TIME_SEC = 253_402_300_799;

/** What a witness of the policy signed: that it saw the checkpoint at this time. */
export interface Cosigned {
  witness: string;
  timeSec: number;
}

/** A checkpoint that leads back to a pinned key. */
export interface Trusted {
  checkpoint: Checkpoint;
  /** The pinned key, which is that of epoch 0. */
  root: Vkey;
  chain: KeyChain;
  /** The epoch whose key signed the checkpoint. */
  epoch: number;
  cosigned: Cosigned[];
}

interface Walked {
  root: Vkey;
  chain: KeyChain;
  epoch: number;
  broken: unknown;
}

/**
 * Leads the checkpoint back to a pinned key, note by note, and counts the witnesses. Undefined, with findings, when it
 * does not lead there: nothing else in the bundle says anything then.
 */
export function establishTrust(
  folder: BundleFolder,
  policy: Policy,
  findings: Findings,
): Trusted | undefined {
  const checkpoint = readCheckpoint(folder, findings);
  if (checkpoint === undefined) return undefined;
  const { origin } = checkpoint;
  const pinned = policy.logs.filter(({ name }) => name === origin);
  if (pinned.length === 0) {
    findings.add({
      verdict: 'untrusted',
      kind: 'pinned-key',
      file: 'checkpoint',
      expected: `a journal whose key is pinned: ${policy.logs.map(({ name }) => name).join(', ')}`,
      actual: `the journal of ${origin}`,
    });
    return undefined;
  }
  const notes = readKeyNotes(folder, findings);
  const walked = best(pinned.map((root) => walk(root, notes, checkpoint)));
  const signer = signerOf(walked, notes.length, checkpoint, findings);
  if (signer === undefined) return undefined;
  const cosigned = readCosignatures(checkpoint, policy, findings);
  checkQuorum(policy, cosigned, findings);
  return { checkpoint, root: walked.root, chain: walked.chain, epoch: walked.epoch, cosigned };
}

function readCheckpoint(folder: BundleFolder, findings: Findings): Checkpoint | undefined {
  const file = 'checkpoint';
  const expected = 'a checkpoint, signed by the device';
  const bytes = folder.read(file, MAX_NOTE_BYTES);
  if (bytes === undefined) {
    findings.add({
      verdict: 'untrusted',
      kind: 'missing-file',
      file,
      expected,
      actual: 'no such file to read',
    });
    return undefined;
  }
  try {
    return parseCheckpoint(decodeText(bytes, file));
  } catch (error) {
    findings.malformed(file, expected, error);
    return undefined;
  }
}

function readKeyNotes(folder: BundleFolder, findings: Findings): string[] {
  const file = 'keys';
  const bytes = folder.read(file, MAX_KEYS_BYTES);
  const expected = 'the notes that lead from the pinned key to the key of the checkpoint';
  if (bytes === undefined) {
    if (!folder.occupied(file)) {
      findings.add({ verdict: 'incomplete', kind: 'missing-file', file, expected, actual: 'no such file' });
    }
    return [];
  }
  try {
    return splitKeyNotes(decodeText(bytes, file));
  } catch (error) {
    findings.malformed(file, expected, error);
    return [];
  }
}

/** As far along the notes as they verify. The checkpoint's signer is looked for only among verified keys. */
function walk(root: Vkey, notes: readonly string[], checkpoint: Checkpoint): Walked {
  const chain = new KeyChain(root);
  let broken: unknown;
  try {
    for (const note of notes) chain.extend(note);
  } catch (error) {
    broken = error;
  }
  const epochs = checkpoint.note.signatures.map(({ name, id }) => chain.epochOf(name, id));
  return { root, chain, epoch: Math.max(-1, ...epochs), broken };
}

function best(walks: Walked[]): Walked {
  const reached = walks.find(({ epoch }) => epoch >= 0);
  return reached ?? (walks.sort((a, b) => b.chain.epoch - a.chain.epoch)[0] as Walked);
}

function signerOf(
  walked: Walked,
  notes: number,
  checkpoint: Checkpoint,
  findings: Findings,
): Vkey | undefined {
  const { chain, epoch, broken, root } = walked;
  if (broken !== undefined) {
    findings.add({
      verdict: epoch < 0 ? 'untrusted' : 'altered',
      kind: 'key-chain',
      file: 'keys',
      expected: `a note for epoch ${chain.epoch + 1}, signed by the key of epoch ${chain.epoch}`,
      actual: messageOf(broken),
    });
  }
  const signer = chain.key(epoch);
  if (signer === undefined) {
    findings.add({
      verdict: 'untrusted',
      kind: 'checkpoint-signer',
      file: 'checkpoint',
      expected: `a signature by a key that ${formatVkey(root)} leads to, in ${notes} notes`,
      actual: `signatures by ${checkpoint.note.signatures.map(({ name, id }) => `${name}+${hex(id)}`).join(', ')}`,
    });
    return undefined;
  }
  try {
    isSignedBy(checkpoint.note, signer);
  } catch (error) {
    const expected = `a good signature by the key of epoch ${epoch}, ${formatVkey(signer)}`;
    const actual = messageOf(error);
    findings.add({ verdict: 'altered', kind: 'checkpoint-signature', file: 'checkpoint', expected, actual });
    return undefined;
  }
  if (chain.epoch > epoch) {
    findings.add({
      verdict: 'untrusted',
      kind: 'old-key',
      file: 'keys',
      expected: `a checkpoint signed by the newest key of the chain, that of epoch ${chain.epoch}`,
      actual: `the key of epoch ${epoch} signed it, which the device had erased by then`,
    });
  }
  return signer;
}

function readCosignatures(checkpoint: Checkpoint, policy: Policy, findings: Findings): Cosigned[] {
  const cosigned: Cosigned[] = [];
  for (const [witness, vkey] of policy.witnesses) {
    try {
      const timeSec = cosignedAt(checkpoint, vkey);
      if (timeSec === undefined) continue;
      if (timeSec > MAX_TIME_SEC) throw new Error(`the time ${timeSec} s lies behind the year 9999`);
      cosigned.push({ witness, timeSec });
    } catch (error) {
      findings.add({
        verdict: 'altered',
        kind: 'cosignature',
        file: 'checkpoint',
        expected: `a good cosignature by witness ${witness}, ${formatVkey(vkey)}`,
        actual: messageOf(error),
      });
    }
  }
  return cosigned;
}

function checkQuorum(policy: Policy, cosigned: readonly Cosigned[], findings: Findings): void {
  const seen = new Set(cosigned.map(({ witness }) => witness));
  if (meetsQuorum(policy, seen)) return;
  const missing = [...policy.witnesses.keys()].filter((name) => !seen.has(name));
  findings.add({
    verdict: 'untrusted',
    kind: 'quorum',
    file: 'checkpoint',
    expected: `cosignatures that satisfy the quorum ${policy.quorum} of the trust policy`,
    actual: `none by ${missing.join(', ')}; export again after the archive has witnessed the journal this far`,
  });
}

function hex(id: number): string {
  return id.toString(16).padStart(8, '0');
}
