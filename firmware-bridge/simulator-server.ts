import type { Timers } from '../drivers/timers.js';
import { answer, type GroupHandlers } from './simulator-answer.js';
import type { Faults } from './simulator-faults.js';
import type { SimulatedLine } from './simulator-line.js';
import { encodeFrame, FRAME_OVERHEAD_BYTES, SmpFrameParser } from './smp-frame.js';
import {
  decodeData,
  decodeHeader,
  encodeMessage,
  HEADER_BYTES,
  SMP_OP,
  type SmpData,
  type SmpHeader,
} from './smp-message.js';

/** A log line as a console shares its port with SMP, and the beginning of a frame that never ends. */
const NOISE = Buffer.from('[00:00:01.337] <inf> board: still here\r\n\x06\x09AAs', 'latin1');
/** A shorter piece is the end of something, where a flipped bit may fall on the line feed. */
const MIN_DAMAGED_BYTES = 8;

export interface ServerParts {
  groups: Record<number, GroupHandlers>;
  bufferBytes: number;
  faults: Faults;
  timers: Timers;
  /** Whether the microcontroller runs and listens. */
  awake(): boolean;
  /** After each answer was sent, or would have been. */
  answered(): void;
}

/** One start of an SMP server over a console: answers each request that comes whole, and is silent on all else. */
export class SimulatedServer {
  readonly #parts: ServerParts;
  readonly #line: SimulatedLine;
  readonly #parser: SmpFrameParser;

  constructor(line: SimulatedLine, parts: ServerParts) {
    this.#line = line;
    this.#parts = parts;
    // One buffer, as Zephyr's netbuf pool; what does not fit into it is dropped.
    this.#parser = new SmpFrameParser({ maxBodyBytes: parts.bufferBytes - FRAME_OVERHEAD_BYTES });
  }

  receive(bytes: Buffer): void {
    const { faults } = this.#parts;
    if (bytes.length >= MIN_DAMAGED_BYTES && faults.strike('damage-request') !== undefined) {
      const at = bytes.length >> 1;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
    }
    for (const body of this.#parser.push(bytes)) {
      if (this.#parts.awake() && faults.strike('drop-request') === undefined) this.#answer(body);
    }
  }

  #answer(body: Buffer): void {
    const { faults, groups, timers, awake } = this.#parts;
    let header: Required<SmpHeader>;
    try {
      header = decodeHeader(body);
    } catch {
      return;
    }
    if (header.op !== SMP_OP.read && header.op !== SMP_OP.write) return;
    const refused = faults.strike('refuse');
    const response =
      refused === undefined
        ? answer(groups, header, dataOf(body))
        : encodeMessage({ ...header, op: header.op === SMP_OP.read ? 1 : 3, data: { rc: refused.rc } });
    const delayMs = faults.strike('slow')?.delayMs ?? 0;
    const send = () => {
      if (awake()) this.#send(response);
    };
    if (delayMs === 0) send();
    else timers.start(delayMs, send);
  }

  #send(response: Buffer): void {
    const { faults, answered } = this.#parts;
    if (faults.strike('wrong-sequence') !== undefined) response[6] = ((response[6] ?? 0) + 1) & 0xff;
    const frame = Buffer.concat(encodeFrame(response));
    if (faults.strike('damage-response') !== undefined) {
      // A base64 digit of the checksum or of what it covers; never the marker.
      const at = frame.length >> 1;
      frame[at] = frame[at] === 0x41 ? 0x42 : 0x41;
    }
    if (faults.strike('noise') !== undefined) this.#line.write(NOISE);
    if (faults.strike('half-response') !== undefined) this.#line.write(frame.subarray(0, frame.length >> 1));
    else if (faults.strike('drop-response') === undefined) this.#line.write(frame);
    if (faults.strike('repeat-response') !== undefined) this.#line.write(frame);
    answered();
  }
}

/** Undefined for data that is not a CBOR map: such a request is refused, not ignored. */
function dataOf(body: Buffer): SmpData | undefined {
  if (body.length === HEADER_BYTES) return {};
  try {
    return decodeData(body.subarray(HEADER_BYTES));
  } catch {
    return undefined;
  }
}
