import type { Socket } from 'node:net';
import { ReasonCodes, UniqueMessageIdProvider } from 'mqtt';
import { LiuhenError } from '../../config/errors.js';
import { PublishRefused } from './refusal.js';

/** In one buffer, or in several that are sent one after another and never put together. */
export type Payload = Buffer | readonly Buffer[];

interface Unacknowledged {
  topic: string;
  resolve: () => void;
  reject: (error: LiuhenError) => void;
}

/** PUBLISH with QoS 1, and with the retain flag; MQTT 3.1.1 and 5 §3.3.1. */
const PUBLISH = 0x32;
const RETAIN = 0x01;

/**
 * Sends publications at QoS 1 on the socket that mqtt.js has connected. mqtt.js would copy each payload to be able to send it
 * again on a later connection, and here there is none. Writes are synchronous, so its packets and these do not mix.
 */
export class Publisher {
  /** Shared with mqtt.js. */
  readonly messageIds = new UniqueMessageIdProvider();
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  readonly #protocol: 4 | 5;
  #gone: LiuhenError | undefined;

  constructor(protocol: 4 | 5) {
    this.#protocol = protocol;
  }

  /** Resolves on PUBACK, which says that the broker has it and nothing more. The payload must not change until then. */
  publish(socket: Socket, topic: string, payload: Payload, retain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const messageId = this.messageIds.allocate();
      // The window leaves fewer on their way than there are ids.
      if (messageId === null) return reject(new LiuhenError('LIUHEN_LINK', 'no message id is free'));
      this.#unacknowledged.set(messageId, { topic, resolve, reject });
      // On a line that is being closed `close` comes next.
      if (!socket.writable) return;
      socket.cork();
      socket.write(this.#header(topic, messageId, payloadBytes(payload), retain));
      if (Buffer.isBuffer(payload)) socket.write(payload);
      else for (const part of payload) socket.write(part);
      socket.uncork();
    });
  }

  /** A PUBACK came. False when it answers nothing that was sent here. */
  acknowledged(messageId: number, reason: number): boolean {
    const found = this.#unacknowledged.get(messageId);
    if (found === undefined) return false;
    this.#unacknowledged.delete(messageId);
    this.messageIds.deallocate(messageId);
    if (reason < 0x80) found.resolve();
    else found.reject(new PublishRefused(found.topic, reason, reasonText(reason)));
    return true;
  }

  /** The connection has gone: whoever waits is told, and nothing is sent any more. */
  close(error: LiuhenError): void {
    this.#gone = error;
    for (const { reject } of this.#unacknowledged.values()) reject(error);
    this.#unacknowledged.clear();
  }

  /** Fixed header, topic, message id and, with MQTT 5, the length of no properties (§3.3.2). */
  #header(topic: string, messageId: number, payloadBytes: number, retain: boolean): Buffer {
    const topicBytes = Buffer.byteLength(topic);
    const variable = 2 + topicBytes + 2 + (this.#protocol === 5 ? 1 : 0);
    const header = Buffer.allocUnsafe(5 + variable);
    let at = header.writeUInt8(PUBLISH | (retain ? RETAIN : 0), 0);
    for (let left = variable + payloadBytes; ; ) {
      const byte = left & 0x7f;
      left >>>= 7;
      at = header.writeUInt8(left > 0 ? byte | 0x80 : byte, at);
      if (left === 0) break;
    }
    at = header.writeUInt16BE(topicBytes, at);
    at += header.write(topic, at);
    at = header.writeUInt16BE(messageId, at);
    if (this.#protocol === 5) at = header.writeUInt8(0, at);
    return header.subarray(0, at);
  }
}

export function payloadBytes(payload: Payload): number {
  return Buffer.isBuffer(payload) ? payload.length : payload.reduce((sum, { length }) => sum + length, 0);
}

function reasonText(reason: number): string {
  return (ReasonCodes as Record<number, string>)[reason] ?? 'for a reason that it did not name';
}
