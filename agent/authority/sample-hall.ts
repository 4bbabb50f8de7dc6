import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { makeFolder } from '../archive/durable-file.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { Document } from '../disclosure/kinds/kinds.js';
import { boardTopic } from '../disclosure/topic.js';
import type { Signer } from '../journal/note.js';
import { writeEnvelope } from './envelope-files.js';
import { createKeyFile, type KeyRole, openKeyFile } from './key-file.js';
import { KnownContent } from './known.js';
import { movedDates } from './moved-dates.js';
import { type Signed, signDocuments, type Written } from './signing.js';
import { signTrust, writeTrustVersion } from './trust-document.js';
import { parseYamlDocuments, readYamlDocuments } from './yaml-documents.js';

/** One envelope of the sample hall, as it goes to a broker. */
export interface SampleEnvelope {
  ref: ContentRef;
  document: Document;
  topic: string;
  bytes: Buffer;
  /** Where it stands in the folder. */
  file: string;
}

export interface SampleHall {
  hall: string;
  /** What a kiosk pins as `disclosure.root`. */
  rootVkey: string;
  /** The trust document first, then the rest; of what has two revisions both, in order. */
  envelopes: readonly SampleEnvelope[];
  /** Folder of the envelopes, for `liuhen sign publish`. */
  signed: string;
  /** Key files, and the file of the passphrase they all have: good for a demonstration, and for nothing else. */
  keyFiles: Readonly<Record<SampleRole, string>>;
  passphraseFile: string;
  /** The same keys, opened. */
  signers: Readonly<Record<SampleRole, Signer & { role: KeyRole }>>;
}

const ROLES = ['root', 'publisher', 'reviewer'] as const;
type SampleRole = (typeof ROLES)[number];

/** Content of the sample hall in YAML; portraits lie beside it. */
export const SAMPLE_CONTENT = join(PACKAGE_ROOT, 'config/sample-hall');
/** The moment that the dates in those files are written for. */
export const SAMPLE_NOW_MS = Date.parse('2026-11-23T10:00:00+08:00');
/** The passphrase lies beside the keys, so a dear scrypt would protect nothing. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
/** Signed one after the other: reviews are bound to decisions, and revision 2 of something comes after a notice about revision 1. */
const REVIEWS = 'reviews.yaml';
const LATER = 'second-revisions.yaml';

/**
 * Makes keys, a trust document and every signed envelope of the sample hall in a fresh folder, for demonstration, tests and bench. All dates are
 * moved by as much as `now` (Unix ms) is from the day they were written for.
 */
export async function sampleHall(
  folder: string,
  {
    hall = 'fengqiao',
    now = Date.now(),
    authority = 'liuhen.example',
  }: { hall?: string; now?: number; authority?: string } = {},
): Promise<SampleHall> {
  const signed = join(folder, 'signed');
  const { keyFiles, passphraseFile, signers, vkeys } = await makeKeys(folder, authority);
  const envelopes: SampleEnvelope[] = [];
  const keep = async (ref: ContentRef, document: Document, text: string) => {
    const file = await writeEnvelope(signed, ref, text);
    const bytes = Buffer.from(text);
    envelopes.push({ ref, document, topic: boardTopic(hall, ref.kind, ref.id), bytes, file });
  };

  const [list] = parseYamlDocuments(trustYaml(vkeys), 'trust.yaml');
  if (list === undefined) throw new TypeError('expected a trust document');
  const trust = await signTrust(list, { file: 'trust.yaml', root: signers.root, lastVersion: 0, nowMs: now });
  await writeTrustVersion(keyFiles.root, trust.document.version);
  await keep(trust.ref, trust.document, trust.envelope);

  const known = new KnownContent();
  const files = (await readdir(SAMPLE_CONTENT)).filter((name) => name.endsWith('.yaml')).sort();
  const first = files.filter((name) => name !== REVIEWS && name !== LATER);
  const rounds = [
    { names: first, signer: signers.publisher },
    { names: [REVIEWS], signer: signers.reviewer },
    { names: [LATER], signer: signers.publisher },
  ];
  for (const { names, signer } of rounds) {
    const written = await readWritten(names, now - SAMPLE_NOW_MS);
    const results: Signed[] = await signDocuments(written, { signer, hall, nowMs: now, known });
    for (const { ref, content, envelope } of results) await keep(ref, content, envelope);
  }
  return { hall, rootVkey: vkeys.root, envelopes, signed, keyFiles, passphraseFile, signers };
}

async function makeKeys(folder: string, authority: string) {
  const keys = join(folder, 'keys');
  await makeFolder(keys, 0o700);
  const passphraseFile = join(keys, 'passphrase');
  const passphrase = randomBytes(18).toString('base64url');
  await writeFile(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
  const made = await Promise.all(
    ROLES.map(async (role) => {
      const file = join(keys, `${role}.key`);
      const vkey = await createKeyFile(file, { role, name: `${authority}/${role}`, passphrase, cost: COST });
      return { role, file, vkey, signer: await openKeyFile(file, [role], () => passphrase) };
    }),
  );
  const byRole = <T>(value: (each: (typeof made)[number]) => T) =>
    Object.fromEntries(made.map((each) => [each.role, value(each)])) as Record<SampleRole, T>;
  return {
    passphraseFile,
    keyFiles: byRole(({ file }) => file),
    vkeys: byRole(({ vkey }) => vkey),
    signers: byRole(({ signer }) => signer),
  };
}

function trustYaml({ publisher, reviewer }: Record<SampleRole, string>): string {
  return JSON.stringify({
    keys: [
      { holder: '枫桥区政务公开科', vkey: publisher, roles: ['publisher'] },
      { holder: '枫桥区行政执法法制审核中心', vkey: reviewer, roles: ['reviewer'] },
    ],
  });
}

async function readWritten(names: readonly string[], byMs: number): Promise<Written[]> {
  const written: Written[] = [];
  for (const name of names) {
    const file = join(SAMPLE_CONTENT, name);
    for (const document of await readYamlDocuments(file)) {
      written.push({ file, document: { ...document, value: movedDates(document.value, byMs) } });
    }
  }
  return written;
}
