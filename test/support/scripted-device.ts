import { connectAsync, type MqttClient } from 'mqtt';
import { decodeReceipt, encodeJournal, type JournalMessage, type Want } from '../../agent/uplink/messages.js';
import { topics } from '../../agent/uplink/topics.js';
import { Conditions } from './conditions.js';
import type { TestDevice, TestFootage } from './device.js';

/** A device's end of the wire in a test's hands: it sends what it is told, when it is told, and hears every answer. */
export class ScriptedDevice {
  readonly device: TestDevice;
  /** Newest last. */
  readonly cosigned: string[] = [];
  readonly wants: Want[] = [];
  readonly archived: string[] = [];
  readonly #client: MqttClient;
  readonly #conditions = new Conditions();

  private constructor(client: MqttClient, device: TestDevice) {
    this.#client = client;
    this.device = device;
  }

  static async connect(port: number, device: TestDevice): Promise<ScriptedDevice> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      protocolVersion: 4,
      reconnectPeriod: 20,
    });
    const scripted = new ScriptedDevice(client, device);
    client.on('error', () => {});
    client.on('message', (_topic, payload) => scripted.#hear(payload));
    await client.subscribeAsync(topics.receipt(device.id), { qos: 1 });
    return scripted;
  }

  /** The journal message over the entries [from, to), as an honest device would send it now. */
  async piece(from: number, to: number, keys: readonly string[] = []): Promise<JournalMessage> {
    const { store, journal } = this.device;
    const entries: Buffer[] = [];
    for await (const entry of store.entries(from, to)) entries.push(entry);
    return { from, entries, checkpoint: await journal.checkpointAt(to), keys: [...keys] };
  }

  async keyNotes(): Promise<string[]> {
    const notes: string[] = [];
    for await (const note of this.device.store.keyNotes(1)) notes.push(note);
    return notes;
  }

  async sendJournal(message: JournalMessage | Buffer): Promise<void> {
    await this.publish(
      topics.journal(this.device.id),
      Buffer.isBuffer(message) ? message : encodeJournal(message),
    );
  }

  /** Sends a message and resolves with the answer that came next. */
  async ask(message: JournalMessage): Promise<Want> {
    const before = this.wants.length;
    await this.sendJournal(message);
    await this.until(() => this.wants.length > before);
    return this.wants.at(-1) as Want;
  }

  /** Asks what the archive lacks. */
  async question(): Promise<Want> {
    return await this.ask(await this.piece(this.device.journal.size, this.device.journal.size));
  }

  /** Everything up to now, in one message. */
  async sendAll(from = 0): Promise<Want> {
    return await this.ask(await this.piece(from, this.device.journal.size, await this.keyNotes()));
  }

  async sendChunk(sha256: string, offset: number, bytes: Buffer): Promise<void> {
    await this.publish(topics.footage(this.device.id, sha256, offset), bytes);
  }

  async sendWhole({ sha256, bytes }: TestFootage, chunkBytes = 100_000): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      await this.sendChunk(sha256, offset, bytes.subarray(offset, offset + chunkBytes));
    }
  }

  async publish(topic: string, payload: Buffer | string): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1 });
  }

  /** Resolves once `condition` holds; looked at after each answer. */
  until(condition: () => boolean): Promise<void> {
    return this.#conditions.until(condition);
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }

  #hear(payload: Buffer): void {
    const message = decodeReceipt(payload);
    if ('cosigned' in message) this.cosigned.push(message.cosigned);
    else if ('want' in message) this.wants.push(message.want);
    else this.archived.push(message.archived);
    this.#conditions.happened();
  }
}
