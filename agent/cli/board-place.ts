import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { type Config, defaultConfig, loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { openBoard, openFreshBoard } from '../authority/open-board.js';
import { readRetained } from '../authority/publish.js';
import { openJournal, openStores } from '../buffer/open.js';
import { type BoardReport, boardReport } from '../control/board-report.js';
import { callAgent } from '../control/client.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import { boardSubscription, parseBoardTopic } from '../disclosure/topic.js';
import { becomeOwner } from '../provision/as-owner.js';
import { type BrokerFlags, brokerSettings, inFlags } from './broker-flags.js';
import { DEFAULT_CONFIG, dataFolderOf, type PlaceOptions } from './data-folder.js';

/** Whose content: from the configuration, or named on the command line. */
export interface HallFlags extends PlaceOptions {
  hall?: string;
  root?: string;
}

/** Where a hall's content is, for a command. */
export interface BoardPlace {
  report(): Promise<BoardReport>;
  take(envelope: Buffer): Promise<Accepted | Refused>;
  close(): Promise<void>;
}

/** After this much silence a broker has sent all that it retains. */
const QUIET_MS = 1500;

/** The kiosk that runs on the data folder, or else the folder itself; what is taken there is written into its journal. */
export async function boardOf(flags: HallFlags, purpose: 'look' | 'take'): Promise<BoardPlace> {
  const folder = dataFolderOf(flags);
  const running = await runningOn(folder);
  if (running !== undefined) return running;
  const config = configOf(flags);
  const settings = settingsOf(flags, config);
  if (purpose === 'look') {
    if (!existsSync(join(folder, 'content'))) {
      throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no content of a kiosk in ${folder}`, {
        next: 'name the data folder of a kiosk with --data',
      });
    }
    becomeOwner(folder);
    const open = await openBoard(folder, settings);
    return { ...placeOf(settings.hall, open), close: open.close };
  }
  becomeOwner(folder);
  const stores = await openStores(folder);
  try {
    const { journal } = await openJournal(stores, systemClock(), config.journal);
    const open = await openBoard(folder, settings, journal);
    return {
      ...placeOf(settings.hall, open),
      async close() {
        await open.close();
        await journal.close();
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

/** What a new kiosk would show of what a broker retains. */
export async function boardOfBroker(flags: HallFlags & BrokerFlags): Promise<BoardReport> {
  const settings = settingsOf(flags, configOf(flags));
  const retained: [topic: string, payload: Buffer][] = [];
  await inFlags(() =>
    readRetained(
      brokerSettings(flags),
      [boardSubscription(settings.hall)],
      (topic, payload) => {
        retained.push([topic, payload]);
        return false;
      },
      QUIET_MS,
    ),
  );
  const open = await openFreshBoard(settings);
  try {
    const isTrust = ([topic]: [string, Buffer]) => parseBoardTopic(topic)?.kind === 'trust';
    for (const [topic, payload] of [
      ...retained.filter(isTrust),
      ...retained.filter((each) => !isTrust(each)),
    ]) {
      await open.intake.take(topic, payload);
    }
    return boardReport({ hall: settings.hall, ...open });
  } finally {
    await open.close();
  }
}

async function runningOn(folder: string): Promise<BoardPlace | undefined> {
  const report = async () => (await callAgent(folder, 'GET', '/board')) as BoardReport;
  try {
    await report();
  } catch (error) {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_NOT_RUNNING') return undefined;
    throw error;
  }
  return {
    report,
    take: async (envelope) =>
      (await callAgent(folder, 'POST', '/board/take', { envelope: envelope.toString() })) as
        | Accepted
        | Refused,
    close: () => Promise.resolve(),
  };
}

function placeOf(hall: string, open: Awaited<ReturnType<typeof openBoard>>): Omit<BoardPlace, 'close'> {
  return {
    report: () => Promise.resolve(boardReport({ hall, ...open })),
    take: (envelope) => open.intake.take(undefined, envelope),
  };
}

function configOf({ config }: HallFlags): Config {
  const file = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  return file === undefined ? defaultConfig({ profile: 'kiosk' }) : loadConfig(file);
}

function settingsOf(flags: HallFlags, { disclosure }: Config) {
  const hall = flags.hall ?? disclosure.hall;
  const root = flags.root ?? disclosure.root;
  if (hall !== undefined && root !== undefined) return { ...disclosure, hall, root };
  throw new LiuhenError('LIUHEN_USAGE', 'expected the hall and the root key of its authority', {
    next: "name the kiosk's configuration with --config, or give --hall and --root",
  });
}
