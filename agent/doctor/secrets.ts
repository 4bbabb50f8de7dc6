import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import type { Config } from '../../config/load.js';
import { withoutNamedSecrets } from '../../config/shapes.js';
import { settingsTable } from '../../config/table.js';
import { EpochKeyFiles } from '../journal/epoch-keys.js';

const REMOVED = '[removed]';
/** A key or a password is small; what is larger is none, and not read. */
const MAX_SECRET_BYTES = 64 * 1024;
/** Shorter words stand in every text by chance. */
const MIN_SECRET_CHARACTERS = 4;
/** Settings that name a file which only its owner may read. */
const SECRET_FILE = /(passwordFile|keyFile)$/i;
const PUBLIC_FILE = /firmwareKeyFile$/;
const SECRET_KEY = /pass(word|wd|phrase)?$|secret|token|credential|^key$|privateKey/i;

/** Takes out what must not leave the device, wherever it stands in a text. */
export type Redactor = (text: string) => string;

/**
 * A redactor that knows the secrets of this device: what stands in its password and key files, in the signing keys in its data folder,
 * and everything that looks like one.
 */
export async function redactorFor(config: Config): Promise<Redactor> {
  const known = (await secretsOf(config)).sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) {
      for (const form of spellings(secret)) clean = clean.replaceAll(form, REMOVED);
    }
    return withoutNamedSecrets(clean, REMOVED)
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REMOVED)
      .replace(/PRIVATE\+KEY\+\S+/g, REMOVED)
      .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/gi, `$1${REMOVED}@`)
      .replace(/(liuhen-token:[0-9a-f]{16}\.)[A-Za-z0-9_-]+/g, `$1${REMOVED}`)
      .replace(/("[^"]*(?:password|passphrase|secret|token)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, `$1"${REMOVED}"`);
  };
}

/** A secret as it stands in plain text, in JSON, and in a URL. */
function spellings(secret: string): Set<string> {
  return new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
}

/** The text of a configuration without comments, in which anything may stand, and without values of keys that sound like secrets. */
export function configWithoutSecrets(text: string, redact: Redactor): string {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  if (document.errors.length > 0 || !isMap(document.contents)) return `${REMOVED}: not sound YAML\n`;
  document.comment = null;
  document.commentBefore = null;
  visit(document, {
    Node(_, node) {
      node.comment = null;
      node.commentBefore = null;
    },
    Pair(_, { key, value }) {
      const name = isScalar(key) ? String(key.value) : '';
      if (SECRET_KEY.test(name) && isScalar(value)) value.value = REMOVED;
    },
  });
  return redact(document.toString({ lineWidth: 0 }));
}

async function secretsOf(config: Config): Promise<string[]> {
  const named = settingsTable().flatMap(({ key, loadedAs }) => {
    const path = SECRET_FILE.test(key) && !PUBLIC_FILE.test(key) ? valueAt(config, loadedAs) : undefined;
    return typeof path === 'string' ? [path] : [];
  });
  const texts = await Promise.all(named.map(boundedText));
  // Each line by itself: a log or a comment may quote one.
  const lines = texts.flatMap((text) => text.split(/\r?\n/).map((line) => line.trim()));
  const worthy = lines.filter((line) => line.length >= MIN_SECRET_CHARACTERS && !line.startsWith('-----'));
  return [...new Set([...worthy, ...(await seedsOf(config))])];
}

/** The journal's private keys, as somebody may have printed them; the notes that stand behind them in the files are public. */
async function seedsOf({ data }: Config): Promise<string[]> {
  const keys = new EpochKeyFiles(join(data, 'keys'));
  const epochs = await keys.epochs().catch(() => []);
  const seeds = await Promise.all(epochs.map((epoch) => keys.read(epoch).catch(() => undefined)));
  return seeds.flatMap((found) =>
    found === undefined
      ? []
      : (['hex', 'base64', 'base64url'] as const).map((form) => found.seed.toString(form)),
  );
}

async function boundedText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    return size > MAX_SECRET_BYTES ? '' : await readFile(path, 'utf8');
  } catch {
    // Not readable to whoever collects: then it is in no text of theirs either, but by the patterns.
    return '';
  }
}

function valueAt(config: object, dotted: string): unknown {
  let at: unknown = config;
  for (const part of dotted.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return at;
}
