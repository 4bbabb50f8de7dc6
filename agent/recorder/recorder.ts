import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import type { FootageStore } from '../buffer/footage.js';
import type { RecordingSummary, RecordingsView } from '../buffer/recordings.js';
import { closeRecording, removeOrphans } from '../buffer/recover.js';
import type { EntryOf } from '../journal/entry.js';
import type { Journal } from '../journal/journal.js';
import type { CameraFeed, FeedEvent } from './camera-feed.js';
import type { Fragment } from './fragments.js';
import { type Arrival, PreRecordRing, type TakeGroup } from './pre-record.js';
import { Sealer } from './sealer.js';

export type RecorderState =
  | 'idle'
  | 'starting'
  | 'recording'
  | 'stopping'
  | 'storage-full'
  | 'fault'
  | 'closed';

export interface RecorderSettings {
  preRecordMs: number;
  preRecordBytes: number;
  fragmentMs: number;
  inFlightBytes: number;
  reserveBytes: number;
}

export interface RecorderParts {
  feed: CameraFeed;
  journal: Journal;
  footage: FootageStore;
  recordings: RecordingsView;
  clock: Clock;
  /** Bytes free on the disk of the footage store. */
  freeBytes(): Promise<number>;
  software: string;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

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

interface RecorderEvents {
  state: [state: RecorderState];
  /** The camera gave a fragment, recorded or not. */
  footage: [];
  sealed: [fragment: SealedFragment];
  stopped: [recording: RecordingSummary];
}

/** One recording under way. */
interface Session {
  sealer: Sealer;
  request: StartRequest;
  /** Footage that may be in memory: the limit, and what the pre-record brought along. */
  limitBytes: number;
  /** When the last footage came, ms since boot. */
  newestMono: number;
  /** Footage is missing since then: the camera is gone, or the disk did not keep up. */
  gap: { reason: string; fromMono: number } | undefined;
  /** Called when a fragment has been taken that ends after the stop was asked for. */
  onFragment: (() => void) | undefined;
}

/** Free space must exceed the reserve by this much before a recording that filled the disk goes on. */
const RESUME_MARGIN_BYTES = 16 * 1024 * 1024;
const STORAGE_POLL_MS = 500;

/** Turns the camera's footage into recordings: a ring while idle, sealed fragments while recording. */
export class Recorder extends EventEmitter<RecorderEvents> {
  readonly #parts: RecorderParts;
  readonly #settings: RecorderSettings;
  readonly #ring: PreRecordRing;
  readonly #closing = new AbortController();
  #state: RecorderState = 'idle';
  #session: Session | undefined;
  #pumping: Promise<void> = Promise.resolve();
  #recovering: Promise<void> = Promise.resolve();
  /** What to start again by itself once the disk takes footage again. */
  #resume: StartRequest | undefined;
  #cameraDetail: string | undefined;

  constructor(parts: RecorderParts, settings: RecorderSettings) {
    super();
    this.#parts = parts;
    this.#settings = settings;
    this.#ring = new PreRecordRing({ durationMs: settings.preRecordMs, bytes: settings.preRecordBytes });
  }

  get state(): RecorderState {
    return this.#state;
  }

  /** The recording under way. */
  get recording(): number | undefined {
    return this.#session?.sealer.recording;
  }

  /** Why the camera gives nothing at the moment; undefined while it does. */
  get cameraDetail(): string | undefined {
    return this.#cameraDetail;
  }

  get preRecord(): { durationMs: number; bytes: number } {
    return { durationMs: this.#ring.durationMs, bytes: this.#ring.bytes };
  }

  /** Starts the camera, which then feeds the ring. */
  open(): void {
    this.#parts.journal.on('failed', (error) => this.#fail(this.#session, error, true));
    this.#pumping = this.#parts.feed.pump((event) => this.#take(event));
  }

  /** Starts a recording and returns its id once its first entry is sealed. Throws LIUHEN_STATE, LIUHEN_STORAGE_FULL. */
  async start(request: StartRequest): Promise<number> {
    if (this.#state !== 'idle') {
      throw new LiuhenError('LIUHEN_STATE', `cannot start: the recorder is ${this.#state}`, {
        next:
          this.#state === 'storage-full' ? 'free space on the disk' : 'stop the recording that runs first',
      });
    }
    await this.#requireSpace();
    this.#setState('starting');
    try {
      const { journal, footage, software, clock } = this.#parts;
      const before = this.#preRecorded(clock.read().monoMs);
      const sealed = await journal.append({
        type: 'recording-started',
        ...request,
        preRecordMs: Math.round(durationMsOf(before)),
        wholeProcess: request.wholeProcess ?? false,
        software,
      });
      // What the camera gave while that was written belongs to the recording, but not to its pre-record.
      this.#begin(new Sealer(journal, footage, sealed.n), request, sealed.at.mono, [
        ...before,
        ...this.#ring.drain(),
      ]);
      return sealed.n;
    } catch (error) {
      if (this.state === 'starting') this.#setState('idle');
      throw error;
    }
  }

  /** Ends the recording with the fragment under way; resolves when its last entry is sealed. Throws LIUHEN_STATE. */
  async stop(reason: string): Promise<RecordingSummary> {
    if (this.#resume !== undefined) {
      this.#resume = undefined;
      throw new LiuhenError(
        'LIUHEN_STATE',
        `nothing is being recorded: ${this.#state}; it will not go on by itself`,
      );
    }
    const session = this.#session;
    if (session === undefined || this.#state !== 'recording') {
      throw new LiuhenError('LIUHEN_STATE', `cannot stop: the recorder is ${this.#state}`);
    }
    this.#setState('stopping');
    await this.#lastFragment(session);
    return await this.#finish(session, reason);
  }

  /** Marks this moment of the recording. Throws LIUHEN_STATE when nothing is being recorded. */
  async mark(kind: string, note?: string): Promise<number> {
    const session = this.#session;
    if (session === undefined)
      throw new LiuhenError('LIUHEN_STATE', `cannot mark: the recorder is ${this.#state}`);
    const { recording } = session.sealer;
    const sealed = await session.sealer.entry({
      type: 'mark',
      recording,
      kind,
      ...(note === undefined ? {} : { note }),
    });
    return sealed.n;
  }

  /** Stops the camera and, with its last fragment, the recording. */
  async close(reason: string): Promise<void> {
    this.#closing.abort();
    this.#resume = undefined;
    await this.#parts.feed.stop();
    await this.#pumping;
    await this.#recovering;
    if (this.#session !== undefined) {
      this.#setState('stopping');
      await this.#finish(this.#session, reason).catch((error) => {
        this.#parts.log.warn({ err: messageOf(error) }, 'recording not closed; the next start closes it');
      });
    }
    this.#setState('closed');
  }

  async #take(event: FeedEvent): Promise<void> {
    const session = this.#session;
    const monoMs = this.#parts.clock.read().monoMs;
    if (event.type === 'lost') {
      this.#cameraDetail = event.detail;
      this.#parts.log.warn({ reason: event.reason, detail: event.detail }, 'camera lost');
      if (session !== undefined) session.gap ??= { reason: event.reason, fromMono: session.newestMono };
    } else if (event.type === 'ended') {
      this.#cameraDetail = 'the file has been read to its end';
      if (session !== undefined && this.#state === 'recording') {
        this.#setState('stopping');
        await this.#finish(session, 'source-ended').catch(() => {});
      }
    } else {
      this.#cameraDetail = undefined;
      if (event.type === 'fragment') this.emit('footage');
      if (event.type === 'init' || session === undefined) this.#ring.push(event, { monoMs });
      if (session === undefined) return;
      if (event.type === 'init') {
        this.#endGap(session, monoMs);
        this.#watch(session, session.sealer.take(event.init));
      } else {
        await this.#takeFragment(session, event.fragment, monoMs);
      }
    }
  }

  async #takeFragment(session: Session, fragment: Fragment, monoMs: number): Promise<void> {
    if ((await this.#parts.freeBytes()) < this.#settings.reserveBytes + fragment.bytes.length) {
      this.#fail(
        session,
        new LiuhenError('LIUHEN_STORAGE_FULL', 'only the reserve of the disk is left'),
        false,
      );
      return;
    }
    if (session.sealer.inFlightBytes > session.limitBytes) {
      session.gap ??= { reason: 'disk-slow', fromMono: session.newestMono };
      return;
    }
    this.#endGap(session, monoMs);
    session.newestMono = monoMs;
    this.#seal(session, fragment, monoMs);
    session.onFragment?.();
  }

  #seal(session: Session, fragment: Fragment, closedMono: number): void {
    const { recording } = session.sealer;
    const { sha256, bytes } = fragment;
    const sealed = session.sealer.fragment(fragment).then(({ n }) => {
      const sealedMono = this.#parts.clock.read().monoMs;
      this.emit('sealed', { recording, entry: n, sha256, bytes: bytes.length, closedMono, sealedMono });
    });
    this.#watch(session, sealed);
  }

  #watch(session: Session, sealed: Promise<unknown>): void {
    sealed.catch((error: unknown) => this.#fail(session, error, true));
  }

  #endGap(session: Session, toMono: number): void {
    const { gap, sealer } = session;
    if (gap === undefined) return;
    session.gap = undefined;
    this.#watch(session, sealer.entry({ type: 'gap', recording: sealer.recording, ...gap, toMono }));
  }

  /** The ring's footage, or only the take that is running where none is wanted. */
  #preRecorded(monoMs: number): TakeGroup<Arrival>[] {
    const groups = this.#ring.drain({ monoMs });
    return this.#settings.preRecordMs > 0
      ? groups
      : groups.slice(-1).map((group) => ({ ...group, fragments: [] }));
  }

  #begin(sealer: Sealer, request: StartRequest, startedMono: number, groups: TakeGroup<Arrival>[]): void {
    const session: Session = {
      sealer,
      request,
      limitBytes: this.#settings.inFlightBytes,
      newestMono: startedMono,
      gap: undefined,
      onFragment: undefined,
    };
    this.#session = session;
    let take: TakeGroup<Arrival>['init'] | undefined;
    for (const { init, initArrival, fragments } of groups) {
      if (init !== take) {
        if (take !== undefined) {
          session.gap = { reason: 'camera-restarted', fromMono: session.newestMono };
          this.#endGap(session, initArrival.monoMs);
        }
        this.#watch(session, sealer.take(init));
        take = init;
      }
      for (const { fragment, arrival } of fragments) {
        session.limitBytes += fragment.bytes.length;
        session.newestMono = arrival.monoMs;
        this.#seal(session, fragment, arrival.monoMs);
      }
    }
    if (take === undefined || this.#cameraDetail !== undefined) {
      session.gap = { reason: 'camera-absent', fromMono: startedMono };
    }
    this.#setState('recording');
  }

  /** Waits for the fragment that was being filmed when the stop was asked for, as long as one can take. */
  async #lastFragment(session: Session): Promise<void> {
    if (session.gap !== undefined) return;
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, this.#closing.signal]);
    session.onFragment = () => waiting.abort();
    await delay(this.#settings.fragmentMs * 2 + 500, undefined, { signal }).catch(() => {});
    session.onFragment = undefined;
  }

  async #finish(session: Session, reason: string): Promise<RecordingSummary> {
    this.#endGap(session, this.#parts.clock.read().monoMs);
    if (this.#session === session) this.#session = undefined;
    await session.sealer.settled();
    const stopped = await this.#closeOpen(reason);
    if (stopped === undefined) throw new LiuhenError('LIUHEN_STATE', 'the recording is closed already');
    this.#setState('idle');
    return stopped;
  }

  async #closeOpen(reason: string): Promise<RecordingSummary | undefined> {
    const { recordings, journal } = this.#parts;
    const open = recordings.open;
    if (open === undefined) return undefined;
    await closeRecording(journal, open, reason);
    this.emit('stopped', open);
    return open;
  }

  async #requireSpace(): Promise<void> {
    const free = await this.#parts.freeBytes();
    const needed = this.#settings.reserveBytes;
    if (free >= needed) return;
    throw new LiuhenError(
      'LIUHEN_STORAGE_FULL',
      `expected ${needed} bytes free beyond which to record, got ${free}`,
      {
        next: 'free space, or let the archive receipt what is here so that retention can remove it',
      },
    );
  }

  /** The disk took no more: ends a recording with what is sealed, waits for space, and goes on by itself. */
  #fail(session: Session | undefined, error: unknown, reopen: boolean): void {
    if (this.#session !== session || this.#state === 'storage-full' || this.#state === 'fault') return;
    this.#session = undefined;
    session?.onFragment?.();
    const full = error instanceof LiuhenError && error.code === 'LIUHEN_STORAGE_FULL';
    this.#parts.log.warn(
      { err: messageOf(error), recording: session?.sealer.recording },
      'the disk takes no footage',
    );
    const wanted = session !== undefined && this.#state === 'recording' && !this.#closing.signal.aborted;
    this.#resume = wanted
      ? { ...session.request, trigger: 'policy', continues: session.sealer.recording }
      : undefined;
    this.#setState(full ? 'storage-full' : 'fault');
    this.#recovering = this.#recover(session, full ? 'storage-full' : 'storage-error', reopen);
  }

  async #recover(session: Session | undefined, reason: string, reopen: boolean): Promise<void> {
    const { journal, footage, recordings, log } = this.#parts;
    const { signal } = this.#closing;
    let mustReopen = reopen;
    await session?.sealer.settled().catch(() => {});
    for (;;) {
      try {
        if (mustReopen) {
          await footage.reopen();
          if (journal.failure !== undefined) await journal.recover();
          mustReopen = false;
        }
        if (recordings.open !== undefined) {
          await removeOrphans(footage, recordings.open);
          await this.#closeOpen(reason);
        }
        if ((await this.#parts.freeBytes()) >= this.#settings.reserveBytes + RESUME_MARGIN_BYTES) break;
      } catch (error) {
        mustReopen = true;
        log.warn({ err: messageOf(error) }, 'the disk is not usable yet');
      }
      if (signal.aborted) return;
      await delay(STORAGE_POLL_MS, undefined, { signal }).catch(() => {});
    }
    const resume = this.#resume;
    this.#resume = undefined;
    this.#setState('idle');
    log.info({ resumes: resume !== undefined }, 'the disk takes footage again');
    if (resume !== undefined)
      await this.start(resume).catch((error) => log.warn({ err: messageOf(error) }, 'not resumed'));
  }

  #setState(state: RecorderState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}

function durationMsOf(groups: readonly TakeGroup<Arrival>[]): number {
  return groups
    .flatMap(({ fragments }) => fragments)
    .reduce((sum, { fragment: { media } }) => sum + (media.duration / media.timescale) * 1000, 0);
}
