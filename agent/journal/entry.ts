import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import type { ClockReading } from '../../drivers/clock.js';

/** An entry's bytes as written and hashed; larger ones are refused on writing and on reading. */
export const MAX_ENTRY_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A cosigned checkpoint with more signatures than fit in this is not noted. */
export const MAX_WITNESSED_CHARACTERS = 8192;

const index = z.int().min(0);
const text = z.string().max(4096);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');
const bytes = z.int().min(0);
const wallTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'expected RFC 3339 UTC with ms')
  .refine((wall) => {
    const ms = Date.parse(wall);
    return !Number.isNaN(ms) && new Date(ms).toISOString() === wall;
  }, 'expected a day and time that exist');

/** When an entry was made: wall clock, ms since boot, which boot, and where the wall clock's time comes from. */
export const atSchema = z.looseObject({
  wall: wallTime,
  mono: z.number(),
  boot: text,
  source: z.enum(['gnss', 'ntp', 'rtc', 'none']),
});

const trigger = z.enum(['button', 'command', 'policy', 'schedule']);
const media = z.looseObject({ start: z.number(), duration: z.number(), timescale: z.number().positive() });
const position = z.looseObject({ latitude: z.number(), longitude: z.number() });

/** Fields that each type of entry must have; further fields are allowed everywhere (design §4). */
const FIELDS = {
  'journal-started': { origin: text, device: text, software: text, suite: text },
  boot: { software: text, reason: text },
  shutdown: { software: text, reason: text },
  'key-rotated': { epoch: index, vkey: text },
  'clock-changed': { fromWall: wallTime, toWall: wallTime, source: text },
  'recording-started': {
    trigger,
    preRecordMs: z.number().min(0),
    wholeProcess: z.boolean(),
    /** `video`, `audio` or `still`; absent in journals from before there was a choice: video. */
    mode: text.optional(),
    software: text.optional(),
    behaviour: text.optional(),
    case: text.optional(),
    officer: text.optional(),
    /** Number of the officer's certificate, where a card told it. */
    credential: text.optional(),
    /** The recording that this one goes on with after an interruption. */
    continues: index.optional(),
  },
  'take-started': {
    recording: index,
    take: index,
    init: z.looseObject({ sha256, bytes }),
    codecs: text,
  },
  fragment: { recording: index, take: index, index, sha256, bytes, media, position: position.optional() },
  mark: { recording: index, kind: text, note: text.optional() },
  gap: {
    recording: index,
    reason: text,
    fromMono: z.number(),
    toMono: z.number(),
    /** Where footage ended in another boot: `fromMono` is then reckoned back by the wall clock from this time. */
    fromBoot: text.optional(),
    fromWall: wallTime.optional(),
  },
  'recording-stopped': { recording: index, fragments: index, bytes, reason: text },
  heartbeat: {},
  event: { source: text, name: text, value: z.unknown() },
  'identity-shown': { officer: text, credential: text, recording: index.optional() },
  'party-informed': { officer: text, credential: text, recording: index.optional() },
  'case-opened': { case: text },
  document: { case: text, document: z.looseObject({ sha256, bytes, kind: text, name: text }) },
  'case-closed': { case: text },
  /** What a page on a screen began or ceased to show (agent/disclosure/FORMAT.md); `sha256` is over the signed payload. */
  displayed: {
    kind: text,
    id: text,
    revision: index,
    sha256,
    change: z.enum(['began', 'ceased']).optional(),
    screen: text.optional(),
    /** SHA-256 of the whole envelope, signatures included. */
    envelope: sha256.optional(),
    /** Of `ceased`: the entry with which it began, and why it ended. */
    began: index.optional(),
    reason: text.optional(),
    /** Of what was published after its term: the last day of the term, and by how many working days it was missed. */
    late: z.looseObject({ due: text, workingDays: index }).optional(),
  },
  exported: { who: text, what: text, why: text },
  /** `retentionMs`: the retention setting that was in force. */
  evicted: {
    who: text,
    what: text,
    why: text,
    recording: index.optional(),
    retentionMs: z.number().min(0).optional(),
  },
  'config-changed': { who: text, what: text, why: text },
  command: { who: text, what: text, why: text },
  /** A cosigned checkpoint that the device held when it wrote this: what follows is not earlier than its time. */
  witnessed: { size: index, checkpoint: z.string().max(MAX_WITNESSED_CHARACTERS) },
} as const satisfies Record<string, z.core.$ZodLooseShape>;

export type EntryType = keyof typeof FIELDS;

/** Made once: zod compiles each schema anew when it is first used. */
const COMMON = z.looseObject({ n: index, type: z.string(), at: atSchema });

const SCHEMAS = Object.fromEntries(
  Object.entries(FIELDS).map(([type, fields]) => [
    type,
    z.looseObject({ n: index, type: z.literal(type), at: atSchema, ...fields }),
  ]),
) as unknown as Record<EntryType, z.ZodType>;

type FieldsOf<F> =
  F extends Record<string, never>
    ? unknown
    : F extends z.core.$ZodLooseShape
      ? z.infer<z.ZodObject<F>>
      : never;
type Fields = { [T in EntryType]: FieldsOf<(typeof FIELDS)[T]> };

/** What a source of entries gives the journal; the journal adds `n` and `at`. */
export type EntryDraft = { [T in EntryType]: { type: T } & Fields[T] }[EntryType];
export type At = { wall: string; mono: number; boot: string; source: ClockReading['source'] };
/** An entry of a known type, checked. */
export type Entry = EntryDraft & { n: number; at: At };
export type EntryOf<T extends EntryType> = Extract<Entry, { type: T }>;
/** An entry of a type that this version does not know: authentic, and of no meaning to it. */
export interface UnknownEntry {
  n: number;
  type: 'unknown';
  at: At;
}

export function atOf(reading: ClockReading): At {
  const { wallMs, monoMs, boot, source } = reading;
  return { wall: new Date(wallMs).toISOString(), mono: monoMs, boot, source };
}

/** The bytes that are written and hashed. Field order: n, type, at, then the draft's own. */
export function encodeEntry({ type, ...fields }: EntryDraft, n: number, at: At): Buffer {
  return Buffer.from(JSON.stringify({ n, type, at, ...fields }));
}

/** Stands for every `n` and `at` where only the draft matters: none is longer. */
const LONGEST_N = Number.MAX_SAFE_INTEGER;
const LONGEST_AT: At = {
  wall: '2026-01-01T00:00:00.000Z',
  mono: Number.MAX_SAFE_INTEGER,
  boot: '0'.repeat(64),
  source: 'none',
};

/**
 * Throws LIUHEN_ENTRY unless an entry made of this draft can be read again: bounded, and with the fields of its type as JSON keeps them
 * (NaN and undefined do not survive it).
 */
export function checkDraft(draft: EntryDraft): void {
  decodeEntry(encodeEntry(draft, LONGEST_N, LONGEST_AT), LONGEST_N);
}

/** Reads an entry from its bytes and checks that it is entry `n` and has its type's fields. */
export function decodeEntry(encoded: Uint8Array, n: number): Entry | UnknownEntry {
  const fail = (expected: string) => new LiuhenError('LIUHEN_ENTRY', `entry ${n}: expected ${expected}`);
  if (encoded.length > MAX_ENTRY_BYTES) {
    throw fail(`at most ${MAX_ENTRY_BYTES} bytes, got ${encoded.length}`);
  }
  if (encoded.includes(LINE_FEED) || encoded.includes(CARRIAGE_RETURN)) throw fail('no line break');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encoded));
  } catch {
    throw fail('a JSON object in UTF-8');
  }
  const common = COMMON.safeParse(value);
  if (!common.success) throw fail(`n, type and at: ${problem(common.error)}`);
  if (common.data.n !== n) throw fail(`n ${n}, got ${common.data.n}`);
  if (!Object.hasOwn(SCHEMAS, common.data.type)) return { n, type: 'unknown', at: common.data.at };
  const type = common.data.type as EntryType;
  const parsed = SCHEMAS[type].safeParse(value);
  if (!parsed.success) throw fail(`the fields of ${type}: ${problem(parsed.error)}`);
  return parsed.data as Entry;
}

function problem(error: z.ZodError): string {
  const [first] = error.issues;
  return first === undefined ? error.message : `${first.path.join('.')}: ${first.message}`;
}
