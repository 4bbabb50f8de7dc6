import { createHash } from 'node:crypto';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { ClockReading } from '../../drivers/clock.js';
import type { Vkey } from '../journal/vkey.js';
import { type Opened, openEnvelope } from './envelope.js';
import { type ContentRef, type Kind, kindOfPayloadType } from './kinds/head.js';
import { type Document, parseDocument, refOf } from './kinds/kinds.js';
import type { Role } from './kinds/trust.js';
import type { Refusal } from './refusal.js';
import type { TrustedKeys } from './trust.js';

/** A document as it stands in its envelope, with the keys that verifiably signed it. Whether they may is asked again whenever it is judged. */
export interface Held<D extends Document = Document> {
  ref: ContentRef;
  document: D;
  signers: readonly Vkey[];
  /** Whether signatures are there that no key of the trust document verified. */
  unknownSignatures: boolean;
  envelopeSha256: string;
  issuedMs: number;
  /** When it ceases to be shown, Unix ms; infinite when never. */
  expiresMs: number;
  /** When this device accepted it, Unix ms. */
  receivedMs: number;
}

/** Why bytes are not what they should be. */
export class RefusedError extends Error {
  readonly refusal: Refusal;
  readonly kind: Kind | undefined;

  constructor(refusal: Refusal, detail: string, kind?: Kind) {
    super(detail);
    this.refusal = refusal;
    this.kind = kind;
  }
}

/** Opens an envelope and tells its kind. Nothing of the payload has been looked at. Throws RefusedError. */
function openKind(envelope: Uint8Array, trusted: TrustedKeys) {
  let opened: Opened;
  try {
    opened = openEnvelope(envelope, trusted.keysOf);
  } catch (error) {
    throw new RefusedError('not-an-envelope', messageOf(error));
  }
  const kind = kindOfPayloadType(opened.payloadType);
  if (kind !== undefined) return { kind, opened };
  throw new RefusedError('unknown-kind', `expected a payload type of liuhen, got ${opened.payloadType}`);
}

/**
 * Reads an envelope: verifies its signatures, then parses the payload as its kind. With `stored`, reads back what was accepted before: also when no
 * trusted key signed it (any more), to say what is wrong with it. Throws RefusedError.
 */
export function readEnvelope(
  envelope: Uint8Array,
  trusted: TrustedKeys,
  receivedMs: number,
  options: { stored?: boolean } = {},
): Held {
  const stored = options.stored === true;
  const { kind, opened } = openKind(envelope, trusted);
  const { signers, sha256, signatures } = opened;
  if (signers.length === 0 && !stored) {
    const by = kind === 'trust' ? "the authority's root key" : 'a key of the trust document';
    throw new RefusedError('unsigned', `expected a signature by ${by}, got ${signatures} that are not`, kind);
  }
  let document: Document;
  try {
    document = parseDocument(kind, opened.payload);
  } catch (error) {
    if (error instanceof LiuhenError) throw new RefusedError('document', error.message, kind);
    throw error;
  }
  const expires = document.kind === 'trust' ? undefined : document.expires;
  return {
    ref: refOf(document, sha256),
    document,
    signers,
    unknownSignatures: signers.length < signatures,
    envelopeSha256: createHash('sha256').update(envelope).digest('hex'),
    issuedMs: Date.parse(document.issued),
    expiresMs: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
    receivedMs,
  };
}

/** A platform's clock and ours may differ by so much, where ours is set by somebody who knows. */
export const MAX_AHEAD_MS = 24 * 3_600_000;

/** Whether a clock of this source was set by somebody who knows the time. */
export function isSet(source: ClockReading['source']): boolean {
  return source === 'ntp' || source === 'gnss';
}

/** The role that a kind has to be signed in. */
export function roleFor(kind: Exclude<Kind, 'trust'>): Role {
  return kind === 'review' ? 'reviewer' : 'publisher';
}

/** Throws RefusedError unless a key with the role for this kind signed it, in its time; a trust document was opened with the root key alone. */
export function requireRole({ ref, signers, issuedMs }: Held, trusted: TrustedKeys, nowMs?: number): void {
  if (ref.kind === 'trust') return;
  const role = roleFor(ref.kind);
  if (trusted.withRole(signers, role, issuedMs, nowMs).length > 0) return;
  const holders = [...trusted.holdersOf(signers)].join(', ') || 'a key that is trusted no more';
  const inTime = trusted.hasRole(signers, role);
  throw new RefusedError(
    inTime ? 'key-time' : 'role',
    inTime
      ? `expected a signature in the time of its key, got one of ${new Date(issuedMs).toISOString()} by ${holders}`
      : `expected a signature by a ${role}, got one by ${holders}`,
    ref.kind,
  );
}
