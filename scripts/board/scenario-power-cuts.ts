import { randomInt } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BoardRecorder, RECORDER_FOLDER } from './board-recorder.js';
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
}

/**
 * Cuts the board's power at random moments while the agent starts, recovers and records from the machine's camera. After each cut
 * the machine mounts its disk again, and before the agent writes to it, all that was reported sealed is there and no invariant is broken.
 */
export async function powerCuts(rounds: number, say: (line: string) => void): Promise<PowerCutsResult> {
  const result: PowerCutsResult = { rounds: 0, sealed: 0, lostSectors: 0, keptSectors: 0 };
  let recorder: BoardRecorder | undefined;
  const board = await VirtualBoard.make({ say, onLog: (line) => recorder?.take(line) });
  recorder = new BoardRecorder(board);
  try {
    await board.start();
    await recorder.provision(CONFIG);
    for (let round = 1; round <= rounds; round++) {
      const [moment, { lostSectors, keptSectors }] = await cutSomewhere(board, recorder);
      await board.start();
      result.sealed = await checkDisk(board, recorder, round);
      result.rounds = round;
      result.lostSectors += lostSectors;
      result.keptSectors += keptSectors;
      const cache = `${lostSectors} unflushed sectors lost, ${keptSectors} kept`;
      say(
        `round ${round}: cut ${moment}; ${cache}; ${result.sealed} fragments reported sealed so far, all there`,
      );
    }
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

/** On the host, which is quicker, from a copy that the machine's kernel makes of what it finds on the disk. */
async function checkDisk(board: VirtualBoard, recorder: BoardRecorder, round: number): Promise<number> {
  const name = `round-${round}`;
  await mkdir(join(board.outFolder, name));
  // cp would stop at the socket that the agent has left.
  await board.must(`tar -C ${RECORDER_FOLDER} -cf - data | tar -C /out/${name} --no-same-owner -xf -`);
  try {
    return await checkCopy(join(board.outFolder, name, 'data'), recorder.lines);
  } finally {
    await rm(join(board.outFolder, name), { recursive: true });
  }
}
