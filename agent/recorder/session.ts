import type { Clock } from '../../drivers/clock.js';
import type { Position } from '../../drivers/nmea.js';
import { durationMsOf, type Fragment, type InitSegment } from './fragments.js';
import type { Arrival, TakeGroup } from './pre-record.js';
import type { Sealer } from './sealer.js';
import type { Interruption, StartRequest } from './start-request.js';

/** When footage came, and where the device was. */
export interface FootageArrival extends Arrival {
  position?: Position;
}

/** A fragment that will survive a power cut; times are ms since boot. */
export interface SealedFragment {
  recording: number;
  entry: number;
  sha256: string;
  bytes: number;
  durationMs: number;
  closedMono: number;
  sealedMono: number;
}

export interface SessionParts {
  sealer: Sealer;
  request: StartRequest;
  clock: Clock;
  /** Footage that may wait in memory for the disk, besides what the pre-record brings along. */
  inFlightBytes: number;
  onSealed(fragment: SealedFragment): void;
  /** The disk took a piece no more, and will take none after it. */
  onFailure(error: unknown): void;
}

/** Footage of two recordings that is nearer than this is not interrupted; arrival wavers by less. */
const MIN_INTERRUPTION_MS = 500;

interface Gap extends Interruption {
  /** Where it ended, when that is known before footage comes again. */
  toMono?: number;
}

/** One recording under way: what goes into it, in which order, and a signed gap wherever footage is missing. */
export class Session {
  readonly sealer: Sealer;
  readonly request: StartRequest;
  readonly #parts: SessionParts;
  #limitBytes: number;
  /** When the last footage came, ms since boot. */
  #newestMono: number;
  #sealedMono: number;
  #gap: Gap | undefined;
  #over = false;
  #settled = (): void => {};

  constructor(parts: SessionParts, startedMono: number) {
    this.#parts = parts;
    this.sealer = parts.sealer;
    this.request = parts.request;
    this.#limitBytes = parts.inFlightBytes;
    this.#newestMono = startedMono;
    this.#sealedMono = startedMono;
  }

  get recording(): number {
    return this.sealer.recording;
  }

  /** When the newest footage came that is sealed, ms since boot; what came after it may be lost. */
  get sealedMono(): number {
    return this.#sealedMono;
  }

  /** Nothing more is taken into it. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * What the camera gave before the recording began. `lost` says why the camera gives nothing at the moment; undefined while it
   * does.
   */
  begin(groups: readonly TakeGroup<FootageArrival>[], lost: string | undefined): void {
    this.#gap = this.#interruption(groups, lost === undefined);
    let current: InitSegment | undefined;
    for (const { init, initArrival, fragments } of groups) {
      // A take that had no footage yet and will have none.
      if (fragments.length === 0 && lost !== undefined) continue;
      if (init !== current) {
        if (current !== undefined) {
          this.#gap = { reason: 'camera-restarted', fromMono: this.#newestMono, toMono: initArrival.monoMs };
        }
        this.take(init, initArrival.monoMs);
        current = init;
      }
      for (const { fragment, arrival } of fragments) {
        this.#limitBytes += fragment.bytes.length;
        this.#seal(fragment, arrival);
      }
    }
    if (lost !== undefined) this.#gap = { reason: lost, fromMono: this.#newestMono, ...this.#gap };
  }

  /** What is missing since the recording that this one continues; it ends where the first footage begins. */
  #interruption(groups: readonly TakeGroup<FootageArrival>[], giving: boolean): Gap | undefined {
    const { interruption } = this.request;
    if (interruption === undefined) return undefined;
    const first = groups.flatMap(({ fragments }) => fragments)[0];
    if (first === undefined && !(giving && groups.length > 0)) return interruption;
    const toMono =
      first === undefined ? this.#newestMono : first.arrival.monoMs - durationMsOf(first.fragment);
    const within =
      interruption.fromBoot === undefined && toMono - interruption.fromMono < MIN_INTERRUPTION_MS;
    return within ? undefined : { ...interruption, toMono };
  }

  /** The camera has started again. */
  take(init: InitSegment, monoMs: number): void {
    this.#endGap(monoMs);
    this.#watch(this.sealer.take(init));
  }

  /** Seals a fragment, or leaves it out when the disk does not keep up: memory is bounded, and the gap is signed. */
  fragment(fragment: Fragment, arrival: FootageArrival): void {
    const { monoMs } = arrival;
    if (this.sealer.inFlightBytes > this.#limitBytes) {
      this.#gap = { reason: 'disk-slow', fromMono: this.#newestMono, ...this.#gap, toMono: monoMs };
    } else {
      this.#endGap(monoMs);
      this.#seal(fragment, arrival);
    }
    this.#settled();
  }

  /** The camera has failed; what follows is missing until it comes back. */
  lost(reason: string): void {
    const { toMono: _, ...begun } = this.#gap ?? { reason, fromMono: this.#newestMono };
    this.#gap = begun;
    this.#settled();
  }

  /** Nothing more will come, and nothing is missing. */
  sourceEnded(): void {
    this.#settled();
  }

  mark(kind: string, note: string | undefined): ReturnType<Sealer['entry']> {
    const { recording } = this;
    return this.sealer.entry({ type: 'mark', recording, kind, ...(note === undefined ? {} : { note }) });
  }

  /** Resolves with the fragment being filmed, or when none can come any more: camera lost, timeout, or `signal`. */
  async lastFragment(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#gap !== undefined || this.#over || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const settled = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settled);
        resolve();
      };
      const timer = setTimeout(settled, timeoutMs);
      signal.addEventListener('abort', settled);
      this.#settled = settled;
    });
  }

  /** Takes nothing more. A gap that is open ends here. */
  end(): void {
    if (this.#over) return;
    this.#endGap(this.#parts.clock.read().monoMs);
    this.#over = true;
    this.#settled();
  }

  /** Gives up: the disk takes nothing more of it. */
  abandon(): void {
    this.#over = true;
    this.#settled();
  }

  #seal(fragment: Fragment, { monoMs: closedMono, position }: FootageArrival): void {
    this.#newestMono = closedMono;
    const { recording } = this;
    const { sha256, bytes } = fragment;
    const durationMs = durationMsOf(fragment);
    const sealed = this.sealer.fragment(fragment, position);
    this.#watch(sealed);
    const tell = ({ n }: { n: number }): void => {
      const sealedMono = this.#parts.clock.read().monoMs;
      this.#sealedMono = closedMono;
      const sizes = { bytes: bytes.length, durationMs };
      this.#parts.onSealed({ recording, entry: n, sha256, ...sizes, closedMono, sealedMono });
    };
    sealed.then(tell, () => {});
  }

  #watch(sealed: Promise<unknown>): void {
    sealed.catch((error: unknown) => this.#parts.onFailure(error));
  }

  #endGap(nowMono: number): void {
    if (this.#gap === undefined) return;
    const { toMono = nowMono, ...begun } = this.#gap;
    this.#gap = undefined;
    this.#newestMono = toMono;
    const { recording } = this;
    this.#watch(this.sealer.entry({ type: 'gap', recording, ...begun, toMono }));
  }
}
