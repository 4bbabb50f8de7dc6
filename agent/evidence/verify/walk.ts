import { decodeEntry, type Entry, type EntryOf, type UnknownEntry } from '../../journal/entry.js';
import { RecordingDigest } from '../../journal/receipt.js';
import type { Findings } from './findings.js';
import { INIT, type Piece } from './piece.js';
import { Timeline } from './timeline.js';
import type { Finding } from './verdict.js';

/** What the journal says of a take. */
export interface WalkedTake {
  take: number;
  entry: number;
  fragments: number;
}

/** An authentic entry, or why it cannot be read. */
export type DecodedEntry = Entry | UnknownEntry | Error;

/** Decodes an entry; a malformed one is an answer, not an exception. */
export function decode(encoded: Buffer, n: number): DecodedEntry {
  try {
    return decodeEntry(encoded, n);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Reasons with which a recording ends as somebody wanted it to. */
const PLANNED = new Set(['button', 'command', 'schedule', 'policy', 'shutdown', 'source-ended']);
/** Media time that goes on by more or less than this is no rounding. */
const JUMP_SEC = 1;

/** Folds the entries of one recording, in order, and says where they contradict each other. */
export class RecordingWalk {
  readonly recording: number;
  readonly timeline = new Timeline();
  readonly clockSources = new Set<string>();
  readonly takes: WalkedTake[] = [];
  readonly #findings: Findings;
  readonly #digest = new RecordingDigest();
  #started: EntryOf<'recording-started'> | undefined;
  #stopped: EntryOf<'recording-stopped'> | undefined;
  #next: number;
  #fragments = 0;
  #bytes = 0;
  #sec = 0;
  /** Where the media time of the running take should go on; undefined at its beginning. */
  #mediaEndSec: number | undefined;
  #gapSec: number | undefined;

  constructor(recording: number, findings: Findings) {
    this.recording = recording;
    this.#next = recording;
    this.#findings = findings;
  }

  get started(): EntryOf<'recording-started'> | undefined {
    return this.#started;
  }

  get stopped(): EntryOf<'recording-stopped'> | undefined {
    return this.#stopped;
  }

  /** One behind the last entry followed. */
  get to(): number {
    return this.#next;
  }

  get fragments(): number {
    return this.#fragments;
  }

  /** Of inits and fragments. */
  get bytes(): number {
    return this.#bytes;
  }

  get durationSec(): number {
    return this.#sec;
  }

  /** The digest that a receipt names; ends the walk. */
  digest(): string {
    return this.#digest.finish();
  }

  /** Takes the next entry and returns the piece of footage it names. An entry that cannot be read is a finding. */
  follow(entry: DecodedEntry): Piece | undefined {
    const n = this.#next++;
    if (entry instanceof Error) {
      this.#altered('malformed-entry', n, 'an entry of its form', entry.message);
      return undefined;
    }
    if (n === this.recording) {
      if (entry.type === 'recording-started') this.#started = entry;
      else this.#altered('range', n, 'recording-started, which the manifest says is here', entry.type);
    }
    this.clockSources.add(entry.at.source);
    if (entry.type === 'unknown') return undefined;
    this.timeline.note(entry, this.#sec, this.recording);
    return this.#fold(entry);
  }

  #fold(entry: Entry): Piece | undefined {
    switch (entry.type) {
      case 'recording-started':
        if (entry.n !== this.recording) {
          this.#order(entry.n, `recording ${this.recording} to stop first`, 'recording-started');
        }
        return undefined;
      case 'take-started':
        return this.#isOurs(entry) ? this.#take(entry) : undefined;
      case 'fragment':
        return this.#isOurs(entry) ? this.#fragment(entry) : undefined;
      case 'gap':
        if (this.#isOurs(entry)) this.#gap(entry);
        return undefined;
      case 'recording-stopped':
        if (this.#isOurs(entry)) this.#stop(entry);
        return undefined;
      default:
        return undefined;
    }
  }

  #take({ n, take, init, at }: EntryOf<'take-started'>): Piece | undefined {
    const expected = this.takes.length;
    if (take !== expected) {
      this.#order(n, `take ${expected}`, `take ${take}`);
      return undefined;
    }
    this.takes.push({ take, entry: n, fragments: 0 });
    this.#mediaEndSec = undefined;
    this.#digest.add(init.sha256);
    this.#bytes += init.bytes;
    return {
      entry: n,
      take,
      index: INIT,
      sha256: init.sha256,
      bytes: init.bytes,
      fromSec: this.#sec,
      toSec: this.#sec,
      wall: at.wall,
      breaks: true,
    };
  }

  #fragment(entry: EntryOf<'fragment'>): Piece | undefined {
    const { n, take, index, sha256, bytes, media, at } = entry;
    const running = this.takes.at(-1);
    this.#digest.add(sha256);
    this.#fragments++;
    this.#bytes += bytes;
    if (running === undefined || running.take !== take || running.fragments !== index) {
      const expected =
        running === undefined ? 'take-started' : `fragment ${running.fragments} of take ${running.take}`;
      this.#order(n, expected, `fragment ${index} of take ${take}`);
      if (running === undefined || running.take !== take) return undefined;
    }
    running.fragments = index + 1;
    const durationSec = Math.max(0, media.duration / media.timescale);
    const breaks = this.#mediaBreaks(n, media.start / media.timescale);
    this.#mediaEndSec = media.start / media.timescale + durationSec;
    this.#gapSec = undefined;
    const fromSec = this.#sec;
    this.#sec += durationSec;
    return { entry: n, take, index, sha256, bytes, fromSec, toSec: this.#sec, wall: at.wall, breaks };
  }

  /** Footage that the media time says is missing, and that no gap declares, is missing. */
  #mediaBreaks(entry: number, startSec: number): boolean {
    const declaredSec = this.#gapSec;
    const jumpSec = startSec - (this.#mediaEndSec ?? startSec);
    if (jumpSec > JUMP_SEC + (declaredSec ?? 0)) {
      this.#add('incomplete', 'media-jump', entry, {
        expected: `footage that goes on at media time ${seconds(startSec - jumpSec)}`,
        actual: `it goes on at ${seconds(startSec)}, and no gap is declared between`,
      });
    }
    return declaredSec !== undefined || Math.abs(jumpSec) > JUMP_SEC;
  }

  #gap({ n, reason, fromMono, toMono }: EntryOf<'gap'>): void {
    const sec = Math.max(0, (toMono - fromMono) / 1000);
    this.#add('incomplete', 'gap', n, {
      expected: 'footage without a break',
      actual: `none for ${seconds(sec)}, as the device declared: ${reason}`,
    });
    this.timeline.gap({ entry: n, reason, fromSec: this.#sec, toSec: this.#sec + sec });
    this.#gapSec = (this.#gapSec ?? 0) + sec;
    this.#sec += sec;
  }

  #stop(entry: EntryOf<'recording-stopped'>): void {
    const { n, fragments, bytes, reason } = entry;
    this.#stopped = entry;
    if (fragments !== this.#fragments || bytes !== this.#bytes) {
      const actual = `${this.#fragments} fragments and ${this.#bytes} bytes in the entries before it`;
      this.#altered('totals', n, `${fragments} fragments and ${bytes} bytes, as this entry says`, actual);
    }
    // The end of the program is nobody's confirmed order, which a whole process ends with.
    const cutShort = reason === 'shutdown' && this.#started?.wholeProcess === true;
    if (PLANNED.has(reason) && !cutShort) return;
    const kind = reason === 'interrupted' || reason === 'storage-full' ? reason : 'stopped-early';
    const expected = `an end by ${[...PLANNED].join(', ')}`;
    this.#add('incomplete', kind, n, { expected, actual: `the recording ended: ${reason}` });
  }

  #isOurs({ n, type, recording }: { n: number; type: string; recording: number }): boolean {
    if (recording === this.recording) return true;
    this.#order(n, `a ${type} of recording ${this.recording}`, `one of recording ${recording}`);
    return false;
  }

  #order(entry: number, expected: string, actual: string): void {
    this.#altered('entry-order', entry, expected, actual);
  }

  #altered(kind: string, entry: number, expected: string, actual: string): void {
    this.#add('altered', kind, entry, { expected, actual });
  }

  #add(
    verdict: Finding['verdict'],
    kind: string,
    entry: number,
    found: { expected: string; actual: string },
  ): void {
    this.#findings.add({ verdict, kind, entry, mediaSec: this.#sec, ...found });
  }
}

function seconds(sec: number): string {
  return `${Number(sec.toFixed(3))} s`;
}
