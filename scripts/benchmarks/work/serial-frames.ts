import { Frames } from '../../../drivers/frames.js';
import { nmeaChunks } from '../nmea-stream.js';

/** The same cut by ours: bounded, resynchronising, every byte counted. */
export async function run(input: { bytes: number; chunkBytes: number }) {
  const chunks = nmeaChunks(input);
  const frames = new Frames({ start: 0x24, end: 0x0a, maxBytes: 124 }, () => {});
  const startMs = performance.now();
  for (const chunk of chunks) frames.push(chunk);
  return { ms: performance.now() - startMs, frames: frames.counters.frames };
}
