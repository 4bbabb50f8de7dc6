import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import { KINDS } from '../disclosure/kinds/head.js';
import { MAX_IMAGE_BYTES, readImage } from '../disclosure/kinds/image.js';
import type { KnownContent } from './known.js';
import type { Path } from './yaml-documents.js';

export type Fields = Record<string, unknown>;
export type Fault = (path: Path, message: string) => void;

export interface Completion {
  /** The YAML file: pictures stand relative to it. */
  file: string;
  hall: string | undefined;
  nowMs: number;
  known: KnownContent;
}

/** The keys under which a notice or review names what it is about. */
const REFERENCES = { review: 'decision', correction: 'corrects', withdrawal: 'withdraws' } as const;

/**
 * What a person may leave out and a device may not do without: `hall`, `issued`, `revision` (one above what was signed before), the day of first
 * publication, the revision and hash of what a notice is about, and pictures by their file's name.
 */
export async function completed(written: Fields, completion: Completion, fault: Fault): Promise<Fields> {
  const { hall, nowMs, known } = completion;
  const { kind, id } = written;
  const value: Fields = { ...written };
  value.hall ??= hall;
  value.issued ??= beijingTime(nowMs);
  const before = known.find(`${kind}/${id}`);
  value.revision ??= (before?.ref.revision ?? 0) + 1;
  const isDated = kind === 'decision' || kind === 'inspection-result';
  if (isDated && value.revision !== 1 && value.firstPublished === undefined && before !== undefined) {
    const { firstPublished, issued } = before.document as { firstPublished?: string; issued: string };
    value.firstPublished = firstPublished ?? beijingDay(Date.parse(issued));
  }
  if (typeof kind === 'string' && kind in REFERENCES) {
    const key = REFERENCES[kind as keyof typeof REFERENCES];
    value[key] = referenceOf(value[key], kind, known, (message) => fault([key], message));
  }
  return (await withPictures(value, [], completion.file, fault)) as Fields;
}

/** `decision/cf-2026-017`, or its parts; revision and hash are those that are known. */
function referenceOf(
  written: unknown,
  kind: string,
  known: KnownContent,
  fault: (message: string) => void,
): unknown {
  const parts = typeof written === 'string' ? partsOf(written) : written;
  if (typeof parts !== 'object' || parts === null) return written;
  const reference: Fields = kind === 'review' ? { kind: 'decision', ...parts } : { ...parts };
  if (reference.sha256 !== undefined) return reference;
  const name = `${reference.kind}/${reference.id}`;
  const found = known.find(name, typeof reference.revision === 'number' ? reference.revision : undefined);
  if (found !== undefined) return { ...reference, ...found.ref };
  fault(`expected something signed before, and no ${name} is among the files of --out and --about`);
  return undefined;
}

function partsOf(text: string): Fields {
  const [kind = '', id = '', ...rest] = text.split('/');
  return KINDS.some((known) => known === kind) && rest.length === 0 ? { kind, id } : { id: text };
}

/** Every `photo` that names a file becomes the picture in it. */
async function withPictures(value: unknown, path: Path, file: string, fault: Fault): Promise<unknown> {
  if (Array.isArray(value)) {
    return await Promise.all(value.map((item, at) => withPictures(item, [...path, at], file, fault)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, inner]): Promise<[string, unknown]> => {
    const here = [...path, key];
    if (key !== 'photo' || typeof inner !== 'string')
      return [key, await withPictures(inner, here, file, fault)];
    return [key, await pictureOf(resolve(dirname(file), inner), (message) => fault(here, message))];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function pictureOf(path: string, fault: (message: string) => void): Promise<Fields | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = size > MAX_IMAGE_BYTES ? Buffer.alloc(0) : await file.readFile();
      const facts = readImage(bytes);
      if (facts !== undefined) return { type: facts.type, data: bytes.toString('base64') };
      fault(
        `expected a PNG or JPEG of at most ${MAX_IMAGE_BYTES / 1024} KiB, got ${size} bytes of something else in ${path}`,
      );
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = systemCodeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    fault(`expected a picture in ${path}: ${why}`);
  }
  return undefined;
}

const BEIJING_MS = 8 * 3600 * 1000;

/** RFC 3339 at +08:00, to the second. */
export function beijingTime(ms: number): string {
  return `${new Date(ms + BEIJING_MS).toISOString().slice(0, 19)}+08:00`;
}

export function beijingDay(ms: number): string {
  return new Date(ms + BEIJING_MS).toISOString().slice(0, 10);
}
