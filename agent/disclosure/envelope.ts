import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { SIGNATURE_BYTES, signBytes, verifyBytes } from '../journal/ed25519.js';
import type { Signer } from '../journal/note.js';
import type { Vkey } from '../journal/vkey.js';

/** An envelope larger than this is refused before it is parsed. */
export const MAX_ENVELOPE_BYTES = 1024 * 1024;
/** More signatures than any document needs; each costs a verification. */
export const MAX_SIGNATURES = 16;

/** An envelope that was opened. Only what a verified signature covers is in it. */
export interface Opened {
  payloadType: string;
  payload: Buffer;
  /** The keys whose signatures were verified, each once; may be empty. */
  signers: readonly Vkey[];
  /** How many signatures the envelope carries, good or not. */
  signatures: number;
  /** SHA-256 of the payload, hex: what reviews, notices and `displayed` entries name content by. */
  sha256: string;
}

/** Finds the keys that a signature may be by: those with this keyid. DSSE lets a signature come without one. */
export type KeysOf = (keyid: string | undefined, payloadType: string) => readonly Vkey[];

// Both alphabets: DSSE tells verifiers to accept either.
const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/, 'expected base64');

/** The JSON envelope of DSSE v1; further fields are allowed there and mean nothing here. */
const envelopeSchema = z.object({
  payload: base64,
  payloadType: z.string().min(1).max(200),
  signatures: z
    .array(z.object({ keyid: z.string().max(512).optional(), sig: base64.max(128) }))
    .min(1)
    .max(MAX_SIGNATURES),
});

/** What is signed, DSSE v1 "pre-authentication encoding": lengths are of bytes, in decimal. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** How signatures name a key: `<name>+<key id>` of its vkey. */
export function keyidOf({ name, id }: Vkey): string {
  return `${name}+${id.toString(16).padStart(8, '0')}`;
}

/** Signs `payload` with each signer and returns the envelope as JSON text. Throws LIUHEN_ENVELOPE when it would be too large. */
export function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  ...signers: [Signer, ...Signer[]]
): string {
  const signed = preAuthEncoding(payloadType, payload);
  const text = JSON.stringify({
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: signers.map(({ vkey, seed }) => ({
      keyid: keyidOf(vkey),
      sig: signBytes(signed, seed).toString('base64'),
    })),
  });
  if (text.length > MAX_ENVELOPE_BYTES || signers.length > MAX_SIGNATURES) {
    const expected = `at most ${MAX_ENVELOPE_BYTES} bytes and ${MAX_SIGNATURES} signatures`;
    throw malformed(`${expected}, got ${text.length} and ${signers.length}`);
  }
  return text;
}

/**
 * Opens an envelope: parses it and verifies each signature with the keys that `keysOf` gives for it. A signature that does not verify, or by
 * an unknown key, is left out and no error: whether those that are left suffice is the caller's question. Throws LIUHEN_ENVELOPE when it is too
 * large or no envelope.
 */
export function openEnvelope(bytes: Uint8Array, keysOf: KeysOf): Opened {
  const { payloadType, payload, signatures } = parseEnvelope(bytes);
  const signed = preAuthEncoding(payloadType, payload);
  const signers: Vkey[] = [];
  for (const { keyid, sig } of signatures) {
    const signature = Buffer.from(sig, 'base64');
    if (signature.length !== SIGNATURE_BYTES) continue;
    const signer = keysOf(keyid, payloadType).find(({ publicKey }) =>
      verifyBytes(signature, signed, publicKey),
    );
    if (signer === undefined || signers.some(({ publicKey }) => publicKey.equals(signer.publicKey))) continue;
    signers.push(signer);
  }
  const sha256 = createHash('sha256').update(payload).digest('hex');
  return { payloadType, payload, signers, signatures: signatures.length, sha256 };
}

function parseEnvelope(bytes: Uint8Array) {
  if (bytes.length > MAX_ENVELOPE_BYTES) {
    throw malformed(`at most ${MAX_ENVELOPE_BYTES} bytes, got ${bytes.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw malformed('JSON in UTF-8');
  }
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`payload, payloadType and signatures: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { payload, ...rest } = parsed.data;
  return { ...rest, payload: Buffer.from(payload, 'base64') };
}

function malformed(expected: string): LiuhenError {
  return new LiuhenError('LIUHEN_ENVELOPE', `envelope: expected ${expected}`);
}
