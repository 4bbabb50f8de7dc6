import type { At, Entry } from '../journal/entry.js';
import { decodeEntry } from '../journal/entry.js';
import { RecordingDigest } from '../journal/receipt.js';
import type { JournalStore, JournalView, ViewOp } from '../journal/store.js';
import { padded } from './database.js';
import type { FootageRef } from './footage.js';

/** A recording as folded from its entries. */
export interface RecordingSummary {
  recording: number;
  startedAt: At;
  trigger: string;
  preRecordMs: number;
  wholeProcess: boolean;
  behaviour?: string;
  case?: string;
  officer?: string;
  credential?: string;
  continues?: number;
  takes: number;
  /** The take that is running, and how many of its fragments are sealed. */
  take: number;
  takeFragments: number;
  fragments: number;
  /** Of inits and fragments. */
  bytes: number;
  /** Sum of the fragments' media durations. */
  durationMs: number;
  gaps: number;
  marks: number;
  /** The entry of its newest mark of kind `sos`. */
  sos?: number;
  /** When its newest footage was sealed; its start while there is none. */
  footageAt: At;
  stopped?: { n: number; at: At; reason: string };
}

/** Where footage with a given SHA-256 is; bytes is its size. */
export type FootagePlace = FootageRef & { bytes: number };

export interface RecordingState extends RecordingSummary {
  /** The archive's verified receipt (device) or own receipt (archive), as a signed note. */
  receipt?: string;
  /** The entry that says its footage was removed. */
  evicted?: number;
}

const recordingKey = (id: number) => `recording/${padded(id)}`;
const receiptKey = (id: number) => `receipt/${padded(id)}`;
const evictedKey = (id: number) => `evicted/${padded(id)}`;
const evictingKey = (id: number) => `evicting/${padded(id)}`;
const footageKey = (sha256: string, { recording, take, index }: FootageRef) =>
  `footage/${sha256}/${padded(recording)}/${padded(take, 7)}/${index}`;

/** Folds recordings, and where their footage is, from a journal; one recording is open at a time. */
export class RecordingsView implements JournalView {
  #open: RecordingSummary | undefined;

  /** The recording that has started and not stopped. */
  get open(): RecordingSummary | undefined {
    return this.#open;
  }

  async load(store: JournalStore): Promise<void> {
    const id = await store.view<number>('open');
    this.#open = id === undefined ? undefined : await store.view<RecordingSummary>(recordingKey(id));
  }

  fold(entry: Entry): ViewOp[] {
    if (entry.type === 'recording-started') return this.#start(entry);
    if (entry.type === 'evicted' && entry.recording !== undefined) {
      return [
        { key: evictedKey(entry.recording), value: entry.n },
        { key: evictingKey(entry.recording), value: entry.n },
      ];
    }
    const open = this.#open;
    if (open === undefined || !('recording' in entry) || entry.recording !== open.recording) return [];
    const ops: ViewOp[] = [];
    const next: RecordingSummary = { ...open };
    switch (entry.type) {
      case 'take-started': {
        const ref = { recording: open.recording, take: entry.take, index: 'init' } as const;
        ops.push({ key: footageKey(entry.init.sha256, ref), value: { ...ref, bytes: entry.init.bytes } });
        next.takes++;
        next.take = entry.take;
        next.takeFragments = 0;
        next.bytes += entry.init.bytes;
        break;
      }
      case 'fragment': {
        const ref = { recording: open.recording, take: entry.take, index: entry.index };
        ops.push({ key: footageKey(entry.sha256, ref), value: { ...ref, bytes: entry.bytes } });
        next.takeFragments++;
        next.fragments++;
        next.footageAt = entry.at;
        next.bytes += entry.bytes;
        next.durationMs += (entry.media.duration / entry.media.timescale) * 1000;
        break;
      }
      case 'gap':
        next.gaps++;
        break;
      case 'mark':
        next.marks++;
        if (entry.kind === 'sos') next.sos = entry.n;
        break;
      case 'identity-shown':
        // Who has begun it stays its officer; whoever shows a card later stands in the entries.
        if (next.officer !== undefined) return [];
        next.officer = entry.officer;
        next.credential = entry.credential;
        break;
      case 'recording-stopped':
        next.stopped = { n: entry.n, at: entry.at, reason: entry.reason };
        ops.push({ key: 'open', value: undefined });
        break;
      default:
        return [];
    }
    this.#open = next.stopped === undefined ? next : undefined;
    return [...ops, { key: recordingKey(open.recording), value: next }];
  }

  #start(entry: Extract<Entry, { type: 'recording-started' }>): ViewOp[] {
    const { n, at, trigger, preRecordMs, wholeProcess, behaviour, officer, credential, continues } = entry;
    this.#open = {
      recording: n,
      startedAt: at,
      trigger,
      preRecordMs,
      wholeProcess,
      ...(behaviour === undefined ? {} : { behaviour }),
      ...(entry.case === undefined ? {} : { case: entry.case }),
      ...(officer === undefined ? {} : { officer }),
      ...(credential === undefined ? {} : { credential }),
      ...(continues === undefined ? {} : { continues }),
      takes: 0,
      take: -1,
      takeFragments: 0,
      fragments: 0,
      bytes: 0,
      durationMs: 0,
      gaps: 0,
      marks: 0,
      footageAt: at,
    };
    return [
      { key: 'open', value: n },
      { key: 'newest', value: n },
      { key: recordingKey(n), value: this.#open },
    ];
  }
}

/** One recording with its receipt and whether its footage was removed; undefined when there is none. */
export async function readRecording(store: JournalStore, id: number): Promise<RecordingState | undefined> {
  const summary = await store.view<RecordingSummary>(recordingKey(id));
  return summary === undefined ? undefined : await withState(store, summary);
}

/** Every recording, oldest first. */
export async function* listRecordings(store: JournalStore): AsyncGenerator<RecordingState> {
  for await (const [, summary] of store.views<RecordingSummary>('recording/'))
    yield await withState(store, summary);
}

/** Every recording as a list, for an answer that is one. */
export async function allRecordings(store: JournalStore): Promise<RecordingState[]> {
  const recordings: RecordingState[] = [];
  for await (const state of listRecordings(store)) recordings.push(state);
  return recordings;
}

async function withState(store: JournalStore, summary: RecordingSummary): Promise<RecordingState> {
  const receipt = await store.view<string>(receiptKey(summary.recording));
  const evicted = await store.view<number>(evictedKey(summary.recording));
  return {
    ...summary,
    ...(receipt === undefined ? {} : { receipt }),
    ...(evicted === undefined ? {} : { evicted }),
  };
}

/** Durable when it resolves. The caller has verified the receipt. */
export async function writeReceipt(store: JournalStore, recording: number, receipt: string): Promise<void> {
  await store.writeView([{ key: receiptKey(recording), value: receipt }]);
}

/** Recordings whose removal was journalled and has not been finished. */
export async function unfinishedEvictions(store: JournalStore): Promise<number[]> {
  const ids: number[] = [];
  for await (const [key] of store.views<number>('evicting/')) ids.push(Number(key.slice(-16)));
  return ids;
}

/** Forgets where the footage of a removed recording was; its entries, summary and receipt stay. */
export async function finishEviction(store: JournalStore, state: RecordingSummary): Promise<void> {
  let ops: ViewOp[] = [];
  for await (const { sha256, ref } of footageOf(store, state)) {
    ops.push({ key: footageKey(sha256, ref), value: undefined });
    if (ops.length >= 1000) await store.writeView(ops.splice(0));
  }
  ops = [...ops, { key: evictingKey(state.recording), value: undefined }];
  await store.writeView(ops);
}

/** The places in this journal that hold footage with this hash; the same init often stands in many recordings. */
export async function* placesOf(store: JournalStore, sha256: string): AsyncGenerator<FootagePlace> {
  for await (const [, place] of store.views<FootagePlace>(`footage/${sha256}/`)) yield place;
}

/** A recording's inits and fragments in journal order, read from its entries. `to` is where to stop (exclusive). */
export async function* footageOf(
  store: JournalStore,
  { recording, stopped }: { recording: number; stopped?: { n: number } },
  size?: number,
): AsyncGenerator<{ n: number; sha256: string; bytes: number; ref: FootageRef; durationMs: number }> {
  let n = recording;
  const to = stopped === undefined ? (size ?? recording) : stopped.n + 1;
  for await (const encoded of store.entries(recording, to)) {
    const entry = decodeEntry(encoded, n);
    if (entry.type === 'take-started' && entry.recording === recording) {
      const ref = { recording, take: entry.take, index: 'init' } as const;
      yield { n, sha256: entry.init.sha256, bytes: entry.init.bytes, ref, durationMs: 0 };
    } else if (entry.type === 'fragment' && entry.recording === recording) {
      const ref = { recording, take: entry.take, index: entry.index };
      const durationMs = (entry.media.duration / entry.media.timescale) * 1000;
      yield { n, sha256: entry.sha256, bytes: entry.bytes, ref, durationMs };
    }
    n++;
  }
}

/** What the receipt for a stopped recording must say. */
export async function digestOf(
  store: JournalStore,
  state: { recording: number; stopped?: { n: number } },
): Promise<{ fragments: number; digest: string }> {
  const digest = new RecordingDigest();
  let fragments = 0;
  for await (const { sha256, ref } of footageOf(store, state)) {
    digest.add(sha256);
    if (ref.index !== 'init') fragments++;
  }
  return { fragments, digest: digest.finish() };
}
