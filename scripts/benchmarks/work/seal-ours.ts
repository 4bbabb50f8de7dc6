import { checkDevice } from '../../../agent/buffer/check.js';
import { makeDevice, openDevice, sealRecording } from '../device.js';
import { FootageStream } from '../footage-stream.js';

/** Seals a stream on a fresh device. `check` reads all of it back afterwards and holds it against the invariants. */
export async function run(input: {
  folder: string;
  fragments: number;
  fragmentBytes: number;
  check: boolean;
}): Promise<{ ms: number; checked: { ok: boolean; fragments: number } | null }> {
  await makeDevice(input.folder);
  const device = await openDevice(input.folder);
  const stream = await FootageStream.make(input.fragmentBytes);
  const startMs = performance.now();
  await sealRecording(device, stream, 0, input.fragments);
  const ms = performance.now() - startMs;
  const report = input.check ? await checkDevice(device.stores) : undefined;
  await device.close();
  return { ms, checked: report === undefined ? null : { ok: report.ok, fragments: report.fragments } };
}
