import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { makeFolder, writeDurably } from '../archive/durable-file.js';
import { MAX_ENVELOPE_BYTES, type Opened, openEnvelope } from '../disclosure/envelope.js';
import { type ContentName, type ContentRef, kindOfPayloadType, nameOf } from '../disclosure/kinds/head.js';
import { type Document, parseDocument, refOf } from '../disclosure/kinds/kinds.js';

/** One signed envelope in a file, read but not verified: that is the kiosk's work, with a root key that it pins. */
export interface EnvelopeFile {
  path: string;
  ref: ContentRef;
  document: Document;
  bytes: Buffer;
}

const SUFFIX = '.dsse.json';

/** `<kind>.<id>.r<revision>.dsse.json`: every revision keeps a file of its own. */
export function envelopeFileName({ kind, id, revision }: ContentRef): string {
  return `${kind}.${id}.r${revision}${SUFFIX}`;
}

/** Reads one envelope. Throws LIUHEN_NOT_FOUND, LIUHEN_ENVELOPE. */
export async function readEnvelopeFile(path: string): Promise<EnvelopeFile> {
  const bytes = await readBounded(path);
  try {
    const opened: Opened = openEnvelope(bytes, () => []);
    const kind = kindOfPayloadType(opened.payloadType);
    if (kind === undefined) {
      throw new LiuhenError(
        'LIUHEN_ENVELOPE',
        `expected one of our payload types, got ${opened.payloadType}`,
      );
    }
    const document = parseDocument(kind, opened.payload);
    return { path, ref: refOf(document, opened.sha256), document, bytes };
  } catch (error) {
    throw new LiuhenError('LIUHEN_ENVELOPE', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The envelopes in these files, and in the folders among them every file whose name ends with `.dsse.json`. */
export async function readEnvelopes(paths: readonly string[]): Promise<EnvelopeFile[]> {
  const files: EnvelopeFile[] = [];
  for (const path of paths) {
    for (const file of await filesAt(path)) files.push(await readEnvelopeFile(file));
  }
  return files;
}

/** The newest revision of each; the same name twice with one revision and two texts is LIUHEN_CONTENT. */
export function newestOf(files: readonly EnvelopeFile[]): Map<ContentName, EnvelopeFile> {
  const newest = new Map<ContentName, EnvelopeFile>();
  for (const file of files) {
    const name = nameOf(file.ref);
    const other = newest.get(name);
    if (
      other !== undefined &&
      other.ref.revision === file.ref.revision &&
      other.ref.sha256 !== file.ref.sha256
    ) {
      throw new LiuhenError(
        'LIUHEN_CONTENT',
        `${file.path}: ${name} revision ${file.ref.revision} stands with another text in ${basename(other.path)}`,
        { next: 'a kiosk takes only the first it sees; sign the right text anew with the next revision' },
      );
    }
    if (other === undefined || other.ref.revision < file.ref.revision) newest.set(name, file);
  }
  return newest;
}

/** Writes envelopes into a folder; a revision that is there is never replaced. */
export async function writeEnvelope(folder: string, ref: ContentRef, text: string): Promise<string> {
  const path = join(folder, envelopeFileName(ref));
  await makeFolder(folder);
  await writeDurably(path, `${text}\n`);
  return path;
}

async function filesAt(path: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no ${path}`);
    throw new LiuhenError('LIUHEN_ENVELOPE', `${path}: ${messageOf(error)}`, { cause: error });
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map(({ name }) => join(path, name))
    .sort();
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_ENVELOPE_BYTES + 1) {
        throw new LiuhenError(
          'LIUHEN_ENVELOPE',
          `${path}: expected at most ${MAX_ENVELOPE_BYTES} bytes, got ${size}`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    const code = systemCodeOf(error) === 'ENOENT' ? 'LIUHEN_NOT_FOUND' : 'LIUHEN_ENVELOPE';
    throw new LiuhenError(code, `${path}: ${messageOf(error)}`, { cause: error });
  }
}
