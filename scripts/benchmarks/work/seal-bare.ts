import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FootageStream } from '../footage-stream.js';

/** The least that could be done with the same fragments: SHA-256, write, fdatasync, one after the other. */
export async function run(input: {
  folder: string;
  fragments: number;
  fragmentBytes: number;
}): Promise<{ ms: number }> {
  const stream = await FootageStream.make(input.fragmentBytes);
  const file = openSync(join(input.folder, 'footage'), 'w');
  const startMs = performance.now();
  for (let index = 0; index < input.fragments; index++) {
    const fragment = stream.fragment(index);
    createHash('sha256').update(fragment).digest('hex');
    writeSync(file, fragment);
    fdatasyncSync(file);
  }
  const ms = performance.now() - startMs;
  closeSync(file);
  return { ms };
}
