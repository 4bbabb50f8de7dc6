import { messageOf } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES, openEnvelope } from '../disclosure/envelope.js';
import { payloadTypeOf } from '../disclosure/kinds/head.js';
import { parseDocument } from '../disclosure/kinds/kinds.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import type { TrustedKeys } from '../disclosure/trust.js';
import type { JournalStore } from '../journal/store.js';
import { CommandRefused, type Refusal } from './refusal.js';

const TRUST_KEY = 'command-trust';

export interface TakenTrust {
  version: number;
  sha256: string;
  /** False when the very same was here: a retained message comes again at every connection. */
  fresh: boolean;
}

/** Where trust documents for commands go. */
export interface TrustTaker {
  /** In force and on disk when it resolves. Throws CommandRefused, and what the disk throws. */
  take(bytes: Uint8Array): Promise<TakenTrust>;
}

/**
 * The trust document of a device that shows no content, kept in the journal's store. On a kiosk it comes with the content, and this is not
 * used. The disk is not trusted: what is read back is verified again.
 */
export class TrustIntake implements TrustTaker {
  readonly #trusted: TrustedKeys;
  readonly #store: JournalStore;
  /** Version of the document on disk. */
  #kept = 0;

  constructor(trusted: TrustedKeys, store: JournalStore) {
    this.#trusted = trusted;
    this.#store = store;
  }

  /** Puts in force what is on disk, unless it is by another root than the one that is pinned. */
  async load(): Promise<void> {
    const kept = await this.#store.view<unknown>(TRUST_KEY);
    if (typeof kept !== 'string') return;
    try {
      this.#kept = this.#put(Buffer.from(kept)).version;
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
    }
  }

  async take(bytes: Uint8Array): Promise<TakenTrust> {
    const { version, sha256 } = this.#put(bytes);
    // Not whether it is in force: one that the disk did not take before is kept now, or a restart would trust whom it took back.
    const fresh = this.#kept < version;
    if (fresh) {
      const text = Buffer.from(bytes).toString();
      await this.#store.writeView([{ key: TRUST_KEY, value: text }]);
      this.#kept = version;
    }
    return { version, sha256, fresh };
  }

  #put(bytes: Uint8Array): Omit<TakenTrust, 'fresh'> {
    const { payload, payloadType, signers, sha256 } = readOr('not-an-envelope', () =>
      openEnvelope(bytes, this.#trusted.keysOf),
    );
    if (payloadType !== payloadTypeOf('trust')) {
      throw new CommandRefused('unknown-type', `expected ${payloadTypeOf('trust')}, got ${payloadType}`);
    }
    if (signers.length === 0) {
      throw new CommandRefused(
        'trust-unsigned',
        `expected a signature by ${this.#trusted.root.name}, got none that verifies`,
      );
    }
    const document = readOr('document', () => parseDocument('trust', payload));
    const { version } = document;
    const here = this.#trusted.version;
    if (version < here) {
      throw new CommandRefused('trust-back', `expected a version of at least ${here}, got ${version}`);
    }
    if (version === here && sha256 !== this.#trusted.sha256) {
      throw new CommandRefused(
        'trust-reused',
        `expected version ${version} with sha256 ${this.#trusted.sha256}, got ${sha256}`,
      );
    }
    if (version > here) this.#trusted.put(document, sha256);
    return { version, sha256 };
  }
}

function readOr<T>(refusal: 'not-an-envelope' | 'document', read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandRefused(refusal, messageOf(error));
  }
}

const AS_COMMANDS_SAY: Partial<Record<Refused['refusal'], Refusal>> = {
  'not-an-envelope': 'not-an-envelope',
  unsigned: 'trust-unsigned',
  'revision-back': 'trust-back',
  'revision-reused': 'trust-reused',
};

/** The trust document of a kiosk, which keeps it with its content. */
export function trustWithContent(take: (bytes: Uint8Array) => Promise<Accepted | Refused>): TrustTaker {
  return {
    async take(bytes) {
      const taken = await take(bytes);
      if (!taken.accepted) {
        throw new CommandRefused(AS_COMMANDS_SAY[taken.refusal] ?? 'document', taken.detail);
      }
      const { revision: version, sha256 } = taken.ref;
      return { version, sha256, fresh: taken.fresh };
    },
  };
}

/** Whether bytes say of themselves that they are a trust document: they go another way than commands. Nothing is verified. */
export function isTrustEnvelope(bytes: Uint8Array): boolean {
  // Cheap, and wrong only in ways that end in a refusal. Without the slash, which some writers of JSON escape.
  const [, type = ''] = `${payloadTypeOf('trust')}"`.split('/');
  return bytes.length <= MAX_ENVELOPE_BYTES && Buffer.from(bytes).includes(type);
}
