import { LiuhenError } from '../../config/errors.js';
import { parseVkey, type Vkey } from '../journal/vkey.js';
import { type KeysOf, keyidOf } from './envelope.js';
import { payloadTypeOf } from './kinds/head.js';
import type { Role, Trust } from './kinds/trust.js';

/** A key of the trust document in force. */
export interface TrustedKey {
  vkey: Vkey;
  roles: readonly Role[];
  holder: string;
  notBeforeMs: number;
  notAfterMs: number;
}

/**
 * Which key may sign what: the authority's root key, which is pinned in the settings, and the newest trust document it signed. A version never goes
 * back; a device without a trust document trusts nobody but the root, and that only with trust documents.
 */
export class TrustedKeys {
  readonly root: Vkey;
  #version = 0;
  #sha256 = '';
  #keys = new Map<string, TrustedKey>();

  constructor(root: Vkey) {
    this.root = root;
  }

  /** Version of the document in force; 0 while there is none. */
  get version(): number {
    return this.#version;
  }

  /** SHA-256 of the payload of the document in force. */
  get sha256(): string {
    return this.#sha256;
  }

  get keys(): readonly TrustedKey[] {
    return [...this.#keys.values()];
  }

  /**
   * For opening envelopes: the root key for trust documents and for nothing else, the document's keys for the rest. A signature without keyid counts
   * for nothing here: trying every key would cost whoever is asked, not who asks.
   */
  readonly keysOf: KeysOf = (keyid, payloadType) => {
    if (keyid === undefined) return [];
    if (payloadType === payloadTypeOf('trust')) return keyid === keyidOf(this.root) ? [this.root] : [];
    const key = this.#keys.get(keyid);
    return key === undefined ? [] : [key.vkey];
  };

  /** Puts a document in force whose signature by the root was verified. Throws LIUHEN_STATE when it goes back. */
  put({ version, keys }: Trust, sha256: string): void {
    if (version <= this.#version) {
      throw new LiuhenError(
        'LIUHEN_STATE',
        `trust: expected a version above ${this.#version}, got ${version}`,
      );
    }
    this.#version = version;
    this.#sha256 = sha256;
    this.#keys = new Map(
      keys.map(({ vkey: text, roles, holder, notBefore, notAfter }) => {
        const vkey = parseVkey(text);
        const notBeforeMs = notBefore === undefined ? Number.NEGATIVE_INFINITY : Date.parse(notBefore);
        const notAfterMs = notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter);
        return [keyidOf(vkey), { vkey, roles, holder, notBeforeMs, notAfterMs }];
      }),
    );
  }

  /** Of these signers, those that hold the role and whose time covers `issuedMs` (and `nowMs`, where the content is new). */
  withRole(signers: readonly Vkey[], role: Role, issuedMs: number, nowMs?: number): TrustedKey[] {
    return signers.flatMap((vkey) => {
      const key = this.#keyOf(vkey);
      if (key === undefined || !key.roles.includes(role)) return [];
      if (issuedMs < key.notBeforeMs || issuedMs > key.notAfterMs) return [];
      // An expired key could otherwise go on signing with a date of long ago.
      return nowMs !== undefined && nowMs > key.notAfterMs ? [] : [key];
    });
  }

  /** Whether one of these signers holds the role, whatever the time. */
  hasRole(signers: readonly Vkey[], role: Role): boolean {
    return signers.some((vkey) => this.#keyOf(vkey)?.roles.includes(role));
  }

  /** Who holds these keys, as the trust document says. */
  holdersOf(signers: readonly Vkey[]): Set<string> {
    return new Set(signers.flatMap((vkey) => this.#keyOf(vkey)?.holder ?? []));
  }

  #keyOf(vkey: Vkey): TrustedKey | undefined {
    const key = this.#keys.get(keyidOf(vkey));
    return key?.vkey.publicKey.equals(vkey.publicKey) ? key : undefined;
  }
}
