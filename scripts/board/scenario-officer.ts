import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry, UnknownEntry } from '../../agent/journal/entry.js';
import type { AgentStatus } from '../../agent/status.js';
import { entriesOf, verdictOn, withCopy } from './board-copy.js';
import { BoardRecorder, liuhen, RECORDER_FOLDER } from './board-recorder.js';
import { checkCopy } from './check-copy.js';
import { GPIO_CHIP, VirtualBoard } from './virtual-board.js';
import { LINES, World } from './world.js';

const KNOWN_CARD = '0A00C0FFEE';
const UNKNOWN_CARD = '0000BADBAD';
/** Longer than usual, since an emulated machine may be held up for longer than a person's finger. */
const LONG_PRESS_MS = 4000;
const SHORT_PRESS_MS = 800;
const PATIENCE_MS = 120_000;
const CAMERA_DRIVER = '/sys/bus/platform/drivers/vivid';

const line = (name: keyof typeof LINES) => `{ chip: ${GPIO_CHIP}, line: ${LINES[name]} }`;
const CONFIG = `
profile: recorder
device: { id: recorder-0001, authority: liuhen.example }
data: data
camera: { source: /dev/video0, width: 320, height: 180, framesPerSecond: 10, bitrate: 200kbit/s, audio: false, stall: 60s }
recording: { fragment: 1s, preRecord: 5s }
storage: { reserve: 16MiB }
hardware:
  button: ${line('button')}
  press: { long: ${LONG_PRESS_MS}ms, double: 1s, confirm: 20s }
  light: ${line('light')}
  buzzer: ${line('buzzer')}
  vibration: ${line('vibration')}
  cover: ${line('cover')}
  storageDoor: ${line('storageDoor')}
  simDoor: ${line('simDoor')}
  attention: ${line('attention')}
  gnss: { port: /dev/ttyS2 }
  cardReader: { port: /dev/ttyS3 }
  board: { port: /dev/ttyS1, poll: 60s }
  battery: { warn: 15, stop: 5 }
  officersFile: officers.yaml
log: { level: debug }
`;
const OFFICERS = `${KNOWN_CARD}: { id: officer-7, name: Officer Seven, credential: LX-0007 }\n`;

export interface OfficerResult {
  fragments: number;
  entries: number;
  verdicts: string[];
}

/**
 * An officer's recordings, with every piece of hardware a real kernel's. One: card, press, record from the camera, mark, cover opened,
 * battery low, stop. Two: press, camera unplugged and plugged in, battery at its end. Then what the journal says, and the verdicts.
 */
export async function officersRecordings(say: (line: string) => void): Promise<OfficerResult> {
  const world = new World();
  let recorder: BoardRecorder | undefined;
  const { serial } = world;
  const board = await VirtualBoard.make({ say, serial, onLog: (text) => recorder?.take(text) });
  recorder = new BoardRecorder(board);
  try {
    world.solder(board);
    await board.start();
    const rootVkey = await recorder.provision(CONFIG);
    await recorder.put('officers.yaml', OFFICERS);
    await work(board, world, recorder, say);
    await recorder.stop();
    return await examine(board, recorder, rootVkey, say);
  } finally {
    await board.close();
    world.close();
  }
}

async function work(
  board: VirtualBoard,
  world: World,
  recorder: BoardRecorder,
  say: (line: string) => void,
): Promise<void> {
  const until = (what: string, holds: (status: AgentStatus) => boolean) => untilStatus(recorder, what, holds);
  const ready = recorder.until('the agent', ({ ready }) => ready === true);
  recorder.start();
  await ready;
  await until('every piece of hardware, a fix and footage', ({ hardware, preRecord }) => {
    const working = Object.values(hardware.pieces).every(({ state }) => state !== 'absent');
    return working && hardware.fix !== null && hardware.battery?.percent === 80 && preRecord.durationMs > 0;
  });
  say('all hardware works, GNSS fix, footage before the press');
  world.showCard(KNOWN_CARD);
  await until('the officer by card', ({ hardware }) => hardware.officer?.id === 'officer-7');
  say('card shown');

  const sealed = recorder.until('the first sealed fragment', ({ msg }) => msg === 'sealed');
  await touch(board, SHORT_PRESS_MS);
  await sealed;
  await untilLight(board, true);
  say('pressed: the first fragment is sealed, the light is steady');
  await delay(3000);
  await touch(board, SHORT_PRESS_MS);
  world.showCard(UNKNOWN_CARD);
  await board.press(LINES.cover);
  await until('the cover open', ({ hardware }) => hardware.openDoors.includes('cover'));
  await board.release(LINES.cover);
  say('marked; unknown card shown; cover opened');
  world.microcontroller.board.set({ batteryPercent: 12, batteryMillivolts: 3450 });
  await until('battery low', ({ hardware }) => hardware.battery?.percent === 12);
  say('battery low, told by the microcontroller over its attention line');

  await touch(board, LONG_PRESS_MS + 1500);
  await until('the end of the recording', ({ state }) => state === 'idle');
  await untilLight(board, false);
  say('stopped by a long press');

  const again = recorder.until('a sealed fragment of the second recording', ({ msg }) => msg === 'sealed');
  await touch(board, SHORT_PRESS_MS);
  await again;
  await untilLight(board, true);
  await board.must(`echo vivid.0 >${CAMERA_DRIVER}/unbind`);
  await untilLight(board, false);
  say('camera unplugged: the light is no longer steady');
  await board.must(`echo vivid.0 >${CAMERA_DRIVER}/bind`);
  await untilLight(board, true);
  say('camera plugged in: the light is steady again');
  world.microcontroller.board.set({ batteryPercent: 3, batteryMillivolts: 3300 });
  await until('the end by itself', ({ state }) => state === 'idle');
  say('battery at its end: stopped by itself');
}

async function touch(board: VirtualBoard, holdMs: number): Promise<void> {
  await board.press(LINES.button);
  await delay(holdMs);
  await board.release(LINES.button);
}

/** Steady in all looks of two seconds, or dark in one of them: patterns of other states blink. */
async function untilLight(board: VirtualBoard, steady: boolean): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; ) {
    let dark = 0;
    for (let look = 0; look < 20; look++) {
      if (!(await board.read(LINES.light))) dark++;
      await delay(100);
    }
    if (steady === (dark === 0)) return;
  }
  throw new Error(`expected the recording light ${steady ? 'steady' : 'no longer steady'}`);
}

async function untilStatus(
  recorder: BoardRecorder,
  what: string,
  holds: (status: AgentStatus) => boolean,
): Promise<void> {
  let last: AgentStatus | undefined;
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; ) {
    last = (await recorder.call('GET', '/status')) as AgentStatus;
    if (holds(last)) return;
  }
  throw new Error(`expected ${what}; status: ${JSON.stringify(last)}`);
}

async function examine(
  board: VirtualBoard,
  recorder: BoardRecorder,
  rootVkey: string,
  say: (line: string) => void,
): Promise<OfficerResult> {
  const { entries, fragments } = await withCopy(board, 'journal', async (data) => ({
    fragments: await checkCopy(data, recorder.lines),
    entries: await entriesOf(data),
  }));
  const missing = missingFrom(entries);
  if (missing.length > 0) {
    const seen = entries.filter(({ type }) => type !== 'fragment').map((entry) => JSON.stringify(entry));
    throw new Error(`the journal does not say: ${missing.join('; ')}\n${seen.join('\n')}`);
  }
  await board.must(`cd ${RECORDER_FOLDER} && ${liuhen()} check --config liuhen.yaml`);
  const trust = join(board.outFolder, 'trust.policy');
  await writeFile(trust, `log ${rootVkey}\nquorum none\n`);
  const verdicts: string[] = [];
  for (const { n } of entries.filter(({ type }) => type === 'recording-started')) {
    const bundle = `bundle-${n}`;
    await board.must(
      `cd ${RECORDER_FOLDER} && ${liuhen()} export ${n} --config liuhen.yaml --out /out/${bundle} --why scenario`,
    );
    verdicts.push(await verdictOn(join(board.outFolder, bundle), trust));
  }
  // The second one has a gap, which it says itself.
  if (verdicts.join() !== 'intact,incomplete') {
    throw new Error(`expected the verdicts intact and incomplete, got ${verdicts.join(' and ')}`);
  }
  say(
    `${fragments} fragments reported sealed, all there; check in the machine is green; ${verdicts.join(', ')}`,
  );
  return { fragments, entries: entries.length, verdicts };
}

/** What the officer did, each as the journal must say it. */
function missingFrom(entries: readonly (Entry | UnknownEntry)[]): string[] {
  const said = (text: string) => entries.some((entry) => JSON.stringify(entry).includes(text));
  const some = (type: string, ...texts: string[]) =>
    entries.some(
      (entry) => entry.type === type && texts.every((text) => JSON.stringify(entry).includes(text)),
    );
  const expected: Record<string, boolean> = {
    'the card': some('identity-shown', '"officer-7"', '"LX-0007"'),
    'the press, and who records': some('recording-started', '"button"', '"officer-7"'),
    'pre-record footage': !some('recording-started', '"preRecordMs":0,'),
    'the mark': some('mark'),
    'the unknown card': some('event', '"unknown-card"', UNKNOWN_CARD),
    'the cover': some('event', 'cover'),
    'low battery': some('event', '"battery"', '"low"'),
    'where a fragment was filmed': some('fragment', '"latitude":39.9042'),
    'time from satellites': said('"source":"gnss"'),
    'the stop by button': some('recording-stopped', '"button"'),
    'the gap without a camera': some('gap', 'camera'),
    'the camera that came again': some('take-started', '"take":1'),
    'the end by the battery': some('recording-stopped', '"battery-low"'),
  };
  return Object.entries(expected).flatMap(([what, there]) => (there ? [] : [what]));
}
