/** What verification answers. */
export type VerdictName = 'intact' | 'incomplete' | 'altered' | 'untrusted';

/** Exit status of `liuhen verify` for each verdict. */
export const VERDICT_STATUS: Record<VerdictName, number> = {
  intact: 0,
  incomplete: 1,
  altered: 2,
  untrusted: 3,
};

/** One reason why a verdict is not `intact`. */
export interface Finding {
  verdict: Exclude<VerdictName, 'intact'>;
  /** A stable word for the kind of finding, e.g. `footage-hash`, `gap`, `interrupted`, `checkpoint-signature`. */
  kind: string;
  /** The file of the bundle it was found in. */
  file?: string;
  /** The journal entry concerned. */
  entry?: number;
  /** Where in the footage, in seconds from the start of the recording. */
  mediaSec?: number;
  expected: string;
  actual: string;
}

/** A stretch of consecutive fragments of one take. */
export interface Run {
  take: number;
  firstEntry: number;
  lastEntry: number;
  firstFragment: number;
  fragments: number;
  bytes: number;
  /** Seconds from the start of the recording, adding up media durations and declared gaps. */
  fromSec: number;
  toSec: number;
  /** Wall times of the entries at both ends, RFC 3339. */
  fromWall: string;
  toWall: string;
  state: 'authentic' | 'altered' | 'absent';
}

/** A thing at a point of the timeline: a mark, a clock change, a key rotation, identity shown, an event. */
export interface TimelinePoint {
  entry: number;
  type: string;
  atSec: number;
  wall: string;
  text: string;
}

export interface TimelineGap {
  entry: number;
  reason: string;
  fromSec: number;
  toSec: number;
}

/** A witness saw the journal with this many entries at this time. */
export interface WitnessTime {
  witness: string;
  size: number;
  time: string;
  /** Where on the timeline the witnessed size falls; undefined outside the recording. */
  atSec?: number;
}

/** The whole answer; what `--json` prints and the HTML report draws. */
export interface Verdict {
  verdict: VerdictName;
  /** One sentence for a person. */
  summary: string;
  /** Worst first, then by entry. Bounded; `moreFindings` counts the rest. */
  findings: Finding[];
  moreFindings: number;
  device: string;
  origin: string;
  recording: number;
  software: string;
  trigger: string;
  /** What was recorded: `video`, `audio` (sound alone) or `still` (single pictures), as the device says. */
  mode: string;
  wholeProcess: boolean;
  preRecordSec: number;
  started: string;
  stopped?: { wall: string; reason: string };
  /** Journal entries [from, to) and the size of the checkpoint that covers them. */
  journal: { from: number; to: number; size: number; root: string; epoch: number };
  fragments: number;
  bytes: number;
  durationSec: number;
  clockSources: string[];
  /** From witness times inside the journal and of the checkpoint; RFC 3339. */
  notEarlierThan?: string;
  notLaterThan?: string;
  witnesses: WitnessTime[];
  archived?: { by: string };
  runs: Run[];
  gaps: TimelineGap[];
  points: TimelinePoint[];
  /** How many of each were left out to bound the answer; absent when none were. */
  omitted?: { runs: number; gaps: number; points: number };
  /** The pinned keys that this rests on. */
  trust: { log: string; witnesses: string[]; quorum: string };
  /** Files of the folder that are no evidence and were not looked into. */
  unlisted: string[];
  tool: string;
}
