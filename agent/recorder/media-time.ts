import { type Box, BoxFields, boxError, boxesWithin, childOf, type Segment } from './boxes.js';
import { leadingTrack, type Track } from './tracks.js';

/** When a fragment's media plays: integers in units of 1/`timescale` second, from tfdt and trun. */
export interface MediaTime {
  start: number;
  duration: number;
  timescale: number;
}

export interface FragmentTiming {
  media: MediaTime;
  /** Whether the first sample of the track that `media` speaks of is a sync sample. */
  keyframe: boolean;
  /** How many samples that track has: with pictures, their number. */
  samples: number;
}

/** Where each track's next fragment starts when it carries no tfdt, by track id. */
export type TrackClock = Map<number, number>;

interface TrackRun {
  track: Track;
  start: number | undefined;
  duration: number;
  keyframe: boolean | undefined;
  samples: number;
}

const TFHD_BASE_DATA_OFFSET = 0x1;
const TFHD_SAMPLE_DESCRIPTION = 0x2;
const TFHD_DURATION = 0x8;
const TFHD_SIZE = 0x10;
const TFHD_FLAGS = 0x20;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;
const SAMPLE_IS_NON_SYNC = 0x10000;

/**
 * The time of one moof, after its video track, or after the first track it has samples of when it has no video
 * (ISO/IEC 14496-12, 8.8). Moves `clock` on. Throws LIUHEN_MEDIA_FORMAT.
 */
export function timingOf(
  segment: Segment,
  moof: Box,
  tracks: readonly Track[],
  clock: TrackClock,
): FragmentTiming {
  const runs: TrackRun[] = [];
  for (const box of boxesWithin(segment, moof.start, moof.end)) {
    if (box.type === 'traf') addTrackFragment(segment, box, tracks, runs);
  }
  const first = runs[0];
  if (first === undefined) {
    throw boxError('moof', segment.streamOffset + moof.start, "expected at least one 'traf', found none");
  }
  for (const run of runs) {
    run.start ??= clock.get(run.track.id) ?? 0;
    clock.set(run.track.id, safe(run.start + run.duration, segment, moof));
  }
  const leading = leadingTrack(tracks);
  const run = runs.find(({ track }) => track === leading) ?? first;
  return {
    media: { start: run.start ?? 0, duration: run.duration, timescale: run.track.timescale },
    keyframe: run.keyframe ?? false,
    samples: run.samples,
  };
}

/** Adds one traf to the run of its track, so that several trafs of one track count as one. */
function addTrackFragment(segment: Segment, traf: Box, tracks: readonly Track[], runs: TrackRun[]): void {
  const tfhd = childOf(segment, traf, 'tfhd');
  if (tfhd === undefined) {
    throw boxError('traf', segment.streamOffset + traf.start, "expected 'tfhd' inside, found none");
  }
  const header = new BoxFields(segment, tfhd);
  header.skip(1);
  const flags = header.u24();
  const id = header.u32();
  const track = tracks.find((candidate) => candidate.id === id);
  if (track === undefined) throw header.error(`expected a track of the init segment, found track ${id}`);
  if (flags & TFHD_BASE_DATA_OFFSET) header.skip(8);
  if (flags & TFHD_SAMPLE_DESCRIPTION) header.skip(4);
  const defaultDuration = flags & TFHD_DURATION ? header.u32() : track.defaultDuration;
  if (flags & TFHD_SIZE) header.skip(4);
  const defaultFlags = flags & TFHD_FLAGS ? header.u32() : track.defaultFlags;

  let run = runs.find((candidate) => candidate.track === track);
  if (run === undefined) {
    run = { track, start: undefined, duration: 0, keyframe: undefined, samples: 0 };
    runs.push(run);
  }
  for (const box of boxesWithin(segment, traf.start, traf.end)) {
    if (box.type === 'tfdt') {
      const fields = new BoxFields(segment, box);
      const version = fields.u8();
      fields.skip(3);
      const start = version === 1 ? fields.u64() : fields.u32();
      run.start ??= start;
    } else if (box.type === 'trun') {
      const samples = samplesOf(new BoxFields(segment, box), defaultDuration, defaultFlags);
      run.duration = safe(run.duration + samples.duration, segment, box);
      run.samples += samples.count;
      if (samples.count > 0) run.keyframe ??= samples.keyframe;
    }
  }
}

function samplesOf(
  fields: BoxFields,
  defaultDuration: number,
  defaultFlags: number,
): { count: number; duration: number; keyframe: boolean } {
  fields.skip(1);
  const flags = fields.u24();
  const count = fields.u32();
  if (flags & TRUN_DATA_OFFSET) fields.skip(4);
  let firstFlags = flags & TRUN_FIRST_FLAGS ? fields.u32() : undefined;
  const sampleBytes = 4 * bitsSet(flags & (TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION));
  if (sampleBytes * count > fields.left) {
    throw fields.error(`expected ${count} samples of ${sampleBytes} bytes, found ${fields.left} bytes`);
  }
  const readEach = (flags & TRUN_DURATION) !== 0;
  let duration = readEach ? 0 : count * defaultDuration;
  // Only the first sample's flags are asked for, so without durations one sample is enough.
  const toRead = readEach ? count : Math.min(count, 1);
  for (let i = 0; i < toRead; i++) {
    if (flags & TRUN_DURATION) duration += fields.u32();
    if (flags & TRUN_SIZE) fields.skip(4);
    if (flags & TRUN_FLAGS) {
      const sampleFlags = fields.u32();
      if (i === 0) firstFlags ??= sampleFlags;
    }
    if (flags & TRUN_COMPOSITION) fields.skip(4);
  }
  return { count, duration, keyframe: ((firstFlags ?? defaultFlags) & SAMPLE_IS_NON_SYNC) === 0 };
}

function bitsSet(flags: number): number {
  let count = 0;
  for (let rest = flags; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function safe(value: number, segment: Segment, box: Box): number {
  if (Number.isSafeInteger(value)) return value;
  throw boxError(
    box.type,
    segment.streamOffset + box.start,
    `expected media times up to ${Number.MAX_SAFE_INTEGER}, found ${value}`,
  );
}
