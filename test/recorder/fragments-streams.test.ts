import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import type { InitSegment } from '../../agent/recorder/fragments.js';
import { LiuhenError } from '../../config/errors.js';
import { joined, split } from '../support/split-stream.js';

const run = promisify(execFile);
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5'];
const FRAGMENTED = ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'];

/** What ffmpeg calls each stream, what it is made with, and what RFC 6381 calls its codecs. */
const STREAMS: Record<string, [string[], string]> = {
  'picture and sound': [
    [...PICTURE, ...SOUND, ...X264, '-tune', 'zerolatency', '-c:a', 'aac'],
    'avc1.42c00a,mp4a.40.2',
  ],
  'picture only': [[...PICTURE, ...X264], 'avc1.42c00a'],
  'sound only': [[...SOUND, '-c:a', 'aac', '-frag_duration', '500000'], 'mp4a.40.2'],
  'pictures out of order (B-frames)': [
    [...PICTURE, '-c:v', 'libx264', '-bf', '2', '-g', '6', '-pix_fmt', 'yuv420p', '-profile:v', 'main'],
    'avc1.4d400a',
  ],
  'H.265': [
    [
      ...PICTURE,
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=0:keyint=5',
      '-tag:v',
      'hvc1',
    ],
    'hvc1.1.6.L30.90',
  ],
};

const NAMES = Object.keys(STREAMS);
const real = new Map<string, Buffer>();
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liuhen-fragments-'));
  for (const [index, [name, [args]]] of Object.entries(STREAMS).entries()) {
    const path = join(folder, `${index}.mp4`);
    await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-t', '2', ...FRAGMENTED, path]);
    real.set(name, await readFile(path));
  }
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

function stream(name: string): Buffer {
  const bytes = real.get(name);
  if (!bytes) throw new Error(`no stream ${name}`);
  return bytes;
}

for (const [name, [, codecs]] of Object.entries(STREAMS)) {
  test(`segments of a stream of ${name} are its bytes up to the mfra, each in a buffer of its own`, (t) => {
    const whole = stream(name);
    const parts = split(whole);
    const mfraBytes = whole.readUInt32BE(whole.length - 4);
    t.true(parts.fragments.length >= 3);
    t.deepEqual(parts.end, { trailingBytes: mfraBytes, partialBytes: 0 });
    t.true(joined(parts).equals(whole.subarray(0, whole.length - mfraBytes)));
    for (const { bytes, sha256 } of [parts.init as InitSegment, ...parts.fragments]) {
      t.is(bytes.buffer.byteLength, bytes.length);
      t.is(sha256, createHash('sha256').update(bytes).digest('hex'));
    }
  });

  test(`segments of a stream of ${name} play, and ffprobe reads the same times from them`, async (t) => {
    const parts = split(stream(name));
    const path = join(folder, `joined-${NAMES.indexOf(name)}.mp4`);
    await writeFile(path, joined(parts));
    const kind = name === 'sound only' ? 'a:0' : 'v:0';
    const entries = 'packet=dts,duration,flags:stream=time_base';
    const args = ['-v', 'error', '-of', 'json', '-select_streams', kind, '-show_entries', entries, path];
    const { stdout, stderr } = await run('ffprobe', args);
    t.is(stderr, '');
    const probed = JSON.parse(stdout) as {
      packets: { dts: number; duration: number; flags: string }[];
      streams: { time_base: string }[];
    };
    const dts = probed.packets.map((packet) => packet.dts - shift(probed));
    let index = 0;
    let next = 0;
    for (const { media, keyframe } of parts.fragments) {
      t.is(probed.streams[0]?.time_base, `1/${media.timescale}`);
      t.is(media.start, next);
      t.is(dts[index], next);
      t.is(probed.packets[index]?.flags.startsWith('K'), keyframe);
      next = media.start + media.duration;
      while (index < dts.length && (dts[index] ?? 0) < next) index++;
    }
    // ffprobe names AAC's nominal duration, trun the one the last samples really have.
    const lastDuration = next - (dts.at(-1) ?? 0);
    t.true(lastDuration > 0 && lastDuration <= (probed.packets.at(-1)?.duration ?? 0));
    t.is(index, probed.packets.length);
    await t.notThrowsAsync(run('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']));
  });

  test(`the codecs of a stream of ${name} are named as RFC 6381 does`, (t) => {
    t.is(split(stream(name)).init?.codecs, codecs);
  });
}

/** ffprobe shows B-frames' decoding times shifted below zero; tfdt has them from zero. */
function shift(probed: { packets: { dts: number }[] }): number {
  return probed.packets[0]?.dts ?? 0;
}

test('chunks of any size give the same segments', (t) => {
  const whole = stream('picture and sound');
  const expected = split(whole);
  for (const chunkBytes of [1, 2, 3, 7, 8, 13, 17, 4093, 65_536])
    t.deepEqual(split(whole, chunkBytes), expected);
});

test('a stream cut anywhere gives whole fragments, and the rest is counted', (t) => {
  const whole = stream('picture only');
  const all = split(whole);
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const parts = split(whole.subarray(0, length), 1009);
      t.is(joined(parts).length + parts.end.partialBytes + parts.end.trailingBytes, length);
      t.deepEqual(parts.fragments, all.fragments.slice(0, parts.fragments.length));
      const next = all.fragments[parts.fragments.length];
      if (next) t.true(parts.end.partialBytes <= (parts.init ? next.bytes.length : length));
    }),
    { numRuns: 60 },
  );
});

test('damaged streams are refused with a LIUHEN_MEDIA_FORMAT or split, and never grow past their limits', (t) => {
  const limits = { initBytes: 4096, fragmentBytes: 60_000 };
  const source = stream('picture and sound').subarray(0, 40_000);
  const damage = fc.array(fc.record({ at: fc.nat(6000), byte: fc.nat(255) }), { minLength: 1, maxLength: 6 });
  let refused = 0;
  fc.assert(
    fc.property(damage, fc.integer({ min: 1, max: 5000 }), (changes, chunkBytes) => {
      const bytes = Buffer.from(source);
      for (const { at, byte } of changes) bytes[at] = byte;
      try {
        const parts = split(bytes, chunkBytes, limits);
        for (const { bytes: held, media } of parts.fragments) {
          t.true(held.length <= limits.fragmentBytes);
          t.true(Number.isSafeInteger(media.start + media.duration) && media.timescale > 0);
        }
      } catch (error) {
        t.true(error instanceof LiuhenError && error.code === 'LIUHEN_MEDIA_FORMAT', String(error));
        refused++;
      }
    }),
    { numRuns: 400 },
  );
  t.true(refused > 0);
});
