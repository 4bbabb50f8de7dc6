import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/*
 * A platform that somebody else wrote, from FORMAT.md and the published schemas alone: it imports nothing of the product, and must
 * not begin to. Keys and envelopes are made with node:crypto.
 */
export class ForeignKey {
  readonly vkey: string;
  readonly #keyid: string;
  readonly #privateKey: KeyObject;

  /** `type` 1 signs envelopes, 4 cosigns journals. */
  constructor(name: string, type: 1 | 4 = 1) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const material = Buffer.concat([Buffer.of(type), raw]);
    const id = createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8);
    this.#keyid = `${name}+${id}`;
    this.vkey = `${this.#keyid}+${material.toString('base64')}`;
    this.#privateKey = privateKey;
  }

  /** A DSSE v1 envelope around a document. */
  envelope(document: { kind: string }): string {
    const type = `application/vnd.liuhen.${document.kind}+json`;
    const payload = Buffer.from(JSON.stringify(document));
    const signed = Buffer.concat([
      Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
      payload,
    ]);
    const sig = sign(null, signed, this.#privateKey).toString('base64');
    return JSON.stringify({
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ keyid: this.#keyid, sig }],
    });
  }
}

export function payloadHash(document: object): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}
