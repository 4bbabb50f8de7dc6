import { type Document, parseDocument } from 'yaml';
import { LiuhenError } from './errors.js';
import type { Tree } from './tree.js';

/** What changes in a configuration from one version to the next. */
export interface Migration {
  /** In one line, for whoever asks what was done to the file. */
  what: string;
  /** Changes the document in place; comments and order stay. */
  change(document: Document): void;
}

/**
 * From version 1 on: the first entry leads to version 2, and so on. An entry is added when a setting changes its name, its unit or its
 * meaning, and is never changed after a release. There has been no such change yet.
 */
export const MIGRATIONS: readonly Migration[] = [];

/** The version that a configuration has after these migrations; one that names none is of version 1. */
export function versionAfter(migrations: readonly Migration[]): number {
  return 1 + migrations.length;
}

/**
 * What lies between the version that a configuration names and the newest; nothing for a version that is no number, which is for the
 * loader to judge. Throws LIUHEN_CONFIG when a newer program has written it: what that meant is not known here.
 */
export function outstandingFor(
  tree: Tree,
  fileName: string,
  migrations = MIGRATIONS,
): { from: number; to: number; outstanding: readonly Migration[] } {
  const newest = versionAfter(migrations);
  const written = tree.configVersion ?? '1';
  if (typeof written !== 'string' || !/^[1-9]\d{0,5}$/.test(written)) {
    return { from: newest, to: newest, outstanding: [] };
  }
  const from = Number(written);
  if (from > newest) {
    throw new LiuhenError(
      'LIUHEN_CONFIG',
      `${fileName}: configVersion: expected at most ${newest}, got ${from}: a newer liuhen has written it`,
      { next: `install that version again, or put back the copy that it left: ${fileName}.v${newest}` },
    );
  }
  return { from, to: newest, outstanding: migrations.slice(from - 1) };
}

/** Sound text of version `to - outstanding.length`, brought to version `to`. */
export function migrated(text: string, to: number, outstanding: readonly Migration[]): string {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  for (const { change } of outstanding) change(document);
  document.set('configVersion', to);
  return document.toString({ lineWidth: 0 });
}
