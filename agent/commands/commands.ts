import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import { EarlyMessages } from '../disclosure/early.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import type { TrustedKeys } from '../disclosure/trust.js';
import type { EntryDraft } from '../journal/entry.js';
import type { JournalStore } from '../journal/store.js';
import { giverOf, readCommand, requireDevice, requireTime, type SignedCommand } from './acceptance.js';
import { type CommandActions, carryOut } from './actions.js';
import { Answers, type CommandAnswer } from './answers.js';
import type { CommandTime } from './command-time.js';
import { bounded, type Failure, failureOf } from './entry-values.js';
import {
  acceptedEntry,
  endedEntry,
  type Outcome,
  openCommands,
  type Remembered,
  recallCommand,
  unansweredCommands,
  writeAnswered,
} from './memory.js';
import { CommandRefused, type Refusal } from './refusal.js';
import { RefusalRecord } from './refusal-record.js';
import { MAX_COMMAND_BYTES } from './schema.js';
import type { TakenTrust, TrustTaker } from './trust-intake.js';

export interface CommandsParts {
  /** Origin of the journal: what commands are addressed to. */
  origin: string;
  trusted: TrustedKeys;
  trust: TrustTaker;
  journal: { append(draft: EntryDraft): Promise<{ n: number }> };
  store: JournalStore;
  clock: Clock;
  time: CommandTime;
  /** A moment that has certainly passed, Unix ms. */
  floorMs(): number;
  /** Resolves when a broker has taken it; rejects without a connection. */
  publish(topic: string, payload: Buffer): Promise<void>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface CommandsStatus {
  /** Version of the trust document in force; 0 while there is none, and no command is obeyed. */
  trust: number;
  done: number;
  failed: number;
  refused: Partial<Record<Refusal, number>>;
}

/** Commands that wait for the one that is being carried out. */
const MAX_WAITING = 32;
/** From here on it is looked at before it waits: rubbish must not take the place of what is good. */
const MAX_UNJUDGED = 8;
/** Who repeats a command is answered so often at most. */
const REPEAT_MS = 1000;
/** How long the end waits for a broker that takes no answer; what it did not take is sent after the next start. */
const GRACE_MS = 2000;

/**
 * The one way by which commands reach the device, from a broker or a file. One after another: judged, written into the journal, carried out,
 * written again, answered. What is refused changes nothing.
 */
export class Commands {
  readonly #parts: CommandsParts;
  readonly #answers: Answers;
  /** What may be good once the trust document is here, or the archive's word on the time. */
  readonly #untrusted = new EarlyMessages();
  readonly #untimed = new EarlyMessages();
  readonly #counts = { done: 0, failed: 0 };
  readonly #refused: RefusalRecord;
  readonly #writing = new Set<Promise<unknown>>();
  #actions: CommandActions = {};
  #begin: () => void = () => {};
  #lane: Promise<unknown>;
  #waiting = 0;
  readonly #crowd = new Set<string>();
  #closed = false;
  #repeatedAtMono = Number.NEGATIVE_INFINITY;

  constructor(parts: CommandsParts) {
    this.#parts = parts;
    this.#answers = new Answers(parts.origin.slice(parts.origin.indexOf('/') + 1), parts.publish);
    const note = (name: string, value: Record<string, unknown>) => this.#note(name, value);
    this.#refused = new RefusalRecord({ clock: parts.clock, log: parts.log, note });
    // A broker hands out what it retained before the device is ready to do anything.
    this.#lane = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
  }

  /**
   * From now on commands are carried out. First those are ended that an earlier process was carrying out: whether they took effect nobody
   * knows, and they are never tried again. Never rejects: what the disk does not take now is ended at a later start.
   */
  async begin(actions: CommandActions): Promise<void> {
    this.#actions = actions;
    const { store, log } = this.#parts;
    try {
      for (const remembered of await unansweredCommands(store)) this.#answer(remembered);
      for (const remembered of await openCommands(store)) await this.#end(remembered, 'interrupted', {});
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'commands of an earlier run are not ended');
    }
    this.#begin();
  }

  get status(): CommandsStatus {
    const { done, failed } = this.#counts;
    return { trust: this.#parts.trusted.version, done, failed, refused: this.#refused.counts };
  }

  /** There is a connection: answers that wait are sent. */
  connected(): void {
    this.#answers.connected();
  }

  /** The archive has told what time it is: a command that could not be judged without is judged again. */
  timeTold(): void {
    for (const { bytes } of this.#untimed.takeAll()) {
      this.take(bytes).catch((error: unknown) => {
        this.#parts.log.warn({ err: messageOf(error) }, 'command: not carried through');
      });
    }
  }

  /** Takes a command; resolves with what was answered, undefined where nobody is. Rejects when the disk fails. */
  take(bytes: Uint8Array): Promise<CommandAnswer | undefined> {
    // Before it waits: what waits has to be bounded.
    if (bytes.length > MAX_COMMAND_BYTES) {
      this.#refuse(bytes, tooLarge(MAX_COMMAND_BYTES, bytes));
      return Promise.resolve(undefined);
    }
    const id = this.#waiting < MAX_UNJUDGED ? undefined : this.#idOf(bytes);
    if (id === null) return Promise.resolve(undefined);
    if (id !== undefined && this.#waiting < MAX_WAITING) this.#crowd.add(id);
    return this.#inLane(bytes, async () => {
      if (id !== undefined) this.#crowd.delete(id);
      return await this.#take(bytes);
    });
  }

  /** Takes a trust document; undefined where it was refused. Rejects when the disk fails. */
  takeTrust(bytes: Uint8Array): Promise<TakenTrust | undefined> {
    if (bytes.length > MAX_ENVELOPE_BYTES) {
      this.#refuse(bytes, tooLarge(MAX_ENVELOPE_BYTES, bytes));
      return Promise.resolve(undefined);
    }
    return this.#inLane(bytes, () => this.#takeTrust(bytes));
  }

  /** Takes nothing more; resolves when what is being carried out is sealed and what can be answered is sent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#begin();
    await this.#lane;
    await Promise.all(this.#writing);
    await Promise.race([this.#answers.settled(), sleep(GRACE_MS, undefined, { ref: false })]);
  }

  /** In a crowd only what is signed for this device may wait, and each command once; null for what may not, which is then refused. */
  #idOf(bytes: Uint8Array): string | null {
    try {
      const command = readCommand(bytes, this.#parts.trusted);
      requireDevice(command, this.#parts.origin);
      const { id } = command.head;
      if (!this.#crowd.has(id)) return id;
      this.#refused.add(bytes, new CommandRefused('replay', `${id} waits already`), command.head);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      this.#refuse(bytes, error);
    }
    return null;
  }

  #inLane<T>(bytes: Uint8Array, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    if (this.#waiting >= MAX_WAITING) {
      this.#refuse(bytes, new CommandRefused('busy', `expected at most ${MAX_WAITING} to wait`));
      return Promise.resolve(undefined);
    }
    this.#waiting++;
    const taken = this.#lane.then(async () => {
      this.#waiting--;
      return this.#closed ? undefined : await work();
    });
    this.#lane = taken.catch(() => {});
    return taken;
  }

  async #take(bytes: Uint8Array): Promise<CommandAnswer | undefined> {
    let command: SignedCommand | undefined;
    try {
      const { origin, store, trusted } = this.#parts;
      const read = readCommand(bytes, trusted);
      requireDevice(read, origin);
      command = read;
      const known = await recallCommand(store, read.head.id);
      if (known !== undefined) return this.#repeat(bytes, read, known);
      return await this.#obey(read);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      // A broker retains one message a topic, so one of each is kept.
      if (error.refusal === 'unsigned') this.#untrusted.add({ topic: 'command', bytes }, '');
      if (error.refusal === 'clock') this.#untimed.add({ topic: 'command', bytes }, '');
      return this.#refuse(bytes, error, command);
    }
  }

  async #obey(command: SignedCommand): Promise<CommandAnswer> {
    const { trusted, journal, time, floorMs, log } = this.#parts;
    const { head, order, sha256: payload } = command;
    const span = time.now(floorMs());
    const { holder, keyid } = giverOf(command, trusted, span);
    requireTime(command, span);
    const about = { id: head.id, command: order.command, who: holder, why: head.why, payload };
    const args = bounded(order.args);
    const { n } = await journal.append(
      acceptedEntry(about, { key: keyid, issued: head.issued, expires: head.expires, args }),
    );
    const remembered: Remembered = { ...about, accepted: n };
    log.info({ id: head.id, command: order.command, who: holder }, 'command accepted');
    const onBehalf = { who: holder, why: head.why, command: head.id };
    const { outcome, ...said } = await carryOut(this.#actions, order, onBehalf).then(
      (result) => ({ outcome: 'done' as const, result: result ?? null }),
      (error: unknown) => ({ outcome: 'failed' as const, error: failureOf(error) }),
    );
    return await this.#end(remembered, outcome, said);
  }

  async #end(
    remembered: Remembered,
    outcome: Outcome,
    { result, error }: { result?: unknown; error?: Failure },
  ): Promise<CommandAnswer> {
    if (outcome !== 'interrupted') this.#counts[outcome]++;
    const said = {
      ...(result === undefined ? {} : { result: bounded(result) }),
      ...(error === undefined ? {} : { error }),
    };
    const { n: entry } = await this.#parts.journal.append(endedEntry(remembered, outcome, said));
    // The answer has all of a result that was too much for an entry.
    return this.#answer({ ...remembered, ended: { entry, outcome, result, error } });
  }

  #answer(remembered: Remembered, repeated?: true): CommandAnswer {
    const { id, command, accepted, ended } = remembered;
    const answer: CommandAnswer = {
      id,
      device: this.#parts.origin,
      command,
      status: ended?.outcome ?? 'interrupted',
      accepted,
      ...(ended === undefined ? {} : { entry: ended.entry }),
      ...(ended?.result === undefined ? {} : { result: ended.result }),
      ...(ended?.error === undefined ? {} : { error: ended.error }),
      ...(repeated === undefined ? {} : { repeated }),
    };
    const { store, log } = this.#parts;
    this.#answers.send(answer, () => {
      this.#track(writeAnswered(store, id), (error) =>
        log.warn({ err: messageOf(error) }, 'answer not noted'),
      );
    });
    return answer;
  }

  /** The same again is not obeyed again; who asks hears what came of it. */
  #repeat(bytes: Uint8Array, command: SignedCommand, known: Remembered): CommandAnswer {
    const { id } = command.head;
    if (known.payload !== command.sha256) {
      throw new CommandRefused(
        'id-reused',
        `expected ${id} with sha256 ${known.payload}, got ${command.sha256}`,
      );
    }
    const replay = new CommandRefused('replay', `${id} was obeyed, entry ${known.accepted}`);
    this.#refused.add(bytes, replay, command.head);
    const { monoMs } = this.#parts.clock.read();
    if (monoMs - this.#repeatedAtMono < REPEAT_MS) {
      return { ...this.#plain(command), status: 'refused', refusal: 'replay', detail: replay.message };
    }
    this.#repeatedAtMono = monoMs;
    return this.#answer(known, true);
  }

  /** Answers only where a trusted key signed it for this device: rubbish costs no message. */
  #refuse(bytes: Uint8Array, error: CommandRefused, command?: SignedCommand): CommandAnswer | undefined {
    const isNews = this.#refused.add(bytes, error, command?.head);
    if (command === undefined) return undefined;
    const { refusal, message: detail } = error;
    const answer: CommandAnswer = { ...this.#plain(command), status: 'refused', refusal, detail };
    // Of one that waits for the time the answer comes when the time is known.
    if (isNews && refusal !== 'clock') this.#answers.send(answer);
    return answer;
  }

  #plain({ head }: SignedCommand): Pick<CommandAnswer, 'id' | 'device' | 'command'> {
    return { id: head.id, device: this.#parts.origin, command: head.command };
  }

  async #takeTrust(bytes: Uint8Array): Promise<TakenTrust | undefined> {
    try {
      const taken = await this.#parts.trust.take(bytes);
      if (!taken.fresh) return taken;
      const { version, sha256 } = taken;
      this.#note('trust', { version, sha256 });
      for (const early of this.#untrusted.takeAll()) await this.#take(early.bytes);
      return taken;
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      this.#refused.add(bytes, error);
      return undefined;
    }
  }

  #note(name: string, value: Record<string, unknown>): void {
    const { journal, log } = this.#parts;
    this.#track(journal.append({ type: 'event', source: 'commands', name, value }), (error) =>
      log.warn({ err: messageOf(error), name }, 'event not sealed'),
    );
  }

  #track(work: Promise<unknown>, onError: (error: unknown) => void): void {
    const settled = work.catch(onError);
    this.#writing.add(settled);
    void settled.finally(() => this.#writing.delete(settled));
  }
}

function tooLarge(max: number, { length }: Uint8Array): CommandRefused {
  return new CommandRefused('too-large', `expected at most ${max} bytes, got ${length}`);
}
