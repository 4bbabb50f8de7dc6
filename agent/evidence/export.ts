import { LiuhenError } from '../../config/errors.js';
import type { EntryDraft } from '../journal/entry.js';
import { type BundleOptions, type BundleSummary, writeBundle } from './bundle.js';
import type { ExportSource } from './source.js';

/** What takes the `exported` entry: a running device's journal. */
export interface ExportJournal {
  append(draft: Extract<EntryDraft, { type: 'exported' }>): Promise<{ n: number }>;
}

export interface ExportRequest extends Pick<BundleOptions, 'onProgress' | 'signal'> {
  source: ExportSource;
  /** The newest that has stopped when it is left out. */
  recording?: number | undefined;
  /** The folder to write; must not exist yet or be empty. */
  out: string;
  who: string;
  why: string;
  /** A running device's journal. Without one (a stopped device, an archive) the export leaves no entry. */
  journal?: ExportJournal;
}

export interface ExportSummary extends BundleSummary {
  /** The vkey that a verifier has to have pinned for this bundle to mean anything. */
  rootVkey: string;
  /** The `exported` entry. */
  entry?: number;
}

const LISTED = 20;
/** Who, what and why stay well inside an entry's bounds. */
const MAX_WORDS = 500;

/**
 * Exports a recording and says so in the journal: the entry is sealed before the bundle gets its name, so that none exists
 * that the journal does not know. Throws LIUHEN_NOT_FOUND, with the recordings there are, and what `writeBundle` throws.
 */
export async function exportRecording(request: ExportRequest): Promise<ExportSummary> {
  const { source, out, who, why, journal, onProgress, signal } = request;
  const recording = request.recording ?? (await newestStopped(source));
  let entry: number | undefined;
  const write = writeBundle(source, recording, out, {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
    async beforePublish({ absentFragments, journal: range }) {
      const parts = absentFragments === 0 ? '' : `, absent fragments: ${absentFragments}`;
      const what = `recording ${recording}, entries ${range.from} to ${range.to - 1}${parts}, to ${out}`;
      const draft = { who: words(who), what: words(what), why: words(why) };
      entry = (await journal?.append({ type: 'exported', ...draft }))?.n;
    },
  });
  const summary = await write.catch(async (error: unknown) => {
    throw (await withRecordings(error, source, recording)) ?? error;
  });
  return { ...summary, rootVkey: source.rootVkey, ...(entry === undefined ? {} : { entry }) };
}

async function newestStopped(source: ExportSource): Promise<number> {
  let running: number | undefined;
  for await (const { recording, stopped } of source.recordings()) {
    if (stopped) return recording;
    running ??= recording;
  }
  throw new LiuhenError('LIUHEN_NOT_FOUND', `${source.device} holds no recording that has stopped`, {
    next: running === undefined ? 'record something first' : `name the one that is still running: ${running}`,
  });
}

async function withRecordings(
  error: unknown,
  source: ExportSource,
  recording: number,
): Promise<LiuhenError | undefined> {
  if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_FOUND') return undefined;
  const there: number[] = [];
  for await (const each of source.recordings()) {
    if (each.recording === recording) return undefined;
    if (there.push(each.recording) > LISTED) break;
  }
  const more = there.length > LISTED ? ' …' : '';
  return new LiuhenError(error.code, error.message, {
    cause: error,
    next:
      there.length === 0
        ? 'there is no recording here yet'
        : `name one of ${there.slice(0, LISTED).join(', ')}${more}`,
  });
}

function words(text: string): string {
  return [...text].slice(0, MAX_WORDS).join('');
}
