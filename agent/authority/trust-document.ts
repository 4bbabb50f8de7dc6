import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { writeDurably } from '../archive/durable-file.js';
import { signEnvelope } from '../disclosure/envelope.js';
import { type ContentRef, payloadTypeOf } from '../disclosure/kinds/head.js';
import { encodeDocument, refOf, SCHEMAS } from '../disclosure/kinds/kinds.js';
import type { Trust } from '../disclosure/kinds/trust.js';
import type { Signer } from '../journal/note.js';
import { beijingTime, type Fields } from './complete.js';
import { ContentError, type ContentProblem, problemAt, problemsOf } from './content-problems.js';
import { readKeyFile } from './key-file.js';
import type { YamlDocument } from './yaml-documents.js';

export interface SignedTrust {
  ref: ContentRef;
  document: Trust;
  envelope: string;
}

interface TrustOptions {
  file: string;
  root: Signer;
  /** The last version that this root key signed; 0 for none. */
  lastVersion: number;
  nowMs: number;
}

/**
 * Writes and signs a trust document from YAML: `keys`, each with `holder`, `roles` and a `vkey` or the `keyFile` that shows it. The version is one
 * above the last. Throws `ContentError`.
 */
export async function signTrust(
  written: YamlDocument,
  { file, root, lastVersion, nowMs }: TrustOptions,
): Promise<SignedTrust> {
  const problems: ContentProblem[] = [];
  const value = await withVkeys(written, file, problems);
  const { version } = value;
  if (typeof version === 'number' && version <= lastVersion) {
    const message = `expected a version above ${lastVersion}, which this root key has signed, got ${version}; leave it out and it goes up by itself`;
    problems.push(problemAt(file, written, ['version'], message));
  }
  const parsed = SCHEMAS.trust.safeParse({
    kind: 'trust',
    version: lastVersion + 1,
    issued: beijingTime(nowMs),
    ...value,
  });
  if (!parsed.success) problems.push(...problemsOf(file, written, value, parsed.error.issues));
  if (parsed.success && Date.parse(parsed.data.issued) > nowMs + 60_000) {
    problems.push(problemAt(file, written, ['issued'], 'expected no time in the future'));
  }
  if (problems.length > 0 || !parsed.success) throw new ContentError(problems);
  const payload = encodeDocument(parsed.data);
  return {
    ref: refOf(parsed.data, createHash('sha256').update(payload).digest('hex')),
    document: parsed.data,
    envelope: signEnvelope(payloadTypeOf('trust'), payload, root),
  };
}

async function withVkeys(written: YamlDocument, file: string, problems: ContentProblem[]): Promise<Fields> {
  const { value } = written;
  if (typeof value !== 'object' || value === null) {
    throw new ContentError([
      problemAt(file, written, [], 'expected `keys:`, a list of holders and their keys'),
    ]);
  }
  const { keys } = value as Fields;
  if (!Array.isArray(keys)) return value as Fields;
  const complete = keys.map(async (key: unknown, at): Promise<unknown> => {
    if (typeof key !== 'object' || key === null || !('keyFile' in key)) return key;
    const { keyFile, ...rest } = key;
    const path = ['keys', at, 'keyFile'];
    try {
      const { vkey, role } = await readKeyFile(resolve(dirname(file), String(keyFile)));
      const roles = 'roles' in rest ? rest.roles : [role];
      if (!Array.isArray(roles) || !roles.includes(role)) {
        problems.push(
          problemAt(file, written, path, `expected a key of one of these roles, got one of role ${role}`),
        );
      }
      return { vkey, ...rest, roles };
    } catch (error) {
      problems.push(problemAt(file, written, path, messageOf(error)));
      return { vkey: '', ...rest };
    }
  });
  return { ...(value as Fields), keys: await Promise.all(complete) };
}

/** Beside a root key stands how far its trust documents have come, so that a version is not used again when the documents are elsewhere. */
const versionFile = (rootKey: string) => `${rootKey}.trust-version`;

/** The last version that this root key signed, as far as the file beside it knows; 0 for none. Throws LIUHEN_AUTHORITY_KEY. */
export async function lastTrustVersion(rootKey: string): Promise<number> {
  const path = versionFile(rootKey);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw new LiuhenError('LIUHEN_AUTHORITY_KEY', `${path}: ${messageOf(error)}`, { cause: error });
  }
  if (/^[1-9][0-9]{0,8}\n$/.test(text)) return Number(text);
  throw new LiuhenError(
    'LIUHEN_AUTHORITY_KEY',
    `${path}: expected the number of the last version in one line`,
    {
      next: 'write into it the version of the newest trust document that was published',
    },
  );
}

/** Durable when it resolves. */
export async function writeTrustVersion(rootKey: string, version: number): Promise<void> {
  await writeDurably(versionFile(rootKey), `${version}\n`);
}
