import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fragmentsOf } from '../../agent/recorder/fragments.js';
import { type Camera, type CameraEnd, type CameraOptions, ffmpegCamera } from '../../drivers/camera.js';
import { chooseFormat, formatsOf } from '../../drivers/camera-formats.js';

let folder = '';
let scripts = 0;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liuhen-devices-'));
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

/** In place of ffmpeg, which a device that is not here would need. What it is started with is in its log, a line each. */
async function script(body: string): Promise<{ ffmpegPath: string; starts(): Promise<string[]> }> {
  const ffmpegPath = join(folder, `ffmpeg-${++scripts}`);
  await writeFile(ffmpegPath, `#!/bin/sh\necho "$*" >> "$0.log"\n${body}\n`);
  await chmod(ffmpegPath, 0o755);
  const starts = async () => (await readFile(`${ffmpegPath}.log`, 'utf8')).trim().split('\n');
  return { ffmpegPath, starts };
}

function options(more: Partial<CameraOptions>): CameraOptions {
  return {
    source: { kind: 'v4l2', device: '/dev/video99' },
    fragmentMs: 500,
    ...{ width: 160, height: 120, framesPerSecond: 10, bitrateBitsPerSecond: 200_000 },
    ...{ copy: false, audio: true, stallMs: 20_000, realtime: false },
    ...more,
  };
}

/** Runs it until so many fragments came, or to its end. */
async function film(
  camera: Camera,
  most = Number.POSITIVE_INFINITY,
): Promise<CameraEnd & { codecs: string }> {
  const run = camera.start();
  let codecs = '';
  let fragments = 0;
  for await (const event of fragmentsOf(run.output)) {
    if (event.type === 'init') codecs = event.init.codecs;
    else if (++fragments === most) break;
  }
  return { ...(await run.ended), codecs };
}

/** What ffmpeg 5.1 says of a webcam, in part. */
const WEBCAM = `[video4linux2,v4l2 @ 0x55d0] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 160x120 1280x720
[video4linux2,v4l2 @ 0x55d0] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720 1920x1080
[video4linux2,v4l2 @ 0x55d0] Compressed: Unsupported :                 QTEC : 640x480
/dev/video0: Immediate exit requested
`;
const VIRTUAL = `[video4linux2,v4l2 @ 0x55d0] Raw       :     yuyv422 :           YUYV 4:2:2 : {320-1920, 320}x{180-1080, 180}
[video4linux2,v4l2 @ 0x55d0] Raw       : Unsupported :        24-bit Y-U-V : 320x180 640x360
`;

test('what a camera offers is read from what ffmpeg lists, without what ffmpeg cannot read', (t) => {
  t.deepEqual(formatsOf(WEBCAM), [
    { name: 'yuyv422', compressed: false, sizes: ['640x480', '160x120', '1280x720'] },
    { name: 'mjpeg', compressed: true, sizes: ['640x480', '1280x720', '1920x1080'] },
  ]);
  t.deepEqual(formatsOf(VIRTUAL), [{ name: 'yuyv422', compressed: false, sizes: [] }]);
  t.deepEqual(formatsOf('/dev/video0: No such file or directory\n'), []);
});

test('small pictures are read raw, large ones as Motion-JPEG, and a size that is offered comes first', (t) => {
  const choice = (listing: string, width: number, height: number, copy = false) =>
    chooseFormat(formatsOf(listing), { copy, width, height });
  t.deepEqual(choice(WEBCAM, 640, 480), { format: undefined });
  t.deepEqual(choice(WEBCAM, 1280, 720), { format: 'mjpeg' });
  t.deepEqual(choice(WEBCAM, 160, 120), { format: undefined });
  t.deepEqual(choice(WEBCAM.replace('1280x720 1920x1080', '1920x1080'), 1280, 720), { format: undefined });
  t.deepEqual(choice(VIRTUAL, 1280, 720), { format: undefined });
  t.deepEqual(choice(WEBCAM.replace('mjpeg', 'h264'), 1280, 720), { format: 'h264' });
  t.deepEqual(choice(WEBCAM.replace('mjpeg', 'h264'), 640, 480, true), { format: 'h264' });
  t.deepEqual(choice('', 640, 480), { format: undefined });
  t.deepEqual(choice('', 640, 480, true), { format: 'h264' });
});

test('a camera that gives no H.264 cannot be copied, and the end of the run says what it gives', async (t) => {
  const { ffmpegPath, starts } = await script(`cat >&2 <<'EOF'\n${WEBCAM}EOF\nexit 1`);
  const { reason, detail } = await film(ffmpegCamera(options({ ffmpegPath, copy: true })));
  t.is(reason, 'failed');
  t.is(
    detail,
    'camera: /dev/video99: expected a camera that gives h264, which copying takes, found yuyv422, mjpeg',
  );
  t.is((await starts()).length, 1);
});

test('the format that suits is asked for', async (t) => {
  const { ffmpegPath, starts } = await script(`cat >&2 <<'EOF'\n${WEBCAM}EOF\nexit 1`);
  await film(ffmpegCamera(options({ ffmpegPath, width: 1280, height: 720 })));
  t.regex((await starts())[1] ?? '', /-input_format mjpeg .*-video_size 1280x720 -i \/dev\/video99 /);
});

test('a v4l2 camera without a microphone says once that it records in silence', async (t) => {
  const { ffmpegPath } = await script('exit 1');
  const warnings: string[] = [];
  const camera = ffmpegCamera(
    options({ ffmpegPath }),
    () => {},
    (warning) => warnings.push(warning),
  );
  await film(camera);
  await film(camera);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /\/dev\/video99 gives no sound .* camera\.microphone/);
  t.deepEqual(
    camera.shortcomings.map((sentence) => `camera: ${sentence}`),
    warnings,
  );
  const silent = ffmpegCamera(options({ ffmpegPath, audio: false }));
  await film(silent);
  t.deepEqual(silent.shortcomings, []);
});

test('a microphone beside a camera is a second input, counted and encoded, and with sound alone the only one', async (t) => {
  const { ffmpegPath, starts } = await script('exit 1');
  const microphone = 'hw:1,0';
  await film(ffmpegCamera(options({ ffmpegPath, microphone })));
  const [both = ''] = await starts();
  t.regex(
    both,
    /-i \/dev\/video99 .*-f alsa -sample_rate 48000 -channels 2 -i hw:1,0 .*-map 0:v:0\? -map 1:a:0 /,
  );
  t.regex(both, /asetpts=N\/SR\/TB.*-c:a aac/);
  await film(ffmpegCamera(options({ ffmpegPath, microphone, mode: 'audio' })));
  const alone = (await starts()).at(-1) ?? '';
  t.regex(alone, /-f alsa .*-i hw:1,0 .*-map 0:a:0 /);
  t.false(alone.includes('/dev/video99'));
  t.throws(() => ffmpegCamera(options({ mode: 'audio' })), { code: 'LIUHEN_USAGE', message: /microphone/ });
});

test('a microphone of one channel is read as one after it refused two', async (t) => {
  const refusal = '[alsa @ 0x55] cannot set channel count to 2 (Invalid argument)';
  const { ffmpegPath, starts } = await script(`echo '${refusal}' >&2; exit 1`);
  const camera = ffmpegCamera(options({ ffmpegPath, mode: 'audio', microphone: 'hw:1,0' }));
  await film(camera);
  await film(camera);
  t.deepEqual(
    (await starts()).map((line) => /-channels (\d)/.exec(line)?.[1]),
    ['2', '1'],
  );
});

test('pictures go on without a microphone that is not there, which is said and tried again', async (t) => {
  const camera = ffmpegCamera(options({ source: { kind: 'synthetic' }, audio: true, microphone: 'hw:99,0' }));
  const first = await film(camera);
  t.is(first.reason, 'failed');
  t.regex(first.detail ?? '', /cannot open audio device hw:99,0/);
  const second = await film(camera, 2);
  t.regex(second.codecs, /^avc1\.[0-9a-f]{6}/);
  t.deepEqual(camera.shortcomings, ['the microphone hw:99,0 cannot be opened, so it records without it']);
  t.is((await film(camera)).reason, 'failed', 'the next start tries it again');
});

test('no argument takes a time from the wall clock', async (t) => {
  for (const more of [{}, { mode: 'audio' }, { mode: 'still' }, { copy: true }] as const) {
    for (const source of [
      { kind: 'v4l2', device: '/dev/video99' },
      { kind: 'rtsp', url: 'rtsp://camera.example/live' },
      { kind: 'synthetic' },
    ] as const) {
      const { ffmpegPath, starts } = await script('exit 1');
      await film(ffmpegCamera(options({ ffmpegPath, source, microphone: 'hw:1,0', ...more })));
      const line = (await starts()).at(-1) ?? '';
      t.notRegex(line, /wallclock|mono2abs|timestamps abs|RTCTIME|copyts/);
    }
  }
});
