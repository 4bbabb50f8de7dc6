import { connectAsync, type MqttClient } from 'mqtt';
import { type Checkpoint, cosign, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { epochOfKeyNote, KeyChain } from '../../agent/journal/key-chain.js';
import { CompactRange, leafHash } from '../../agent/journal/merkle.js';
import { isSignedBy, type Signer } from '../../agent/journal/note.js';
import { RecordingDigest, receiptKeyOf, signReceipt } from '../../agent/journal/receipt.js';
import { formatVkey, parseVkey, SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import {
  decodeJournal,
  decodeTelemetry,
  encodeReceipt,
  type JournalMessage,
  type ReceiptMessage,
  type Want,
} from '../../agent/uplink/messages.js';
import { ARCHIVE_SUBSCRIPTIONS, parseUpTopic, topics } from '../../agent/uplink/topics.js';
import { Conditions } from './conditions.js';
import { sha256Of } from './device.js';

/** A cosigner key and, from the same seed, the key for receipts. */
export interface TestWitness {
  /** For `uplink.witness`. */
  vkey: string;
  cosigner: Signer;
  receiptSigner: Signer;
}

export function newWitness(name = 'liuhen.example/archive'): TestWitness {
  const seed = newSeed();
  const vkey = vkeyOf(name, SignatureType.cosignature, publicKeyOf(seed));
  return {
    vkey: formatVkey(vkey),
    cosigner: { vkey, seed },
    receiptSigner: { vkey: receiptKeyOf(vkey), seed },
  };
}

export interface ArchiveScript {
  /** What happens to an answer on its way out: the messages or raw payloads that are really sent. Honest by default. */
  answer?: (message: ReceiptMessage) => (ReceiptMessage | Buffer)[];
  /** Whether a message from the device arrives. All do by default. */
  arrives?: (topic: string, payload: Buffer) => boolean;
}

interface Wanted {
  bytes: number;
  pieces: Map<number, Buffer>;
  whole?: Buffer;
}

/**
 * The smallest archive that keeps the protocol, in memory, for one device: made of the journal's primitives and not of
 * `agent/archive`, so that the two can not share a mistake. Its script makes it misbehave.
 */
export class ScriptedArchive {
  readonly witness: TestWitness;
  script: ArchiveScript;
  entries: Buffer[] = [];
  newest: Checkpoint | undefined;
  readonly chain: KeyChain;
  readonly footage = new Map<string, Wanted>();
  readonly receipts = new Map<number, string>();
  /** Everything that came from the device, in order. */
  readonly heard: { topic: string; payload: Buffer; retain: boolean }[] = [];
  readonly #device: { id: string; origin: string };
  readonly #client: MqttClient;
  readonly #conditions = new Conditions();
  #range = new CompactRange();
  #recordings = new Map<number, { hashes: string[]; fragments: number; stopped: boolean }>();

  private constructor(
    client: MqttClient,
    device: { id: string; origin: string; rootVkey: string },
    witness: TestWitness,
    script: ArchiveScript,
  ) {
    this.#client = client;
    this.#device = device;
    this.witness = witness;
    this.script = script;
    this.chain = new KeyChain(parseVkey(device.rootVkey));
  }

  static async connect(
    port: number,
    device: { id: string; origin: string; rootVkey: string },
    witness: TestWitness,
    script: ArchiveScript = {},
  ): Promise<ScriptedArchive> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      reconnectPeriod: 20,
      protocolVersion: 4,
    });
    const archive = new ScriptedArchive(client, device, witness, script);
    client.on('error', () => {});
    client.on('message', (topic, payload, { retain }) => archive.#hear(topic, payload, retain));
    await client.subscribeAsync(ARCHIVE_SUBSCRIPTIONS, { qos: 1 });
    return archive;
  }

  /** Resolves once `condition` holds; looked at after each message. */
  until(condition: () => boolean): Promise<void> {
    return this.#conditions.until(condition);
  }

  /** Sends an answer past the script. */
  send(message: ReceiptMessage | Buffer, { retain = false } = {}): Promise<unknown> {
    const payload = Buffer.isBuffer(message) ? message : encodeReceipt(message);
    return this.#client.publishAsync(topics.receipt(this.#device.id), payload, { qos: 1, retain });
  }

  /** The newest checkpoint with this archive's cosignature. */
  cosigned(timeSec = 1_772_438_400): string | undefined {
    return this.newest === undefined ? undefined : cosign(this.newest, this.witness.cosigner, timeSec);
  }

  want(): Want {
    const footage = [...this.footage]
      .filter(([, { whole }]) => whole === undefined)
      .slice(0, 64)
      .map(([sha256, wanted]) => ({ sha256, offsets: missing(wanted) }));
    return { journal: this.entries.length, footage };
  }

  /** Loses everything it held, as after a restore from nothing; the key chain too when it is `chain`. */
  forget(): void {
    this.entries = [];
    this.newest = undefined;
    this.#range = new CompactRange();
    this.#recordings.clear();
    this.footage.clear();
  }

  /** Footage bytes received, doubles included. */
  get footageBytes(): number {
    return this.heard
      .filter(({ topic }) => topic.includes('/footage/'))
      .reduce((sum, { payload }) => sum + payload.length, 0);
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }

  #hear(topic: string, payload: Buffer, retain: boolean): void {
    const parsed = parseUpTopic(topic);
    if (parsed === undefined || parsed.device !== this.#device.id) return;
    if (this.script.arrives?.(topic, payload) === false) return;
    this.heard.push({ topic, payload, retain });
    if (parsed.kind === 'journal') this.#takeJournal(decodeJournal(payload));
    if (parsed.kind === 'footage') this.#takeFootage(parsed.sha256, parsed.offset, payload);
    if (parsed.kind === 'telemetry') {
      for (const id of decodeTelemetry(payload).backlog.unreceipted) this.#answerReceipt(id);
    }
    this.#conditions.happened();
  }

  #takeJournal({ from, entries, checkpoint: text, keys }: JournalMessage): void {
    for (const note of keys) if (epochOfKeyNote(note) === this.chain.epoch + 1) this.chain.extend(note);
    const checkpoint = parseCheckpoint(text);
    const [signature] = checkpoint.note.signatures;
    const key = this.chain.key(this.chain.epochOf(checkpoint.origin, signature?.id ?? 0));
    const known = key !== undefined && isSignedBy(checkpoint.note, key);
    if (known && from <= this.entries.length && from + entries.length > this.entries.length) {
      for (const entry of entries.slice(this.entries.length - from)) this.#append(Buffer.from(entry));
      if (this.#range.root().equals(checkpoint.root)) this.newest = checkpoint;
      this.#signReceipts();
    }
    const cosigned = this.cosigned();
    if (cosigned !== undefined) this.#answer({ cosigned });
    this.#answer({ want: this.want() });
  }

  #append(bytes: Buffer): void {
    const entry = decodeEntry(bytes, this.entries.length);
    this.entries.push(bytes);
    this.#range.append(leafHash(bytes));
    if (entry.type === 'recording-started') {
      this.#recordings.set(entry.n, { hashes: [], fragments: 0, stopped: false });
    } else if (entry.type === 'take-started' || entry.type === 'fragment') {
      const { sha256, bytes: size } = entry.type === 'fragment' ? entry : entry.init;
      const recording = this.#recordings.get(entry.recording);
      recording?.hashes.push(sha256);
      if (entry.type === 'fragment' && recording !== undefined) recording.fragments++;
      if (!this.footage.has(sha256)) this.footage.set(sha256, { bytes: size, pieces: new Map() });
    } else if (entry.type === 'recording-stopped') {
      const recording = this.#recordings.get(entry.recording);
      if (recording !== undefined) recording.stopped = true;
    }
  }

  #takeFootage(sha256: string, offset: number, chunk: Buffer): void {
    const wanted = this.footage.get(sha256);
    if (wanted === undefined || wanted.whole !== undefined) return;
    wanted.pieces.set(offset, chunk);
    const bytes = Buffer.concat([...wanted.pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece));
    if (bytes.length !== wanted.bytes) return;
    if (sha256Of(bytes) === sha256) wanted.whole = bytes;
    else wanted.pieces.clear();
    this.#signReceipts();
    if ([...this.footage.values()].some(({ whole }) => whole === undefined))
      this.#answer({ want: this.want() });
  }

  #signReceipts(): void {
    for (const [id, { hashes, fragments, stopped }] of this.#recordings) {
      if (!stopped || this.receipts.has(id)) continue;
      if (!hashes.every((sha256) => this.footage.get(sha256)?.whole !== undefined)) continue;
      const digest = new RecordingDigest();
      for (const sha256 of hashes) digest.add(sha256);
      const receipt = { origin: this.#device.origin, recording: id, fragments, digest: digest.finish() };
      this.receipts.set(id, signReceipt(receipt, this.witness.receiptSigner));
      this.#answerReceipt(id);
    }
  }

  #answerReceipt(id: number): void {
    const archived = this.receipts.get(id);
    if (archived !== undefined) this.#answer({ archived });
  }

  #answer(message: ReceiptMessage): void {
    for (const out of this.script.answer?.(message) ?? [message]) void this.send(out).catch(() => {});
  }
}

/** Where the missing pieces begin: after each contiguous run that is there. Nothing there: all of it. */
function missing({ bytes, pieces }: Wanted): number[] {
  if (pieces.size === 0) return [];
  const offsets: number[] = [];
  let at = 0;
  for (const [offset, piece] of [...pieces].sort(([a], [b]) => a - b)) {
    if (offset > at) offsets.push(at);
    at = Math.max(at, offset + piece.length);
  }
  if (at < bytes) offsets.push(at);
  return offsets;
}
