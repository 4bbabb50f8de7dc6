import { parseCheckpoint } from '../journal/checkpoint.js';
import type { JournalStore } from '../journal/store.js';
import { FootageView, markPending, type Place, pendingPlaces, placeIn, takesOf } from './footage-view.js';
import { tryDecode } from './received-journal.js';

/**
 * A take's file is not there. Whatever of it was durable is marked as awaited again; returns it, durable when it resolves. Call
 * before the file is made: one that is there with holes in it would look whole.
 */
export async function unmarkTake(store: JournalStore, recording: number, take: number): Promise<Place[]> {
  let pending = 0;
  for await (const place of pendingPlaces(store, recording)) if (place.take === take) pending++;
  // At the first piece of a take nothing of it was durable, and its entries need not be read.
  for await (const each of takesOf(store, recording)) {
    if (each.take === take && each.fragments + 1 === pending) return [];
  }
  return await unmark(store, recording, (place) => place.take === take);
}

/** Marks as awaited again what reaches past the end of its take's file; returns it, durable when it resolves. */
export function unmarkPastEnd(
  store: JournalStore,
  recording: number,
  sizeOfTake: ReadonlyMap<number, number>,
): Promise<Place[]> {
  return unmark(
    store,
    recording,
    ({ take, offset, bytes }) => offset + bytes > (sizeOfTake.get(take) ?? Number.POSITIVE_INFINITY),
  );
}

async function unmark(
  store: JournalStore,
  recording: number,
  isLost: (place: Place) => boolean,
): Promise<Place[]> {
  const pending = new Set<number>();
  for await (const { n } of pendingPlaces(store, recording)) pending.add(n);
  const lost: Place[] = [];
  for await (const place of placesNamed(store, recording)) {
    if (!pending.has(place.n) && isLost(place)) lost.push(place);
  }
  // In one batch: of a recording that is half marked, the other half would never be missed.
  await markPending(store, lost);
  return lost;
}

/** Every place that a recording's entries name, whether its bytes are here or not, folded once more. */
async function* placesNamed(store: JournalStore, recording: number): AsyncGenerator<Place> {
  const checkpoint = await store.checkpoint();
  const size = checkpoint === undefined ? recording : parseCheckpoint(checkpoint).size;
  const view = new FootageView();
  let n = recording;
  for await (const encoded of store.entries(recording, size)) {
    const entry = tryDecode(encoded, n++);
    if (entry === undefined || entry.type === 'unknown') continue;
    for (const op of view.fold(entry)) {
      const place = placeIn(op);
      if (place?.recording === recording) yield place;
    }
    if (entry.type === 'recording-stopped' && entry.recording === recording) return;
  }
}
