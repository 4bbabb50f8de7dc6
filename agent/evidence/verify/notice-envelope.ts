import { createHash } from 'node:crypto';
import { messageOf } from '../../../config/errors.js';
import type { EntryOf } from '../../journal/entry.js';
import { decodeText } from '../../journal/note.js';
import { NOTICE_FILE } from '../../journal/notice-manifest.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';

/** As large as a kiosk takes an envelope. */
const MAX_NOTICE_BYTES = 1024 * 1024;

/** What hung, as the envelope in the bundle says. Its own signatures are the authority's matter and are not judged here. */
export interface NoticeContent {
  /** The payload: JSON of the content's kind. */
  text: string;
  /** Key ids that the envelope claims to be signed by. */
  claimedSigners: string[];
}

/** Compares the envelope with the hashes that the journal has of it. Undefined, with a finding, when it is not that one. */
export function checkNotice(
  folder: BundleFolder,
  began: EntryOf<'displayed'>,
  findings: Findings,
): NoticeContent | undefined {
  const file = NOTICE_FILE;
  const bytes = folder.read(file, MAX_NOTICE_BYTES);
  if (bytes === undefined) {
    const expected = 'the envelope of what hung';
    if (!folder.occupied(file)) {
      findings.add({ verdict: 'incomplete', kind: 'missing-file', file, expected, actual: 'no such file' });
    }
    return undefined;
  }
  const differs = (what: string, expected: string, actual: string) => {
    findings.add({
      verdict: 'altered',
      kind: 'notice-hash',
      file,
      entry: began.n,
      expected: `${what} ${expected}`,
      actual,
    });
    return undefined;
  };
  if (began.envelope !== undefined && sha256(bytes) !== began.envelope) {
    return differs('envelope with sha256', began.envelope, sha256(bytes));
  }
  let payload: Buffer;
  let claimedSigners: string[];
  try {
    const envelope = JSON.parse(decodeText(bytes, file)) as { payload?: unknown; signatures?: unknown };
    if (typeof envelope.payload !== 'string' || !Array.isArray(envelope.signatures)) {
      throw new Error('there is no payload, or no list of signatures');
    }
    payload = Buffer.from(envelope.payload, 'base64');
    claimedSigners = envelope.signatures.slice(0, 16).map((each: unknown) => keyidOf(each));
  } catch (error) {
    findings.malformed(file, 'a DSSE envelope', messageOf(error));
    return undefined;
  }
  if (sha256(payload) !== began.sha256) return differs('payload with sha256', began.sha256, sha256(payload));
  return { text: payload.toString(), claimedSigners };
}

function keyidOf(signature: unknown): string {
  const { keyid } = (signature ?? {}) as { keyid?: unknown };
  return typeof keyid === 'string' ? keyid.slice(0, 300) : 'without keyid';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
