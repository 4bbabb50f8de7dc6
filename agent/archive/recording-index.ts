import { join } from 'node:path';
import { z } from 'zod';
import type { RecordingState } from '../buffer/recordings.js';
import { takeFileName } from '../journal/manifest.js';
import type { JournalStore } from '../journal/store.js';
import { writeDurably } from './durable-file.js';
import { type Place, pendingPlaces, takesOf } from './footage-view.js';
import { recordingFolder } from './layout.js';

const count = z.int().min(0);

const indexSchema = z.object({
  recording: count,
  takes: z.array(
    z.object({
      file: z.string(),
      take: count,
      /** What the file holds once every fragment is there. */
      bytes: count,
      fragments: count,
      init: z.object({ bytes: count, durable: z.boolean() }),
      /** How many fragments are durable. */
      durable: count,
      /** Fragments that are not, by index; `to` is exclusive. */
      absent: z.array(z.object({ from: count, to: count })),
    }),
  ),
  stopped: z.boolean(),
  /** Stopped, and every byte is here. */
  complete: z.boolean(),
});

/** `index.json` beside a recording's files: what they hold by now. */
export type RecordingIndex = z.infer<typeof indexSchema>;

export function parseRecordingIndex(text: string): RecordingIndex {
  return indexSchema.parse(JSON.parse(text));
}

/** Writes a recording's `index.json` from what the store says. Durable when it resolves. */
export async function writeRecordingIndex(
  store: JournalStore,
  deviceFolder: string,
  state: RecordingState,
): Promise<void> {
  const index = await recordingIndex(store, state);
  const path = join(recordingFolder(deviceFolder, state.recording), 'index.json');
  await writeDurably(path, `${JSON.stringify(index, null, 2)}\n`);
}

async function recordingIndex(store: JournalStore, state: RecordingState): Promise<RecordingIndex> {
  const { recording } = state;
  const pending = new Map<number, Place[]>();
  if (state.receipt === undefined) {
    for await (const place of pendingPlaces(store, recording)) {
      const places = pending.get(place.take);
      if (places === undefined) pending.set(place.take, [place]);
      else places.push(place);
    }
  }
  const takes: RecordingIndex['takes'] = [];
  for await (const { take, bytes, fragments, initBytes } of takesOf(store, recording)) {
    const places = pending.get(take) ?? [];
    const absent = places.map(({ index }) => index).filter((index) => index !== 'init');
    takes.push({
      file: takeFileName(take),
      take,
      bytes,
      fragments,
      init: { bytes: initBytes, durable: absent.length === places.length },
      durable: fragments - absent.length,
      absent: ranges(absent),
    });
  }
  const stopped = state.stopped !== undefined;
  return { recording, takes, stopped, complete: state.receipt !== undefined };
}

function ranges(indices: readonly number[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const index of indices) {
    const last = found.at(-1);
    if (last?.to === index) last.to++;
    else found.push({ from: index, to: index + 1 });
  }
  return found;
}
