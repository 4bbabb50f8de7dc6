import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { isDeviceId, parseOrigin } from '../../config/identity.js';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, signBytes, verifyBytes } from '../journal/ed25519.js';
import { KeyChain, keyNoteOf } from '../journal/key-chain.js';
import { parseNote } from '../journal/note.js';
import { parseVkey, SignatureType, vkeyOf } from '../journal/vkey.js';
import { fromCarrier } from './carrier.js';
import { certificateRequest, parseTlsKey, readCertificateRequest } from './tls-key.js';

/*
 * What a device asks the authority for. `proof` shows that who asks holds the device's identity: at the enrolment its root key, which exists
 * only until the first start, or the key of the epoch that it has come to since, with the steps that lead there; later the TLS key of the
 * certificate that is to be renewed. The bytes signed are those of `signedText`.
 */
const FORMAT = 'liuhen/enrol-request/1';

const STEP_BYTES = PUBLIC_KEY_BYTES + SIGNATURE_BYTES;
/** A year of an officer's days. Each step costs who checks it a millisecond. */
export const MAX_STEPS = 6000;

const base64 = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/);

const requestSchema = z.strictObject({
  format: z.literal(FORMAT),
  rootVkey: z.string().max(512),
  profile: z.enum(['recorder', 'kiosk']),
  /** The hall of a kiosk, the unit of a recorder. */
  unit: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional(),
  csr: base64(4096),
  proof: z.discriminatedUnion('by', [
    z.strictObject({ by: z.literal('root'), signature: base64(128) }),
    z.strictObject({
      by: z.literal('epoch'),
      /** Of each epoch after the first its public key, and the signature of its key note: 32 and 64 bytes. */
      steps: base64(4 * Math.ceil((MAX_STEPS * STEP_BYTES) / 3)),
      signature: base64(128),
    }),
    z.strictObject({
      by: z.literal('certificate'),
      serial: z.string().regex(/^[0-9a-f]{2,40}$/),
      signature: base64(256),
    }),
  ]),
});

export type EnrolRequest = z.infer<typeof requestSchema>;

/** A request that holds together: its proof by the root key is good, one by a certificate is yet to be checked against that. */
export interface CheckedRequest extends EnrolRequest {
  authority: string;
  device: string;
  /** DER of the TLS key. */
  publicKey: Buffer;
}

export interface Asking {
  rootVkey: string;
  profile: 'recorder' | 'kiosk';
  unit?: string | undefined;
  /** PEM of the key that the certificate is to be for. */
  tlsKey: string;
}

/** With the seed of the root key, with that of the newest epoch and the key notes that lead to it, or with the certificate that is to be renewed and its key. */
export type Proof =
  | { rootSeed: Uint8Array }
  | { seed: Uint8Array; keyNotes: readonly string[] }
  | { serial: string; key: string };

export async function makeRequest(asking: Asking, by: Proof): Promise<EnrolRequest> {
  // By name: whoever passes more than is asked for must not have it sent.
  const { rootVkey, profile, unit, tlsKey } = asking;
  const { device } = parseOrigin(parseVkey(rootVkey).name);
  const csr = (await certificateRequest(tlsKey, device)).toString('base64');
  const asked = { format: FORMAT, rootVkey, profile, ...(unit === undefined ? {} : { unit }), csr } as const;
  const text = Buffer.from(signedText(asked));
  if ('rootSeed' in by) {
    const signature = signBytes(text, by.rootSeed).toString('base64');
    return { ...asked, proof: { by: 'root', signature } };
  }
  if ('seed' in by) {
    const signature = signBytes(text, by.seed).toString('base64');
    return { ...asked, proof: { by: 'epoch', steps: packed(by.keyNotes), signature } };
  }
  const signature = sign('sha256', text, parseTlsKey(by.key)).toString('base64');
  return { ...asked, proof: { by: 'certificate', serial: by.serial, signature } };
}

/** Reads a request from a file, a line or a message. Throws LIUHEN_ENROL. */
export async function readRequest(text: string): Promise<CheckedRequest> {
  const parsed = requestSchema.safeParse(fromCarrier('request', text));
  if (!parsed.success) throw refused(`malformed: ${z.prettifyError(parsed.error).slice(0, 200)}`);
  const request = parsed.data;
  const { authority, device, root } = identityOf(request.rootVkey);
  const csr = await readCertificateRequest(Buffer.from(request.csr, 'base64'));
  if (csr === undefined) throw refused('its certificate request is not one, or is not signed by its key');
  if (csr.device !== device)
    throw refused(`expected a certificate request of ${device}, got one of ${csr.device}`);
  const { proof } = request;
  if (proof.by !== 'certificate') {
    const text = Buffer.from(signedText(request));
    const key = proof.by === 'root' ? root : keyAfter(request.rootVkey, proof.steps);
    if (!verifyBytes(Buffer.from(proof.signature, 'base64'), text, key)) {
      throw refused(
        `it is not signed by the ${proof.by === 'root' ? 'root key' : 'newest key'} of ${device}`,
      );
    }
  }
  return { ...request, authority, device, publicKey: csr.publicKey };
}

function packed(keyNotes: readonly string[]): string {
  const steps = keyNotes.map((text) => {
    const note = parseNote(text);
    const [signature] = note.signatures;
    const { publicKey } = parseVkey(note.text.split('\n')[3] ?? '');
    return Buffer.concat([publicKey, signature?.signature ?? Buffer.alloc(0)]);
  });
  return Buffer.concat(steps).toString('base64');
}

/** The key that verified steps lead to from the root key. Throws LIUHEN_ENROL. */
function keyAfter(rootVkey: string, steps: string): Buffer {
  const bytes = Buffer.from(steps, 'base64');
  const count = bytes.length / STEP_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > MAX_STEPS)
    throw refused('its key steps are malformed');
  const chain = new KeyChain(parseVkey(rootVkey));
  try {
    for (let at = 0; at < bytes.length; at += STEP_BYTES) {
      const next = vkeyOf(chain.origin, SignatureType.ed25519, bytes.subarray(at, at + PUBLIC_KEY_BYTES));
      const signature = bytes.subarray(at + PUBLIC_KEY_BYTES, at + STEP_BYTES);
      chain.extend(keyNoteOf(chain, next, signature));
    }
  } catch (cause) {
    throw refused(`its keys do not lead on from its root key: ${messageOf(cause)}`);
  }
  return Buffer.from(chain.current.publicKey);
}

/** Whether a proof by certificate was made with this certificate's key, DER (SubjectPublicKeyInfo). */
export function isProvenBy(request: EnrolRequest, publicKey: Buffer): boolean {
  const { proof } = request;
  if (proof.by !== 'certificate') return false;
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  return verify('sha256', Buffer.from(signedText(request)), key, Buffer.from(proof.signature, 'base64'));
}

/** Unlike any note that the root key signs: those begin with an origin or with `liuhen/key`. */
function signedText({ rootVkey, profile, unit, csr }: Omit<EnrolRequest, 'proof'>): string {
  const sha256 = createHash('sha256').update(Buffer.from(csr, 'base64')).digest('hex');
  return `liuhen/enrol\n${rootVkey}\n${profile}\n${unit ?? '-'}\n${sha256}\n`;
}

function identityOf(rootVkey: string): { authority: string; device: string; root: Buffer } {
  try {
    const vkey = parseVkey(rootVkey);
    if (vkey.type !== SignatureType.ed25519) throw refused('its root key is of another type than 01');
    const { authority, device } = parseOrigin(vkey.name);
    if (!isDeviceId(device)) throw refused('its root key names no device');
    return { authority, device, root: vkey.publicKey };
  } catch (error) {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_ENROL') throw error;
    throw refused('its root key is malformed');
  }
}

function refused(why: string): LiuhenError {
  return new LiuhenError('LIUHEN_ENROL', `request: ${why}`, {
    next: 'carry it anew from the device: liuhen provision --request prints it again',
  });
}
