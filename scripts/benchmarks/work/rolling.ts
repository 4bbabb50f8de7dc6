import { digestOf, readRecording, writeReceipt } from '../../../agent/buffer/recordings.js';
import { evict } from '../../../agent/buffer/retention.js';
import { newSeed, publicKeyOf } from '../../../agent/journal/ed25519.js';
import type { Signer } from '../../../agent/journal/note.js';
import { signReceipt } from '../../../agent/journal/receipt.js';
import { SignatureType, vkeyOf } from '../../../agent/journal/vkey.js';
import { AUTHORITY, type BenchDevice, makeDevice, openDevice, sealRecording } from '../device.js';
import { FootageStream } from '../footage-stream.js';
import { diskWriteBytes } from '../proc.js';

/** Records one recording after another; as soon as more than `keep` are there, retention removes the oldest, which has its receipt. */
export async function run(input: {
  folder: string;
  recordings: number;
  keep: number;
  fragments: number;
  fragmentBytes: number;
}): Promise<{ footageBytes: number; writtenBytes: number; evicted: number; ms: number }> {
  const { folder, recordings, keep, fragments, fragmentBytes } = input;
  const archive = archiveSigner();
  await makeDevice(folder);
  const device = await openDevice(folder);
  const stream = await FootageStream.make(fragmentBytes);
  const { journal, stores } = device;
  const before = diskWriteBytes();
  const startMs = performance.now();
  const kept: number[] = [];
  let evicted = 0;
  let removal: Promise<void> = Promise.resolve();
  for (let at = 0; at < recordings; at++) {
    const recording = await sealRecording(device, stream, at * fragments, (at + 1) * fragments);
    await receipt(device, recording, archive);
    kept.push(recording);
    await removal;
    const oldest = kept.length > keep ? kept.shift() : undefined;
    if (oldest === undefined) continue;
    evicted++;
    // While the next recording is being written, as the agent's own timer would have it.
    removal = evict({ journal, ...stores, retentionMs: 0 }, oldest, 'bench');
  }
  await removal;
  const ms = performance.now() - startMs;
  await device.close();
  const footageBytes = recordings * (fragments * fragmentBytes + stream.init.length);
  return { footageBytes, writtenBytes: diskWriteBytes() - before, evicted, ms };
}

function archiveSigner(): Signer {
  const seed = newSeed();
  return { vkey: vkeyOf(`${AUTHORITY}/archive`, SignatureType.ed25519, publicKeyOf(seed)), seed };
}

async function receipt({ journal, stores }: BenchDevice, id: number, archive: Signer): Promise<void> {
  const state = await readRecording(stores.store, id);
  if (state === undefined) throw new Error(`expected recording ${id}, found none`);
  const digest = await digestOf(stores.store, state);
  const text = signReceipt({ origin: journal.origin, recording: id, ...digest }, archive);
  await writeReceipt(stores.store, id, text);
}
