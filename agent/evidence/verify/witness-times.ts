import { messageOf } from '../../../config/errors.js';
import { type Checkpoint, cosignedAt, parseCheckpoint } from '../../journal/checkpoint.js';
import type { EntryOf } from '../../journal/entry.js';
import type { Policy } from '../../journal/policy.js';
import type { Findings } from './findings.js';
import type { Timeline } from './timeline.js';
import type { AuthenticTree } from './tree.js';
import { type Cosigned, MAX_TIME_SEC, type Trusted } from './trust.js';
import type { WitnessTime } from './verdict.js';

/** Witness times listed in a verdict; the bounds are computed from all of them. */
const MAX_LISTED = 2000;

interface Seen extends Cosigned {
  size: number;
}

/** When witnesses of the policy saw the journal: by the checkpoint, and by the cosigned checkpoints noted in the journal. */
export class WitnessTimes {
  readonly #policy: Policy;
  readonly #tree: AuthenticTree;
  readonly #findings: Findings;
  readonly #origin: string;
  readonly #recording: number;
  readonly #seen: Seen[];
  #seenMore: Seen | undefined;
  #notEarlierSec: number | undefined;

  constructor(trusted: Trusted, policy: Policy, tree: AuthenticTree, recording: number, findings: Findings) {
    const { checkpoint, cosigned } = trusted;
    this.#policy = policy;
    this.#tree = tree;
    this.#findings = findings;
    this.#origin = checkpoint.origin;
    this.#recording = recording;
    this.#seen = cosigned.map((one) => ({ ...one, size: checkpoint.size }));
  }

  /**
   * Takes a `witnessed` entry. It must not contradict the tree; where the tiles to tell are not in the bundle, its time still
   * bounds what follows it, since the entry holds the signature, but nothing that went before.
   */
  async note({ n, size, checkpoint: text }: EntryOf<'witnessed'>): Promise<void> {
    let checkpoint: Checkpoint;
    try {
      checkpoint = parseCheckpoint(text);
    } catch (error) {
      this.#contradicts(n, 'a cosigned checkpoint', messageOf(error));
      return;
    }
    if (checkpoint.origin !== this.#origin || checkpoint.size !== size || size > n) {
      const expected = `a checkpoint of ${this.#origin} over ${size} entries, at most ${n}`;
      this.#contradicts(n, expected, `one of ${checkpoint.origin} over ${checkpoint.size} entries`);
      return;
    }
    const root = await this.#tree.rootAt(size);
    if (root !== undefined && !root.equals(checkpoint.root)) {
      const actual = `root ${checkpoint.root.toString('hex')}`;
      this.#contradicts(n, `root ${root.toString('hex')}, which the tree had at ${size} entries`, actual);
      return;
    }
    for (const [witness, vkey] of this.#policy.witnesses) {
      try {
        const timeSec = cosignedAt(checkpoint, vkey);
        if (timeSec === undefined) continue;
        if (timeSec > MAX_TIME_SEC) throw new Error(`the time ${timeSec} s lies behind the year 9999`);
        if (n < this.#recording) this.#notEarlierSec = Math.max(timeSec, this.#notEarlierSec ?? timeSec);
        if (root !== undefined) this.#add({ witness, size, timeSec });
      } catch (error) {
        this.#contradicts(n, `a good cosignature by witness ${witness}`, messageOf(error));
      }
    }
  }

  /** The times, and the bounds that they set to a recording whose entries end before `to`. */
  result(to: number, timeline: Timeline) {
    const covering = [...this.#seen, ...(this.#seenMore === undefined ? [] : [this.#seenMore])]
      .filter(({ size }) => size >= to)
      .map(({ timeSec }) => timeSec);
    const witnesses: WitnessTime[] = this.#seen
      .sort((a, b) => a.size - b.size || a.timeSec - b.timeSec)
      .map(({ witness, size, timeSec }) => {
        const isInside = size > this.#recording && size <= to;
        const atSec = isInside ? timeline.secAt(size) : undefined;
        return { witness, size, time: rfc3339(timeSec), ...(atSec === undefined ? {} : { atSec }) };
      });
    return {
      witnesses,
      ...(this.#notEarlierSec === undefined ? {} : { notEarlierThan: rfc3339(this.#notEarlierSec) }),
      ...(covering.length === 0 ? {} : { notLaterThan: rfc3339(Math.min(...covering)) }),
    };
  }

  /** Beyond the list's end only the earliest of the largest trees counts, for it may bound the recording's end. */
  #add(seen: Seen): void {
    if (this.#seen.length < MAX_LISTED) this.#seen.push(seen);
    else if (this.#seenMore === undefined || seen.size > this.#seenMore.size) this.#seenMore = seen;
  }

  #contradicts(entry: number, expected: string, actual: string): void {
    this.#findings.add({ verdict: 'altered', kind: 'witnessed', entry, expected, actual });
  }
}

function rfc3339(timeSec: number): string {
  return new Date(timeSec * 1000).toISOString().replace('.000Z', 'Z');
}
