import { type CardReader, cardReader } from '../../drivers/card-reader.js';
import type { Clock } from '../../drivers/clock.js';
import { type Gnss, gnss } from '../../drivers/gnss.js';
import { type ByteLink, parsePortName } from '../../drivers/serial-port.js';
import type { Drivers } from './drivers.js';
import type { PieceName, Pieces, PiecesLog } from './pieces.js';

const BACKOFF = { minMs: 1000, maxMs: 30_000 };
/** A receiver speaks every second, also without a fix; one that is silent for so long is not there. */
const GNSS_HEARTBEAT = { everyMs: 5000, silentMs: 15_000 };

export interface PieceParts {
  drivers: Drivers;
  pieces: Pieces;
  log: PiecesLog;
}

export interface Port {
  port: string;
  baudRate: number;
}

/** A port that is being opened for the first time is not absent yet. */
const NOT_TRIED = 'not opened yet';

export interface PieceOptions {
  /** What shows that the piece is there: that its port opens, that it says something, or what only the caller can tell. */
  worksOn: 'open' | 'data' | 'answer';
  heartbeat?: { everyMs: number; silentMs: number };
}

/** A serial port whose coming and going is told as that of its piece. */
export async function openPiece(
  piece: PieceName,
  { port, baudRate }: Port,
  { drivers, pieces, log }: PieceParts,
  { worksOn, heartbeat }: PieceOptions,
): Promise<ByteLink> {
  const options = { port: parsePortName(port), baudRate, backoff: BACKOFF };
  const link = await drivers.serial(
    heartbeat === undefined ? options : { ...options, heartbeat },
    (message) => log.info({ piece }, message),
  );
  const tell = () => {
    const { state } = link;
    if (!state.open) {
      if (state.reason === NOT_TRIED) pieces.waits(piece, state.reason);
      else pieces.absent(piece, state.reason);
    } else if (worksOn === 'open') pieces.works(piece, state.path);
    else pieces.waits(piece, `nothing heard yet on ${state.path}`);
  };
  link.onState(tell);
  tell();
  if (worksOn === 'data') {
    link.onData(() => {
      if (link.state.open) pieces.works(piece, link.state.path);
    });
  }
  return link;
}

export async function openGnss(
  port: Port,
  clock: Clock,
  parts: PieceParts,
): Promise<{ gnss: Gnss; link: ByteLink }> {
  const link = await openPiece('gnss', port, parts, { worksOn: 'data', heartbeat: GNSS_HEARTBEAT });
  return { gnss: gnss(link, clock), link };
}

export async function openCardReader(
  port: Port,
  clock: Clock,
  parts: PieceParts,
): Promise<{ reader: CardReader; link: ByteLink }> {
  const link = await openPiece('cardReader', port, parts, { worksOn: 'open' });
  return { reader: cardReader(link, clock), link };
}
