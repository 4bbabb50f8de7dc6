import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Vkey } from '../journal/vkey.js';
import { parseUpTopic, type UpTopic } from '../uplink/topics.js';
import type { Counted } from './counters.js';
import type { Device } from './device.js';
import { listDevices, readRoot } from './registry.js';

/** Messages that may wait while a device is looked up and loaded. */
const MAX_OPENING = 64;
/** An unknown device is looked for on disk this often at most, however much it sends. */
const LOOK_AGAIN_MS = 1000;
const MAX_UNKNOWN = 1024;

export interface Refusal {
  counted: Counted;
  device: string;
  error: string;
}

/** Finds the device that a topic names. Devices may be registered while the archive runs. */
export class Devices {
  readonly #data: string;
  readonly #open: (device: string, root: Vkey) => Promise<Device>;
  readonly #known = new Map<string, Device>();
  readonly #opening = new Map<string, { waiting: number; device: Promise<Device | undefined> }>();
  readonly #unknownUntilMs = new Map<string, number>();

  constructor(data: string, open: (device: string, root: Vkey) => Promise<Device>) {
    this.#data = data;
    this.#open = open;
  }

  /** Opens every registered device; one that cannot be is reported and left out. */
  async loadAll(onError: (device: string, error: unknown) => void): Promise<void> {
    for (const id of await listDevices(this.#data)) {
      try {
        const root = await readRoot(this.#data, id);
        if (root !== undefined) this.#known.set(id, await this.#open(id, root));
      } catch (error) {
        onError(id, error);
      }
    }
  }

  all(): Iterable<Device> {
    return this.#known.values();
  }

  /**
   * Gives a message to its device. Bounded in size by the caller, who may use a payload of footage for something else after the
   * call. Returns why it was dropped, if it was, or a promise of it where the device has to be looked up first.
   */
  receive(topic: string, payload: Buffer): Promise<Refusal | undefined> | Refusal | undefined {
    const up = parseUpTopic(topic);
    if (up === undefined) return { counted: 'bad-topic', device: '', error: 'not a topic of ours' };
    // Messages of a known device must keep their order: they are in its lane when this returns.
    const device = this.#known.get(up.device);
    if (device !== undefined) return give(device, up, payload);
    return this.#receiveLater(up, up.kind === 'footage' ? Buffer.from(payload) : payload);
  }

  async #receiveLater(up: UpTopic, payload: Buffer): Promise<Refusal | undefined> {
    try {
      const device = this.#known.get(up.device) ?? (await this.#look(up.device));
      if (typeof device === 'string') return { counted: device, device: up.device, error: 'not taken' };
      return give(device, up, payload);
    } catch (error) {
      return { counted: 'storage', device: up.device, error: messageOf(error) };
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#opening.values()].map(({ device }) => device));
    await Promise.all([...this.#known.values()].map((device) => device.stop()));
    this.#known.clear();
  }

  async #look(id: string): Promise<Device | 'unknown-device' | 'overload'> {
    if ((this.#unknownUntilMs.get(id) ?? 0) > performance.now()) return 'unknown-device';
    let opening = this.#opening.get(id);
    if (opening === undefined) {
      if (this.#opening.size >= MAX_UNKNOWN) return 'overload';
      opening = { waiting: 0, device: this.#find(id) };
      this.#opening.set(id, opening);
    }
    if (opening.waiting >= MAX_OPENING) return 'overload';
    opening.waiting++;
    return (await opening.device) ?? 'unknown-device';
  }

  async #find(id: string): Promise<Device | undefined> {
    try {
      const root = await readRoot(this.#data, id);
      const device = root === undefined ? undefined : await this.#open(id, root);
      if (device !== undefined) this.#known.set(id, device);
      else this.#forgetFor(id);
      return device;
    } catch (error) {
      this.#forgetFor(id);
      throw error;
    } finally {
      this.#opening.delete(id);
    }
  }

  #forgetFor(id: string): void {
    if (this.#unknownUntilMs.size >= MAX_UNKNOWN) this.#unknownUntilMs.clear();
    this.#unknownUntilMs.set(id, performance.now() + LOOK_AGAIN_MS);
  }
}

function give(device: Device, up: UpTopic, payload: Buffer): Refusal | undefined {
  try {
    const counted = device.receive(up, payload);
    return counted === undefined ? undefined : { counted, device: up.device, error: 'not taken' };
  } catch (error) {
    const isMessage = error instanceof LiuhenError && error.code === 'LIUHEN_MESSAGE';
    return { counted: isMessage ? 'malformed' : 'storage', device: up.device, error: messageOf(error) };
  }
}
