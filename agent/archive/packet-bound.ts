import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Follows the fixed headers of an MQTT byte stream (MQTT 3.1.1 §2.2) and says when a packet claims too much. */
export class PacketBound {
  readonly #maxBytes: number;
  /** Bytes left of the packet's body. */
  #body = 0;
  /** Bytes of the length field seen; -1 before the packet's first byte. */
  #lengthBytes = -1;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when a packet in these bytes is larger than the bound, or its length is malformed. */
  accepts(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, bytes.length - at);
        this.#body -= skipped;
        at += skipped;
        continue;
      }
      const byte = bytes[at++] as number;
      if (this.#lengthBytes < 0) {
        this.#lengthBytes = 0;
        this.#length = 0;
        continue;
      }
      this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++;
      if (byte & 0x80) {
        if (this.#lengthBytes === 4) return false;
        continue;
      }
      if (this.#length > this.#maxBytes) return false;
      this.#body = this.#length;
      this.#lengthBytes = -1;
    }
    return true;
  }
}

/**
 * A socket whose incoming packets are bounded. aedes and mqtt-packet offer no such bound: they would buffer the 256 MiB that a
 * packet may claim before they look at it.
 */
export class BoundedSocket extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, maxPacketBytes: number) {
    super();
    this.#socket = socket;
    const bound = new PacketBound(maxPacketBytes);
    socket.on('data', (bytes: Buffer) => {
      if (!bound.accepts(bytes)) {
        this.destroy(new Error(`expected packets of at most ${maxPacketBytes} bytes`));
      } else if (!this.push(bytes)) {
        socket.pause();
      }
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.cork();
    chunks.forEach(({ chunk, encoding }, at) => {
      if (at === chunks.length - 1) this.#socket.write(chunk, encoding, done);
      else this.#socket.write(chunk, encoding);
    });
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
