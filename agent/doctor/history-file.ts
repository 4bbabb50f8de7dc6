import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import { writeDurably } from '../archive/durable-file.js';
import type { HistoryKeeping, Sample } from './history.js';

/** What a day and a bit takes is a quarter of this. */
const MAX_BYTES = 256 * 1024;
const bytes = z.int().min(0);
/** Seconds since 1970, bytes that wait, bytes that are free. */
const fileSchema = z.object({ version: z.literal(1), samples: z.array(z.tuple([bytes, bytes, bytes])) });

interface HistoryLog {
  warn(fields: object, message: string): void;
}

/** `history.json` of a data folder. It is no evidence: one that cannot be read is passed over with a warning, and written anew. */
export async function historyFile(dataFolder: string, log: HistoryLog): Promise<HistoryKeeping> {
  const path = join(dataFolder, 'history.json');
  let isTold = false;
  return {
    kept: await read(path).catch((error: unknown) => {
      log.warn(
        { path, err: messageOf(error) },
        'what was seen of backlog and disk before this start is lost',
      );
      return [];
    }),
    async save(samples) {
      try {
        await writeDurably(path, textOf(samples));
        isTold = false;
      } catch (error) {
        if (!isTold)
          log.warn({ path, err: messageOf(error) }, 'backlog and disk of the last day are not written down');
        isTold = true;
      }
    },
  };
}

function textOf(samples: readonly Sample[]): string {
  const rows = samples.map(({ wallMs, backlogBytes, freeBytes }) => [
    Math.round(wallMs / 1000),
    backlogBytes,
    freeBytes,
  ]);
  return `${JSON.stringify({ version: 1, samples: rows })}\n`;
}

async function read(path: string): Promise<Sample[]> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, got ${size}`);
    const { samples } = fileSchema.parse(JSON.parse(await file.readFile('utf8')));
    return samples.map(([seconds, backlogBytes, freeBytes]) => {
      return { wallMs: seconds * 1000, backlogBytes, freeBytes };
    });
  } finally {
    await file.close();
  }
}
