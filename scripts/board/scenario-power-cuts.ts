import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runLiuhen } from '../child.js';
import { recordingsOf, verdictOn, withCopy } from './board-copy.js';
import { BoardRecorder } from './board-recorder.js';
import { checkCopy } from './check-copy.js';
import type { PowerLoss } from './disk.js';
import { VirtualBoard } from './virtual-board.js';

const CONFIG = `
profile: recorder
device: { id: recorder-0001, authority: liuhen.example }
data: data
camera: { source: /dev/video0, width: 320, height: 180, framesPerSecond: 10, bitrate: 200kbit/s, audio: false, stall: 60s }
recording: { fragment: 500ms, preRecord: 0s }
journal: { keyRotation: 5s }
storage: { reserve: 16MiB }
log: { level: debug }
`;

export interface PowerCutsResult {
  rounds: number;
  /** Fragments that the agent had reported as sealed before its power went, all found again. */
  sealed: number;
  /** Sectors that had been written and not flushed, and that a cut took. */
  lostSectors: number;
  /** Those that it left, in any order. */
  keptSectors: number;
  /** On the recordings at the end: cut short ones are incomplete, never altered. */
  verdicts: Record<string, number>;
}

/**
 * Cuts the board's power at random moments while the agent starts, recovers and records from the machine's camera. After each cut
 * the machine mounts its disk again, and before the agent writes to it, all that was reported sealed is there and no invariant is broken. At
 * the end every recording exports to a bundle whose verdict is as it should be.
 */
export async function powerCuts(rounds: number, say: (line: string) => void): Promise<PowerCutsResult> {
  const result: PowerCutsResult = { rounds: 0, sealed: 0, lostSectors: 0, keptSectors: 0, verdicts: {} };
  let recorder: BoardRecorder | undefined;
  const board = await VirtualBoard.make({ say, onLog: (line) => recorder?.take(line) });
  recorder = new BoardRecorder(board);
  try {
    await board.start();
    const rootVkey = await recorder.provision(CONFIG);
    for (let round = 1; round <= rounds; round++) {
      const [moment, { lostSectors, keptSectors }] = await cutSomewhere(board, recorder);
      await board.start();
      result.sealed = await withCopy(board, `round-${round}`, (data) => checkCopy(data, recorder.lines));
      result.rounds = round;
      result.lostSectors += lostSectors;
      result.keptSectors += keptSectors;
      const cache = `${lostSectors} unflushed sectors lost, ${keptSectors} kept`;
      say(
        `round ${round}: cut ${moment}; ${cache}; ${result.sealed} fragments reported sealed so far, all there`,
      );
    }
    // It closes the recording that the last cut interrupted.
    const ready = recorder.until('the agent', (line) => line.ready === true);
    recorder.start();
    await ready;
    await recorder.stop();
    result.verdicts = await verdicts(board, rootVkey);
    say(`exported and verified on the host: ${JSON.stringify(result.verdicts)}`);
    return result;
  } finally {
    await board.close();
  }
}

/** While it still starts and puts the last recording in order; while it records; and in the middle of a write to the disk. */
async function cutSomewhere(board: VirtualBoard, recorder: BoardRecorder): Promise<[string, PowerLoss]> {
  const kind = (['start', 'recording', 'write'] as const)[randomInt(3)];
  const sealed = recorder.until('a sealed fragment', ({ msg }) => msg === 'sealed');
  sealed.catch(() => {});
  recorder.start('--record');
  if (kind === 'start') {
    const afterMs = randomInt(30_000);
    await delay(afterMs);
    return [`${afterMs} ms after the start`, await board.cutPower()];
  }
  await sealed;
  if (kind === 'write') {
    const write = randomInt(1, 300);
    return [`in write ${write} after the first sealed fragment`, await board.cutPowerAtWrite(write)];
  }
  const afterMs = randomInt(10_000);
  await delay(afterMs);
  return [`${afterMs} ms after the first sealed fragment`, await board.cutPower()];
}

/** Exports every recording from the board's disk, each cut short or whole, and counts the verdicts. */
async function verdicts(board: VirtualBoard, rootVkey: string): Promise<Record<string, number>> {
  return await withCopy(board, 'end', async (data) => {
    const trust = join(board.outFolder, 'trust.policy');
    await writeFile(trust, `log ${rootVkey}\nquorum none\n`);
    const counted: Record<string, number> = {};
    for (const { recording } of await recordingsOf(data)) {
      const bundle = join(board.outFolder, `bundle-${recording}`);
      const { status, stderr } = await runLiuhen(
        'export',
        String(recording),
        '--data',
        data,
        '--out',
        bundle,
      );
      if (status !== 0) throw new Error(`export of recording ${recording} ended with ${status}: ${stderr}`);
      const verdict = await verdictOn(bundle, trust);
      if (verdict !== 'intact' && verdict !== 'incomplete') {
        throw new Error(`recording ${recording}: ${verdict}`);
      }
      counted[verdict] = (counted[verdict] ?? 0) + 1;
    }
    return counted;
  });
}
