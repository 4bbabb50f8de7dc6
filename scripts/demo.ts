import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { RecordingState } from '../agent/buffer/recordings.js';
import { bytesText, durationText } from '../agent/cli/text.js';
import { callAgent } from '../agent/control/client.js';
import type { AgentStatus } from '../agent/status.js';
import { runLiuhen } from './child.js';
import { freshFolder, shown } from './demo-folder.js';
import { DemoStage } from './demo-stage.js';

const DEVICE = 'recorder-0001';
const AUTHORITY = 'liuhen.example';
/** How long nothing may happen before the demo gives up. */
const PATIENCE_MS = 60_000;
const CAMERA_PATIENCE_MS = 20_000;

interface Options {
  seconds: number;
  camera: string;
  out: string;
  stay: boolean;
}

const program = new Command('scripts/demo')
  .description(
    'Records live video, seals it, uploads it, has it witnessed and archived, exports a bundle and verifies it.\n' +
      'scripts/demo kiosk shows the screen of a service hall instead; it has options of its own.',
  )
  .option('--seconds <n>', 'how long to record', Number, 10)
  .option(
    '--camera <source>',
    'a file, an rtsp:// URL or /dev/videoN instead of the test picture',
    'synthetic',
  )
  .option('--out <folder>', 'where everything goes', 'demo-out')
  .option('--stay', 'keep recorder and archive running afterwards', false)
  .parse();

const stage = new DemoStage();
const { display } = stage;
await stage.play(() => demo(program.opts<Options>()));

async function demo(options: Options): Promise<number> {
  if (!Number.isFinite(options.seconds) || options.seconds <= 0) {
    throw new Error('--seconds: expected a number above 0');
  }
  const out = await freshFolder(options.out);
  display.title('Liuhen 留痕: camera → journal → LevelDB → MQTT → receipt → bundle → verdict');

  const archiveFolder = join(out, 'archive');
  await stage.liuhen('archive', 'init', '--data', archiveFolder, '--name', `${AUTHORITY}/archive`);
  const archive = await stage.start(
    ['archive', 'run', '--data', archiveFolder, '--embedded-broker', '--port', '0'],
    join(out, 'archive.log'),
  );
  const { broker, witness } = archive.ready as { broker: string; witness: string };
  display.done(`archive runs, pid ${archive.pid}, broker ${broker}`);

  const data = await startRecorder(out, archiveFolder, broker, witness, options.camera);
  const recording = await record(data, options.seconds);
  await waitForReceipt(data, recording);

  const bundle = join(out, 'bundle');
  const trust = join(out, 'trust.policy');
  const policy = await stage.liuhen('archive', 'trust', DEVICE, '--data', archiveFolder);
  await writeFile(trust, policy);
  await stage.liuhen('export', String(recording), '--data', data, '--out', bundle, '--why', 'demo');
  display.done(`exported ${shown(bundle)}`);
  const report = join(out, 'report.html');
  const verified = await runLiuhen('verify', bundle, '--trust', trust, '--html', report);
  display.note(verified.stdout.trimEnd().split('\n'));
  if (verified.status === null || verified.status > 3) throw new Error(verified.stderr);

  display.note([
    `bundle   ${shown(bundle)}`,
    `report   ${shown(report)}`,
    `again    npx liuhen verify ${shown(bundle)} --trust ${shown(trust)}`,
    'kiosk    ./scripts/demo kiosk   shows the screen of a service hall',
  ]);
  if (options.stay) await stay(data);
  display.end(verified.status === 0 ? 'done' : 'done, but the verdict is not what a demo should give');
  return verified.status;
}

async function startRecorder(
  out: string,
  archiveFolder: string,
  broker: string,
  witness: string,
  camera: string,
): Promise<string> {
  const folder = join(out, 'recorder');
  await mkdir(folder);
  const config = join(folder, 'liuhen.yaml');
  const source = camera === 'synthetic' || /^[a-z]+:\/\//.test(camera) ? camera : resolve(camera);
  const made = await stage.liuhen(
    ...['init', '--device', DEVICE, '--authority', AUTHORITY, '--config', config],
    ...['--camera', source, '--broker', broker, '--witness', witness, '--json'],
  );
  const { rootVkey, data } = JSON.parse(made) as { rootVkey: string; data: string };
  await stage.liuhen('archive', 'add', rootVkey, '--data', archiveFolder);
  const recorder = await stage.start(['run', '--config', config, '--record'], join(out, 'recorder.log'));
  display.done(`recorder runs, pid ${recorder.pid}, camera ${camera}, root key ${rootVkey}`);
  return data;
}

/** Lets it record for so long after the first fragment is sealed, showing what happens; returns the recording's id. */
async function record(data: string, seconds: number): Promise<number> {
  let recording: number | undefined;
  let untilMs = Date.now() + CAMERA_PATIENCE_MS;
  let started = false;
  while (Date.now() < untilMs) {
    const status = await readStatus(data);
    if (status.recording === null && recording !== undefined) {
      display.done('recorded to the end of the file, all sealed');
      return recording;
    }
    recording = status.recording?.recording ?? recording;
    if (!started && (status.recording?.fragments ?? 0) > 0) {
      started = true;
      untilMs = Date.now() + (seconds - 1) * 1000;
    }
    display.progress(progressText(status));
    await stage.wait(Math.max(0, Math.min(1000, untilMs - Date.now())));
  }
  if (!started)
    throw new Error(
      `the camera gave nothing: ${(await readStatus(data)).camera.problem ?? 'no reason known'}`,
    );
  const stopped = (await callAgent(data, 'POST', '/stop')) as RecordingState;
  display.done(
    `recorded ${durationText(stopped.durationMs)}: ${fragmentsText(stopped.fragments)}, ${bytesText(stopped.bytes)}, all sealed`,
  );
  return stopped.recording;
}

async function waitForReceipt(data: string, recording: number): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS;
  while (Date.now() < untilMs) {
    const recordings = (await callAgent(data, 'GET', '/recordings')) as RecordingState[];
    const status = await readStatus(data);
    const found = recordings.find((each) => each.recording === recording);
    const witnessed = status.journal.witnessed?.entries ?? 0;
    if (found?.receipt !== undefined && witnessed > (found.stopped?.n ?? 0)) {
      display.done(`witnessed (${witnessed} entries) and archived: the archive has signed for every byte`);
      return;
    }
    display.progress(progressText(status, true));
    await stage.wait(250);
  }
  throw new Error(`no receipt for recording ${recording} within ${PATIENCE_MS / 1000} s`);
}

function progressText({ camera, recording, journal, uplink }: AgentStatus, isStopped = false): string {
  const isWaiting = !isStopped && (recording?.fragments ?? 0) === 0;
  if (isWaiting)
    return `waiting for the camera's first fragment${camera.problem === null ? '' : `: ${camera.problem}`}`;
  const sealed =
    recording === null
      ? 'all sealed, waiting for the receipt'
      : `${durationText(recording.durationMs)} in ${fragmentsText(recording.fragments)} (${bytesText(recording.bytes)}) sealed`;
  const witnessed = `${journal.witnessed?.entries ?? 0} of ${journal.entries} entries witnessed`;
  return `${sealed}, ${witnessed}, ${bytesText(uplink?.sentBytes ?? 0)} sent`;
}

function fragmentsText(count: number): string {
  return count === 1 ? '1 fragment' : `${count} fragments`;
}

async function readStatus(data: string): Promise<AgentStatus> {
  return (await callAgent(data, 'GET', '/status')) as AgentStatus;
}

async function stay(data: string): Promise<void> {
  const folder = shown(data);
  display.note([
    'recorder and archive keep running; Ctrl-C ends them. Try:',
    `  npx liuhen status --data ${folder}`,
    `  npx liuhen start --data ${folder}   then mark, stop, recordings, export, check`,
  ]);
  await stage.stay();
}
