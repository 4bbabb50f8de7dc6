import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Level } from 'level';
import { FootageStream } from '../footage-stream.js';

/** Fragments in one synced batch, as the footage store groups them. */
const GROUP = 2;

/** What LevelDB alone makes of the same fragments: SHA-256 while a synced batch is under way, and nothing of ours. */
export async function run(input: {
  folder: string;
  fragments: number;
  fragmentBytes: number;
}): Promise<{ ms: number }> {
  const stream = await FootageStream.make(input.fragmentBytes);
  const level = new Level<string, Buffer>(join(input.folder, 'level'), {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    compression: false,
  });
  await level.open();
  const startMs = performance.now();
  for (let from = 0; from < input.fragments; from += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, input.fragments - from) }, (_, at) => ({
      type: 'put' as const,
      key: String(from + at).padStart(16, '0'),
      value: stream.fragment(from + at),
    }));
    const written = level.batch(group, { sync: true });
    for (const { value } of group) createHash('sha256').update(value).digest('hex');
    await written;
  }
  const ms = performance.now() - startMs;
  await level.close();
  return { ms };
}
