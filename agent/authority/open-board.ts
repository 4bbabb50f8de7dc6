import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../config/errors.js';
import { systemClock } from '../../drivers/clock.js';
import { systemTimers } from '../../drivers/timers.js';
import { Board } from '../disclosure/board.js';
import { type DisclosureJournal, Intake } from '../disclosure/intake.js';
import { type DisclosureSettings, loadRules } from '../disclosure/open.js';
import { ContentStore } from '../disclosure/store.js';
import { TrustedKeys } from '../disclosure/trust.js';
import { parseVkey } from '../journal/vkey.js';

/** A hall's content opened for a command: judged by the kiosk's own rules, with no screen and no network. */
export interface OpenBoard {
  board: Board;
  intake: Intake;
  trusted: TrustedKeys;
  close(): Promise<void>;
}

type Settings = Omit<DisclosureSettings, 'displayLostMs'>;

/**
 * Opens the content of a data folder. `journal` is told what is accepted and refused; without one nothing may be taken. Throws LIUHEN_LOCKED while a
 * kiosk runs on the folder.
 */
export async function openBoard(
  folder: string,
  settings: Settings,
  journal: DisclosureJournal = NOWHERE,
): Promise<OpenBoard> {
  const { hall, maxItems, root } = settings;
  const rules = loadRules(settings);
  const trusted = new TrustedKeys(parseVkey(root));
  const clock = systemClock();
  const store = await ContentStore.open(folder);
  const board = new Board({ store, trusted, rules, clock, timers: systemTimers });
  const intake = new Intake({
    hall,
    store,
    board,
    trusted,
    clock,
    journal,
    maxItems,
    onJournalError: (error) => process.stderr.write(`journal: ${messageOf(error)}\n`),
  });
  const close = async () => {
    board.close();
    await intake.close();
    await store.close();
  };
  try {
    await board.load();
  } catch (error) {
    await close();
    throw error;
  }
  return { board, intake, trusted, close };
}

/** What a kiosk would show of these envelopes, in a folder that is removed when it is closed. */
export async function openFreshBoard(settings: Settings): Promise<OpenBoard> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-board-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const open = await openBoard(folder, settings);
    return {
      ...open,
      async close() {
        await open.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Whoever only looks writes nothing down. */
const NOWHERE: DisclosureJournal = { append: () => Promise.resolve({ n: 0 }) };
