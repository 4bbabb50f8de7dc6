import { LiuhenError, messageOf } from '../../config/errors.js';
import { digestOf, readRecording, writeReceipt } from '../buffer/recordings.js';
import { type Checkpoint, cosignedAt, parseCheckpoint } from '../journal/checkpoint.js';
import type { Journal } from '../journal/journal.js';
import { formatNote, parseNote, signatureBy } from '../journal/note.js';
import { parseReceiptText, receiptKeyOf, verifyReceipt } from '../journal/receipt.js';
import type { JournalStore } from '../journal/store.js';
import type { Vkey } from '../journal/vkey.js';
import { ownSignature } from './key-notes.js';
import { decodeReceipt, MAX_RECEIPT_BYTES, type Want } from './messages.js';
import type { Counter } from './tally.js';

/**
 * Why an answer did not count. `oversized`, `malformed`: not a message of ours. `forged`: a signature is missing or bad.
 * `other-origin`: signed, but about another journal. `mismatch`: signed, but not what was recorded. `not-stopped`: for a
 * recording that is unknown or still going on. `stale`: older than what is known. `duplicate`: known already.
 * `dropped`: came faster than it could be checked. `retained`: kept by the broker, and so old or planted.
 */
export type Refusal =
  | 'oversized'
  | 'malformed'
  | 'forged'
  | 'other-origin'
  | 'mismatch'
  | 'not-stopped'
  | 'stale'
  | 'duplicate'
  | 'dropped'
  | 'retained';

export interface Receipts {
  /** Takes a payload of the receipt topic; never throws and never waits. */
  take(payload: Buffer, retained: boolean): void;
  /** Resolves when everything taken so far has been dealt with. */
  settled(): Promise<void>;
}

export interface ReceiptsOptions {
  journal: Journal;
  store: JournalStore;
  witness: Vkey;
  tally: Counter<Refusal>;
  /** A verified cosignature; `fresh` when it is over more entries than any before. */
  onCosigned: (size: number, timeSec: number, fresh: boolean) => void;
  /** A verified receipt, durably written. */
  onArchived: (recording: number) => Promise<void>;
  onWant: (want: Want) => void;
  /** The archive signed what contradicts this journal. `proof` is its cosigned checkpoint. */
  onFork: (error: LiuhenError, proof: string) => void;
  /** The disk would not read or write. */
  onError: (error: unknown) => void;
}

const MAX_WAITING = 256;
const MAX_WAITING_BYTES = 2 * 1024 * 1024;

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

/** Checks what comes from the receipt topic, one after another. Anybody on the broker can write there. */
export function receipts(options: ReceiptsOptions): Receipts {
  const { tally } = options;
  let lane: Promise<void> = Promise.resolve();
  let waiting = 0;
  let waitingBytes = 0;
  return {
    take(payload, retained) {
      if (retained) {
        tally.count('retained', 'a retained answer, which no archive sends');
        return;
      }
      if (payload.length > MAX_RECEIPT_BYTES) {
        tally.count(
          'oversized',
          `an answer of ${payload.length} bytes, at most ${MAX_RECEIPT_BYTES} expected`,
        );
        return;
      }
      if (waiting >= MAX_WAITING || waitingBytes + payload.length > MAX_WAITING_BYTES) {
        tally.count('dropped', 'answers come faster than they can be checked');
        return;
      }
      waiting++;
      waitingBytes += payload.length;
      lane = lane.then(async () => {
        try {
          await judge(options, payload);
        } catch (error) {
          if (error instanceof Refused) tally.count(error.refusal, error.message);
          else options.onError(error);
        }
        waiting--;
        waitingBytes -= payload.length;
      });
    },
    settled: () => lane,
  };
}

async function judge(options: ReceiptsOptions, payload: Buffer): Promise<void> {
  const message = attempt('malformed', () => decodeReceipt(payload));
  if ('want' in message) options.onWant(message.want);
  else if ('cosigned' in message) await judgeCosigned(options, message.cosigned);
  else await judgeArchived(options, message.archived);
}

async function judgeCosigned(options: ReceiptsOptions, text: string): Promise<void> {
  const { journal, store, witness } = options;
  const checkpoint = attempt('malformed', () => parseCheckpoint(text));
  const timeSec = attempt('forged', () => cosignedAt(checkpoint, witness));
  if (timeSec === undefined)
    throw new Refused('forged', `a cosigned checkpoint without a line by ${witness.name}`);
  if (checkpoint.origin !== journal.origin) {
    throw new Refused('other-origin', `a cosigned checkpoint of ${checkpoint.origin}`);
  }
  const { size } = checkpoint;
  const agrees = size <= journal.size && (await journal.rootAt(size)).equals(checkpoint.root);
  const known = journal.cosigned?.size ?? -1;
  if (agrees && size <= known) {
    options.onCosigned(size, timeSec, false);
    const refusal = size === known ? 'duplicate' : 'stale';
    throw new Refused(refusal, `a cosigned checkpoint of size ${size}, ${known} is known`);
  }
  const own = await ownSignature(store, checkpoint);
  // The witness signs the text alone: the other lines are whatever the broker made of them, and are not kept.
  const lines = [...(own === undefined ? [] : [own]), ...present(signatureBy(checkpoint.note, witness))];
  const kept = formatNote({ text: checkpoint.note.text, signatures: lines });
  if (agrees && own === undefined) {
    throw new Refused('forged', `a cosigned checkpoint of size ${size} without a good signature of ours`);
  }
  if (await isFork(options, parseCheckpoint(kept), kept)) return;
  options.onCosigned(size, timeSec, true);
}

/** Hands the checkpoint to the journal, which knows a fork from progress. */
async function isFork(
  { journal, onFork }: ReceiptsOptions,
  checkpoint: Checkpoint,
  kept: string,
): Promise<boolean> {
  try {
    await journal.witness(checkpoint, kept);
    return false;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_FORK') throw error;
    onFork(error, kept);
    return true;
  }
}

async function judgeArchived(options: ReceiptsOptions, text: string): Promise<void> {
  const { journal, store, witness } = options;
  attempt('malformed', () => parseReceiptText(parseNote(text).text));
  const receipt = attempt('forged', () => verifyReceipt(text, witness));
  if (receipt.origin !== journal.origin) throw new Refused('other-origin', `a receipt for ${receipt.origin}`);
  const { recording, fragments, digest } = receipt;
  const state = await readRecording(store, recording);
  if (state?.stopped === undefined) {
    const found = state === undefined ? 'unknown here' : 'still going on';
    throw new Refused('not-stopped', `a receipt for recording ${recording}, which is ${found}`);
  }
  if (state.receipt !== undefined) throw new Refused('duplicate', `recording ${recording} has its receipt`);
  const ours = await digestOf(store, state);
  if (ours.fragments !== fragments || ours.digest !== digest) {
    throw new Refused(
      'mismatch',
      `receipt for recording ${recording}: expected ${ours.fragments} fragments with digest ${ours.digest}, got ${fragments} with ${digest}`,
    );
  }
  const note = parseNote(text);
  const line = signatureBy(note, receiptKeyOf(witness));
  await writeReceipt(store, recording, formatNote({ text: note.text, signatures: present(line) }));
  await options.onArchived(recording);
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function attempt<T>(refusal: Refusal, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Refused(refusal, messageOf(error));
  }
}
