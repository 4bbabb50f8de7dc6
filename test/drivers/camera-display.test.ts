import { execFile } from 'node:child_process';
import { on } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { fragmentsOf } from '../../agent/recorder/fragments.js';
import { type CameraOptions, ffmpegCamera } from '../../drivers/camera.js';
import { displayLine } from '../../drivers/camera-display.js';
import { textDrawing } from '../../drivers/camera-fonts.js';

const run = promisify(execFile);
const WIDTH = 640;
const HEIGHT = 360;
let folder = '';
let temporary = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liuhen-display-test-'));
  // Where the lines are kept stands in ffmpeg's filter graph, so it has to be escaped as well.
  temporary = join(folder, "it's [a] 100%, b;c\\d:e=王");
  await mkdir(temporary);
  process.env.TMPDIR = temporary;
  const grey = `color=gray:size=${WIDTH}x${HEIGHT}:rate=10`;
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', grey, '-t', '1', '-c:v', 'ffv1', greyFile()]);
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

function greyFile(): string {
  return join(folder, 'grey.mkv');
}

function options(more: Partial<CameraOptions> = {}): CameraOptions {
  return {
    source: { kind: 'file', path: greyFile() },
    fragmentMs: 500,
    ...{ width: WIDTH, height: HEIGHT, framesPerSecond: 10, bitrateBitsPerSecond: 4_000_000 },
    ...{ copy: false, audio: false, stallMs: 20_000, realtime: false },
    ...more,
  };
}

async function gray(input: readonly string[]): Promise<Buffer> {
  const args = ['-v', 'error', '-nostdin', ...input, '-frames:v', '1', '-pix_fmt', 'gray', '-f', 'rawvideo'];
  const { stdout } = await run('ffmpeg', [...args, 'pipe:1'], {
    encoding: 'buffer',
    maxBuffer: 4 * WIDTH * HEIGHT,
  });
  return stdout;
}

let pictures = 0;

/** The first picture of these segments. */
async function pictureOf(segments: readonly Buffer[]): Promise<Buffer> {
  const file = join(folder, `picture-${++pictures}.mp4`);
  await writeFile(file, Buffer.concat(segments));
  return await gray(['-i', file]);
}

async function filmed(more: Partial<CameraOptions>, officer: string): Promise<Buffer> {
  const camera = ffmpegCamera(options(more));
  camera.setOfficer(officer);
  const segments: Buffer[] = [];
  for await (const event of fragmentsOf(camera.start().output)) {
    segments.push(event.type === 'init' ? event.init.bytes : event.fragment.bytes);
  }
  return await pictureOf(segments);
}

/** The mean difference of two pictures of one size, 0 to 255. */
function distance(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

/** The same grey with text that a person has escaped for ffmpeg by hand. */
async function drawn(escapedByHand: string): Promise<Buffer> {
  const answer = await textDrawing('ffmpeg');
  const font = answer.works && answer.font !== undefined ? `:font=${answer.font}` : '';
  const style = 'fontsize=15:fontcolor=white:borderw=1:bordercolor=black@0.8:x=10:y=10:expansion=none';
  return await gray(['-i', greyFile(), '-vf', `drawtext=text=${escapedByHand}:${style}${font}`]);
}

test('an ffmpeg that could not answer at first, as on a machine that has just started, is asked again', async (t) => {
  const slow = join(folder, 'slow-ffmpeg');
  await writeFile(slow, '#!/bin/sh\n[ -e "$0.ready" ]\n', { mode: 0o755 });
  t.false((await textDrawing(slow)).works);
  await writeFile(`${slow}.ready`, '');
  t.true((await textDrawing(slow)).works);
});

// One after another: they share the folder for temporary files, in which one looks for its own.
test.serial('an officer of any characters stands in the picture letter by letter', async (t) => {
  const picture = await filmed({ display: { officer: true } }, String.raw`O'B: "50%" \n %{pts} [x],;=王`);
  const right = distance(picture, await drawn(String.raw`O\\\'B\\: "50%" \\\\n %{pts} \[x\]\,\;=王`));
  const wrong = [
    String.raw`OB\\: "50%" \\\\n %{pts} \[x\]\,\;=王`,
    String.raw`O\\\'B "50%" \\\\n %{pts} \[x\]\,\;=王`,
    String.raw`O\\\'B\\: "50%" n %{pts} \[x\]\,\;=王`,
    String.raw`O\\\'B\\: "50" \\\\n %{pts} \[x\]\,\;=王`,
    String.raw`O\\\'B\\: "50%" \\\\n 0.000 \[x\]\,\;=王`,
    String.raw`O\\\'B\\: "50%" \\\\n %{pts} x\;=王`,
    String.raw`O\\\'B\\: "50%" \\\\n %{pts} \[x\]\,\;=`,
  ];
  for (const text of wrong) {
    const other = distance(picture, await drawn(text));
    t.true(right < other / 2, `${right} from the text itself, ${other} from ${text}`);
  }
});

test.serial(
  'time, device and officer stand below one another, and nothing stands where nothing is shown',
  async (t) => {
    const inked = (picture: Buffer, line: number): boolean => {
      const top = Math.round(HEIGHT / 36 + line * 1.3 * (HEIGHT / 24));
      return picture.subarray(top * WIDTH, (top + 12) * WIDTH).some((level) => level > 200);
    };
    const lines = async (display: CameraOptions['display'], officer: string) => {
      const picture = await filmed({ display }, officer);
      return [0, 1, 2, 3].map((line) => inked(picture, line));
    };
    const device = 'recorder-0001';
    t.deepEqual(await lines({ time: 'utc', device, officer: true }, 'Wang'), [true, true, true, false]);
    t.deepEqual(await lines({ time: 'local' }, 'Wang'), [true, false, false, false]);
    t.deepEqual(await lines({ device, officer: true }, ''), [true, false, false, false]);
    t.deepEqual(await lines(undefined, 'Wang'), [false, false, false, false]);
  },
);

test.serial(
  'a new officer shows in a running camera, from files that only this user reads and that go when it ends',
  async (t) => {
    const before = new Set(await readdir(temporary));
    const long = join(folder, 'long.mkv');
    await run('ffmpeg', ['-v', 'error', '-stream_loop', '60', '-i', greyFile(), '-c', 'copy', long]);
    const source = { kind: 'file', path: long } as const;
    const camera = ffmpegCamera(options({ source, display: { officer: true }, realtime: true }));
    camera.setOfficer('Wang');
    const cameraRun = camera.start();
    const [first, second] = await Promise.all([drawn('Wang'), drawn('Li')]);
    let init: Buffer = Buffer.alloc(0);
    const seen: string[] = [];
    for await (const event of fragmentsOf(cameraRun.output)) {
      if (event.type === 'init') {
        init = event.init.bytes;
        continue;
      }
      const picture = await pictureOf([init, event.fragment.bytes]);
      const shown = distance(picture, first) < distance(picture, second) ? 'Wang' : 'Li';
      if (seen.at(-1) !== shown) seen.push(shown);
      if (seen.length === 2) break;
      const [own] = (await readdir(temporary)).filter((name) => !before.has(name));
      const kept = join(temporary, own ?? '');
      t.is((await stat(kept)).mode & 0o777, 0o700);
      t.is((await stat(join(kept, 'officer'))).mode & 0o777, 0o600);
      camera.setOfficer('Li');
    }
    t.deepEqual(seen, ['Wang', 'Li']);
    const isGone = async () => (await readdir(temporary)).every((name) => before.has(name));
    const watcher = watch(temporary);
    t.teardown(() => watcher.close());
    const changes = on(watcher, 'change');
    await cameraRun.stop();
    if (!(await isGone())) for await (const _ of changes) if (await isGone()) break;
    t.true(await isGone());
  },
);

async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

test.serial('an ffmpeg that cannot draw text is said once, and the camera goes on without', async (t) => {
  const refusal = `echo "No such filter: 'drawtext'" >&2; exit 1`;
  const ffmpegPath = await script(
    'no-drawtext',
    `case "$*" in *drawtext*) ${refusal};; esac; exec ffmpeg "$@"`,
  );
  const warnings: string[] = [];
  const camera = ffmpegCamera(
    options({ ffmpegPath, display: { time: 'utc' } }),
    () => {},
    (warning) => warnings.push(warning),
  );
  for (const _ of [1, 2]) {
    const cameraRun = camera.start();
    let fragments = 0;
    for await (const event of fragmentsOf(cameraRun.output)) if (event.type === 'fragment') fragments++;
    t.deepEqual(await cameraRun.ended, { reason: 'ended' });
    t.is(fragments, 2);
  }
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /carries no .*display.*fonts-dejavu-core.*No such filter: 'drawtext'/);
  t.is(camera.shortcomings.length, 1);
});

test.serial('a Chinese name without a Chinese font is said with the package that brings one', async (t) => {
  // fontconfig with one folder of fonts, without Chinese.
  const conf = join(folder, 'fonts.conf');
  const { stdout } = await run('fc-match', ['-f', '%{file}', 'DejaVu Sans']);
  const fonts = stdout.slice(0, stdout.lastIndexOf('/'));
  await writeFile(conf, `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir></fontconfig>`);
  const child = join(folder, 'with-few-fonts.mjs');
  const driver = new URL('../../drivers/camera.js', import.meta.url).href;
  await writeFile(
    child,
    `import { ffmpegCamera } from ${JSON.stringify(driver)};
    const camera = ffmpegCamera(${JSON.stringify(options({ display: { officer: true } }))}, () => {}, console.log);
    for (const officer of ['Wang', '王']) {
      console.log(officer);
      camera.setOfficer(officer);
      const run = camera.start();
      run.output.resume();
      await run.ended;
    }`,
  );
  const env = { ...process.env, FONTCONFIG_FILE: conf };
  const { stdout: said } = await run(process.execPath, [child], { env });
  t.regex(said, /^Wang\n王\ncamera: no font has Chinese characters.*fonts-wqy-microhei/);
});

test.serial('a line on the picture has no breaks, no hidden direction marks, and an end', (t) => {
  t.is(displayLine(' a\nb\t\u202ec\u0000 '), 'a b c');
  t.is(displayLine(''), ' ');
  t.is(displayLine('x'.repeat(60)), `${'x'.repeat(48)}…`);
  t.is(displayLine('王'.repeat(60)), `${'王'.repeat(24)}…`);
  t.is(displayLine('🚓'.repeat(1000)), `${'🚓'.repeat(24)}…`);
});
