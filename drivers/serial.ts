import { setTimeout as sleep } from 'node:timers/promises';
import { LiuhenError, messageOf } from '../config/errors.js';
import type { OpenPort } from './serial-device.js';
import { openPort } from './serial-open.js';
import { type ByteLink, type LinkState, type PortName, portText } from './serial-port.js';
import { type Heartbeat, watchPort } from './serial-watch.js';

export { listSerialPorts, type SerialPortInfo } from './serial-list.js';
export { type ByteLink, type LinkState, type PortName, parsePortName, portText } from './serial-port.js';
export type { Heartbeat } from './serial-watch.js';

export interface SerialOptions {
  port: PortName;
  /** Bits a second; 8 data bits, no parity, one stop bit. */
  baudRate: number;
  heartbeat?: Heartbeat;
  /** How long to wait before the first and, doubled each time, before any further attempt to open. */
  backoff: { minMs: number; maxMs: number };
}

export type SerialLog = (message: string) => void;

/**
 * A link over a serial port. Returns at once, opens by itself, and again whenever the port was lost, for ever until closed. `log`
 * hears of a fault once, not at every attempt, with what to do; and that the port is back.
 */
export function openSerial(options: SerialOptions, log: SerialLog = () => {}): ByteLink {
  return new SerialLink(options, log);
}

class SerialLink implements ByteLink {
  readonly #options: SerialOptions;
  readonly #log: SerialLog;
  readonly #dataListeners: ((bytes: Buffer) => void)[] = [];
  readonly #stateListeners: ((state: LinkState) => void)[] = [];
  readonly #ended = new AbortController();
  readonly #running: Promise<void>;
  #state: LinkState = { open: false, reason: 'not opened yet' };
  #port: OpenPort | undefined;
  #delayMs: number;
  #heard = (): void => {};
  /** The fault that was told last, until the port works again. */
  #told: string | undefined;

  constructor(options: SerialOptions, log: SerialLog) {
    this.#options = options;
    this.#log = log;
    this.#delayMs = options.backoff.minMs;
    this.#running = this.#run();
  }

  get state(): LinkState {
    return this.#state;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#port !== undefined) return this.#port.write(bytes);
    const reason = this.#state.open ? 'closed' : this.#state.reason;
    const text = `serial: ${portText(this.#options.port)} is not open: ${reason}`;
    return Promise.reject(new LiuhenError('LIUHEN_SERIAL', text));
  }

  onData(listener: (bytes: Buffer) => void): void {
    this.#dataListeners.push(listener);
  }

  onState(listener: (state: LinkState) => void): void {
    this.#stateListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const fault = await this.#once(signal);
      if (signal.aborted) break;
      this.#tell(fault);
      await sleep(this.#delayMs, undefined, { signal }).catch(() => {});
      this.#delayMs = Math.min(this.#delayMs * 2, this.#options.backoff.maxMs);
    }
    this.#enter({ open: false, reason: 'closed' });
  }

  /** From opening the port to losing it. Returns why it could not be opened, or was lost. */
  async #once(signal: AbortSignal): Promise<unknown> {
    const { port: name, baudRate, heartbeat, backoff } = this.#options;
    let port: OpenPort;
    try {
      port = await openPort(name, baudRate, (bytes) => this.#receive(bytes));
    } catch (error) {
      this.#enter({ open: false, reason: messageOf(error) });
      return error;
    }
    const openedAtMs = performance.now();
    const watch = watchPort(port, heartbeat);
    this.#heard = watch.heard;
    this.#port = port;
    this.#enter({ open: true, path: port.path });
    if (heartbeat === undefined) this.#works();
    const fault = await lostOrAborted(port, signal);
    watch.stop();
    this.#port = undefined;
    if (performance.now() - openedAtMs >= backoff.maxMs) this.#delayMs = backoff.minMs;
    if (fault !== undefined) this.#enter({ open: false, reason: fault.message });
    await port.close();
    return fault;
  }

  #receive(bytes: Buffer): void {
    this.#heard();
    this.#works();
    this.#delayMs = this.#options.backoff.minMs;
    for (const listener of this.#dataListeners) this.#call(() => listener(bytes));
  }

  #enter(state: LinkState): void {
    const before = this.#state;
    if (
      before.open ? state.open && before.path === state.path : !state.open && before.reason === state.reason
    )
      return;
    this.#state = state;
    for (const listener of this.#stateListeners) this.#call(() => listener(state));
  }

  /** A listener's fault is told and costs the port nothing. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#log(`serial: ${portText(this.#options.port)}: a listener failed: ${messageOf(error)}`);
    }
  }

  #tell(fault: unknown): void {
    const text = messageOf(fault);
    if (text === this.#told) return;
    this.#told = text;
    const next = fault instanceof LiuhenError && fault.next !== undefined ? `; ${fault.next}` : '';
    this.#log(`${text}${next}`);
  }

  #works(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#log(`serial: ${portText(this.#options.port)} is back`);
  }
}

/** Why the port was lost; undefined when it is to be closed. */
function lostOrAborted(port: OpenPort, signal: AbortSignal): Promise<LiuhenError | undefined> {
  return new Promise((resolve) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void port.lost.then((fault) => {
      signal.removeEventListener('abort', abort);
      resolve(fault);
    });
  });
}
