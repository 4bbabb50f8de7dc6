import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What entries, manifests and reports name as the software. */
export const SOFTWARE = `liuhen/${version}`;
export const VERSION = version;
