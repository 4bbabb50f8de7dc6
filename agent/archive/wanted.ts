import type { JournalStore } from '../journal/store.js';
import { MAX_WANTED, type Want } from '../uplink/messages.js';
import type { Asked, FootageIntake } from './footage-intake.js';
import { type Place, pendingPlaces } from './footage-view.js';
import type { InFlight } from './in-flight.js';

/** At most this much is asked of one device at a time. */
const MAX_OUTSTANDING_BYTES = 32 * 1024 * 1024;
/** Of all pieces in one message, so that it stays well below its bound. */
const MAX_OFFSETS = 8192;
const MAX_OFFSETS_PER_PIECE = 4096;
/** A piece that came with other bytes than were sealed is not asked for again at once. */
const MAX_SUSPENDED = 1024;

export interface WantedOptions {
  store: JournalStore;
  intake: FootageIntake;
  inFlight: InFlight;
  nowMs: () => number;
  /** How long nothing may come before it is asked for again, and how long a bad piece is left alone. */
  reaskMs: number;
}

/** What footage to ask one device for: oldest first, no more than memory can take. */
export class Wanted {
  readonly #options: WantedOptions;
  /** Bytes by hash, in journal order: asked for and not written yet. */
  #asked = new Map<string, Asked>();
  #askedBytes = 0;
  /** Whether there was more to ask for than was asked. */
  #isMore = false;
  #progressMs: number;
  /** A device that cannot give the oldest pieces is asked for those after this index first. */
  #after = -1;
  /** Recordings that the device would send first. */
  #urgent: readonly number[] = [];
  /** Whether those are asked for first: not every time, where the device cannot give them. */
  #isUrgentFirst = true;
  readonly #suspendedUntilMs = new Map<string, number>();

  constructor(options: WantedOptions) {
    this.#options = options;
    this.#progressMs = options.nowMs();
  }

  get isEmpty(): boolean {
    return this.#asked.size === 0;
  }

  /** Says which recordings to ask for before all others, the most urgent first; true when there are some and they are news. */
  prefer(urgent: readonly number[]): boolean {
    const isNews = urgent.join() !== this.#urgent.join();
    this.#urgent = urgent;
    if (isNews) this.#isUrgentFirst = true;
    return isNews && urgent.length > 0;
  }

  /** A chunk came. */
  progress(): void {
    this.#progressMs = this.#options.nowMs();
  }

  /** A piece is out of memory; returns whether it is time to ask for more. */
  written(sha256: string): boolean {
    this.#askedBytes -= this.#asked.get(sha256)?.bytes ?? 0;
    this.#asked.delete(sha256);
    const isLow = this.#askedBytes < MAX_OUTSTANDING_BYTES / 2 && this.#asked.size < MAX_WANTED / 2;
    return this.#isMore && (isLow || this.#asked.size === 0);
  }

  /** A piece came and was wrong, or memory had no room for it. */
  suspend(sha256: string): void {
    if (this.#suspendedUntilMs.size >= MAX_SUSPENDED) this.#suspendedUntilMs.clear();
    this.#suspendedUntilMs.set(sha256, this.#options.nowMs() + this.#options.reaskMs);
  }

  /** Whether something is wanted and nothing has come for too long; what was asked for is then put last. */
  isOverdue(): boolean {
    const { nowMs, reaskMs } = this.#options;
    const waiting = !this.isEmpty || this.#isMore || this.#suspendedUntilMs.size > 0;
    if (!waiting || nowMs() - this.#progressMs < reaskMs) return false;
    this.#progressMs = nowMs();
    const last = [...this.#asked.values()].at(-1)?.places[0]?.n ?? -1;
    const wasUrgentFirst = this.#urgent.length > 0 && this.#isUrgentFirst;
    this.#isUrgentFirst = !wasUrgentFirst;
    this.#after = this.#isMore && !wasUrgentFirst ? last : -1;
    return true;
  }

  /** Composes what to ask for now; replaces what was asked for before. `anew` begins with the oldest again. */
  async compose(anew = false): Promise<Want['footage']> {
    const { store, inFlight, intake } = this.#options;
    if (anew) {
      this.#after = -1;
      this.#isUrgentFirst = true;
    }
    this.#asked = new Map();
    this.#askedBytes = 0;
    this.#isMore = false;
    for (const [sha256, untilMs] of this.#suspendedUntilMs) {
      if (untilMs <= this.#options.nowMs()) this.#suspendedUntilMs.delete(sha256);
    }
    inFlight.wants(intake, true);
    const { settles } = intake;
    const budget = Math.min(MAX_OUTSTANDING_BYTES, inFlight.shareOfWanting());
    const isRoom = await this.#askUrgent(budget);
    const skipped: Place[] = [];
    if (isRoom)
      for await (const place of pendingPlaces(store)) {
        if (place.n <= this.#after) {
          if (skipped.length < MAX_WANTED) skipped.push(place);
        } else if (!this.#ask(place, budget)) break;
      }
    if (!this.#isMore) for (const place of skipped) if (!this.#ask(place, budget)) break;
    if (this.isEmpty) inFlight.wants(intake, false);
    intake.expect(this.#asked, settles);
    let left = MAX_OFFSETS;
    return [...this.#asked.keys()].map((sha256) => {
      const offsets = intake.missing(sha256, Math.min(left, MAX_OFFSETS_PER_PIECE));
      left -= offsets.length;
      return { sha256, offsets };
    });
  }

  /** False when no room is left for others. */
  async #askUrgent(budget: number): Promise<boolean> {
    if (!this.#isUrgentFirst) return true;
    for (const recording of this.#urgent) {
      for await (const place of pendingPlaces(this.#options.store, recording)) {
        if (!this.#ask(place, budget)) return false;
      }
    }
    return true;
  }

  /** False when there is no room for this piece. */
  #ask(place: Place, budget: number): boolean {
    const { intake, inFlight } = this.#options;
    const { sha256, bytes, n } = place;
    const asked = this.#asked.get(sha256);
    if (asked?.bytes === bytes && asked.places.every((other) => other.n !== n)) asked.places.push(place);
    if (asked !== undefined || intake.isWriting(sha256)) return true;
    if (this.#suspendedUntilMs.has(sha256)) return true;
    if (place.index === 'init' && intake.repeatInit(sha256)) return true;
    if (inFlight.isLarge(bytes) && !inFlight.hasRoomForLarge && !intake.hasPart(sha256)) {
      // Another one is in its place; what comes after it need not wait.
      this.#isMore = true;
      return true;
    }
    // Looked at each time: what was asked for may have come in the meantime, and still wait in memory for the disk.
    const { writingBytes } = intake;
    const fits = this.#asked.size < MAX_WANTED && writingBytes + this.#askedBytes + bytes <= budget;
    // A piece larger than the share is asked for alone.
    const isAlone = this.isEmpty && writingBytes === 0;
    if (!fits && !isAlone) {
      this.#isMore = true;
      return false;
    }
    this.#asked.set(sha256, { bytes, places: [place] });
    this.#askedBytes += bytes;
    return true;
  }
}
