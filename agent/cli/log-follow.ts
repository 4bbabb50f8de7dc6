import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCodeOf } from '../../config/errors.js';

const LOOK_MS = 200;
const READ_BYTES = 64 * 1024;

/** Hands on what is appended to a file after `from`, also when it begins anew, until `signal`. */
export async function followLog(
  path: string,
  from: number,
  take: (text: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  let at = from;
  let inode: number | undefined;
  const bytes = Buffer.alloc(READ_BYTES);
  while (!signal.aborted) {
    try {
      const file = await open(path, 'r');
      try {
        const { ino, size } = await file.stat();
        if ((inode !== undefined && ino !== inode) || size < at) at = 0;
        inode = ino;
        for (;;) {
          const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
          if (bytesRead === 0) break;
          // A line that is being written is taken when it is whole.
          const whole = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
          const taken = whole === 0 && bytesRead === bytes.length ? bytesRead : whole;
          if (taken === 0) break;
          take(bytes.subarray(0, taken).toString());
          at += taken;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      // Between two files there is none.
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
    await pause(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
