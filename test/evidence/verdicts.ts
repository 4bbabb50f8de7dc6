import type { Finding, Run, Verdict, VerdictName } from '../../agent/evidence/verify/verdict.js';

const START_MS = Date.UTC(2025, 2, 4, 1, 2, 3, 456);

/** A wall time so many seconds into the recording of these fixtures. */
export function wallAt(sec: number): string {
  return new Date(START_MS + sec * 1000).toISOString();
}

export function runOf(part: Partial<Run> & Pick<Run, 'fromSec' | 'toSec'>): Run {
  const { fromSec, toSec } = part;
  return {
    take: 0,
    firstEntry: 44 + Math.floor(fromSec),
    lastEntry: 43 + Math.ceil(toSec),
    firstFragment: Math.floor(fromSec),
    fragments: Math.ceil(toSec) - Math.floor(fromSec),
    bytes: Math.round((toSec - fromSec) * 1_000_000),
    fromWall: wallAt(fromSec),
    toWall: wallAt(toSec),
    state: 'authentic',
    ...part,
  };
}

const FINDINGS: Record<Exclude<VerdictName, 'intact'>, Finding> = {
  incomplete: {
    verdict: 'incomplete',
    kind: 'gap',
    entry: 264,
    mediaSec: 220,
    expected: 'footage without a break',
    actual: 'a gap of 35 s: camera gave no data for 3000 ms',
  },
  altered: {
    verdict: 'altered',
    kind: 'footage-hash',
    file: 'recording.mp4',
    entry: 356,
    mediaSec: 312.48,
    expected: `sha256 ${'3f'.repeat(32)}`,
    actual: `sha256 ${'a0'.repeat(32)}`,
  },
  untrusted: {
    verdict: 'untrusted',
    kind: 'root-key',
    file: 'keys',
    expected: 'a chain of key notes from liuhen.example/recorder-0001+1a2b3c4d',
    actual: 'the checkpoint is signed by liuhen.example/recorder-0001+99887766',
  },
};

const SUMMARIES: Record<VerdictName, string> = {
  intact: 'All 725 fragments match the signed journal, which 3 witness statements cover.',
  incomplete:
    'All that is here is authentic, but a gap of 35 s at 0:03:40 was declared: the camera gave no data.',
  altered: '12 fragments of recording.mp4 from 0:05:12.480 on are not what the device signed.',
  untrusted: 'No chain of keys leads from a pinned key to the key that signed the checkpoint.',
};

/** A verdict of the named kind over one recording of twelve minutes in two takes. */
export function verdictOf(name: VerdictName, changes: Partial<Verdict> = {}): Verdict {
  const runs: Record<VerdictName, Run[]> = {
    intact: [runOf({ fromSec: 0, toSec: 725 })],
    incomplete: [
      runOf({ fromSec: 0, toSec: 220 }),
      runOf({ fromSec: 255, toSec: 540, take: 1 }),
      runOf({ fromSec: 540, toSec: 600, take: 1, state: 'absent' }),
      runOf({ fromSec: 600, toSec: 725, take: 1 }),
    ],
    altered: [
      runOf({ fromSec: 0, toSec: 312 }),
      runOf({ fromSec: 312, toSec: 324, state: 'altered' }),
      runOf({ fromSec: 324, toSec: 725 }),
    ],
    untrusted: [],
  };
  const trusted = name !== 'untrusted';
  return {
    verdict: name,
    summary: SUMMARIES[name],
    findings: name === 'intact' ? [] : [FINDINGS[name]],
    moreFindings: 0,
    device: 'recorder-0001',
    origin: 'liuhen.example/recorder-0001',
    recording: 42,
    software: 'liuhen 0.1.0',
    trigger: 'button',
    mode: 'video',
    wholeProcess: true,
    preRecordSec: 30,
    started: wallAt(0),
    stopped: { wall: wallAt(725), reason: 'button' },
    journal: { from: 42, to: 790, size: 812, root: '5iX9oPUMMEcLHZzSOSFYEs+1aM5vB3q5zdHgQyeZCHc=', epoch: 3 },
    fragments: 725,
    bytes: 725_000_000,
    durationSec: 725,
    clockSources: ['gnss', 'ntp'],
    ...(trusted
      ? { notEarlierThan: wallAt(-60), notLaterThan: wallAt(731), archived: { by: 'archive.example' } }
      : {}),
    witnesses: trusted
      ? [
          { witness: 'archive.example', size: 40, time: wallAt(-60) },
          { witness: 'archive.example', size: 300, time: wallAt(256), atSec: 256 },
          { witness: 'witness.example', size: 301, time: wallAt(262), atSec: 262 },
          { witness: 'archive.example', size: 812, time: wallAt(731) },
        ]
      : [],
    runs: runs[name],
    gaps:
      name === 'incomplete'
        ? [{ entry: 264, reason: 'camera gave no data for 3000 ms', fromSec: 220, toSec: 255 }]
        : [],
    points: trusted
      ? [
          {
            entry: 75,
            type: 'identity-shown',
            atSec: 31,
            wall: wallAt(31),
            text: 'officer 0117, credential 4401-2031',
          },
          {
            entry: 81,
            type: 'party-informed',
            atSec: 37,
            wall: wallAt(37),
            text: 'officer 0117 已告知当事人',
          },
          { entry: 401, type: 'mark', atSec: 357, wall: wallAt(357), text: '查封现场 evidence' },
          { entry: 600, type: 'key-rotated', atSec: 556, wall: wallAt(556), text: 'epoch 3' },
        ]
      : [],
    trust: {
      log: 'liuhen.example/recorder-0001+1a2b3c4d+AbVqX8m7dQ2yT1o3Gk0dKf3n3o2o1o0o9o8o7o6o5o4o',
      witnesses: ['archive.example+5e6f7a8b+BOnG1YzB2xCw3VdUeTfSgRhQiPjOkNlMmLnKoJpIqHr'],
      quorum: 'archive.example',
    },
    unlisted: [],
    tool: 'liuhen 0.1.0',
    ...changes,
  };
}

/** Twenty thousand of everything, and texts of a megabyte. */
export function hugeVerdict(): Verdict {
  const many = 20_000;
  const long = 'x'.repeat(1_000_000);
  const each = <T>(of: (index: number) => T) => Array.from({ length: many }, (_, index) => of(index));
  return verdictOf('altered', {
    summary: long,
    durationSec: many * 2,
    runs: each((index) =>
      runOf({
        fromSec: index * 2,
        toSec: index * 2 + 1.9,
        take: index,
        state: index === 12_345 ? 'altered' : index % 97 === 0 ? 'absent' : 'authentic',
      }),
    ),
    gaps: each((index) => ({ entry: index, reason: long, fromSec: index * 2 + 1.9, toSec: index * 2 + 2 })),
    points: each((index) => ({
      entry: index,
      type: 'mark',
      atSec: index * 2,
      wall: wallAt(index),
      text: long,
    })),
    witnesses: each((index) => ({ witness: long, size: index, time: wallAt(index), atSec: index * 2 })),
    findings: each((index) => ({
      verdict: 'altered',
      kind: long,
      entry: index,
      mediaSec: index * 2,
      expected: long,
      actual: long,
    })),
    unlisted: each(() => long),
    clockSources: each((index) => `${index}${long.slice(0, 100)}`),
    trust: { log: long, witnesses: each(() => long), quorum: long },
  });
}
