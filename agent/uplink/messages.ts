import { decode, encode } from 'cborg';
import { z } from 'zod';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { MAX_ENTRY_BYTES } from '../journal/entry.js';
import { MAX_NOTE_BYTES } from '../journal/note.js';
import { MAX_URGENT } from './urgent.js';

/** Payloads larger than these are refused before they are parsed. */
export const MAX_JOURNAL_BYTES = 1024 * 1024;
export const MAX_CHUNK_BYTES = 256 * 1024;
export const MAX_RECEIPT_BYTES = 256 * 1024;
export const MAX_JSON_BYTES = 16 * 1024;
/** A sender keeps a journal message's entries below this, so that the message stays well under its bound. */
export const JOURNAL_BATCH_BYTES = 256 * 1024;
export const MAX_ENTRIES_PER_MESSAGE = 4096;
const MAX_KEY_NOTES = 4096;
export const MAX_WANTED = 256;

const size = z.int().min(0);
const binary = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
const note = z.string().max(MAX_NOTE_BYTES);

const journalSchema = z.strictObject({
  from: size,
  entries: z
    .array(binary.refine((bytes) => bytes.length <= MAX_ENTRY_BYTES, 'entry too large'))
    .max(MAX_ENTRIES_PER_MESSAGE),
  checkpoint: note,
  keys: z.array(note).max(MAX_KEY_NOTES),
});

/**
 * A piece of a device's journal: the entries [from, from + entries.length), the key notes whose `key-rotated` entries are among
 * them, and a signed checkpoint over exactly from + entries.length entries. Without entries it asks: what do you lack?
 */
export type JournalMessage = z.infer<typeof journalSchema>;

const wantSchema = z.strictObject({
  /** The journal index that the archive needs next. */
  journal: size,
  footage: z
    .array(
      z.strictObject({
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        /**
         * Where missing pieces begin, in bytes; a piece ends at the sender's next chunk boundary. Empty means all of it.
         */
        offsets: z.array(size).max(4096),
      }),
    )
    .max(MAX_WANTED),
});

/** What an archive lacks, oldest first. Unsigned: believing it costs at most some bytes sent twice. */
export type Want = z.infer<typeof wantSchema>;

const receiptSchema = z.union([
  z.strictObject({ cosigned: note }),
  z.strictObject({ archived: note }),
  z.strictObject({ want: wantSchema }),
]);

export type ReceiptMessage = z.infer<typeof receiptSchema>;

const telemetrySchema = z.looseObject({
  clock: z.looseObject({ wall: z.string().max(40), source: z.string().max(16) }),
  disk: z.looseObject({ freeBytes: size }),
  backlog: z.looseObject({
    entries: size,
    footageBytes: size,
    /** Recordings that are stopped and have no receipt here yet, oldest first: the archive repeats what it has signed. */
    unreceipted: z.array(size).max(64),
    /** Recordings whose footage the device would send before all other, the most urgent first. */
    urgent: z.array(size).max(MAX_URGENT).optional(),
  }),
  battery: z.looseObject({ percent: z.number() }).optional(),
});

export type Telemetry = z.infer<typeof telemetrySchema>;

const stateSchema = z.looseObject({
  online: z.boolean(),
  software: z.string().max(64).optional(),
  recording: size.optional(),
});

export type State = z.infer<typeof stateSchema>;

export function encodeJournal(message: JournalMessage): Buffer {
  return Buffer.from(encode(message));
}

export function encodeReceipt(message: ReceiptMessage): Buffer {
  return Buffer.from(encode(message));
}

export function decodeJournal(payload: Uint8Array): JournalMessage {
  return check('journal', journalSchema, decodeCbor('journal', payload, MAX_JOURNAL_BYTES));
}

export function decodeReceipt(payload: Uint8Array): ReceiptMessage {
  return check('receipt', receiptSchema, decodeCbor('receipt', payload, MAX_RECEIPT_BYTES));
}

export function decodeTelemetry(payload: Uint8Array): Telemetry {
  return check('telemetry', telemetrySchema, decodeJson('telemetry', payload));
}

export function decodeState(payload: Uint8Array): State {
  return check('state', stateSchema, decodeJson('state', payload));
}

function refuse(kind: string, expected: string): LiuhenError {
  return new LiuhenError('LIUHEN_MESSAGE', `${kind} message: expected ${expected}`);
}

function decodeCbor(kind: string, payload: Uint8Array, maxBytes: number): unknown {
  if (payload.length > maxBytes) throw refuse(kind, `at most ${maxBytes} bytes, got ${payload.length}`);
  try {
    return decode(payload, { strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true });
  } catch (error) {
    throw refuse(kind, `strict CBOR (${messageOf(error)})`);
  }
}

function decodeJson(kind: string, payload: Uint8Array): unknown {
  if (payload.length > MAX_JSON_BYTES)
    throw refuse(kind, `at most ${MAX_JSON_BYTES} bytes, got ${payload.length}`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw refuse(kind, 'JSON in UTF-8');
  }
}

function check<T>(kind: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw refuse(kind, `${first?.path.join('.') || 'a message'}: ${first?.message ?? 'malformed'}`);
}
