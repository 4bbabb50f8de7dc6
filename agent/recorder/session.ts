import type { Clock } from '../../drivers/clock.js';
import type { EntryOf } from '../journal/entry.js';
import type { Fragment, InitSegment } from './fragments.js';
import type { Arrival, TakeGroup } from './pre-record.js';
import type { Sealer } from './sealer.js';

/** What whoever starts a recording says about it. */
export type StartRequest = Pick<
  EntryOf<'recording-started'>,
  'trigger' | 'behaviour' | 'case' | 'officer' | 'continues'
> & {
  wholeProcess?: boolean;
};

/** A fragment that will survive a power cut; times are ms since boot. */
export interface SealedFragment {
  recording: number;
  entry: number;
  sha256: string;
  bytes: number;
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

interface Gap {
  reason: string;
  fromMono: number;
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
  #gap: Gap | undefined;
  #over = false;
  #settled = (): void => {};

  constructor(parts: SessionParts, startedMono: number) {
    this.#parts = parts;
    this.sealer = parts.sealer;
    this.request = parts.request;
    this.#limitBytes = parts.inFlightBytes;
    this.#newestMono = startedMono;
  }

  get recording(): number {
    return this.sealer.recording;
  }

  /** Nothing more is taken into it. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * What the camera gave before the recording began. `lost` says why the camera gives nothing at the moment; undefined while it
   * does.
   */
  begin(groups: readonly TakeGroup<Arrival>[], lost: string | undefined): void {
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
        this.#seal(fragment, arrival.monoMs);
      }
    }
    if (lost !== undefined) this.#gap = { reason: lost, fromMono: this.#newestMono };
  }

  /** The camera has started again. */
  take(init: InitSegment, monoMs: number): void {
    this.#endGap(monoMs);
    this.#watch(this.sealer.take(init));
  }

  /** Seals a fragment, or leaves it out when the disk does not keep up: memory is bounded, and the gap is signed. */
  fragment(fragment: Fragment, monoMs: number): void {
    if (this.sealer.inFlightBytes > this.#limitBytes) {
      this.#gap = { reason: 'disk-slow', fromMono: this.#newestMono, ...this.#gap, toMono: monoMs };
    } else {
      this.#endGap(monoMs);
      this.#seal(fragment, monoMs);
    }
    this.#settled();
  }

  /** The camera has failed; what follows is missing until it comes back. */
  lost(reason: string): void {
    const { fromMono } = this.#gap ?? { fromMono: this.#newestMono };
    this.#gap = { reason: this.#gap?.reason ?? reason, fromMono };
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

  #seal(fragment: Fragment, closedMono: number): void {
    this.#newestMono = closedMono;
    const { recording } = this;
    const { sha256, bytes } = fragment;
    const sealed = this.sealer.fragment(fragment);
    this.#watch(sealed);
    const tell = ({ n }: { n: number }): void => {
      const sealedMono = this.#parts.clock.read().monoMs;
      this.#parts.onSealed({ recording, entry: n, sha256, bytes: bytes.length, closedMono, sealedMono });
    };
    sealed.then(tell, () => {});
  }

  #watch(sealed: Promise<unknown>): void {
    sealed.catch((error: unknown) => this.#parts.onFailure(error));
  }

  #endGap(nowMono: number): void {
    if (this.#gap === undefined) return;
    const { reason, fromMono, toMono = nowMono } = this.#gap;
    this.#gap = undefined;
    this.#newestMono = toMono;
    const { recording } = this;
    this.#watch(this.sealer.entry({ type: 'gap', recording, reason, fromMono, toMono }));
  }
}
