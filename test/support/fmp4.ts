/** Boxes built by hand, for streams that no encoder writes. Sizes and fields follow ISO/IEC 14496-12. */

export function u8(...values: number[]): Buffer {
  return Buffer.from(values);
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

export function box(type: string, ...payload: Buffer[]): Buffer {
  const body = Buffer.concat(payload);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
}

/** A box whose size is written in 64 bits. */
export function largeBox(type: string, ...payload: Buffer[]): Buffer {
  const body = Buffer.concat(payload);
  return Buffer.concat([u32(1), Buffer.from(type, 'latin1'), u64(BigInt(16 + body.length)), body]);
}

export function fullBox(type: string, version: number, flags: number, ...payload: Buffer[]): Buffer {
  return box(type, u32(version * 2 ** 24 + flags), ...payload);
}

export interface TrackSpec {
  id: number;
  handler: string;
  timescale: number;
  defaultDuration?: number;
  defaultFlags?: number;
  /** Sample entry; one without configuration by default. */
  entry?: Buffer;
  version?: number;
}

export function moov(tracks: TrackSpec[]): Buffer {
  return box('moov', box('mvhd'), ...tracks.map(trak), box('mvex', ...tracks.map(trex)));
}

export function init(...tracks: TrackSpec[]): Buffer {
  return Buffer.concat([box('ftyp', Buffer.from('isom')), moov(tracks)]);
}

function trak({ id, handler, timescale, entry = box('abcd'), version = 0 }: TrackSpec): Buffer {
  const times = Buffer.alloc(version === 1 ? 16 : 8);
  const duration = Buffer.alloc(version === 1 ? 8 : 4);
  return box(
    'trak',
    fullBox('tkhd', version, 0, times, u32(id, 0), duration),
    box(
      'mdia',
      fullBox('mdhd', version, 0, times, u32(timescale), duration, u32(0)),
      fullBox('hdlr', 0, 0, u32(0), Buffer.from(handler), u32(0, 0, 0)),
      box('minf', box('stbl', fullBox('stsd', 0, 0, u32(1), entry))),
    ),
  );
}

function trex({ id, defaultDuration = 0, defaultFlags = 0 }: TrackSpec): Buffer {
  return fullBox('trex', 0, 0, u32(id, 1, defaultDuration, 0, defaultFlags));
}

export function tfhd(id: number, flags = 0x20000, ...fields: Buffer[]): Buffer {
  return fullBox('tfhd', 0, flags, u32(id), ...fields);
}

export function tfdt(start: number): Buffer {
  return fullBox('tfdt', 0, 0, u32(start));
}

/** A moof of these trafs, with the mdat that follows it. */
export function fragment(...trafs: Buffer[][]): Buffer {
  return Buffer.concat([
    box('moof', fullBox('mfhd', 0, 0, u32(1)), ...trafs.map((t) => box('traf', ...t))),
    mdat(),
  ]);
}

export function mdat(payload: Buffer = Buffer.from('footage')): Buffer {
  return box('mdat', payload);
}
