import type { SmpClientOptions } from '../../firmware-bridge/client.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import { encodeFrame, SmpFrameParser } from '../../firmware-bridge/smp-frame.js';
import {
  decodeMessage,
  encodeMessage,
  type SmpData,
  type SmpMessage,
  type SmpOp,
} from '../../firmware-bridge/smp-message.js';
import { ScriptedLink } from './scripted-link.js';
import { ManualTimers } from './timers.js';

/** A client whose server and time are the test's. */
export class SmpScene {
  readonly link = new ScriptedLink();
  readonly timers = new ManualTimers();
  readonly client: SmpClient;
  /** Whole requests that were written, oldest first. */
  readonly requests: SmpMessage[] = [];
  /** Answers each request at once when it gives data; undefined keeps silent. */
  answer: (request: SmpMessage) => SmpData | undefined = () => undefined;
  readonly #parser = new SmpFrameParser();

  constructor(options: SmpClientOptions = {}) {
    this.client = new SmpClient(this.link, { timers: this.timers, ...options });
    const write = this.link.write.bind(this.link);
    this.link.write = async (bytes) => {
      await write(bytes);
      for (const body of this.#parser.push(bytes)) {
        const request = decodeMessage(body);
        this.requests.push(request);
        const data = this.answer(request);
        if (data !== undefined) this.say(request, data);
      }
    };
  }

  /** The server answers this request, perhaps with another header than it should. */
  say(request: SmpMessage, data: SmpData, header: Partial<SmpMessage> = {}): void {
    const op = (request.op + 1) as SmpOp;
    for (const line of encodeFrame(encodeMessage({ ...request, op, ...header, data }))) this.link.say(line);
  }
}

/** Lets everything that is ready happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
