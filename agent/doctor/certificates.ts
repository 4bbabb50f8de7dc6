import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TlsFiles } from '../link/settings.js';
import type { Words } from '../words/words.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';

const DAY_MS = 86_400_000;
/** Told while a technician can still come by before it ends. */
const SOON_DAYS = 30;
const MAX_PEM_BYTES = 1024 * 1024;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** A section of the configuration, and the files that it names. */
export type NamedFiles = readonly [section: string, files: TlsFiles | undefined];

/** The dates of every certificate in these files, and whether each key is that of its certificate. */
export async function certificateFinding(
  { doctor: words }: Words,
  sections: readonly NamedFiles[],
  nowMs: number,
  next: string = words.certificateNext,
): Promise<Finding> {
  const findings: Finding[] = [];
  for (const [section, files] of sections) {
    const { caFile, certFile, keyFile } = files ?? {};
    for (const file of [certFile, caFile]) {
      if (file === undefined) continue;
      const all = await certificatesIn(file);
      findings.push(...all.map((certificate) => dated(words, file, certificate, nowMs, next)));
    }
    if (certFile === undefined || keyFile === undefined) continue;
    const [own] = await certificatesIn(certFile);
    const key = createPrivateKey(await bounded(keyFile));
    if (own?.checkPrivateKey(key) === false) {
      findings.push(fault(words.certificateKey(certFile, `${section}.keyFile`), next));
    }
  }
  if (findings.length === 0) return skipped(words.certificateNone);
  const worst =
    findings.find(({ result }) => result === 'fault') ?? findings.find(({ result }) => result === 'warning');
  return worst ?? ok(findings.map(({ value }) => value).join('; '));
}

function dated(
  words: Words['doctor'],
  file: string,
  certificate: X509Certificate,
  nowMs: number,
  next: string,
): Finding {
  const from = Date.parse(certificate.validFrom);
  const until = Date.parse(certificate.validTo);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  if (nowMs < from) return fault(words.certificateEarly(file, day(from)), words.certificateEarlyNext);
  if (nowMs > until) return fault(words.certificateOver(file, day(until)), next);
  const days = Math.floor((until - nowMs) / DAY_MS);
  // One that lives for days only is renewed in time by whoever made it so.
  const soon = days < SOON_DAYS && days < (until - from) / DAY_MS / 3;
  const value = words.certificateUntil(file, day(until), days);
  return soon ? warning(value, next) : ok(value);
}

async function certificatesIn(file: string): Promise<X509Certificate[]> {
  const found = (await bounded(file)).match(PEM) ?? [];
  if (found.length === 0) throw new Error(`${file}: expected a certificate in PEM, found none`);
  return found.map((pem) => new X509Certificate(pem));
}

async function bounded(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  if (text.length > MAX_PEM_BYTES) throw new Error(`${file}: expected at most ${MAX_PEM_BYTES} bytes`);
  return text;
}
