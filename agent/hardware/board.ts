import type { Clock } from '../../drivers/clock.js';
import { isOneShot, type Pattern } from '../../drivers/output-pattern.js';
import type { ByteLink } from '../../drivers/serial-port.js';
import { Board, type BoardOutputs, type BoardStatus } from '../../firmware-bridge/board.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import type { Drivers } from './drivers.js';
import type { Pieces, PiecesLog } from './pieces.js';
import { openPiece, type Port } from './serial-pieces.js';
import type { HardwareSignals, OutputName } from './signals.js';

export interface OpenBoard {
  board: Board;
  client: SmpClient;
  link: ByteLink;
  close(): Promise<void>;
}

const BOARD_OUTPUT = {
  light: 'indicator',
  buzzer: 'buzzer',
  vibration: 'vibration',
} as const satisfies Record<OutputName, keyof BoardOutputs>;

/** The board's microcontroller, joined to the lights and to the clock. `onStatus` hears what differs. */
export async function openBoard(
  port: Port & { pollMs: number },
  parts: {
    drivers: Drivers;
    pieces: Pieces;
    log: PiecesLog;
    clock: Clock;
    signals: HardwareSignals;
    onStatus(status: BoardStatus): void;
  },
): Promise<OpenBoard> {
  const { drivers, pieces, clock, signals, onStatus } = parts;
  const { timers } = drivers;
  const link = await openPiece('board', port, parts, { worksOn: 'answer' });
  const client = new SmpClient(link, { timers });
  const board = new Board(client, { pollMs: port.pollMs, timers });
  board.onStatus(onStatus);
  board.onContact((contact) => {
    if (contact.heard) pieces.works('board', link.state.open ? link.state.path : port.port);
    // A port that is not open has told so itself.
    else if (link.state.open) pieces.absent('board', contact.reason);
  });
  board.onStart(() => {
    const { wallMs, source } = clock.read();
    // It keeps time by what it is told, and is told again when it is heard again.
    if (source !== 'none') board.setTime(wallMs).catch(() => {});
  });
  const standing: BoardOutputs = { indicator: 'off', buzzer: 'off', vibration: 'off' };
  for (const [name, output] of Object.entries(BOARD_OUTPUT) as [OutputName, keyof BoardOutputs][]) {
    signals.add(name, {
      play(pattern: Pattern) {
        if (output === 'indicator' && !isOneShot(pattern)) standing.indicator = pattern;
        board.play({ ...standing, [output]: pattern });
      },
    });
  }
  return {
    board,
    client,
    link,
    async close() {
      board.play({ indicator: 'off', buzzer: 'off', vibration: 'off' });
      board.close();
      client.close();
      await link.close();
    },
  };
}
