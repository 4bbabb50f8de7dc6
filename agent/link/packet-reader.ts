import type { OnReadOpts, Socket } from 'node:net';
import { PacketTooLong } from './packet-bound.js';

/** Publications that come in mass and are taken past mqtt.js, which allocates and copies several times for each of them. */
export interface Bulk {
  /** Whether publications on this topic are taken here. */
  takes: (topic: string) => boolean;
  /** Payloads beyond this go the way of all others. */
  maxBytes: number;
  /** The payload is lent until this returns. */
  onMessage: (topic: string, payload: Buffer) => void;
}

export interface PacketReaderOptions {
  protocol: 4 | 5;
  /** A packet beyond this ends the connection with `PacketTooLong`. */
  maxPacketBytes: number;
  bulk: Bulk | undefined;
  /** A PUBACK came; false when it answers none of ours. */
  onAck: (messageId: number, reason: number) => boolean;
}

const PUBLISH = 3;
const PUBACK = 4;
const MAX_FIXED_HEADER = 5;
/** Beside a payload: topic, message id and properties. Of a PUBACK: all of it. */
const OVERHEAD_BYTES = 1024;
/** Acknowledgements share a write: each write wakes the broker. Brokers commonly have 20 messages on their way. */
const MAX_ACKS = 8;
const ACK_DELAY_MS = 1;
/** Less room than this is too little for a read from the socket. */
const MIN_ROOM = 64 * 1024;

/**
 * Reads a connection's packets into one buffer that is used again and again. It takes bulk publications and the acknowledgements of
 * our own; all else is handed on to whoever reads from the socket, as it comes.
 */
export class PacketReader {
  readonly onread: OnReadOpts;
  readonly #options: PacketReaderOptions;
  readonly #gatheredBytes: number;
  readonly #inbox: Buffer;
  #socket: Socket | undefined;
  #start = 0;
  #end = 0;
  /** Bytes of a packet that are still to be handed on. */
  #passing = 0;
  /** Length of the packet at `#start`, when all of it has to be here to be taken. */
  #gathering = 0;
  #toAcknowledge: number[] = [];
  #ackTimer: NodeJS.Timeout | undefined;

  constructor(options: PacketReaderOptions) {
    this.#options = options;
    this.#gatheredBytes = (options.bulk?.maxBytes ?? 0) + OVERHEAD_BYTES;
    this.#inbox = Buffer.allocUnsafeSlow(2 * (this.#gatheredBytes + MIN_ROOM));
    this.onread = {
      buffer: () => this.#inbox.subarray(this.#end),
      callback: (bytes) => this.#read(bytes),
    };
  }

  /** The socket that was made with `onread`. */
  attach(socket: Socket): void {
    this.#socket = socket;
  }

  #read(bytes: number): boolean {
    const socket = this.#socket as Socket;
    this.#end += bytes;
    while (this.#start < this.#end && !socket.destroyed && this.#step(socket));
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    } else if (this.#inbox.length - this.#end < MIN_ROOM) {
      this.#inbox.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return !socket.destroyed;
  }

  /** Takes what is at `#start` as far as it has come; false where more has to come first. */
  #step(socket: Socket): boolean {
    if (this.#passing > 0) this.#pass(socket);
    else if (this.#gathering > 0) {
      if (this.#end - this.#start < this.#gathering) return false;
      this.#take(this.#gathering);
      this.#gathering = 0;
    } else {
      const length = this.#packetLength();
      if (length === undefined) return false;
      const { maxPacketBytes } = this.#options;
      if (length > maxPacketBytes + MAX_FIXED_HEADER) socket.destroy(new PacketTooLong(maxPacketBytes));
      const isOurs = this.#isOurs(length);
      if (isOurs === undefined) return false;
      if (isOurs) this.#gathering = length;
      else this.#passing = length;
    }
    return true;
  }

  #pass(socket: Socket): void {
    const bytes = Math.min(this.#passing, this.#end - this.#start);
    socket.push(Buffer.from(this.#inbox.subarray(this.#start, this.#start + bytes)));
    this.#start += bytes;
    this.#passing -= bytes;
  }

  /** Of the packet at `#start`, fixed header included; undefined until that is here, infinite when it is malformed. */
  #packetLength(): number | undefined {
    let length = 0;
    let scale = 1;
    for (let at = this.#start + 1; at < this.#end; at++) {
      // Remaining Length, MQTT 3.1.1 §2.2.3: seven bits a byte, least significant first, at most four bytes.
      const byte = this.#inbox[at] as number;
      length += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return at + 1 - this.#start + length;
      if (scale > 128 ** 3) return Number.POSITIVE_INFINITY;
    }
    return undefined;
  }

  /** Whether this packet is for us, as far as its type and topic tell; undefined until the topic is here. */
  #isOurs(length: number): boolean | undefined {
    const first = this.#inbox[this.#start] as number;
    if (length > this.#gatheredBytes) return false;
    if (first >> 4 === PUBACK) return true;
    const { bulk } = this.#options;
    if (first >> 4 !== PUBLISH || qosOf(first) > 1 || bulk === undefined) return false;
    const topicAt = this.#topicAt;
    const packetEnd = this.#start + length;
    if (topicAt > packetEnd) return false;
    if (topicAt > this.#end) return undefined;
    const topicEnd = topicAt + this.#inbox.readUInt16BE(topicAt - 2);
    if (topicEnd > packetEnd) return false;
    if (topicEnd > this.#end) return undefined;
    return bulk.takes(this.#inbox.toString('utf8', topicAt, topicEnd));
  }

  /** Takes the packet at `#start`, all of which is here. What is malformed, or no answer to us, is left to mqtt.js. */
  #take(length: number): void {
    const first = this.#inbox[this.#start] as number;
    const end = this.#start + length;
    const isTaken = first >> 4 === PUBACK ? this.#takeAck(end) : this.#takePublication(qosOf(first), end);
    if (isTaken) this.#start = end;
    else this.#passing = length;
  }

  #takeAck(end: number): boolean {
    const at = this.#topicAt - 2;
    if (at + 2 > end) return false;
    // MQTT 3.1.1 §3.4 has no reason, 5 leaves it out where it says success (§3.4.2.1).
    const reason = at + 2 < end ? (this.#inbox[at + 2] as number) : 0;
    return this.#options.onAck(this.#inbox.readUInt16BE(at), reason);
  }

  #takePublication(qos: number, end: number): boolean {
    const topicAt = this.#topicAt;
    const topicEnd = topicAt + this.#inbox.readUInt16BE(topicAt - 2);
    const propertiesAt = topicEnd + (qos > 0 ? 2 : 0);
    const payloadAt = this.#options.protocol === 5 ? this.#behindProperties(propertiesAt, end) : propertiesAt;
    if (payloadAt === undefined || payloadAt > end) return false;
    const topic = this.#inbox.toString('utf8', topicAt, topicEnd);
    this.#options.bulk?.onMessage(topic, this.#inbox.subarray(payloadAt, end));
    if (qos > 0) this.#acknowledge(this.#inbox.readUInt16BE(topicEnd));
    return true;
  }

  /** Property Length, MQTT 5 §3.3.2.3.1. No property says anything to us, and no topic alias was allowed. */
  #behindProperties(at: number, end: number): number | undefined {
    let length = 0;
    let scale = 1;
    for (let next = at; next < end && scale <= 128 ** 3; ) {
      const byte = this.#inbox[next++] as number;
      length += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return next + length;
    }
    return undefined;
  }

  /** Where the topic of the PUBLISH at `#start` begins: behind the fixed header and the topic's length. */
  get #topicAt(): number {
    let at = this.#start + 1;
    while ((this.#inbox[at++] as number) >= 0x80);
    return at + 2;
  }

  #acknowledge(messageId: number): void {
    this.#toAcknowledge.push(messageId);
    if (this.#toAcknowledge.length >= MAX_ACKS) this.#writeAcks();
    else this.#ackTimer ??= setTimeout(() => this.#writeAcks(), ACK_DELAY_MS);
  }

  /** PUBACKs with the reason "success", which MQTT 5 leaves out (§3.4.2.1), too. */
  #writeAcks(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    const acks = Buffer.allocUnsafe(this.#toAcknowledge.length * 4);
    this.#toAcknowledge.forEach((id, i) => {
      acks.writeUInt16BE(0x4002, i * 4);
      acks.writeUInt16BE(id, i * 4 + 2);
    });
    this.#toAcknowledge = [];
    if (this.#socket?.writable === true) this.#socket.write(acks);
  }
}

function qosOf(firstByte: number): number {
  return (firstByte >> 1) & 3;
}
