import { existsSync } from 'node:fs';
import { LiuhenError } from '../../config/errors.js';
import { type Config, loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { type ByteLink, openSerial, parsePortName } from '../../drivers/serial.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import type { UpdateProgress } from '../../firmware-bridge/update.js';
import { hasJournal, openJournal, openStores } from '../buffer/open.js';
import { Firmware, firmwareInterrupted, firmwareKeyIn } from '../firmware.js';
import type { EntryDraft } from '../journal/entry.js';
import { giveToOwner } from '../provision/owner.js';
import { DEFAULT_CONFIG, type PlaceOptions } from './data-folder.js';

/** What the command line says of the board, over what the configuration says. */
export interface BoardFlags extends PlaceOptions {
  port?: string;
  baud?: number;
  key?: string;
}

const DEFAULT_BAUD = 115_200;
const OPEN_PATIENCE_MS = 3000;
const BACKOFF = { minMs: 50, maxMs: 500 };
/** The defaults of config/schema.ts, where a data folder is named without its configuration. */
const JOURNAL_DEFAULTS = { clockJumpMs: 2000, witnessNoteMs: 10_000 };

/**
 * Works on the board from this process, for when no agent runs: opens the port, and the device's journal where there is one. Ctrl-C ends it
 * between two messages; the board then boots one image or the other.
 */
export async function withFirmware<T>(
  flags: BoardFlags,
  onProgress: (progress: UpdateProgress) => void,
  work: (firmware: Firmware) => Promise<T>,
): Promise<T> {
  const config = configOf(flags);
  const link = openSerial({ ...portOf(flags, config), backoff: BACKOFF });
  const controller = new AbortController();
  const interrupt = () => controller.abort(firmwareInterrupted());
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const client = new SmpClient(link);
  const data = flags.data ?? config?.data;
  let journal: Notes | undefined;
  try {
    journal = await openNotes(data, config);
    await untilOpen(link);
    const keyFile = flags.key ?? config?.hardware.board?.firmwareKeyFile;
    const keyName = flags.key === undefined ? undefined : '--key';
    const key = () => firmwareKeyIn(keyFile, keyName);
    const note = journal?.note;
    return await work(
      new Firmware({ client, key, signal: controller.signal, onProgress, ...(note && { note }) }),
    );
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    client.close();
    await link.close();
    await journal?.close();
    // Not as the owner from the beginning: image, key and port may be root's to read.
    if (data !== undefined) await giveToOwner(data);
  }
}

function configOf({ config }: BoardFlags): Config | undefined {
  const file = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  return file === undefined ? undefined : loadConfig(file);
}

function portOf({ port, baud }: BoardFlags, config: Config | undefined) {
  const configured = config?.hardware.board;
  const name = port ?? configured?.port;
  if (name === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected the port of the microcontroller', {
      next: 'set hardware.board.port, or give --port',
    });
  }
  return { port: parsePortName(name), baudRate: baud ?? configured?.baudRate ?? DEFAULT_BAUD };
}

interface Notes {
  note(draft: EntryDraft): Promise<unknown>;
  close(): Promise<void>;
}

async function openNotes(data: string | undefined, config: Config | undefined): Promise<Notes | undefined> {
  if (data === undefined || !hasJournal(data)) return undefined;
  const stores = await openStores(data);
  try {
    const { journal } = await openJournal(stores, systemClock(), config?.journal ?? JOURNAL_DEFAULTS);
    return {
      note: (draft) => journal.append(draft),
      async close() {
        await journal.close();
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

/** Waits for the port, so that one that is missing is told as that and not as a silent board. */
async function untilOpen(link: ByteLink): Promise<void> {
  if (link.state.open) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, OPEN_PATIENCE_MS);
    link.onState(({ open }) => {
      if (!open) return;
      clearTimeout(timer);
      resolve();
    });
  });
  if (!link.state.open) throw new LiuhenError('LIUHEN_SERIAL', link.state.reason);
}
