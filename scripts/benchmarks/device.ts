import { Readable } from 'node:stream';
import { type DeviceStores, openJournal, openStores } from '../../agent/buffer/open.js';
import type { RecordingsView } from '../../agent/buffer/recordings.js';
import { initDevice } from '../../agent/init.js';
import type { Journal } from '../../agent/journal/journal.js';
import { fragmentsOf } from '../../agent/recorder/fragments.js';
import { Sealer } from '../../agent/recorder/sealer.js';
import { systemClock } from '../../drivers/clock.js';
import type { FootageStream } from './footage-stream.js';

export const AUTHORITY = 'liuhen.example';
export const DEVICE = 'recorder-0001';
/** The defaults of config/schema.ts. */
const JOURNAL_SETTINGS = { clockJumpMs: 2000, witnessNoteMs: 10_000 };
const IN_FLIGHT_BYTES = 32 * 1024 * 1024;

/** A provisioned device whose stores are open in this process, without a camera. */
export interface BenchDevice {
  stores: DeviceStores;
  journal: Journal;
  recordings: RecordingsView;
  close(): Promise<void>;
}

/** Makes a device in an empty folder. Returns its root vkey. */
export async function makeDevice(folder: string): Promise<string> {
  return await initDevice(folder, { authority: AUTHORITY, id: DEVICE }, systemClock());
}

export async function openDevice(folder: string): Promise<BenchDevice> {
  const stores = await openStores(folder);
  const opened = await openJournal(stores, systemClock(), JOURNAL_SETTINGS);
  return {
    stores,
    ...opened,
    async close() {
      await opened.journal.close();
      await stores.close();
    },
  };
}

/**
 * Seals the fragments [from, to) of a stream as one recording, through the recorder's own path and within its bound of bytes in
 * flight, as fast as it goes. Returns the recording's id.
 */
export async function sealRecording(
  { journal, stores }: BenchDevice,
  stream: FootageStream,
  from: number,
  to: number,
): Promise<number> {
  const started = await journal.append({
    type: 'recording-started',
    trigger: 'command',
    preRecordMs: 0,
    wholeProcess: false,
  });
  const sealer = new Sealer(journal, stores.footage, started.n);
  const inFlight: Promise<unknown>[] = [];
  let bytes = 0;
  for await (const event of fragmentsOf(Readable.from(stream.chunks(from, to)))) {
    inFlight.push(event.type === 'init' ? sealer.take(event.init) : sealer.fragment(event.fragment));
    bytes += event.type === 'init' ? event.init.bytes.length : event.fragment.bytes.length;
    while (sealer.inFlightBytes > IN_FLIGHT_BYTES) await inFlight.shift();
  }
  await sealer.settled();
  const { n: recording } = started;
  await journal.append({
    type: 'recording-stopped',
    recording,
    fragments: to - from,
    bytes,
    reason: 'command',
  });
  return recording;
}
