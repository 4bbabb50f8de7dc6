/**
 * Watches the fixed headers of MQTT packets as they come in. mqtt.js gathers a packet of any length (256 MB) before anyone sees
 * it; this says so as soon as its header promises more than `maxBytes`. One instance a connection; copies nothing.
 */
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
