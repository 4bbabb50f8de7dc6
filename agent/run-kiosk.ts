import type { Logger } from 'pino';
import { LiuhenError, messageOf } from '../config/errors.js';
import type { Config } from '../config/load.js';
import { loadOfficers } from '../config/officers.js';
import { type Clock, systemClock } from '../drivers/clock.js';
import { checkDevice } from './buffer/check.js';
import { freeBytes } from './buffer/free-space.js';
import { type DeviceStores, openStores } from './buffer/open.js';
import { commandedConfig } from './commanded-config.js';
import { deviceActions } from './commands/device-actions.js';
import { type CommandInbox, openCommandInbox } from './commands/open.js';
import { boardReport } from './control/board-report.js';
import { checkpointsOf } from './control/checkpoints.js';
import { noticeExport } from './control/notice-export.js';
import { type ControlActions, startControl } from './control/server.js';
import type { Board } from './disclosure/board.js';
import { MAX_ENVELOPE_BYTES } from './disclosure/envelope.js';
import { type OpenDisclosure, openDisclosure } from './disclosure/open.js';
import { boardSubscription } from './disclosure/topic.js';
import { keptSurvey } from './doctor/backlog.js';
import { examine } from './doctor/doctor.js';
import type { Examined } from './doctor/examined.js';
import { runningDevice } from './doctor/running.js';
import { systemDrivers } from './hardware/drivers.js';
import { KIOSK_PIECES, Pieces } from './hardware/pieces.js';
import type { Journal } from './journal/journal.js';
import { parseVkey } from './journal/vkey.js';
import { ContentFeed } from './kiosk/content-feed.js';
import { Duty } from './kiosk/duty.js';
import { platformFacts } from './kiosk/platform.js';
import type { Connection } from './kiosk/screen.js';
import { type Kiosk, startKiosk } from './kiosk/server.js';
import { isPublished, servingAt } from './kiosk/serving.js';
import { openWindowHardware } from './kiosk/window-hardware.js';
import { type KioskStatus, kioskStatus } from './kiosk-status.js';
import { endDevice, Opened, openDevice, type RunOptions } from './open-device.js';
import { startRenewal } from './provision/renewal.js';
import { startTimers } from './timers.js';
import { startUplink, type Uplink, witnessOf } from './uplink/uplink.js';
import { SOFTWARE } from './version.js';
import { words } from './words/words.js';

/** A running kiosk. */
export interface KioskAgent {
  journal: Journal;
  disclosure: OpenDisclosure;
  kiosk: Kiosk;
  duty: Duty;
  uplink: Uplink | undefined;
  status(): Promise<KioskStatus>;
  /** Ends what hangs, seals the end, and closes everything; resolves when the data folder is free. */
  stop(reason: string): Promise<void>;
}

/** Starts a kiosk on its data folder: the only place where its parts are made and joined. */
export async function runKiosk(options: RunOptions): Promise<KioskAgent> {
  const { log, clock = systemClock(), drivers = systemDrivers } = options;
  const { window, hall, root } = required(options.config);
  const stores = await openStores(options.config.data);
  const opened = new Opened();
  opened.add(() => stores.close());
  try {
    const config = await commandedConfig(stores.store, options);
    // What is wrong with the configuration shows before the journal opens: a supervisor that tries for ever would use up keys for ever.
    parseVkey(root);
    const witness = witnessOf(config.uplink);
    const staff = config.kiosk.staffFile === undefined ? new Map() : loadOfficers(config.kiosk.staffFile);
    const { journal } = await openDevice(stores, config, clock, opened, log);
    const onJournalError = (error: unknown) =>
      log.warn({ err: messageOf(error) }, 'kiosk: an entry could not be written');
    const disclosure = await openDisclosure({
      folder: config.data,
      settings: { ...config.disclosure, hall, root },
      ...{ clock, timers: drivers.timers, journal, onJournalError },
    });
    opened.add(() => disclosure.close());
    const { board, intake, displayed, trusted } = disclosure;
    const inbox = await openCommandInbox({
      ...{ config, journal, clock, log },
      store: stores.store,
      content: { trusted, take: (envelope) => intake.take(undefined, envelope) },
    });
    if (inbox !== undefined) opened.add(() => inbox.commands.close());

    const duty: Duty = await Duty.open({
      ...{ staff, window, clock, log, dataFolder: config.data, validMs: config.kiosk.dutyValidMs },
      isPublished: (credential) => isPublished(board.shown('post'), credential),
      serving() {
        const now = servingAt(board.shown('post'), window, duty.said, clock.read().wallMs);
        return now === undefined ? undefined : { credential: now.person.credential, state: now.state };
      },
      append: (draft) => journal.append(draft),
    });
    opened.add(() => duty.settled());
    const feed = new ContentFeed({
      take: (topic, payload) => intake.take(topic, payload),
      again: async () => await uplink?.listenAgain([boardSubscription(hall)]),
      log,
    });
    const uplink = uplinkOf(config, stores, journal, clock, log, { feed, hall, inbox });
    if (uplink !== undefined) {
      inbox?.join(uplink);
      opened.add(() => uplink.stop());
    }
    const renewal = uplink && startRenewal({ config, uplink, journal, clock, log });
    opened.add(() => renewal?.stop());
    const connection = connectionOf(uplink, board, clock);
    const { silentAfterMs } = config.kiosk;
    const platform = () => platformFacts({ board, connection, clock, silentAfterMs });
    const kiosk = await startKiosk({
      ...{ board, clock, log, device: config.device.id },
      settings: {
        ...{ window, hall: hallName(config), port: config.kiosk.port, idleMs: config.kiosk.idleMs },
        staleAfterMs: config.kiosk.staleAfterMs,
        lostAfterMs: config.disclosure.displayLostMs,
      },
      said: () => duty.said,
      connection,
      append: (draft) => journal.append(draft),
      report: (shown) => displayed.report(SCREEN, shown),
      witnessed: () => journal.cosigned?.size ?? 0,
    });
    opened.add(() => kiosk.close());
    duty.onChange(() => kiosk.tell('change'));
    uplink?.on('witnessed', () => kiosk.tell('receipt'));

    const pieces = new Pieces(journal, log);
    const { tell } = kiosk;
    opened.add(await openWindowHardware({ config, drivers, pieces, clock, duty, tell, log }));
    const retention = { journal, ...stores, retentionMs: config.storage.retentionMs };
    // Keys of a kiosk go by the clock: it always writes.
    opened.add(
      startTimers(journal, { recording: 0 }, retention, { ...config.journal, ...config.storage }, log),
    );

    const rootVkey = (await stores.store.identity())?.rootVkey ?? '';
    const status = async (): Promise<KioskStatus> =>
      kioskStatus({
        ...{ config, journal, rootVkey, witness, uplink, kiosk, disclosure, feed, clock, inbox },
        certificate: (await renewal?.status()) ?? null,
        pieces: pieces.status(KIOSK_PIECES),
        platform: platform(),
        freeBytes: await freeBytes(config.data),
      });
    const survey = keptSurvey(stores.store);
    const examined = () =>
      runningDevice({
        ...{ config, clock, stores, journal, uplink, witness, rootVkey },
        pieces: () => pieces.status(KIOSK_PIECES),
        backlog: survey,
        page: () => kiosk.facts().page,
        platform,
      });
    opened.add(
      await startControl(
        config.data,
        actionsOf({ status, stores, hall, disclosure, journal, witness, inbox, examined }),
      ),
    );
    await inbox?.commands.begin(
      deviceActions({
        ...{ config, journal, store: stores.store, configured: options.configured },
        diagnostics: async () => ({
          checkpoints: checkpointsOf(journal),
          status: await status(),
          checks: await examine(examined(), words('en')),
        }),
        applyNow: (changed) => {
          log.level = changed.log.level;
        },
        content: {
          take: (envelope) => intake.take(undefined, envelope),
          fetch: uplink === undefined ? undefined : () => uplink.listenAgain([boardSubscription(hall)]),
        },
      }),
    );

    const stop = async (reason: string) => {
      await inbox?.commands.close();
      await endDevice(journal, opened, reason);
    };
    return { journal, disclosure, kiosk, duty, uplink, status, stop };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A kiosk has one screen. */
const SCREEN = 'main';

function required(config: Config): { window: string; hall: string; root: string } {
  const { window } = config.kiosk;
  const { hall, root } = config.disclosure;
  if (window !== undefined && hall !== undefined && root !== undefined) return { window, hall, root };
  const missing =
    window === undefined ? 'kiosk.window' : hall === undefined ? 'disclosure.hall' : 'disclosure.root';
  throw new LiuhenError('LIUHEN_CONFIG', `${missing}: expected it to be set, because profile is kiosk`, {
    next: `set ${missing} in the configuration, or with --set ${missing}=…`,
  });
}

function hallName({ kiosk: { hallName: zh, hallNameEnglish: en } }: Config) {
  if (zh === undefined) return undefined;
  return en === undefined ? { zh } : { zh, en };
}

/** One connection carries the journal up and content down. */
function uplinkOf(
  config: Config,
  { store, footage }: DeviceStores,
  journal: Journal,
  clock: Clock,
  log: Logger,
  { feed, hall, inbox }: { feed: ContentFeed; hall: string; inbox: CommandInbox | undefined },
): Uplink | undefined {
  if (config.uplink.broker === undefined) return undefined;
  return startUplink({
    ...{ config: config.uplink, device: config.device.id, journal, store, footage, clock, log },
    software: SOFTWARE,
    alsoListen: {
      topics: [boardSubscription(hall), ...(inbox?.topics ?? [])],
      maxPayloadBytes: MAX_ENVELOPE_BYTES,
      onMessage: (topic, payload) => {
        if (inbox?.topics.includes(topic)) inbox.onMessage(payload);
        else feed.push(topic, payload);
      },
    },
    telemetry: async () => ({ disk: { freeBytes: await freeBytes(config.data) } }),
  });
}

/** Until when content came: when the broker was last there, or, in a run that never met it, when the newest content was accepted. */
function connectionOf(uplink: Uplink | undefined, board: Board, clock: Clock): () => Connection | undefined {
  if (uplink === undefined) return () => undefined;
  const accepted = board.items().map(({ sinceMs }) => sinceMs);
  let sinceMs = accepted.length === 0 ? undefined : accepted.reduce((a, b) => Math.max(a, b));
  return () => {
    const { connected } = uplink.status();
    if (connected) sinceMs = clock.read().wallMs;
    return { connected, sinceMs };
  };
}

interface ActionParts {
  status: () => Promise<KioskStatus>;
  stores: DeviceStores;
  hall: string;
  disclosure: OpenDisclosure;
  journal: Journal;
  witness: ReturnType<typeof parseVkey> | undefined;
  inbox: CommandInbox | undefined;
  /** The device as an examination sees it. */
  examined(): Examined;
}

/** What commands do on a running kiosk; what only a recorder does is refused. */
function actionsOf({
  status,
  stores,
  hall,
  disclosure,
  journal,
  witness,
  inbox,
  examined,
}: ActionParts): ControlActions {
  const refuse = () =>
    Promise.reject(
      new LiuhenError('LIUHEN_STATE', 'this agent is a kiosk and records nothing', {
        next: 'liuhen board shows what it displays',
      }),
    );
  return {
    status,
    recordings: () => Promise.resolve([]),
    start: refuse,
    stop: refuse,
    mark: refuse,
    exportBundle: refuse,
    check: ({ quick }) => checkDevice(stores, { quick, ...(witness === undefined ? {} : { witness }) }),
    commands: inbox,
    examination: { journal, examined },
    board: {
      report: () => boardReport({ hall, ...disclosure }),
      take: (envelope) => disclosure.intake.take(undefined, envelope),
      exportNotice: noticeExport(stores, disclosure.store, journal, witness),
    },
  };
}
