import type { Clock } from '../../drivers/clock.js';
import type { Timers } from '../../drivers/timers.js';
import { parseVkey } from '../journal/vkey.js';
import { Board } from './board.js';
import { loadCatalogue } from './catalogue.js';
import type { Terms } from './deadlines.js';
import { Displayed } from './displayed.js';
import { type DisclosureJournal, Intake } from './intake.js';
import type { Rules } from './judgement.js';
import { recordLateness } from './lateness-record.js';
import { ContentStore } from './store.js';
import { TrustedKeys } from './trust.js';
import { loadDayOverrides, WorkingDays } from './working-days.js';

/** The `disclosure` section of the configuration, with what a kiosk cannot do without. */
export interface DisclosureSettings {
  hall: string;
  /** Vkey of the authority's root key. */
  root: string;
  majorDecisionsFile?: string | undefined;
  workingDaysFile?: string | undefined;
  terms: Terms;
  maxItems: number;
  displayLostMs: number;
}

export interface DisclosureParts {
  /** The data folder; content lives in its `content/`. */
  folder: string;
  settings: DisclosureSettings;
  clock: Clock;
  timers: Timers;
  journal: DisclosureJournal;
  /** An entry could not be written: the hall goes on being served. */
  onJournalError(error: unknown): void;
}

/** Everything of a hall's content in one process. */
export interface OpenDisclosure {
  store: ContentStore;
  trusted: TrustedKeys;
  board: Board;
  intake: Intake;
  displayed: Displayed;
  /** Ends what hangs, seals what is under way, closes the store. The journal has to be open until it resolves. */
  close(): Promise<void>;
}

/** The rules that the settings name. Throws LIUHEN_CONFIG with lines, and LIUHEN_NOT_FOUND. */
export function loadRules(
  settings: Pick<DisclosureSettings, 'majorDecisionsFile' | 'workingDaysFile' | 'terms'>,
): Rules {
  const { majorDecisionsFile, workingDaysFile, terms } = settings;
  const overrides = workingDaysFile === undefined ? new Map() : loadDayOverrides(workingDaysFile);
  return { catalogue: loadCatalogue(majorDecisionsFile), days: new WorkingDays(overrides), terms };
}

/**
 * Opens the content of a data folder: verifies what is there, and is then ready to take more and to be shown. Throws LIUHEN_CONFIG, LIUHEN_NOTE (the root
 * key), LIUHEN_LOCKED, LIUHEN_STORAGE_IO.
 */
export async function openDisclosure(parts: DisclosureParts): Promise<OpenDisclosure> {
  const { folder, settings, clock, timers, journal, onJournalError } = parts;
  const rules = loadRules(settings);
  const trusted = new TrustedKeys(parseVkey(settings.root));
  const store = await ContentStore.open(folder);
  try {
    const board = new Board({ store, trusted, rules, clock, timers });
    await board.load();
    const { hall, maxItems, displayLostMs } = settings;
    const intake = new Intake({ hall, store, board, trusted, clock, journal, maxItems, onJournalError });
    const displayed = new Displayed({
      board,
      store,
      journal,
      timers,
      lostAfterMs: displayLostMs,
      onJournalError,
    });
    await displayed.start();
    const stopRecording = recordLateness(board, store, journal, onJournalError);
    return {
      store,
      trusted,
      board,
      intake,
      displayed,
      async close() {
        board.close();
        await intake.close();
        await displayed.close();
        await stopRecording();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
