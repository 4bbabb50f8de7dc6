import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { LiuhenError, messageOf, systemCodeOf } from './errors.js';

export const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_SECRET_BYTES = 4096;
const MAX_PUBLIC_KEY_BYTES = 16 * 1024;

/** The text of a configuration file of at most 1 MiB. Throws LIUHEN_NOT_FOUND, LIUHEN_CONFIG. */
export function readConfigText(path: string): string {
  return readBounded(path, MAX_CONFIG_BYTES, {
    what: 'configuration file',
    next: 'copy one of config/profiles/ there and fill in the device',
  });
}

/**
 * The password in a file that a setting names: its first line. `key` is that setting. Throws LIUHEN_NOT_FOUND, and
 * LIUHEN_CONFIG when it is empty, longer than 4 KiB, or readable by everyone on the machine.
 */
export function readSecret(path: string, key: string): string {
  const text = readBounded(path, MAX_SECRET_BYTES, {
    what: `file for ${key}`,
    next: `write the password into that file, or correct ${key}`,
    check: ({ mode }) => {
      if ((mode & 0o007) === 0) return;
      const found = (mode & 0o777).toString(8).padStart(3, '0');
      const message = `${key}: expected a file that not everyone can read, got mode ${found} on ${path}`;
      throw new LiuhenError('LIUHEN_CONFIG', message, { next: `chmod 600 ${path}` });
    },
  });
  const [secret = ''] = text.split(/\r?\n/, 1);
  if (secret === '')
    throw new LiuhenError('LIUHEN_CONFIG', `${key}: expected a password in ${path}, got nothing`);
  return secret;
}

/** A public key in PEM, as text. `key` is the setting that names the file. Throws LIUHEN_NOT_FOUND, LIUHEN_CONFIG. */
export function readPublicKey(path: string, key: string): string {
  return readBounded(path, MAX_PUBLIC_KEY_BYTES, { what: `file for ${key}`, next: `correct ${key}` });
}

interface Purpose {
  what: string;
  next: string;
  check?: (stats: Stats) => void;
}

function readBounded(path: string, maxBytes: number, { what, next, check }: Purpose): string {
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (!stats.isFile())
      throw new LiuhenError('LIUHEN_CONFIG', `expected a ${what} at ${path}, got no plain file`);
    check?.(stats);
    if (stats.size > maxBytes) {
      throw new LiuhenError(
        'LIUHEN_CONFIG',
        `expected a ${what} of at most ${maxBytes} bytes, got ${stats.size} in ${path}`,
      );
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    const code = systemCodeOf(error);
    if (code === 'ENOENT')
      throw new LiuhenError('LIUHEN_NOT_FOUND', `no ${what} at ${path}`, { next, cause: error });
    const message =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? `expected UTF-8 text in ${path}`
        : `could not read the ${what} ${path}: ${messageOf(error)}`;
    throw new LiuhenError('LIUHEN_CONFIG', message, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
