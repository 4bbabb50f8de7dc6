import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { promisify } from 'node:util';
import { type FragmentEvent, FragmentSplitter } from '../../agent/recorder/fragments.js';

const TIMESCALE = 90_000;
const SAMPLES = 25;
const SAMPLE_DURATION = TIMESCALE / SAMPLES;
/** What a pipe gives at once. */
const CHUNK_BYTES = 64 * 1024;
/** So many different fragments are kept in memory; each time one is used again its sequence number and time are new. */
const POOL = 24;

/** The ftyp and moov that ffmpeg writes for 720p H.264. */
async function realInit(): Promise<Buffer> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi'],
      ...[
        '-i',
        'testsrc2=size=1280x720:rate=25',
        '-frames:v',
        '2',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
      ],
      ...['-pix_fmt', 'yuv420p', '-video_track_timescale', String(TIMESCALE), '-f', 'mp4'],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
  );
  const first: FragmentEvent | undefined = new FragmentSplitter().push(stdout)[0];
  if (first?.type !== 'init') throw new Error('expected an init segment from ffmpeg, got none');
  return first.init.bytes;
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}

function box(type: string, ...payload: Buffer[]): Buffer {
  const length = payload.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(length), Buffer.from(type, 'latin1'), ...payload]);
}

/** moof and the header of mdat for one second of 25 samples on track 1 (ISO/IEC 14496-12, 8.8). */
function fragmentHead(sequence: number, bytes: number): Buffer {
  const start = Buffer.alloc(8);
  start.writeBigUInt64BE(BigInt(sequence) * BigInt(TIMESCALE));
  const moofOf = (dataOffset: number) =>
    box(
      'moof',
      box('mfhd', u32(0, sequence)),
      box(
        'traf',
        box('tfhd', u32(0x020008, 1, SAMPLE_DURATION)),
        box('tfdt', u32(0x01000000), start),
        box('trun', u32(0x000001, SAMPLES, dataOffset)),
      ),
    );
  const { length } = moofOf(0);
  return Buffer.concat([moofOf(length + 8), u32(bytes - length), Buffer.from('mdat', 'latin1')]);
}

/** An already encoded stream: a real init segment, then fragments of `fragmentBytes` whose media is random bytes. */
export class FootageStream {
  readonly init: Buffer;
  readonly #pool: Buffer[];
  readonly #fragmentBytes: number;

  private constructor(init: Buffer, fragmentBytes: number) {
    this.init = init;
    this.#fragmentBytes = fragmentBytes;
    this.#pool = Array.from({ length: POOL }, () => randomFillSync(Buffer.allocUnsafe(fragmentBytes)));
  }

  static async make(fragmentBytes: number): Promise<FootageStream> {
    return new FootageStream(await realInit(), fragmentBytes);
  }

  /** Fragment `index`, never twice the same bytes. Valid until `POOL` more have been asked for. */
  fragment(index: number): Buffer {
    const fragment = this.#pool[index % POOL] as Buffer;
    fragmentHead(index + 1, this.#fragmentBytes).copy(fragment);
    return fragment;
  }

  /** Init and the fragments [from, to) as bytes, in the pieces that a pipe would give. */
  *chunks(from: number, to: number): Generator<Buffer> {
    yield this.init;
    for (let index = from; index < to; index++) {
      const fragment = this.fragment(index);
      for (let at = 0; at < fragment.length; at += CHUNK_BYTES) {
        yield fragment.subarray(at, at + CHUNK_BYTES);
      }
    }
  }
}
