import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  opendirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../../config/errors.js';
import { isBundleFile, isBundleFolder } from './bundle-path.js';
import type { Findings } from './findings.js';

/** More things than this in one bundle are not looked at: the format ends at 100,000 files and 100,000 takes. */
const MAX_THINGS = 400_000;
const MAX_UNLISTED = 1000;
/** Neither follows a symbolic link nor waits for the other end of a fifo. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A folder from a stranger. Only regular files in real folders are opened, and never more read than was
 * asked for. Small files are read synchronously: nothing else waits, and it is many times faster than the thread pool.
 */
export class BundleFolder {
  readonly #root: string;
  readonly #findings: Findings;
  readonly #files = new Set<string>();
  /** Paths where something stands that is no regular file; each is a finding already. */
  readonly #irregular = new Set<string>();
  /** What is no evidence; folders end with a slash. */
  readonly unlisted: string[] = [];
  #things = 0;

  readonly #seen = new Map<string, { bytes: number; sha256: string }>();

  private constructor(root: string, findings: Findings) {
    this.#root = root;
    this.#findings = findings;
  }

  /** Lists the folder. Throws LIUHEN_BUNDLE when it is none, cannot be read, or holds nothing of a bundle. */
  static open(folder: string, findings: Findings): BundleFolder {
    const next = 'give the folder that holds manifest.json and checkpoint';
    let root: string;
    try {
      root = realpathSync(folder);
      if (!statSync(root).isDirectory())
        throw new Error('it is a file: an archive of files must be unpacked first');
    } catch (error) {
      const actual = systemCodeOf(error) === 'ENOENT' ? 'there is nothing of that name' : messageOf(error);
      throw new LiuhenError('LIUHEN_BUNDLE', `bundle ${folder}: expected a folder, but ${actual}`, { next });
    }
    const bundle = new BundleFolder(root, findings);
    bundle.#list('');
    if (bundle.#files.size + bundle.#irregular.size === 0) {
      throw new LiuhenError('LIUHEN_BUNDLE', `bundle ${folder}: there is no file of a bundle in it`, {
        next,
      });
    }
    bundle.unlisted.sort();
    return bundle;
  }

  /** The regular files with names of a bundle. */
  get files(): ReadonlySet<string> {
    return this.#files;
  }

  /** Whether anything of that name is there, regular or not. */
  occupied(path: string): boolean {
    return this.#files.has(path) || this.#irregular.has(path);
  }

  /** The whole file; undefined, with a finding where there is none yet, when it is missing or larger than `maxBytes`. */
  read(path: string, maxBytes: number): Buffer | undefined {
    const file = this.openFile(path);
    if (file === undefined) return undefined;
    try {
      if (file.bytes > maxBytes) {
        const [expected, actual] = [`at most ${maxBytes} bytes`, `${file.bytes} bytes`];
        this.#findings.add({ verdict: 'altered', kind: 'too-large', file: path, expected, actual });
        return undefined;
      }
      const buffer = Buffer.alloc(file.bytes);
      let filled = 0;
      while (filled < buffer.length) {
        const bytesRead = readSync(file.fd, buffer, filled, buffer.length - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      const content = buffer.subarray(0, filled);
      this.#seen.set(path, { bytes: filled, sha256: createHash('sha256').update(content).digest('hex') });
      return content;
    } catch (error) {
      throw unreadable(path, error);
    } finally {
      closeSync(file.fd);
    }
  }

  /** Size and SHA-256 of a file as it was when it was last read; reads it when it has not been. */
  digest(path: string, maxBytes: number): { bytes: number; sha256: string } | undefined {
    if (!this.#seen.has(path)) this.read(path, maxBytes);
    return this.#seen.get(path);
  }

  /** Opens a listed file, which the caller closes; undefined when it is not there. Throws LIUHEN_BUNDLE when the system refuses to. */
  openFile(path: string): { fd: number; bytes: number } | undefined {
    if (!this.#files.has(path)) return undefined;
    let fd: number;
    try {
      fd = openSync(join(this.#root, path), OPEN_FLAGS);
    } catch (error) {
      if (['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO'].includes(systemCodeOf(error) ?? '')) return undefined;
      throw unreadable(path, error);
    }
    const stats = fstatSync(fd);
    if (stats.isFile()) return { fd, bytes: stats.size };
    closeSync(fd);
    return undefined;
  }

  #list(folder: string): void {
    try {
      const listing = opendirSync(join(this.#root, folder));
      try {
        for (let thing = listing.readSync(); thing !== null; thing = listing.readSync()) {
          if (++this.#things > MAX_THINGS) break;
          this.#sort(folder === '' ? thing.name : `${folder}/${thing.name}`, thing);
        }
      } finally {
        listing.closeSync();
      }
    } catch (error) {
      throw error instanceof LiuhenError ? error : unreadable(folder === '' ? 'the folder' : folder, error);
    }
    if (folder === '' && this.#things > MAX_THINGS) {
      const [expected, actual] = [`at most ${MAX_THINGS} files and folders`, 'more'];
      this.#findings.add({ verdict: 'altered', kind: 'too-many-files', expected, actual });
    }
  }

  #sort(path: string, thing: Dirent): void {
    if (path === 'README.txt') return;
    const isFolder = isBundleFolder(path);
    if (isBundleFile(path) ? thing.isFile() : isFolder && thing.isDirectory()) {
      if (isFolder) this.#list(path);
      else this.#files.add(path);
    } else if (isBundleFile(path) || isFolder) {
      this.#irregular.add(path);
      const expected = isFolder ? 'a folder' : 'a regular file';
      const actual = kindOf(thing);
      this.#findings.add({ verdict: 'altered', kind: 'not-a-file', file: path, expected, actual });
    } else if (this.unlisted.length < MAX_UNLISTED) {
      this.unlisted.push(thing.isDirectory() ? `${path}/` : path);
    }
  }
}

function kindOf(thing: Dirent): string {
  if (thing.isSymbolicLink()) return 'a symbolic link (not followed)';
  if (thing.isDirectory()) return 'a folder';
  if (thing.isFIFO()) return 'a fifo';
  return thing.isFile() ? 'a file' : 'a device or a socket';
}

function unreadable(what: string, error: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_BUNDLE', `bundle: ${what} cannot be read: ${messageOf(error)}`, {
    cause: error,
    next: 'copy the bundle to a disk that you can read and check it there',
  });
}
