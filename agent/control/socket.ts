import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';

/** A unix socket's path holds 108 bytes with its end mark. */
const MAX_PATH_BYTES = 107;

/** Where the agent that runs on this data folder listens; who may open the folder may command it. */
export function controlSocket(dataFolder: string): string {
  const path = join(dataFolder, 'agent.sock');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `${path}: expected at most ${MAX_PATH_BYTES} bytes for a socket's path`,
      {
        next: 'choose a data folder with a shorter path',
      },
    );
  }
  return path;
}
