import type { At, EntryOf } from '../../journal/entry.js';
import type { NoticeManifest } from '../../journal/notice-manifest.js';
import type { Findings } from './findings.js';
import type { DecodedEntry } from './walk.js';

/** Something that began to hang on the same screen while the display went on: on the same page, that is. */
export interface NoticeBeside {
  kind: string;
  id: string;
  revision: number;
  wall: string;
  entry: number;
}

const MAX_BESIDE = 50;

/** Folds the entries of one display, in order, and says where they contradict it. */
export class NoticeWalk {
  readonly clockSources = new Set<string>();
  readonly beside: NoticeBeside[] = [];
  readonly #notice: NoticeManifest['notice'];
  readonly #from: number;
  readonly #findings: Findings;
  #began: EntryOf<'displayed'> | undefined;
  #ceased: EntryOf<'displayed'> | undefined;
  /** The last entry before the agent was started anew. */
  #last: { n: number; at: At } | undefined;
  /** The agent was started anew since it began: no page of before shows anything any more. */
  #restarted = false;
  #longestSilenceMs = 0;
  #next: number;

  constructor({ notice, journal }: NoticeManifest, findings: Findings) {
    this.#notice = notice;
    this.#from = journal.from;
    this.#next = journal.from;
    this.#findings = findings;
  }

  get began(): EntryOf<'displayed'> | undefined {
    return this.#began;
  }

  get ceased(): EntryOf<'displayed'> | undefined {
    return this.#ceased;
  }

  /** Whether the agent was started anew before it is written that it ceased: it had ceased by then, and nobody knows when. */
  get cutOff(): boolean {
    return this.#restarted;
  }

  /** One behind the last entry followed. */
  get to(): number {
    return this.#next;
  }

  /** Until when the journal says that it hung: where it ceased, or the last entry before the agent was started anew. */
  get until(): { n: number; at: At } | undefined {
    return this.#last;
  }

  /** The longest time between two entries while it hung: the journal's heartbeat keeps it short on a device that ran. */
  get longestSilenceSec(): number {
    return this.#longestSilenceMs / 1000;
  }

  follow(entry: DecodedEntry): void {
    const n = this.#next++;
    if (entry instanceof Error) {
      this.#altered('malformed-entry', n, 'an entry of its form', entry.message);
      return;
    }
    if (n === this.#from) {
      if (entry.type === 'displayed' && entry.change === 'began' && this.#isOurs(entry)) this.#began = entry;
      else this.#altered('range', n, `displayed, ${this.#named()} began`, entry.type);
    }
    if (this.#began === undefined) return;
    // What is written of it later, as after a disk that failed, makes it no longer.
    if (this.#ceased === undefined) this.#hung(n, entry);
    if (entry.type !== 'displayed' || n === this.#from || !this.#isOurs(entry)) return;
    const isEnd = entry.change === 'ceased' && entry.began === this.#from;
    if (isEnd && this.#ceased === undefined) this.#ceased = entry;
    // After a restart it may hang again, where that it hung before was not remembered.
    else if (!this.#restarted) {
      this.#altered('order', n, `${this.#named()} to cease first`, `it ${entry.change} another time`);
    }
  }

  #hung(n: number, entry: Exclude<DecodedEntry, Error>): void {
    const { type, at } = entry;
    this.#restarted ||= type === 'boot' || at.boot !== this.#began?.at.boot;
    if (this.#restarted) return;
    this.clockSources.add(at.source);
    const silenceMs = this.#last === undefined ? 0 : at.mono - this.#last.at.mono;
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, silenceMs);
    this.#last = { n, at };
    if (entry.type === 'displayed' && entry.change === 'began') this.#besideUs(entry);
  }

  #besideUs({ kind, id, revision, screen, at, n }: EntryOf<'displayed'>): void {
    const isNotice = kind === 'correction' || kind === 'withdrawal';
    if (!isNotice || (screen ?? '') !== this.#notice.screen || this.beside.length >= MAX_BESIDE) return;
    this.beside.push({ kind, id, revision, wall: at.wall, entry: n });
  }

  #isOurs(entry: EntryOf<'displayed'>): boolean {
    const { kind, id, revision, sha256, screen } = this.#notice;
    return (
      entry.kind === kind &&
      entry.id === id &&
      entry.revision === revision &&
      entry.sha256 === sha256 &&
      (entry.screen ?? '') === screen
    );
  }

  #named(): string {
    const { kind, id, revision, screen } = this.#notice;
    return `${kind}/${id} revision ${revision} on ${screen}`;
  }

  #altered(kind: string, entry: number, expected: string, actual: string): void {
    this.#findings.add({ verdict: 'altered', kind, entry, expected, actual });
  }
}
