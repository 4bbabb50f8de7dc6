import { type Box, BoxFields, boxError, boxesWithin, childOf, type Segment } from './boxes.js';
import { codecOf } from './codecs.js';

/** What a track's boxes in moov say that its fragments lean on (ISO/IEC 14496-12, 8.8.3). */
export interface Track {
  id: number;
  /** `vide`, `soun` or another handler type. */
  handler: string;
  /** Units in a second of this track's media time. */
  timescale: number;
  codecs: string[];
  defaultDuration: number;
  defaultFlags: number;
}

const MAX_TRACKS = 32;

/** The tracks a moov declares, in its order. Throws LIUHEN_MEDIA_FORMAT. */
export function tracksOf(segment: Segment, moov: Box): Track[] {
  const tracks: Track[] = [];
  for (const box of boxesWithin(segment, moov.start, moov.end)) {
    if (box.type === 'trak') tracks.push(trackOf(segment, box));
    if (tracks.length > MAX_TRACKS) {
      throw boxError(
        'moov',
        segment.streamOffset + moov.start,
        `expected at most ${MAX_TRACKS} tracks, found more`,
      );
    }
  }
  if (tracks.length === 0) {
    throw boxError('moov', segment.streamOffset + moov.start, 'expected at least one track, found none');
  }
  const mvex = childOf(segment, moov, 'mvex');
  if (mvex === undefined) {
    throw boxError(
      'moov',
      segment.streamOffset + moov.start,
      "expected 'mvex' (the file is not fragmented), found none",
    );
  }
  for (const box of boxesWithin(segment, mvex.start, mvex.end)) {
    if (box.type !== 'trex') continue;
    const fields = new BoxFields(segment, box);
    fields.skip(4);
    const id = fields.u32();
    fields.skip(4);
    const defaultDuration = fields.u32();
    fields.skip(4);
    const defaultFlags = fields.u32();
    for (const track of tracks) if (track.id === id) Object.assign(track, { defaultDuration, defaultFlags });
  }
  return tracks;
}

/** The track whose time a fragment is named by: the first with pictures, else the first. */
export function leadingTrack(tracks: readonly Track[]): Track | undefined {
  return tracks.find((track) => track.handler === 'vide') ?? tracks[0];
}

function trackOf(segment: Segment, trak: Box): Track {
  const header = new BoxFields(segment, required(segment, trak, 'tkhd'));
  skipTimes(header);
  const id = header.u32();
  const media = required(segment, trak, 'mdia');
  const mediaHeader = new BoxFields(segment, required(segment, media, 'mdhd'));
  skipTimes(mediaHeader);
  const timescale = mediaHeader.u32();
  if (timescale === 0) throw mediaHeader.error('expected a timescale above 0, found 0');
  const handlerFields = new BoxFields(segment, required(segment, media, 'hdlr'));
  handlerFields.skip(8);
  const handler = handlerFields.fourcc();
  const table = required(segment, required(segment, media, 'minf'), 'stbl');
  const entries = new BoxFields(segment, required(segment, table, 'stsd'));
  entries.skip(8);
  const { start, end } = entries.rest();
  const codecs = Array.from(boxesWithin(segment, start, end), (entry) => codecOf(segment, entry, handler));
  return { id, handler, timescale, codecs, defaultDuration: 0, defaultFlags: 0 };
}

/** Version and flags, creation and modification time: 12 bytes, or 20 in version 1. */
function skipTimes(fields: BoxFields): void {
  const version = fields.u8();
  fields.skip(version === 1 ? 19 : 11);
}

function required(segment: Segment, parent: Box, type: string): Box {
  const child = childOf(segment, parent, type);
  if (child !== undefined) return child;
  throw boxError(parent.type, segment.streamOffset + parent.start, `expected '${type}' inside, found none`);
}
