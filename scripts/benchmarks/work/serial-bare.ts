import { once } from 'node:events';
import { DelimiterParser } from 'serialport';
import { nmeaChunks } from '../nmea-stream.js';

/** The library's parser as its users have it, behind a port's pipe: no bound, no counters. */
export async function run(input: { bytes: number; chunkBytes: number }) {
  const chunks = nmeaChunks(input);
  let frames = 0;
  const parser = new DelimiterParser({ delimiter: '\n' });
  parser.on('data', () => frames++);
  const startMs = performance.now();
  for (const chunk of chunks) {
    if (!parser.write(chunk)) await once(parser, 'drain');
  }
  // Its last word is what came behind the last delimiter, here nothing, which a stream does not hand on.
  parser.end();
  await once(parser, 'end');
  return { ms: performance.now() - startMs, frames };
}
