import { resolve } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { exists } from '../archive/durable-file.js';
import type { Signer } from '../journal/note.js';
import { type EnvelopeFile, readEnvelopes } from './envelope-files.js';
import type { KeyRole } from './key-file.js';
import { KnownContent } from './known.js';
import { type Signed, signDocuments, type Written } from './signing.js';
import { lastTrustVersion, type SignedTrust, signTrust, writeTrustVersion } from './trust-document.js';
import { readYamlDocuments } from './yaml-documents.js';

/**
 * Checks and signs everything in these YAML files, and writes nothing. `about` names files and folders of envelopes signed before; those that are not
 * there yet are empty. Throws LIUHEN_CONTENT, LIUHEN_NOT_FOUND, LIUHEN_ENVELOPE.
 */
export async function signFiles(
  files: readonly string[],
  options: {
    signer: Signer & { role: KeyRole };
    hall: string | undefined;
    about: readonly string[];
    nowMs?: number;
  },
): Promise<Signed[]> {
  const written: Written[] = [];
  for (const file of files) {
    for (const document of await readYamlDocuments(file)) written.push({ file, document });
  }
  if (written.length === 0) {
    throw new LiuhenError('LIUHEN_CONTENT', `expected documents in ${files.join(', ')}, got none`);
  }
  const { about, ...rest } = options;
  const known = new KnownContent(await envelopesIn(about));
  return await signDocuments(written, { nowMs: Date.now(), ...rest, known });
}

/**
 * Signs the trust document in this YAML file with the version after the last. That the version is used is on disk before this resolves. Throws
 * LIUHEN_CONTENT, LIUHEN_NOT_FOUND.
 */
export async function signTrustFile(
  file: string,
  { root, rootKey, out, nowMs = Date.now() }: { root: Signer; rootKey: string; out: string; nowMs?: number },
): Promise<SignedTrust> {
  const [document, ...more] = await readYamlDocuments(file);
  if (document === undefined || more.length > 0) {
    throw new LiuhenError(
      'LIUHEN_CONTENT',
      `${file}: expected one document, got ${more.length === 0 ? 'none' : 'more'}`,
    );
  }
  const versions = (await envelopesIn([out])).flatMap(({ ref }) =>
    ref.kind === 'trust' ? [ref.revision] : [],
  );
  const lastVersion = Math.max(await lastTrustVersion(rootKey), ...versions, 0);
  const signed = await signTrust(document, { file, root, lastVersion, nowMs });
  await writeTrustVersion(rootKey, signed.document.version);
  return signed;
}

async function envelopesIn(paths: readonly string[]): Promise<EnvelopeFile[]> {
  const there: string[] = [];
  for (const path of new Set(paths.map((each) => resolve(each)))) if (await exists(path)) there.push(path);
  return await readEnvelopes(there);
}
