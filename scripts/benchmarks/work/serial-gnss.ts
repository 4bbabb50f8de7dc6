import { systemClock } from '../../../drivers/clock.js';
import { gnss } from '../../../drivers/gnss.js';
import type { ByteLink } from '../../../drivers/serial-port.js';
import { nmeaChunks } from '../nmea-stream.js';

/** From bytes to fixes: what the agent does with a receiver, but for the port. */
export async function run(input: { bytes: number; chunkBytes: number }) {
  const chunks = nmeaChunks(input);
  let take = (_: Buffer): void => {};
  const link: ByteLink = {
    state: { open: true, path: 'memory' },
    write: async () => {},
    onData: (listener) => {
      take = listener;
    },
    onState: () => {},
    close: async () => {},
  };
  const receiver = gnss(link, systemClock());
  const startMs = performance.now();
  for (const chunk of chunks) take(chunk);
  return { ms: performance.now() - startMs, frames: receiver.counters.frames };
}
