import { LiuhenError } from '../../config/errors.js';
import { SIGNATURE_BYTES, signBytes, verifyBytes } from './ed25519.js';
import {
  formatNote,
  formatSignature,
  type Note,
  parseNote,
  type Signer,
  signatureBy,
  signNote,
} from './note.js';
import { formatVkey, SignatureType, type Vkey } from './vkey.js';

/** A tree head: origin, number of entries and RFC 6962 root (C2SP tlog-checkpoint, no extension lines). */
export interface TreeHead {
  origin: string;
  size: number;
  root: Buffer;
}

export interface Checkpoint extends TreeHead {
  note: Note;
}

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

export function checkpointText(head: TreeHead): string {
  return `${head.origin}\n${head.size}\n${head.root.toString('base64')}\n`;
}

export function signCheckpoint(head: TreeHead, signer: Signer): string {
  return signNote(checkpointText(head), signer);
}

/** Parses a checkpoint; signatures are not checked here. Extension lines are refused: nothing of ours writes them. */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text);
  const lines = note.text.slice(0, -1).split('\n');
  const [origin = '', size = '', base64 = ''] = lines;
  const root = Buffer.from(base64, 'base64');
  if (
    lines.length !== 3 ||
    origin === '' ||
    !SIZE.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    root.length !== 32 ||
    root.toString('base64') !== base64
  ) {
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `checkpoint: expected the lines origin, size and base64 root, got ${JSON.stringify(note.text.slice(0, 120))}`,
    );
  }
  return { origin, size: Number(size), root, note };
}

/** Adds a cosignature line (C2SP tlog-cosignature, type 0x04): the cosigner saw this consistent tree at `timeSec`. */
export function cosign(checkpoint: Checkpoint, signer: Signer, timeSec: number): string {
  const message = cosignedMessage(checkpoint.note.text, BigInt(timeSec));
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(timeSec));
  const signature = Buffer.concat([stamp, signBytes(message, signer.seed)]);
  const others = checkpoint.note.signatures.filter(
    ({ name, id }) => name !== signer.vkey.name || id !== signer.vkey.id,
  );
  return formatNote({
    text: checkpoint.note.text,
    signatures: [...others, formatSignature(signer.vkey, signature)],
  });
}

/** When this cosigner says it saw the checkpoint, in Unix seconds; undefined without its line, throws on a bad one. */
export function cosignedAt(checkpoint: Checkpoint, cosigner: Vkey): number | undefined {
  if (cosigner.type !== SignatureType.cosignature) {
    throw new LiuhenError('LIUHEN_NOTE', `cosigner: expected a key of type 04, got ${formatVkey(cosigner)}`);
  }
  const found = signatureBy(checkpoint.note, cosigner);
  if (found === undefined) return undefined;
  const { signature } = found;
  const timeSec = signature.length === 8 + SIGNATURE_BYTES ? signature.readBigUInt64BE(0) : -1n;
  if (
    timeSec < 0n ||
    timeSec > BigInt(Number.MAX_SAFE_INTEGER) ||
    !verifyBytes(signature.subarray(8), cosignedMessage(checkpoint.note.text, timeSec), cosigner.publicKey)
  ) {
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `checkpoint: the cosignature by ${formatVkey(cosigner)} does not verify`,
    );
  }
  return Number(timeSec);
}

function cosignedMessage(text: string, timeSec: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timeSec}\n${text}`);
}
