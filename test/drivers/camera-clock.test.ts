import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { fragmentsOf, type MediaTime } from '../../agent/recorder/fragments.js';
import { type CameraOptions, ffmpegCamera } from '../../drivers/camera.js';

/** Debian's libfaketime, which gives one process a wall clock of its own. */
async function faketimeLibrary(): Promise<string> {
  for (const folder of await readdir('/usr/lib')) {
    const library = `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`;
    const found: string[] = await readdir(join(library, '..')).catch(() => []);
    if (found.includes('libfaketimeMT.so.1')) return library;
  }
  throw new Error('expected libfaketime, found none: apt-get install faketime');
}

/** An ffmpeg whose wall clock, and only that, is moved to and fro; with some of its arguments changed by sed. */
class Jumping {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async ffmpeg(sed = ''): Promise<string> {
    await this.clock(0);
    const path = join(this.#folder, 'ffmpeg');
    const lines = [
      '#!/bin/bash',
      'args=()',
      `for arg in "$@"; do args+=("$(printf %s "$arg" | sed '${sed}')"); done`,
      `export LD_PRELOAD='${await faketimeLibrary()}' FAKETIME_TIMESTAMP_FILE='${this.#file}'`,
      'export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      'exec ffmpeg "${args[@]}"',
    ];
    await writeFile(path, `${lines.join('\n')}\n`);
    await chmod(path, 0o755);
    return path;
  }

  async clock(seconds: number): Promise<void> {
    await writeFile(`${this.#file}.next`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${this.#file}.next`, this.#file);
  }

  /** Seconds since 1970 by the clock that this ffmpeg sees. */
  async seenBy(ffmpegPath: string): Promise<number> {
    const picture = ['-f', 'lavfi', '-i', 'color=size=16x16:rate=1'];
    const stamped = ['-vf', 'settb=1,setpts=RTCTIME/1000000', '-fps_mode', 'passthrough'];
    const args = ['-v', 'error', ...picture, ...stamped, '-frames:v', '1', '-f', 'framecrc', 'pipe:1'];
    const { stdout } = await promisify(execFile)(ffmpegPath, args);
    return Number(/^0, *(\d+)/m.exec(stdout)?.[1]);
  }

  get #file(): string {
    return join(this.#folder, 'time');
  }
}

const FRAGMENT_MS = 300;
const TO_AND_FRO = [0, 3600, -3600, -3600];

/** Media times of the first fragments of a camera whose wall clock is set ahead by so many seconds after each. */
async function filmed(
  jumping: Jumping,
  more: Partial<CameraOptions>,
  aheadSec: readonly number[],
): Promise<MediaTime[]> {
  const camera = ffmpegCamera({
    source: { kind: 'synthetic' },
    fragmentMs: FRAGMENT_MS,
    ...{ width: 160, height: 120, framesPerSecond: 10, bitrateBitsPerSecond: 200_000 },
    ...{ copy: false, audio: true, stallMs: 20_000 },
    ...more,
  });
  const run = camera.start();
  const times: MediaTime[] = [];
  for await (const event of fragmentsOf(run.output)) {
    if (event.type === 'init') continue;
    times.push(event.fragment.media);
    const ahead = aheadSec[times.length - 1];
    if (ahead === undefined) break;
    await jumping.clock(ahead);
  }
  await run.stop();
  return times;
}

/** Whether every fragment begins where the one before ended, and has the length asked for. */
function even(times: readonly MediaTime[]): boolean {
  return times.every(({ start, duration, timescale }, i) => {
    const before = times[i - 1];
    const follows = start === (before === undefined ? 0 : before.start + before.duration);
    return follows && Math.abs((duration / timescale) * 1000 - FRAGMENT_MS) <= 100;
  });
}

async function newJumping(): Promise<{ jumping: Jumping; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-clock-'));
  return { jumping: new Jumping(folder), remove: () => rm(folder, { recursive: true }) };
}

test('media times go on evenly while the wall clock jumps an hour to and fro', async (t) => {
  const { jumping, remove } = await newJumping();
  t.teardown(remove);
  const ffmpegPath = await jumping.ffmpeg();
  await jumping.clock(3600);
  t.true(Math.abs((await jumping.seenBy(ffmpegPath)) - Date.now() / 1000 - 3600) < 60);
  await jumping.clock(0);
  t.true(even(await filmed(jumping, { ffmpegPath, display: { time: 'utc' } }, TO_AND_FRO)));
});

test('sound of a microphone is timed by counting its samples, not by the wall clock that ffmpeg stamps them with', async (t) => {
  const { jumping, remove } = await newJumping();
  t.teardown(remove);
  const more: Partial<CameraOptions> = { mode: 'audio', microphone: 'null' };
  t.true(even(await filmed(jumping, { ...more, ffmpegPath: await jumping.ffmpeg() }, TO_AND_FRO)));
  const byTheWallClock = await jumping.ffmpeg('s|asetpts=N/SR/TB|anull|');
  // Only ahead: back in time that ffmpeg would never come to the end of a fragment.
  t.false(even(await filmed(jumping, { ...more, ffmpegPath: byTheWallClock }, [0, 3600, 3600])));
});
