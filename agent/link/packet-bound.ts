import type { Socket } from 'node:net';
import { LiuhenError } from '../../config/errors.js';

/** Somebody sent a packet that no message of ours can be. */
export class PacketTooLong extends LiuhenError {
  constructor(maxBytes: number) {
    super('LIUHEN_LINK', `expected packets of at most ${maxBytes} bytes from the other side`, {
      next: 'bound the size of messages at the broker (mosquitto: message_size_limit), and who may publish to whom',
    });
  }
}

/**
 * Ends the connection with `PacketTooLong` when a packet beyond the bound begins to come in. Called before anything reads from the
 * socket: mqtt.js and aedes would gather the 256 MiB that a packet may claim before anyone sees it.
 */
export function boundPackets(socket: Socket, maxBytes: number, onTooLong: () => void = () => {}): void {
  const bound = new PacketBound(maxBytes);
  const look = (chunk: Buffer) => {
    if (bound.accepts(chunk)) return;
    socket.off('data', look);
    onTooLong();
    socket.destroy(new PacketTooLong(maxBytes));
  };
  socket.on('data', look);
}

/** Watches the fixed headers of MQTT packets as they come in. One instance a connection; copies nothing. */
export class PacketBound {
  readonly #maxBytes: number;
  /** Bytes of the current packet's body that are still to come. */
  #bodyLeft = 0;
  #inHeader = false;
  #length = 0;
  #scale = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False once a packet is too long or its length is malformed: the connection must end then. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const taken = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= taken;
        at += taken;
      } else if (!this.#inHeader) {
        this.#inHeader = true;
        this.#length = 0;
        this.#scale = 1;
        at++;
      } else {
        // Remaining Length, MQTT 3.1.1 §2.2.3: seven bits a byte, least significant first, at most four bytes.
        const byte = chunk[at++] as number;
        this.#length += (byte & 0x7f) * this.#scale;
        this.#scale *= 128;
        if (this.#length > this.#maxBytes || (byte >= 0x80 && this.#scale > 128 ** 3)) return false;
        if (byte < 0x80) {
          this.#bodyLeft = this.#length;
          this.#inHeader = false;
        }
      }
    }
    return true;
  }
}
