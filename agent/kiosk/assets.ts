import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { SOFTWARE } from '../version.js';

/** What pages load beside themselves, read once. */
export interface Assets {
  /** Stands in the addresses of the files: another program has others. */
  build: string;
  files: ReadonlyMap<string, { type: string; body: string }>;
}

const FILES = [
  ['kiosk.css', 'text/css; charset=utf-8'],
  ['kiosk.js', 'text/javascript; charset=utf-8'],
] as const;

export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, { type: string; body: string }>();
  const hash = createHash('sha256').update(SOFTWARE);
  for (const [name, type] of FILES) {
    const body = await readFile(join(PACKAGE_ROOT, 'agent/kiosk/assets', name), 'utf8');
    files.set(name, { type, body });
    hash.update(body);
  }
  return { build: hash.digest('hex').slice(0, 12), files };
}
