import type { Entry } from '../../journal/entry.js';
import type { Piece } from './piece.js';
import type { Run, TimelineGap, TimelinePoint } from './verdict.js';

/** A list on the timeline is cut here; what is left out is counted. */
const MAX_LISTED = 10_000;
const MAX_TEXT = 300;

/** What happened when, in seconds from the start of the recording. */
export class Timeline {
  readonly runs: Run[] = [];
  readonly gaps: TimelineGap[] = [];
  readonly points: TimelinePoint[] = [];
  readonly omitted = { runs: 0, gaps: 0, points: 0 };
  #last: Run | undefined;

  /** Adds a fragment, in journal order. Init segments have no duration and are no part of a run. */
  fragment(piece: Piece, state: Run['state']): void {
    const { entry, take, index, bytes, fromSec, toSec, wall, breaks } = piece;
    const last = this.#last;
    if (
      last !== undefined &&
      !breaks &&
      last.take === take &&
      last.state === state &&
      last.firstFragment + last.fragments === index
    ) {
      last.lastEntry = entry;
      last.fragments++;
      last.bytes += bytes;
      last.toSec = toSec;
      last.toWall = wall;
      return;
    }
    this.#last = {
      take,
      firstEntry: entry,
      lastEntry: entry,
      firstFragment: index,
      fragments: 1,
      bytes,
      fromSec,
      toSec,
      fromWall: wall,
      toWall: wall,
      state,
    };
    if (this.runs.length < MAX_LISTED) this.runs.push(this.#last);
    else this.omitted.runs++;
  }

  gap(gap: TimelineGap): void {
    if (this.gaps.length < MAX_LISTED) this.gaps.push(gap);
    else this.omitted.gaps++;
  }

  /** Notes an entry that is a point of the timeline; others, and those of another recording, are left alone. */
  note(entry: Entry, atSec: number, recording: number): void {
    const text = pointText(entry);
    if (text === undefined) return;
    if ('recording' in entry && entry.recording !== undefined && entry.recording !== recording) return;
    const { n, type, at } = entry;
    const point = { entry: n, type, atSec, wall: at.wall, text: text.slice(0, MAX_TEXT) };
    if (this.points.length < MAX_LISTED) this.points.push(point);
    else this.omitted.points++;
  }

  /** Where the end of the first `size` entries of the journal falls; undefined outside the recording's footage. */
  secAt(size: number): number | undefined {
    const last = size - 1;
    let before: Run | undefined;
    for (const run of this.runs) {
      if (run.firstEntry > last) break;
      before = run;
    }
    if (before === undefined) return undefined;
    if (last >= before.lastEntry) return before.toSec;
    const part = (last - before.firstEntry + 1) / (before.lastEntry - before.firstEntry + 1);
    return before.fromSec + part * (before.toSec - before.fromSec);
  }
}

/** What a mark is called when whoever made it said no more: the type says as much. */
const PLAIN_MARK = 'mark';

const MAX_VALUE_CHARACTERS = 500;

/** What a device wrote as an event's value; brackets without end, which JSON.parse takes, are more than JSON.stringify has a stack for. */
function valueText(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? '').slice(0, MAX_VALUE_CHARACTERS);
  } catch {
    return '…';
  }
}

function pointText(entry: Entry): string | undefined {
  switch (entry.type) {
    case 'mark':
      return [
        ...(entry.kind === PLAIN_MARK ? [] : [entry.kind]),
        ...(entry.note === undefined ? [] : [entry.note]),
      ].join(': ');
    case 'clock-changed':
      return `${entry.fromWall} became ${entry.toWall} (${entry.source})`;
    case 'key-rotated':
      return `epoch ${entry.epoch}`;
    case 'identity-shown':
    case 'party-informed':
      return `officer ${entry.officer}, credential ${entry.credential}`;
    case 'event':
      return `${entry.source} ${entry.name} ${valueText(entry.value)}`.trimEnd();
    case 'boot':
    case 'shutdown':
      return entry.reason;
    default:
      return undefined;
  }
}
