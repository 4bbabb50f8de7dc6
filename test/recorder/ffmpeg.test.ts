import { execFile } from 'node:child_process';
import { on, once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { footageOf } from '../../agent/buffer/recordings.js';
import type { SealedFragment } from '../../agent/recorder/recorder.js';
import { ffmpegCamera } from '../../drivers/camera.js';
import { systemClock } from '../../drivers/clock.js';
import { RecorderRig } from '../support/recorder.js';

const run = promisify(execFile);

/** ffmpeg, behind a script that leaves its process id in a file. */
async function ffmpegWithPid(folder: string): Promise<{ ffmpegPath: string; pid(): Promise<number> }> {
  const ffmpegPath = join(folder, 'ffmpeg-with-pid');
  const pidFile = join(folder, 'pid');
  await writeFile(ffmpegPath, `#!/bin/sh\necho $$ > '${pidFile}'\nexec ffmpeg "$@"\n`);
  await chmod(ffmpegPath, 0o755);
  return { ffmpegPath, pid: async () => Number(await readFile(pidFile, 'utf8')) };
}

interface Probe {
  format: { duration: string };
  streams: { codec_type: string; nb_read_frames: string }[];
}

async function probe(path: string): Promise<Probe> {
  const args = [
    '-v',
    'error',
    '-count_frames',
    '-show_entries',
    'stream=codec_type,nb_read_frames:format=duration',
  ];
  const { stdout, stderr } = await run('ffprobe', [...args, '-of', 'json', path]);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as Probe;
}

test('a camera process killed while recording costs a signed gap: both takes are sealed, and both play', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-ffmpeg-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const { ffmpegPath, pid } = await ffmpegWithPid(folder);
  const source = { kind: 'synthetic' } as const;
  const picture = { width: 160, height: 120, framesPerSecond: 10, bitrateBitsPerSecond: 200_000 };
  const camera = ffmpegCamera({
    ...{ source, fragmentMs: 500, ...picture, copy: false, audio: true, stallMs: 10_000, ffmpegPath },
  });
  const rig = await RecorderRig.open(t, { camera, clock: systemClock(), settings: { fragmentMs: 500 } });
  const { recorder } = rig;
  const sealed = on(recorder, 'sealed')[Symbol.asyncIterator]();
  const nextSealed = async () => ((await sealed.next()).value as [SealedFragment])[0];

  recorder.open();
  await once(recorder, 'footage');
  const recording = await recorder.start({ trigger: 'button' });
  for (let i = 0; i < 3; i++) await nextSealed();
  process.kill(await pid(), 'SIGKILL');
  let takes = 1;
  while (takes < 2) {
    await nextSealed();
    takes = (await rig.entriesOf('take-started')).length;
  }
  await nextSealed();
  await recorder.stop('button');

  t.deepEqual(await rig.problems(), []);
  const [state] = await rig.recordings();
  t.like(state, { recording, takes: 2, gaps: 1, stopped: { reason: 'button' } });
  const story = await rig.story();
  t.is(story[story.indexOf('take 1') - 1], 'gap camera-failed');
  const [gap] = await rig.entriesOf('gap');
  t.true(gap !== undefined && gap.fromMono < gap.toMono);

  for (const take of [0, 1]) {
    const pieces: Buffer[] = [];
    let durationMs = 0;
    if (state === undefined) break;
    for await (const piece of footageOf(rig.stores.store, state)) {
      if (piece.ref.take !== take) continue;
      pieces.push(...((await rig.stores.footage.get(piece.ref, piece.bytes)) ?? []));
      durationMs += piece.durationMs;
    }
    const path = join(folder, `take-${take}.mp4`);
    await writeFile(path, Buffer.concat(pieces));
    const { streams, format } = await probe(path);
    t.deepEqual(
      streams.map(({ codec_type }) => codec_type),
      ['video', 'audio'],
    );
    t.is(
      Number(streams[0]?.nb_read_frames),
      Math.round(durationMs / 100),
      'every picture of the sealed fragments can be decoded',
    );
    t.true(
      Math.abs(Number(format.duration) * 1000 - durationMs) < 200,
      `${format.duration} s for ${durationMs} ms`,
    );
  }
});
