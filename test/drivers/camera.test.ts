import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { fragmentsOf } from '../../agent/recorder/fragments.js';
import { type CameraOptions, ffmpegCamera, parseCameraSource } from '../../drivers/camera.js';
import { type Recorded, recordRun } from '../support/camera-run.js';
import { serveRtspCamera } from '../support/rtsp.js';

const run = promisify(execFile);
let folder = '';
let scripts = 0;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liuhen-camera-'));
  await Promise.all([
    make('both.mp4', [...PICTURE, ...SOUND, ...B_FRAMES, '-c:a', 'aac']),
    make('picture.mp4', [...PICTURE, ...B_FRAMES]),
    make('sound.m4a', [...SOUND, '-c:a', 'aac']),
    make('telephone.mkv', [...PICTURE, ...SOUND, ...B_FRAMES, '-ar', '8000', '-c:a', 'pcm_alaw']),
  ]);
  await writeFile(path('garbage.mp4'), 'this is no video at all');
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
/** A key frame every 6 pictures, which is no multiple of what the camera would choose. */
const B_FRAMES = ['-c:v', 'libx264', '-bf', '2', '-g', '6', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];

async function make(name: string, args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-t', '2', path(name)]);
}

function path(name: string): string {
  return join(folder, name);
}

/** An executable in place of ffmpeg; `$PID_FILE` is where it may leave its process id. */
async function script(body: string): Promise<{ ffmpegPath: string; pid(): Promise<number> }> {
  const ffmpegPath = path(`ffmpeg-${++scripts}`);
  await writeFile(ffmpegPath, `#!/bin/sh\nPID_FILE='${ffmpegPath}.pid'\n${body}\n`);
  await chmod(ffmpegPath, 0o755);
  return { ffmpegPath, pid: async () => Number(await readFile(`${ffmpegPath}.pid`, 'utf8')) };
}

const REAL = 'echo $$ > "$PID_FILE"; exec ffmpeg "$@"';

function options(source: string, more: Partial<CameraOptions> = {}): CameraOptions {
  return {
    source: parseCameraSource(source),
    fragmentMs: 500,
    width: 160,
    height: 120,
    framesPerSecond: 10,
    bitrateBitsPerSecond: 200_000,
    copy: false,
    audio: true,
    stallMs: 20_000,
    realtime: false,
    ...more,
  };
}

/** Decodes what was recorded, and counts pictures and sounds by kind. */
async function play({ init, fragments }: Recorded): Promise<Record<string, number>> {
  const file = path(`played-${++scripts}.mp4`);
  await writeFile(
    file,
    Buffer.concat([init?.bytes ?? Buffer.alloc(0), ...fragments.map(({ bytes }) => bytes)]),
  );
  await run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', file, '-f', 'null', '-']);
  const args = [
    '-v',
    'error',
    '-count_packets',
    '-of',
    'json',
    '-show_entries',
    'stream=codec_type,nb_read_packets',
  ];
  const { stdout } = await run('ffprobe', [...args, file]);
  const { streams } = JSON.parse(stdout) as { streams: { codec_type: string; nb_read_packets: string }[] };
  return Object.fromEntries(streams.map((stream) => [stream.codec_type, Number(stream.nb_read_packets)]));
}

/** Hashes of the coded packets of a file, stream by stream. */
async function packetHashes(file: string): Promise<string> {
  const args = ['-v', 'error', '-nostdin', '-i', file, '-map', '0:v', '-c', 'copy', '-f', 'streamhash', '-'];
  return (await run('ffmpeg', args)).stdout;
}

/** Resolves when the process runs no more; a zombie that nobody collects yet does not run. */
async function gone(pid: number): Promise<void> {
  const state = async () =>
    (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.[0];
  while ((await state()) !== 'Z') await delay(5);
}

test('the synthetic camera runs until stopped, with a key frame exactly every fragmentMs', async (t) => {
  const lines: string[] = [];
  const camera = ffmpegCamera(options('synthetic', { realtime: true }), (line) => lines.push(line)).start();
  const recorded = await recordRun(camera, (count) => {
    if (count === 3) void camera.stop();
  });
  t.deepEqual(recorded.end, { reason: 'stopped' });
  t.regex(recorded.init?.codecs ?? '', /^avc1\.42c0..,mp4a\.40\.2$/);
  t.true(recorded.fragments.length >= 4, 'what was open when it stopped comes out too');
  for (const [index, { media, keyframe }] of recorded.fragments.entries()) {
    t.true(keyframe);
    const { timescale, start, duration } = media;
    // Sound starts some milliseconds before the first picture, which the first fragment's length includes.
    if (index > 0 && index < 3) t.is(duration / timescale, 0.5);
    if (index > 1) t.is(start - (recorded.fragments[index - 1]?.media.start ?? 0), timescale / 2);
  }
  t.true(lines[0]?.includes("drawtext=text='%{localtime}'"), lines[0]);
  const played = await play(recorded);
  t.true((played.video ?? 0) >= 15 && (played.audio ?? 0) > 0);
});

test('where ffmpeg cannot draw text the synthetic camera has no clock, and runs', async (t) => {
  const { ffmpegPath } = await script('case "$*" in *drawtext*) exit 1;; esac; exec ffmpeg "$@"');
  const camera = ffmpegCamera(options('synthetic', { ffmpegPath, audio: false })).start();
  const recorded = await recordRun(camera, (count) => {
    if (count === 2) void camera.stop();
  });
  t.is(recorded.end.reason, 'stopped');
  t.deepEqual(Object.keys(await play(recorded)), ['video']);
});

test('a file is encoded to its end, no larger than asked for', async (t) => {
  const recorded = await recordRun(
    ffmpegCamera(options(path('both.mp4'), { width: 82, height: 82 })).start(),
  );
  t.deepEqual(recorded.end, { reason: 'ended' });
  t.is(recorded.fragments.length, 4);
  t.is((await play(recorded)).video, 20);
  const file = path('small.mp4');
  await writeFile(
    file,
    Buffer.concat([recorded.init?.bytes ?? Buffer.alloc(0), ...recorded.fragments.map((f) => f.bytes)]),
  );
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-of',
    'csv=p=0',
    '-show_entries',
    'stream=width,height',
    file,
  ]);
  t.is(stdout.split('\n')[0], '82,62');
});

test('a copied file keeps its coded pictures, and its own key frames make the fragments', async (t) => {
  const recorded = await recordRun(ffmpegCamera(options(path('both.mp4'), { copy: true })).start());
  t.deepEqual(recorded.end, { reason: 'ended' });
  t.deepEqual(
    recorded.fragments.map(({ media, keyframe }) => [
      Math.round((10 * media.start) / media.timescale),
      keyframe,
    ]),
    [0, 6, 12, 18].map((picture) => [picture, true]),
  );
  const file = path('copied.mp4');
  await writeFile(
    file,
    Buffer.concat([recorded.init?.bytes ?? Buffer.alloc(0), ...recorded.fragments.map((f) => f.bytes)]),
  );
  t.is(await packetHashes(file), await packetHashes(path('both.mp4')));
});

test('a source without sound, or without pictures, is recorded in fragments all the same', async (t) => {
  for (const copy of [false, true]) {
    const picture = await recordRun(ffmpegCamera(options(path('picture.mp4'), { copy })).start());
    t.deepEqual([picture.end.reason, Object.keys(await play(picture))], ['ended', ['video']]);
    const sound = await recordRun(ffmpegCamera(options(path('sound.m4a'), { copy })).start());
    t.deepEqual([sound.end.reason, Object.keys(await play(sound))], ['ended', ['audio']]);
    if (!copy) t.is(sound.fragments.length, 3);
  }
});

test('sound that MP4 cannot hold fails the first run of a copied source and is encoded from the next', async (t) => {
  const camera = ffmpegCamera(options(path('telephone.mkv'), { copy: true }));
  t.regex((await recordRun(camera.start())).end.detail ?? '', /pcm_alaw/);
  const second = await recordRun(camera.start());
  t.is(second.end.reason, 'ended');
  t.deepEqual(Object.keys(await play(second)), ['video', 'audio']);
});

test('a file that is no video fails with what ffmpeg said', async (t) => {
  const { end, init } = await recordRun(ffmpegCamera(options(path('garbage.mp4'))).start());
  t.is(init, undefined);
  t.is(end.reason, 'failed');
  t.regex(end.detail ?? '', /ended with status 1; .*Invalid data/);
});

test('a missing ffmpeg fails with how to get it', async (t) => {
  for (const source of ['synthetic', path('both.mp4')]) {
    const ffmpegPath = path('no-such-ffmpeg');
    const camera = ffmpegCamera(options(source, { ffmpegPath })).start();
    const { end } = await recordRun(camera);
    t.deepEqual(end, {
      reason: 'failed',
      detail: `ffmpeg: not found at '${ffmpegPath}', install it with apt-get install ffmpeg`,
    });
    await camera.stop();
  }
});

test('an ffmpeg that cannot be started fails with the reason', async (t) => {
  const { ffmpegPath } = await script('exit 0');
  await chmod(ffmpegPath, 0o644);
  const notExecutable = await recordRun(ffmpegCamera(options(path('both.mp4'), { ffmpegPath })).start());
  t.regex(notExecutable.end.detail ?? '', /could not be started: .*EACCES/);
  const impossible = await recordRun(ffmpegCamera(options(path('both.mp4'), { ffmpegPath: 'a\0b' })).start());
  t.regex(impossible.end.detail ?? '', /could not be started/);
});

test('an ffmpeg that is killed fails, and what it gave before is whole', async (t) => {
  const { ffmpegPath, pid } = await script(REAL);
  const camera = ffmpegCamera(options('synthetic', { ffmpegPath, realtime: true })).start();
  const recorded = await recordRun(camera, (count) => {
    if (count === 1) void pid().then((id) => process.kill(id, 'SIGKILL'));
  });
  t.is(recorded.end.reason, 'failed');
  t.regex(recorded.end.detail ?? '', /ended by SIGKILL/);
  await t.notThrowsAsync(play(recorded));
});

test('a frozen ffmpeg is a stall, and is gone when the run has ended', async (t) => {
  const { ffmpegPath, pid } = await script(REAL);
  const more = { ffmpegPath, realtime: true, stallMs: 1500, graceMs: 1000 };
  const camera = ffmpegCamera(options('synthetic', more)).start();
  const recorded = await recordRun(camera, (count) => {
    if (count === 1) void pid().then((id) => process.kill(id, 'SIGSTOP'));
  });
  t.is(recorded.end.reason, 'stalled');
  t.regex(recorded.end.detail ?? '', /no data for 1500 ms; it did not finish .* was killed/);
  t.true(recorded.fragments.length >= 1);
  await t.notThrowsAsync(pid().then(gone));
});

test('a process that writes and then hangs is a stall, its children are gone with it', async (t) => {
  const { ffmpegPath, pid } = await script(
    `trap '' TERM INT; head -c 3000 '${path('both.mp4')}'; (trap '' TERM INT; sleep 600) & echo $! > "$PID_FILE"; wait`,
  );
  const camera = ffmpegCamera(options(path('both.mp4'), { ffmpegPath, stallMs: 300, graceMs: 100 })).start();
  const bytes = Buffer.concat(await camera.output.toArray());
  t.is(bytes.length, 3000);
  t.is((await camera.ended).reason, 'stalled');
  await t.notThrowsAsync(pid().then(gone));
});

test('media that moves on between distant key frames is no stall', async (t) => {
  await make('one-key-frame.mp4', [...PICTURE, '-c:v', 'libx264', '-g', '600', '-pix_fmt', 'yuv420p']);
  const more = { copy: true, realtime: true, stallMs: 1200 };
  const recorded = await recordRun(ffmpegCamera(options(path('one-key-frame.mp4'), more)).start());
  t.deepEqual([recorded.end, recorded.fragments.length], [{ reason: 'ended' }, 1]);
});

test('a consumer that pauses is no stall', async (t) => {
  const stallMs = 800;
  await make('large.mp4', [
    ...PICTURE,
    '-s',
    '640x480',
    '-c:v',
    'libx264',
    '-qp',
    '0',
    '-pix_fmt',
    'yuv420p',
  ]);
  const camera = ffmpegCamera(options(path('large.mp4'), { copy: true, stallMs })).start();
  await once(camera.output, 'readable');
  // Nothing may happen meanwhile, so there is no event to await.
  await delay(1.5 * stallMs);
  t.is((await recordRun(camera)).end.reason, 'ended');
});

test('an agent that was held up itself does not take that for a stall', async (t) => {
  const more = { realtime: true, stallMs: 1000 };
  const recorded = await recordRun(ffmpegCamera(options(path('both.mp4'), more)).start(), (count) => {
    if (count === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1300);
  });
  t.deepEqual(recorded.end, { reason: 'ended' });
});

test('a v4l2 camera is asked for picture size and rate, and for H.264 where it is to be copied', async (t) => {
  const { ffmpegPath } = await script('echo "$*" >&2; exit 1');
  for (const [copy, expected] of [
    [false, /-f v4l2 -timestamps default -framerate 10 -video_size 160x120 -i \/dev\/video99 .*-c:v libx264/],
    [
      true,
      /-f v4l2 -timestamps default -input_format h264 -framerate 10 -video_size 160x120 -i \/dev\/video99 .*-c copy/,
    ],
  ] as const) {
    const lines: string[] = [];
    const camera = ffmpegCamera(options('/dev/video99', { ffmpegPath, copy }), (line) => lines.push(line));
    t.is((await recordRun(camera.start())).end.reason, 'failed');
    t.regex(lines.find((line) => line.startsWith(ffmpegPath)) ?? '', expected);
  }
});

test('an ffmpeg that does not finish when asked to is killed, and stopping twice is stopping once', async (t) => {
  const { ffmpegPath, pid } = await script(
    `trap '' TERM INT; echo $$ > "$PID_FILE"; echo ready; while :; do sleep 1; done`,
  );
  const camera = ffmpegCamera(options(path('both.mp4'), { ffmpegPath, graceMs: 100 })).start();
  await once(camera.output, 'data');
  await Promise.all([camera.stop(), camera.stop()]);
  const end = await camera.ended;
  t.is(end.reason, 'stopped');
  t.regex(end.detail ?? '', /killed/);
  await t.notThrowsAsync(pid().then(gone));
});

test('a camera stopped at once never starts a process', async (t) => {
  const { ffmpegPath, pid } = await script(REAL);
  const camera = ffmpegCamera(options(path('both.mp4'), { ffmpegPath })).start();
  await camera.stop();
  t.deepEqual((await recordRun(camera)).end, { reason: 'stopped' });
  await t.throwsAsync(pid());
});

test('a consumer that leaves stops the camera', async (t) => {
  const { ffmpegPath, pid } = await script(REAL);
  const camera = ffmpegCamera(options('synthetic', { ffmpegPath, realtime: true })).start();
  for await (const event of fragmentsOf(camera.output)) if (event.type === 'fragment') break;
  t.is((await camera.ended).reason, 'stopped');
  await t.notThrowsAsync(pid().then(gone));
});

test('endless messages without a line break stay within bounds', async (t) => {
  const { ffmpegPath } = await script(`echo first >&2; head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 3`);
  const { end } = await recordRun(ffmpegCamera(options(path('both.mp4'), { ffmpegPath })).start());
  t.regex(end.detail ?? '', /^ffmpeg ended with status 3; first \| x{300}$/);
});

test('a network camera is recorded, copied or encoded, until it hangs up', async (t) => {
  for (const copy of [true, false]) {
    const server = await serveRtspCamera();
    t.teardown(() => server.close());
    const recorded = await recordRun(ffmpegCamera(options(server.url, { copy })).start(), (count) => {
      if (count === 2) server.hangUp();
    });
    t.is(recorded.end.reason, 'failed');
    t.true(recorded.fragments.length >= 2);
    t.deepEqual(Object.keys(await play(recorded)), ['video']);
  }
});

test('a network camera that falls silent is a stall', async (t) => {
  const server = await serveRtspCamera();
  t.teardown(() => server.close());
  const camera = ffmpegCamera(options(server.url, { copy: true, stallMs: 4000, graceMs: 500 })).start();
  const recorded = await recordRun(camera, (count) => {
    if (count === 1) server.fallSilent();
  });
  t.is(recorded.end.reason, 'stalled');
});

test('no argument, no log line and no end of a network camera shows its password', async (t) => {
  const server = createServer((socket) => socket.end('RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `rtsp://officer:s3cr@t@127.0.0.1:${(server.address() as AddressInfo).port}/live`;
  const lines: string[] = [];
  const { ffmpegPath } = await script('echo "arguments: $*" >&2; exec ffmpeg "$@"');
  const camera = ffmpegCamera(options(url, { ffmpegPath }), (line) => lines.push(line));
  const { end } = await recordRun(camera.start());
  t.is(end.reason, 'failed');
  const [said = ''] = lines.filter((line) => line.includes('arguments: '));
  t.regex(said, /-f concat .* -i pipe:4 /);
  t.notRegex(said, /rtsp:|officer|s3cr/);
  t.true(lines[0]?.includes('rtsp://***@127.0.0.1'), lines[0]);
  t.false([...lines, end.detail].join('\n').match(/s3cr|officer/) !== null);
});
