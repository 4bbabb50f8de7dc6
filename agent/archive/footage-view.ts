import { padded } from '../buffer/database.js';
import type { Entry } from '../journal/entry.js';
import type { JournalStore, JournalView, ViewOp } from '../journal/store.js';

/** An init or fragment larger than this is never asked for, and its recording never receipted. */
export const MAX_FRAGMENT_BYTES = 64 * 1024 * 1024;

/** A piece of footage that the journal names, and where its bytes belong. */
export interface Place {
  /** Journal index of the entry that names it. */
  n: number;
  sha256: string;
  bytes: number;
  recording: number;
  take: number;
  index: number | 'init';
  /** Where it begins in the take's file. */
  offset: number;
}

/** One take's file as the journal describes it. */
export interface TakeLayout {
  recording: number;
  take: number;
  initBytes: number;
  fragments: number;
  /** Of the init and all fragments so far. */
  bytes: number;
}

const pendingKey = ({ recording, n }: Pick<Place, 'recording' | 'n'>) =>
  `pending/${padded(recording)}/${padded(n)}`;
const awaitsKey = (sha256: string, n: number) => `awaits/${sha256}/${padded(n)}`;
const takeKey = (recording: number, take: number) => `take/${padded(recording)}/${padded(take, 7)}`;
const unreceiptedKey = (recording: number) => `unreceipted/${padded(recording)}`;
const irregularKey = (recording: number) => `irregular/${padded(recording)}`;

/**
 * Folds from a device's journal what footage to expect and where it goes. A journal may be authentic and still absurd; what
 * cannot be stored makes its recording irregular: witnessed like the rest, never receipted.
 */
export class FootageView implements JournalView {
  #open: TakeLayout | undefined;
  #openRecording: number | undefined;

  async load(store: JournalStore): Promise<void> {
    this.#openRecording = await store.view<number>('openRecording');
    this.#open = await store.view<TakeLayout>('openTake');
  }

  fold(entry: Entry): ViewOp[] {
    switch (entry.type) {
      case 'recording-started':
        this.#openRecording = entry.n;
        this.#open = undefined;
        return [
          { key: 'openRecording', value: entry.n },
          { key: 'openTake', value: undefined },
        ];
      case 'take-started': {
        const { n, recording, take, init } = entry;
        if (recording !== this.#openRecording) return [];
        if (take <= (this.#open?.take ?? -1) || take > 999_999) {
          return irregular(recording, `take ${take} begins after take ${this.#open?.take ?? 'none'}`);
        }
        this.#open = { recording, take, initBytes: init.bytes, fragments: 0, bytes: 0 };
        return this.#expect({ n, recording, take, index: 'init', sha256: init.sha256, bytes: init.bytes });
      }
      case 'fragment': {
        const { n, recording, take, index, sha256, bytes } = entry;
        if (recording !== this.#openRecording) return [];
        const open = this.#open;
        if (open?.take !== take) return irregular(recording, `a fragment of take ${take} out of place`);
        const next = { ...open, fragments: open.fragments + 1 };
        this.#open = next;
        return this.#expect({ n, recording, take, index, sha256, bytes });
      }
      case 'recording-stopped':
        if (entry.recording !== this.#openRecording) return [];
        this.#open = undefined;
        this.#openRecording = undefined;
        return [
          { key: 'openRecording', value: undefined },
          { key: 'openTake', value: undefined },
          { key: unreceiptedKey(entry.recording), value: entry.n },
        ];
      default:
        return [];
    }
  }

  #expect(piece: Omit<Place, 'offset'>): ViewOp[] {
    const { n, recording, take, bytes } = piece;
    const open = this.#open as TakeLayout;
    if (bytes < 1 || bytes > MAX_FRAGMENT_BYTES || open.bytes + bytes > Number.MAX_SAFE_INTEGER) {
      return irregular(recording, `entry ${n}: expected 1 to ${MAX_FRAGMENT_BYTES} bytes, got ${bytes}`);
    }
    const place: Place = { ...piece, offset: open.bytes };
    this.#open = { ...open, bytes: open.bytes + bytes };
    return [
      ...awaited(place),
      { key: takeKey(recording, take), value: this.#open },
      { key: 'openTake', value: this.#open },
    ];
  }
}

function awaited(place: Place): ViewOp[] {
  return [
    { key: pendingKey(place), value: place },
    { key: awaitsKey(place.sha256, place.n), value: place },
  ];
}

function irregular(recording: number, reason: string): ViewOp[] {
  return [{ key: irregularKey(recording), value: reason }];
}

/** The place that an operation of this view makes pending. */
export function placeIn({ key, value }: ViewOp): Place | undefined {
  return key.startsWith('pending/') ? (value as Place) : undefined;
}

/** What is not durable here yet, oldest first; of one recording, or of all. */
export async function* pendingPlaces(store: JournalStore, recording?: number): AsyncGenerator<Place> {
  const prefix = recording === undefined ? 'pending/' : `pending/${padded(recording)}/`;
  for await (const [, place] of store.views<Place>(prefix)) yield place;
}

/** Where bytes with this hash are still awaited; the same init is often named by many recordings. */
export async function* placesAwaiting(store: JournalStore, sha256: string): AsyncGenerator<Place> {
  for await (const [, place] of store.views<Place>(`awaits/${sha256}/`)) yield place;
}

/** Durable when it resolves. Call only once the bytes at these places are. */
export async function markDurable(store: JournalStore, places: readonly Place[]): Promise<void> {
  await store.writeView(
    places.flatMap((place) => [
      { key: pendingKey(place), value: undefined },
      { key: awaitsKey(place.sha256, place.n), value: undefined },
    ]),
  );
}

/** Durable when it resolves: the bytes at these places are no longer here. */
export async function markPending(store: JournalStore, places: readonly Place[]): Promise<void> {
  if (places.length > 0) await store.writeView(places.flatMap(awaited));
}

export async function* takesOf(store: JournalStore, recording: number): AsyncGenerator<TakeLayout> {
  for await (const [, take] of store.views<TakeLayout>(`take/${padded(recording)}/`)) yield take;
}

/** Why a recording can never be receipted; undefined for those that can. */
export function irregularity(store: JournalStore, recording: number): Promise<string | undefined> {
  return store.view<string>(irregularKey(recording));
}

/** Stopped recordings whose receipt is not wholly out of the door. */
export async function unreceipted(store: JournalStore): Promise<number[]> {
  const ids: number[] = [];
  for await (const [key] of store.views<number>('unreceipted/')) ids.push(Number(key.slice(-16)));
  return ids;
}

export async function forgetUnreceipted(store: JournalStore, recording: number): Promise<void> {
  await store.writeView([{ key: unreceiptedKey(recording), value: undefined }]);
}
