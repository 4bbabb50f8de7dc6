import { LiuhenError } from '../../config/errors.js';
import { SIGNATURE_BYTES, signBytes, verifyBytes } from './ed25519.js';
import { formatVkey, isKeyName, SignatureType, type Vkey } from './vkey.js';

/** One signature line of a note. `signature` is what follows the four bytes of the key id. */
export interface NoteSignature {
  name: string;
  id: number;
  signature: Buffer;
  /** The line as it stands in the note, without its line break. */
  line: string;
}

/** A signed note (C2SP signed-note). `text` ends with a line break and is what is signed. */
export interface Note {
  text: string;
  signatures: NoteSignature[];
}

/** A note larger than this, or with more signatures, is refused before it is looked into. */
export const MAX_NOTE_BYTES = 64 * 1024;
export const MAX_NOTE_SIGNATURES = 64;

const SIGNATURE_LINE = /^— ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

function malformed(expected: string): LiuhenError {
  return new LiuhenError('LIUHEN_NOTE', `note: expected ${expected}`);
}

/** Decodes strict UTF-8; bytes that are not UTF-8 must not become replacement characters that are then signed over. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new LiuhenError('LIUHEN_NOTE', `${what}: expected UTF-8 text`);
  }
}

/** Parses a note; says nothing about whether any signature is good. */
export function parseNote(note: string): Note {
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES) throw malformed(`at most ${MAX_NOTE_BYTES} bytes`);
  if (CONTROL.test(note)) throw malformed('no control characters');
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw malformed('a blank line between text and signatures');
  const text = note.slice(0, split + 1);
  const tail = note.slice(split + 2);
  if (!tail.endsWith('\n')) throw malformed('a line break after the last signature');
  const lines = tail.slice(0, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformed(`at most ${MAX_NOTE_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteSignature {
  const match = SIGNATURE_LINE.exec(line);
  const name = match?.[1] ?? '';
  const blob = Buffer.from(match?.[2] ?? '', 'base64');
  if (match === null || !isKeyName(name) || blob.length < 5 || blob.toString('base64') !== match[2]) {
    throw malformed(`a signature line "— <name> <base64>", got ${JSON.stringify(line.slice(0, 80))}`);
  }
  return { name, id: blob.readUInt32BE(0), signature: blob.subarray(4), line };
}

export function formatNote(note: Note): string {
  return `${note.text}\n${note.signatures.map(({ line }) => `${line}\n`).join('')}`;
}

export function formatSignature(vkey: Vkey, signature: Uint8Array): NoteSignature {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(vkey.id);
  const line = `— ${vkey.name} ${Buffer.concat([id, signature]).toString('base64')}`;
  return { name: vkey.name, id: vkey.id, signature: Buffer.from(signature), line };
}

/** A private key that signs notes; the seed's owner wipes it. */
export interface Signer {
  vkey: Vkey;
  seed: Uint8Array;
}

/** Signs `text` (which ends with a line break) with a plain Ed25519 signature, type 0x01. */
export function signNote(text: string, signer: Signer): string {
  if (!text.endsWith('\n') || CONTROL.test(text)) {
    throw malformed('a text without control characters that ends with a line break');
  }
  const signature = signBytes(Buffer.from(text), signer.seed);
  return formatNote({ text, signatures: [formatSignature(signer.vkey, signature)] });
}

/** The signature by this key, or undefined when there is none; throws when there is one and it is bad. */
export function signatureBy(note: Note, vkey: Vkey): NoteSignature | undefined {
  const found = note.signatures.filter(({ name, id }) => name === vkey.name && id === vkey.id);
  if (found.length > 1) throw malformed(`one signature by ${formatVkey(vkey)}, got ${found.length}`);
  return found[0];
}

/** True when the note carries a good plain signature (type 0x01) by this key; throws when it carries a bad one. */
export function isSignedBy(note: Note, vkey: Vkey): boolean {
  if (vkey.type !== SignatureType.ed25519) {
    throw malformed(`a key of type 01, got ${formatVkey(vkey)}`);
  }
  const found = signatureBy(note, vkey);
  if (found === undefined) return false;
  if (
    found.signature.length !== SIGNATURE_BYTES ||
    !verifyBytes(found.signature, Buffer.from(note.text), vkey.publicKey)
  ) {
    throw new LiuhenError('LIUHEN_NOTE', `note: the signature by ${formatVkey(vkey)} does not verify`);
  }
  return true;
}
