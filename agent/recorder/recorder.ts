import { EventEmitter } from 'node:events';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { RecordingSummary } from '../buffer/recordings.js';
import { closeRecording } from '../buffer/recover.js';
import type { FeedEvent } from './camera-feed.js';
import { durationMsOf, type Fragment } from './fragments.js';
import { PreRecordRing, type TakeGroup } from './pre-record.js';
import type { RecorderEvents, RecorderParts, RecorderSettings, RecorderState } from './recorder-parts.js';
import { closedAlready, endedAsItBegan, endedBefore, refusedOrder } from './refused-order.js';
import { Sealer } from './sealer.js';
import { type FootageArrival, type SealedFragment, Session } from './session.js';
import type { StartRequest } from './start-request.js';
import { untilStorageUsable } from './usable-storage.js';

export type { RecorderSettings, RecorderState } from './recorder-parts.js';
export type { SealedFragment } from './session.js';
export type { StartRequest } from './start-request.js';

/** Free space must exceed the reserve by this much before a recording that filled the disk goes on. */
const RESUME_MARGIN_BYTES = 16 * 1024 * 1024;

/** Turns the camera's footage into recordings: a ring while idle, sealed fragments while recording. */
export class Recorder extends EventEmitter<RecorderEvents> {
  readonly #parts: RecorderParts;
  readonly #settings: RecorderSettings;
  readonly #ring: PreRecordRing<FootageArrival>;
  readonly #closing = new AbortController();
  #state: RecorderState = 'idle';
  /** Set from when the recording has started until its last entry is sealed, or the disk has failed. */
  #session: Session | undefined;
  #pumping: Promise<void> = Promise.resolve();
  #starting: Promise<unknown> = Promise.resolve();
  #finishing: Promise<unknown> = Promise.resolve();
  #recovering: Promise<void> = Promise.resolve();
  /** What to start again by itself once the disk takes footage again. */
  #resume: StartRequest | undefined;
  /** What was asked for and has not begun yet. */
  #asked: StartRequest | undefined;
  /** The newest recording that was closed. */
  #ended: RecordingSummary | undefined;
  /** Why the camera gives nothing; a camera that has not begun yet is absent. */
  #lost: { reason: string; detail?: string } | undefined = { reason: 'camera-absent' };
  #sourceEnded = false;

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
    return this.#session?.recording;
  }

  /** Whom the recording under way names; nobody where it was begun without. */
  get officer(): Pick<StartRequest, 'officer' | 'credential'> {
    const { officer, credential } = this.#session?.request ?? {};
    return {
      ...(officer === undefined ? {} : { officer }),
      ...(credential === undefined ? {} : { credential }),
    };
  }

  /** Whether the recording that runs, begins or waits for the disk is one that may not be interrupted. */
  get wholeProcess(): boolean {
    return (this.#session?.request ?? this.#asked ?? this.#resume)?.wholeProcess ?? false;
  }

  /** The disk ended a recording, which goes on by itself once it can. */
  get resumes(): boolean {
    return this.#resume !== undefined;
  }

  get cameraGiving(): boolean {
    return this.#lost === undefined && !this.#sourceEnded;
  }

  /** Why the camera gives nothing at the moment; undefined while it does. */
  get cameraDetail(): string | undefined {
    return this.#sourceEnded ? 'the file has been read to its end' : this.#lost?.detail;
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
  start(request: StartRequest): Promise<number> {
    const started = this.#start(request);
    this.#starting = bothOver(this.#starting, started);
    return started;
  }

  /** As `start`; where the disk does not take it, it begins by itself once the disk does. Rejects with what else is wrong. */
  async resume(request: StartRequest): Promise<void> {
    await this.start(request).catch((error: unknown) => {
      if (this.#closing.signal.aborted || !isStorageError(error)) throw error;
      // The journal's own failure may have said so already; this then only keeps what is to go on.
      this.#fail(undefined, error, false);
      this.#resume = request;
    });
  }

  /** Ends the recording with the fragment under way; resolves when its last entry is sealed. Throws LIUHEN_STATE. */
  async stop(reason: string): Promise<RecordingSummary> {
    const waiting = this.#resume;
    if (waiting !== undefined) {
      // The disk ended it before; what is asked for now is that it does not go on by itself.
      this.#resume = undefined;
      const ended = this.#ended;
      if (ended !== undefined && ended.recording === waiting.continues) return ended;
      throw new LiuhenError(
        'LIUHEN_STATE',
        `the recording ended (${this.#state}) and will not go on by itself; its last entry still waits for the disk`,
        { next: 'free space on the disk' },
      );
    }
    const session = this.#session;
    if (session === undefined || this.#state !== 'recording') {
      throw refusedOrder('cannot stop', this.#state);
    }
    this.#setState('stopping');
    // A still picture is given as it is taken, so none is under way.
    if (this.#settings.mode !== 'still') {
      await session.lastFragment(this.#settings.fragmentMs * 2 + 500, this.#closing.signal);
    }
    return await this.#finish(session, reason);
  }

  /** Marks this moment of the recording. Throws LIUHEN_STATE when nothing is being recorded. */
  async mark(kind: string, note?: string): Promise<number> {
    const session = this.#session;
    if (session === undefined || session.over) throw refusedOrder('cannot mark', this.#state);
    return (await session.mark(kind, note)).n;
  }

  /** Stops the camera and, with its last fragment, the recording. */
  async close(reason: string): Promise<void> {
    this.#closing.abort();
    this.#resume = undefined;
    await this.#parts.feed.stop();
    await this.#pumping;
    await this.#starting;
    await this.#finishing;
    await this.#recovering;
    if (this.#session !== undefined) {
      this.#setState('stopping');
      await this.#finish(this.#session, reason).catch((error) => {
        this.#parts.log.warn({ err: messageOf(error) }, 'recording not closed; the next start closes it');
      });
      await this.#recovering;
    }
    this.#setState('closed');
  }

  async #start(request: StartRequest): Promise<number> {
    if (this.#closing.signal.aborted) throw refusedOrder('cannot start', 'closed');
    if (this.#state !== 'idle') throw refusedOrder('cannot start', this.#state);
    if (this.#sourceEnded && this.#ring.durationMs === 0) {
      throw new LiuhenError('LIUHEN_CAMERA', `cannot start: ${this.cameraDetail}`, {
        next: 'start the agent again, which reads it from its beginning, or set another source: liuhen config set camera.source SOURCE',
      });
    }
    this.#asked = request;
    this.#setState('starting');
    try {
      await this.#requireSpace();
      const { journal, footage, software, clock } = this.#parts;
      const before = this.#preRecorded(clock.read().monoMs);
      const { interruption: _, ...said } = request;
      const { n, at } = await journal.append({
        type: 'recording-started',
        ...said,
        preRecordMs: Math.round(preRecordMsOf(before)),
        wholeProcess: request.wholeProcess ?? false,
        ...(this.#settings.mode === undefined ? {} : { mode: this.#settings.mode }),
        software,
      });
      // The disk failed meanwhile: who recovers it closes what has begun.
      if (this.state !== 'starting') {
        throw endedAsItBegan(n, this.state);
      }
      // What the camera gave while that was written belongs to the recording, but not to its pre-record.
      this.#begin(new Sealer(journal, footage, n), request, at.mono, [...before, ...this.#ring.drain()]);
      return n;
    } catch (error) {
      if (this.state === 'starting') this.#setState('idle');
      throw error;
    } finally {
      this.#asked = undefined;
    }
  }

  #begin(
    sealer: Sealer,
    request: StartRequest,
    startedMono: number,
    groups: TakeGroup<FootageArrival>[],
  ): void {
    const { inFlightBytes } = this.#settings;
    const { clock } = this.#parts;
    const onSealed = (fragment: SealedFragment) => this.emit('sealed', fragment);
    const onFailure = (error: unknown) => this.#fail(session, error, true);
    const session = new Session({ sealer, request, clock, inFlightBytes, onSealed, onFailure }, startedMono);
    this.#session = session;
    session.begin(groups, this.#lost?.reason);
    this.#setState('recording');
    if (this.#sourceEnded) this.#endOfSource(session);
  }

  async #take(event: FeedEvent): Promise<void> {
    const session = this.#session;
    const { monoMs } = this.#parts.clock.read();
    const position = this.#parts.position?.();
    const arrival: FootageArrival = { monoMs, ...(position === undefined ? {} : { position }) };
    switch (event.type) {
      case 'lost':
        this.#lost = { reason: event.reason, detail: event.detail };
        this.emit('camera', false);
        this.#parts.log.warn({ reason: event.reason, detail: event.detail }, 'camera lost');
        session?.lost(event.reason);
        return;
      case 'ended':
        this.#sourceEnded = true;
        this.emit('camera', false);
        if (session !== undefined) this.#endOfSource(session);
        return;
      case 'init':
        this.#lost = undefined;
        this.emit('camera', true);
        this.emit('init', event.init);
        // Also while recording: the ring must know the take that is current afterwards.
        this.#ring.push(event, arrival);
        if (session?.over === false) session.take(event.init, monoMs);
        return;
      case 'fragment':
        this.emit('footage', event.fragment);
        if (session !== undefined && (await this.#hasRoomFor(event.fragment, session))) {
          session.fragment(event.fragment, arrival);
        } else {
          this.#ring.push(event, arrival);
        }
    }
  }

  /** Whether a fragment may go into the recording: only while that goes on and the disk has more than its reserve. */
  async #hasRoomFor({ bytes }: Fragment, session: Session): Promise<boolean> {
    const waiting = session.sealer.inFlightBytes + bytes.length;
    try {
      const free = await this.#parts.freeBytes();
      if (session.over) return false;
      if (free >= this.#settings.reserveBytes + waiting) return true;
      const full = new LiuhenError('LIUHEN_STORAGE_FULL', 'only the reserve of the disk is left');
      this.#fail(session, full, false);
    } catch (error) {
      this.#fail(session, error, true);
    }
    return false;
  }

  #endOfSource(session: Session): void {
    session.sourceEnded();
    if (this.#state === 'recording') void this.#finish(session, 'source-ended').catch(() => {});
  }

  /** The ring's footage, or only the take that is running where none is wanted. */
  #preRecorded(monoMs: number): TakeGroup<FootageArrival>[] {
    const groups = this.#ring.drain({ monoMs });
    return this.#settings.preRecordMs > 0
      ? groups
      : groups.slice(-1).map((group) => ({ ...group, fragments: [] }));
  }

  #finish(session: Session, reason: string): Promise<RecordingSummary> {
    const finished = this.#end(session, reason);
    this.#finishing = bothOver(this.#finishing, finished);
    return finished;
  }

  async #end(session: Session, reason: string): Promise<RecordingSummary> {
    this.#requireCurrent(session);
    this.#setState('stopping');
    session.end();
    await session.sealer.settled();
    this.#requireCurrent(session);
    const stopped = await this.#closeOpen(reason);
    if (stopped === undefined) throw closedAlready();
    if (this.#session === session) {
      this.#session = undefined;
      this.#setState('idle');
    }
    return stopped;
  }

  #requireCurrent({ recording }: Session): void {
    if (this.#session?.recording === recording) return;
    throw endedBefore(recording, this.#state);
  }

  async #closeOpen(reason: string): Promise<RecordingSummary | undefined> {
    const { recordings, journal } = this.#parts;
    const open = recordings.open;
    if (open === undefined) return undefined;
    await closeRecording(journal, open, reason);
    this.#ended = open;
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
    if (this.#session !== session || ['storage-full', 'fault', 'closed'].includes(this.#state)) return;
    this.#session = undefined;
    session?.abandon();
    const full = error instanceof LiuhenError && error.code === 'LIUHEN_STORAGE_FULL';
    this.#parts.log.warn(
      { err: messageOf(error), recording: session?.recording },
      'the disk takes no footage',
    );
    if (session !== undefined && this.#state === 'recording' && !this.#closing.signal.aborted) {
      this.#resume = { ...session.request, trigger: 'policy', continues: session.recording };
    }
    this.#setState(full ? 'storage-full' : 'fault');
    this.#recovering = this.#recover(session, full ? 'storage-full' : 'storage-error', reopen);
  }

  async #recover(session: Session | undefined, reason: string, reopen: boolean): Promise<void> {
    await session?.sealer.settled().catch(() => {});
    if (this.#resume !== undefined && session !== undefined) {
      // What was under way when the disk failed is lost, or sealed by now.
      this.#resume.interruption = { reason, fromMono: session.sealedMono };
    }
    const { reserveBytes } = this.#settings;
    const neededBytes = () => reserveBytes + RESUME_MARGIN_BYTES + this.#ring.bytes;
    const closeOpen = () => this.#closeOpen(reason);
    const { signal } = this.#closing;
    if (!(await untilStorageUsable(this.#parts, neededBytes, closeOpen, reopen, signal))) return;
    const resume = this.#resume;
    this.#resume = undefined;
    this.#parts.log.info({ resumes: resume !== undefined }, 'the disk takes footage again');
    if (resume === undefined) return this.#setState('idle');
    // Idle without saying so: between two halves of one recording nobody else may start another.
    this.#state = 'idle';
    await this.resume(resume).catch((error: unknown) => {
      this.#parts.log.warn({ err: messageOf(error) }, 'not resumed');
    });
  }

  #setState(state: RecorderState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}

/** Keeps nothing of what they gave: one after another they are a chain as long as the program runs. */
async function bothOver(before: Promise<unknown>, then: Promise<unknown>): Promise<void> {
  await Promise.allSettled([before, then]);
}

function isStorageError(error: unknown): boolean {
  return error instanceof LiuhenError && /^LIUHEN_STORAGE_/.test(error.code);
}

function preRecordMsOf(groups: readonly TakeGroup<FootageArrival>[]): number {
  return groups
    .flatMap(({ fragments }) => fragments)
    .reduce((sum, { fragment }) => sum + durationMsOf(fragment), 0);
}
