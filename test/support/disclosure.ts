import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { DEFAULT_TERMS } from '../../agent/disclosure/deadlines.js';
import { signEnvelope } from '../../agent/disclosure/envelope.js';
import { type Kind, payloadTypeOf } from '../../agent/disclosure/kinds/head.js';
import { type DisclosureSettings, type OpenDisclosure, openDisclosure } from '../../agent/disclosure/open.js';
import type { Accepted, Refused } from '../../agent/disclosure/refusal.js';
import { boardTopic } from '../../agent/disclosure/topic.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import type { Entry } from '../../agent/journal/entry.js';
import type { Signer } from '../../agent/journal/note.js';
import { formatVkey, SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { HandClock } from './clock.js';
import { DAY_MS, HALL, NOW, type Plain, trustDocument } from './hall.js';
import { JournalRig } from './journal.js';
import { ManualTimers } from './timers.js';

/** A key of its own for every test that needs one. */
export function signerNamed(name: string): Signer {
  const seed = newSeed();
  return { seed, vkey: vkeyOf(`liuhen.example/${name}`, SignatureType.ed25519, publicKeyOf(seed)) };
}

export interface Hall {
  root: Signer;
  publisher: Signer;
  reviewer: Signer;
  dispatcher: Signer;
}

/** Signs any payload, whether it is good or not. */
export function envelopeOf(document: Plain & { kind: string }, ...signers: [Signer, ...Signer[]]): Buffer {
  const payload = Buffer.from(JSON.stringify(document));
  return Buffer.from(signEnvelope(payloadTypeOf(document.kind as Kind), payload, ...signers));
}

/** A hall's content on real databases, with its journal, a clock that the test turns and timers that wait for it. */
export class DisclosureRig {
  readonly folder: string;
  readonly keys: Hall;
  readonly clock = new HandClock(Date.parse(NOW));
  timers = new ManualTimers();
  readonly journal: JournalRig;
  readonly settings: DisclosureSettings;
  readonly errors: unknown[] = [];
  disclosure!: OpenDisclosure;

  private constructor(folder: string, journal: JournalRig, settings: Partial<DisclosureSettings>) {
    this.folder = folder;
    this.journal = journal;
    this.keys = {
      root: signerNamed('root'),
      publisher: signerNamed('publisher-1'),
      reviewer: signerNamed('reviewer-1'),
      dispatcher: signerNamed('dispatcher-1'),
    };
    this.settings = {
      hall: HALL,
      root: formatVkey(this.keys.root.vkey),
      terms: DEFAULT_TERMS,
      maxItems: 1000,
      displayLostMs: 15_000,
      ...settings,
    };
  }

  /** With a trust document in force, unless `untrusted`. */
  static async open(
    t: ExecutionContext,
    options: Partial<DisclosureSettings> & { untrusted?: boolean } = {},
  ): Promise<DisclosureRig> {
    const { untrusted, ...settings } = options;
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-content-'));
    const rig = new DisclosureRig(folder, await JournalRig.open(t), settings);
    await rig.start();
    t.teardown(async () => {
      await rig.disclosure.close();
      await rm(folder, { recursive: true });
    });
    if (untrusted !== true) await rig.good(rig.trustEnvelope(1), boardTopic(HALL, 'trust', 'trust'));
    return rig;
  }

  async start(): Promise<void> {
    const { folder, settings, clock, timers } = this;
    this.disclosure = await openDisclosure({
      folder,
      settings,
      clock,
      timers,
      journal: { append: (draft) => this.journal.journal.append(draft) },
      onJournalError: (error) => this.errors.push(error),
    });
  }

  /** Closes and opens again; timers that ran are gone, as with a process. */
  async restart(between?: () => Promise<void> | void): Promise<void> {
    await this.disclosure.close();
    this.timers = new ManualTimers();
    await between?.();
    await this.start();
  }

  get board() {
    return this.disclosure.board;
  }

  /** Lets time pass for clocks and timers alike. */
  pass(ms: number): void {
    this.clock.pass(ms);
    this.timers.advance(ms);
  }

  passDays(days: number): void {
    this.clock.pass(days * DAY_MS);
    this.timers.advance(60_000);
  }

  trustEnvelope(version: number, changes: (keys: Plain[]) => Plain[] = (keys) => keys): Buffer {
    return envelopeOf(trustDocument(version, changes(this.trustedKeys())), this.keys.root);
  }

  trustedKeys(): Plain[] {
    const { publisher, reviewer, dispatcher } = this.keys;
    return [
      { vkey: formatVkey(publisher.vkey), roles: ['publisher'], holder: 'publishing desk' },
      { vkey: formatVkey(reviewer.vkey), roles: ['reviewer'], holder: 'legal department' },
      { vkey: formatVkey(dispatcher.vkey), roles: ['dispatcher'], holder: 'control room' },
    ];
  }

  take(envelope: Uint8Array, topic?: string): Promise<Accepted | Refused> {
    return this.disclosure.intake.take(topic, envelope);
  }

  /** Takes what has to be good; signed by the publisher, or the reviewer where it is a review. */
  async publish(document: Plain & { kind: string }): Promise<Accepted> {
    const signer = document.kind === 'review' ? this.keys.reviewer : this.keys.publisher;
    return await this.good(envelopeOf(document, signer));
  }

  async good(envelope: Uint8Array, topic?: string): Promise<Accepted> {
    const taken = await this.take(envelope, topic);
    if (!taken.accepted) throw new Error(`refused: ${taken.refusal}: ${taken.detail}`);
    return taken;
  }

  /** The refusal code of what has to be bad. */
  async refusal(envelope: Uint8Array, topic?: string): Promise<string> {
    const taken = await this.take(envelope, topic);
    return taken.accepted ? 'accepted' : taken.refusal;
  }

  /** Entries that disclosure wrote: `displayed` and its events. */
  async written(): Promise<(Entry & Record<string, unknown>)[]> {
    await this.disclosure.displayed.settled();
    await this.disclosure.intake.close();
    const entries = (await this.journal.entries()) as (Entry & Record<string, unknown>)[];
    return entries.filter(
      (entry) => entry.type === 'displayed' || (entry.type === 'event' && entry.source === 'disclosure'),
    );
  }
}
