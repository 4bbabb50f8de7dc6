import { execFile } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { deviceSource } from '../../agent/evidence/device-source.js';
import { exportRecording } from '../../agent/evidence/export.js';
import { renderReport } from '../../agent/evidence/report.js';
import type { Verdict } from '../../agent/evidence/verify/verdict.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import type { EntryOf } from '../../agent/journal/entry.js';
import type { RecorderState } from '../../agent/recorder/recorder.js';
import { type CameraMode, type CameraOptions, ffmpegCamera } from '../../drivers/camera.js';
import { systemClock } from '../../drivers/clock.js';
import { RecorderRig } from '../support/recorder.js';

const run = promisify(execFile);
const FRAGMENT_MS = 500;

interface Recorded {
  started: EntryOf<'recording-started'>;
  codecs: string;
  /** Durations of the fragments in ms, in order. */
  durations: number[];
  /** Whether each fragment begins where the one before it ended. */
  continuous: boolean;
  verdict: Verdict;
  report: string;
  /** Packets of each kind of stream in the bundle's MP4; it decodes without an error. */
  played: Record<string, number>;
}

/** Records until so many fragments are sealed since the start, with real ffmpeg, stores and keys; exports and verifies. */
async function record(
  t: ExecutionContext,
  mode: CameraMode,
  fragments: number,
  more: Partial<CameraOptions> = {},
): Promise<Recorded> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-modes-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const camera = ffmpegCamera({
    source: { kind: 'synthetic' },
    mode,
    fragmentMs: FRAGMENT_MS,
    ...{ width: 160, height: 120, framesPerSecond: 10, bitrateBitsPerSecond: 200_000 },
    ...{ copy: false, audio: true, stallMs: 10_000 },
    ...more,
  });
  const settings = { mode, fragmentMs: FRAGMENT_MS, preRecordMs: 0 };
  const rig = await RecorderRig.open(t, { camera, clock: systemClock(), settings });
  const { recorder, stores, journal } = rig;
  const sealed = on(recorder, 'sealed')[Symbol.asyncIterator]();
  const states: RecorderState[] = [];
  recorder.open();
  await once(recorder, 'footage');
  const recording = await recorder.start({ trigger: 'button' });
  for (let i = 0; i < fragments; i++) await sealed.next();
  recorder.on('state', (state) => states.push(state));
  await recorder.stop('button');
  t.deepEqual(states, ['stopping', 'idle']);
  t.deepEqual(await rig.problems(), []);

  const source = await deviceSource({ ...stores, journal, witnesses: [] });
  const out = join(folder, 'bundle');
  const { rootVkey } = await exportRecording({ source, recording, out, who: 'a', why: 'b' });
  const verdict = await verifyBundle(out, `log ${rootVkey}\nquorum none\n`);

  const [started] = await rig.entriesOf('recording-started');
  const [take] = await rig.entriesOf('take-started');
  const media = (await rig.entriesOf('fragment')).map((entry) => entry.media);
  if (started === undefined || take === undefined) throw new Error('nothing was recorded');
  return {
    started,
    codecs: take.codecs,
    durations: media.map(({ duration, timescale }) => (duration / timescale) * 1000),
    continuous: media.every(({ start }, i) => {
      const before = media[i - 1];
      return before === undefined || start === before.start + before.duration;
    }),
    verdict,
    report: renderReport(verdict),
    played: await play(join(out, 'recording.mp4')),
  };
}

async function play(file: string): Promise<Record<string, number>> {
  await run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', file, '-f', 'null', '-']);
  const shown = ['-v', 'error', '-count_packets', '-show_entries', 'stream=codec_type,nb_read_packets'];
  const { stdout } = await run('ffprobe', [...shown, '-of', 'json', file]);
  const { streams } = JSON.parse(stdout) as { streams: { codec_type: string; nb_read_packets: string }[] };
  return Object.fromEntries(streams.map((stream) => [stream.codec_type, Number(stream.nb_read_packets)]));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('video with a display in the picture is recorded, exported and found intact', async (t) => {
  const recorded = await record(t, 'video', 5, { display: { time: 'utc', device: 'd', officer: true } });
  const { verdict, durations, codecs, played, report } = recorded;
  t.is(recorded.started.mode, 'video');
  t.like(verdict, { verdict: 'intact', mode: 'video', fragments: durations.length });
  t.regex(codecs, /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
  t.true(recorded.continuous && durations.every((ms) => Math.abs(ms - FRAGMENT_MS) <= 100));
  t.is(played.video, Math.round(sum(durations) / 100));
  t.true(report.includes('moving pictures'));
});

test('sound alone is recorded in fragments of its own, exported, and found intact', async (t) => {
  const { started, continuous, verdict, durations, codecs, played, report } = await record(t, 'audio', 5);
  t.is(started.mode, 'audio');
  t.like(verdict, { verdict: 'intact', mode: 'audio', fragments: durations.length });
  t.is(codecs, 'mp4a.40.2');
  // AAC comes in frames of 1024 samples, and a fragment ends with the first that reaches its length.
  const frameMs = 1024 / 48;
  t.true(continuous && durations.every((ms) => ms >= FRAGMENT_MS && ms < FRAGMENT_MS + 2 * frameMs));
  t.true(Math.abs(verdict.durationSec * 1000 - sum(durations)) < 1);
  t.deepEqual(Object.keys(played), ['audio']);
  t.true(Math.abs((played.audio ?? 0) * frameMs - sum(durations)) < 2 * frameMs);
  t.true(report.includes('sound alone, no picture'));
});

test('still pictures are sealed as they are taken, two shots of each moment, exported, and found intact', async (t) => {
  // Longer apart than a camera may be silent in other modes.
  const recorded = await record(t, 'still', 4, { stillEveryMs: 2000, stallMs: 1800 });
  const { verdict, durations, codecs, played, report } = recorded;
  t.is(recorded.started.mode, 'still');
  t.like(verdict, { verdict: 'intact', mode: 'still', fragments: 4 });
  t.regex(codecs, /^avc1\.[0-9a-f]{6}$/);
  t.true(recorded.continuous);
  const tenths = durations.map((ms) => Math.round(ms / 100)).join(' ');
  t.true('1 19 1 19 1'.includes(tenths), tenths);
  t.deepEqual(played, { video: 4 }, 'one picture a fragment, and no sound');
  t.true(report.includes('single pictures, no sound'));
});
