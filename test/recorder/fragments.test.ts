import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import {
  type Fragment,
  type FragmentEvent,
  FragmentSplitter,
  fragmentsOf,
  type StreamEnd,
} from '../../agent/recorder/fragments.js';
import { LiuhenError } from '../../config/errors.js';
import {
  box,
  fragment,
  fullBox,
  init,
  largeBox,
  mdat,
  moov,
  tfdt,
  tfhd,
  u8,
  u32,
  u64,
} from '../support/fmp4.js';
import { refusal, split } from '../support/split-stream.js';

test('random bytes are refused with a LIUHEN_MEDIA_FORMAT', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), (noise) => {
      t.throws(() => split(Buffer.from(noise)), { code: 'LIUHEN_MEDIA_FORMAT' });
      const behindFtyp = Buffer.concat([box('ftyp'), noise]);
      try {
        t.is(split(behindFtyp).init, undefined);
      } catch (error) {
        t.true(error instanceof LiuhenError && error.code === 'LIUHEN_MEDIA_FORMAT', String(error));
      }
    }),
  );
});

const VIDEO = { id: 1, handler: 'vide', timescale: 1000, defaultDuration: 40, defaultFlags: 0x10000 };
const AUDIO = { id: 2, handler: 'soun', timescale: 48_000, defaultDuration: 1024 };
/** One sample, everything by default. */
const ONE_SAMPLE = fullBox('trun', 0, 0, u32(1));

test('boxes before a moof belong to its fragment, and boxes after the last mdat to none', (t) => {
  const head = Buffer.concat([box('styp', u32(1)), box('sidx', u32(2)), box('prft'), box('emsg')]);
  const first = fragment([tfhd(1), tfdt(0), ONE_SAMPLE]);
  const second = Buffer.concat([head, fragment([tfhd(1), tfdt(40), ONE_SAMPLE])]);
  const parts = split(Buffer.concat([init(VIDEO), first, second, box('free'), box('mfra'), u32(99)]), 5);
  t.deepEqual(
    parts.fragments.map(({ bytes }) => bytes),
    [first, second],
  );
  t.deepEqual(parts.end, { trailingBytes: 16, partialBytes: 4 });
});

test('an init segment is given as soon as its moov is whole', (t) => {
  const splitter = new FragmentSplitter();
  const bytes = init(VIDEO);
  t.deepEqual(splitter.push(bytes.subarray(0, -1)), []);
  t.is(splitter.push(bytes.subarray(-1))[0]?.type, 'init');
});

test('64-bit sizes are read at every level, and an empty mdat ends a fragment', (t) => {
  const traf = largeBox('traf', tfhd(1), fullBox('tfdt', 1, 0, u64(2n ** 40n)), ONE_SAMPLE);
  const large = Buffer.concat([largeBox('moof', traf), largeBox('mdat', Buffer.alloc(100, 1))]);
  const empty = Buffer.concat([box('moof', traf), mdat(Buffer.alloc(0))]);
  const parts = split(Buffer.concat([largeBox('ftyp'), moov([{ ...VIDEO, version: 1 }]), large, empty]), 3);
  t.deepEqual(
    parts.fragments.map(({ bytes }) => bytes),
    [large, empty],
  );
  t.deepEqual(parts.fragments[0]?.media, { start: 2 ** 40, duration: 40, timescale: 1000 });
});

function timingOf(
  tracks: Parameters<typeof init>,
  ...trafs: Buffer[][]
): Pick<Fragment, 'media' | 'keyframe'> {
  const { fragments } = split(Buffer.concat([init(...tracks), fragment(...trafs)]));
  const { media, keyframe } = fragments[0] as Fragment;
  return { media, keyframe };
}

test('durations come from trun, else from tfhd, else from trex', (t) => {
  const each = fullBox('trun', 0, 0x100, u32(3, 10, 20, 30));
  t.is(timingOf([VIDEO], [tfhd(1), tfdt(0), each]).media.duration, 60);
  t.is(timingOf([VIDEO], [tfhd(1, 0x8, u32(7)), tfdt(0), fullBox('trun', 0, 0, u32(3))]).media.duration, 21);
  t.is(timingOf([VIDEO], [tfhd(1), tfdt(0), fullBox('trun', 0, 0, u32(3))]).media.duration, 120);
  const everyField = fullBox('trun', 1, 0xf01, u32(2, 99, 10, 5, 0, 0, 20, 5, 0x10000, 0));
  t.deepEqual(timingOf([VIDEO], [tfhd(1, 0x3b, u64(0n), u32(1, 7, 8, 9)), tfdt(5), everyField]), {
    media: { start: 5, duration: 30, timescale: 1000 },
    keyframe: true,
  });
});

test('several runs and several trafs of the track are one stretch of time', (t) => {
  const twoRuns = [tfhd(1), tfdt(100), fullBox('trun', 0, 0, u32(2)), fullBox('trun', 0, 0, u32(3))];
  const sound = [tfhd(2), tfdt(9), fullBox('trun', 0, 0, u32(40))];
  const again = [tfhd(1), tfdt(300), ONE_SAMPLE];
  t.deepEqual(timingOf([AUDIO, VIDEO], sound, twoRuns, again).media, {
    start: 100,
    duration: 240,
    timescale: 1000,
  });
});

test('a fragment without pictures has the time of its sound', (t) => {
  const sound = [tfhd(2), tfdt(9), fullBox('trun', 0, 0, u32(2))];
  t.deepEqual(timingOf([VIDEO, AUDIO], sound).media, { start: 9, duration: 2048, timescale: 48_000 });
});

test('a fragment without tfdt starts where the one before it ended', (t) => {
  const bare = fragment([tfhd(1), ONE_SAMPLE]);
  const { fragments } = split(
    Buffer.concat([init(VIDEO), bare, fragment([tfhd(1), tfdt(500), ONE_SAMPLE]), bare]),
  );
  t.deepEqual(
    fragments.map(({ media }) => media.start),
    [0, 500, 540],
  );
});

test('a key frame is told by the first sample: its trun, else tfhd, else trex', (t) => {
  const sync = { ...VIDEO, defaultFlags: 0 };
  t.false(timingOf([VIDEO], [tfhd(1), tfdt(0), ONE_SAMPLE]).keyframe);
  t.true(timingOf([sync], [tfhd(1), tfdt(0), ONE_SAMPLE]).keyframe);
  t.true(timingOf([VIDEO], [tfhd(1, 0x20, u32(0)), tfdt(0), ONE_SAMPLE]).keyframe);
  t.true(timingOf([VIDEO], [tfhd(1), tfdt(0), fullBox('trun', 0, 0x4, u32(2, 0x2000000))]).keyframe);
  t.false(timingOf([sync], [tfhd(1), tfdt(0), fullBox('trun', 0, 0x400, u32(2, 0x10000, 0))]).keyframe);
  t.true(timingOf([VIDEO], [tfhd(1), tfdt(0), fullBox('trun', 0, 0x400, u32(2, 0, 0x10000))]).keyframe);
});

test('codecs are named also where the configuration is rare or missing', (t) => {
  const visual = Buffer.alloc(78);
  const audible = Buffer.alloc(28);
  const named = (handler: string, entry: Buffer): string | undefined =>
    split(init({ id: 1, handler, timescale: 1, entry })).init?.codecs;
  t.is(named('vide', box('avc1', visual)), 'avc1');
  t.is(named('vide', box('av01', visual, box('av1C', u8(0x81, 0x08, 0x0c, 0)))), 'av01.0.08M.08');
  t.is(named('vide', box('av01', visual, box('av1C', u8(0x81, 0x2d, 0xcc, 0)))), 'av01.1.13H.10');
  const hevc = u8(1, 0x22, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 153);
  t.is(named('vide', box('hev1', visual, box('hvcC', hevc))), 'hev1.2.4.H153.b0');
  const mp3 = u8(0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 20, 0, 1, 0, 4, 13, 0x6b, ...Buffer.alloc(12));
  t.is(named('soun', box('mp4a', audible, box('esds', mp3))), 'mp4a.6b');
  const usac = u8(0, 0, 0, 0, 3, 25, 0, 1, 0, 4, 17, 0x40, ...Buffer.alloc(12), 5, 2, 0xf9, 0x40);
  t.is(named('soun', box('mp4a', audible, box('esds', usac))), 'mp4a.40.42');
  t.is(named('text', box('tx,"', u32(0))), 'tx__');
});

test('a refusal names the box, its offset, what was expected and what was found', (t) => {
  const start = init(VIDEO);
  const good = fragment([tfhd(1), tfdt(0), ONE_SAMPLE]);
  const after = start.length + good.length;
  const cases: [string, Buffer, string][] = [
    ['not MP4', box('RIFF'), "mp4 box 'RIFF' at offset 0: expected 'ftyp'"],
    [
      'unprintable',
      Buffer.from('0000000c00ff0a41', 'hex'),
      "mp4 box '\\x00\\xff\\x0aA' at offset 0: expected",
    ],
    [
      'size 0',
      Buffer.concat([start, good, u32(0), Buffer.from('mdat')]),
      `'mdat' at offset ${after}: expected a size`,
    ],
    ['size 7', Buffer.concat([start, u32(7), Buffer.from('free')]), 'expected a size of at least 8, found 7'],
    ['64-bit size 15', Buffer.concat([start, u32(1), Buffer.from('free'), u64(15n)]), 'found 15'],
    [
      '64-bit size 2^60',
      Buffer.concat([start, u32(1), Buffer.from('free'), u64(2n ** 60n)]),
      'found 1152921504606846976',
    ],
    ['an index at the end', Buffer.concat([box('ftyp'), mdat()]), "expected 'moov' before any media"],
    [
      'not fragmented',
      Buffer.concat([box('ftyp'), box('moov', moov([VIDEO]).subarray(16, -40))]),
      "expected 'mvex'",
    ],
    ['no track', Buffer.concat([box('ftyp'), box('moov')]), 'expected at least one track, found none'],
    ['timescale 0', init({ ...VIDEO, timescale: 0 }), 'expected a timescale above 0, found 0'],
    [
      '33 tracks',
      init(...Array.from({ length: 33 }, (_, id) => ({ ...VIDEO, id }))),
      'expected at most 32 tracks',
    ],
    [
      'a second init',
      Buffer.concat([start, good, start]),
      `'ftyp' at offset ${after}: expected one init segment`,
    ],
    ['mdat alone', Buffer.concat([start, good, mdat()]), `'mdat' at offset ${after}: expected 'moof' before`],
    ['two moofs', Buffer.concat([start, good.subarray(0, -15), good]), "expected 'mdat' after 'moof'"],
    ['unknown track', Buffer.concat([start, fragment([tfhd(9), ONE_SAMPLE])]), 'found track 9'],
    ['no traf', Buffer.concat([start, fragment()]), "expected at least one 'traf', found none"],
    ['no tfhd', Buffer.concat([start, fragment([ONE_SAMPLE])]), "expected 'tfhd' inside, found none"],
    [
      'too many samples',
      Buffer.concat([start, fragment([tfhd(1), fullBox('trun', 0, 0x100, u32(2 ** 32 - 1, 1))])]),
      'expected 4294967295 samples of 4 bytes, found 4 bytes',
    ],
    [
      'a child that leaves its parent',
      Buffer.concat([start, fragment([tfhd(1), u32(99), Buffer.from('trun')])]),
      'expected at most the 8 bytes its parent has left, found size 99',
    ],
    [
      'a short box',
      Buffer.concat([start, fragment([fullBox('tfhd', 0, 0)])]),
      'expected 4 more bytes, found 0',
    ],
    [
      'a scrap of a box',
      Buffer.concat([start, fragment([tfhd(1), u8(1, 2, 3)])]),
      'expected a box header, only 3 bytes',
    ],
    [
      'tfdt 2^60',
      Buffer.concat([start, fragment([tfhd(1), fullBox('tfdt', 1, 0, u64(2n ** 60n))])]),
      'expected a number up to 9007199254740991',
    ],
    [
      '2^64 of duration',
      Buffer.concat([
        start,
        fragment([tfhd(1, 8, u32(2 ** 32 - 1)), fullBox('trun', 0, 0, u32(2 ** 32 - 1))]),
      ]),
      'expected media times up to',
    ],
  ];
  for (const [name, bytes, text] of cases)
    t.true(refusal(t, bytes).message.includes(text), `${name}: ${refusal(t, bytes).message}`);
});

test('segments beyond their limits are refused at the header, before their bytes come', (t) => {
  const start = init(VIDEO);
  const moof = fragment([tfhd(1), tfdt(0), ONE_SAMPLE]).subarray(0, -15);
  t.notThrows(() => split(start, 10, { initBytes: start.length }));
  t.regex(
    refusal(t, start.subarray(0, 20), { initBytes: start.length - 1 }).message,
    /'moov' at offset 12: .*init segment/,
  );
  const limits = { fragmentBytes: moof.length + 15 };
  t.notThrows(() => split(Buffer.concat([start, moof, mdat()]), 10, limits));
  const tooLong = Buffer.concat([start, moof, u32(16), Buffer.from('mdat')]);
  t.regex(refusal(t, tooLong, limits).message, /expected a size of at most 15 .* found 16/);
  const endless = Buffer.concat([start, ...Array.from({ length: 20 }, () => box('free'))]);
  t.regex(refusal(t, endless, { fragmentBytes: 100 }).message, /'free'/);
});

test('a splitter that refused a stream refuses all that follows', (t) => {
  const splitter = new FragmentSplitter();
  const first = t.throws(() => splitter.push(box('RIFF')));
  t.is(
    t.throws(() => splitter.push(init(VIDEO))),
    first,
  );
});

test('fragmentsOf reads only as far as its consumer asks', async (t) => {
  const good = fragment([tfhd(1), tfdt(0), ONE_SAMPLE]);
  let given = 0;
  const source = Readable.from(
    (function* () {
      yield init(VIDEO);
      for (; given < 1000; given++) yield good;
    })(),
    { highWaterMark: 1 },
  );
  const events = fragmentsOf(source);
  t.is((await events.next()).value?.type, 'init');
  t.is((await events.next()).value?.type, 'fragment');
  t.true(given < 5);
  await events.return();
  t.true(source.destroyed);
});

async function collect(events: AsyncIterable<FragmentEvent>): Promise<FragmentEvent[]> {
  const all: FragmentEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('fragmentsOf reports what the stream ended with', async (t) => {
  const good = fragment([tfhd(1), tfdt(0), ONE_SAMPLE]);
  const ends: StreamEnd[] = [];
  const source = Readable.from([init(VIDEO), good, box('mfra'), good.subarray(0, 5)]);
  const events = await collect(fragmentsOf(source, { onEnd: (end) => ends.push(end) }));
  t.is(events.length, 2);
  t.deepEqual(ends, [{ trailingBytes: 8, partialBytes: 5 }]);
});

test('fragmentsOf destroys a stream it refuses, and names a stream that breaks off', async (t) => {
  const refused = Readable.from([box('RIFF'), box('RIFF')]);
  await t.throwsAsync(collect(fragmentsOf(refused)), { code: 'LIUHEN_MEDIA_FORMAT' });
  t.true(refused.destroyed);
  const broken = new Readable({ read() {} });
  broken.destroy(new Error('cable'));
  await t.throwsAsync(collect(fragmentsOf(broken)), { code: 'LIUHEN_CAMERA' });
});
