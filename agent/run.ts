import type { Logger } from 'pino';
import { messageOf } from '../config/errors.js';
import type { Config } from '../config/load.js';
import { loadPolicy } from '../config/policy.js';
import { type Camera, withoutCredentials } from '../drivers/camera.js';
import { type Clock, systemClock } from '../drivers/clock.js';
import { gnssClock } from '../drivers/gnss-clock.js';
import type { PowerReading } from '../drivers/power.js';
import { alarmsOf } from './alarms.js';
import { freeBytes } from './buffer/free-space.js';
import { type DeviceStores, openStores } from './buffer/open.js';
import { commandedConfig } from './commanded-config.js';
import { deviceActions } from './commands/device-actions.js';
import { type CommandInbox, openCommandInbox } from './commands/open.js';
import { recorderActions } from './commands/recorder-actions.js';
import { actionsOf } from './control/actions.js';
import { checkpointsOf } from './control/checkpoints.js';
import { startControl } from './control/server.js';
import { keptSurvey, recordingHoursLeft } from './doctor/backlog.js';
import { examine } from './doctor/doctor.js';
import { FootageMeter } from './doctor/footage-rate.js';
import { History } from './doctor/history.js';
import { historyFile } from './doctor/history-file.js';
import { runningDevice } from './doctor/running.js';
import { Firmware, firmwareInterrupted, firmwareKeyIn, firmwareKeyProblem } from './firmware.js';
import { FootageMemory } from './footage-memory.js';
import { systemDrivers } from './hardware/drivers.js';
import { type OfficersDevice, openOfficersDevice } from './hardware/officers-device.js';
import type { Journal } from './journal/journal.js';
import { endDevice, Opened, openDevice, type RunOptions } from './open-device.js';
import { startRenewal } from './provision/renewal.js';
import { CameraFeed } from './recorder/camera-feed.js';
import { configuredCamera } from './recorder/configured-camera.js';
import { continuationIn } from './recorder/interruption.js';
import { NewestPicture } from './recorder/newest-picture.js';
import { Recorder } from './recorder/recorder.js';
import { type AgentStatus, recorderStatus, sealedAgoMs, witnessedOf } from './status.js';
import { startTimers } from './timers.js';
import { MAX_RECEIPT_BYTES } from './uplink/messages.js';
import { startUplink, type Uplink, witnessOf } from './uplink/uplink.js';
import { SOFTWARE } from './version.js';
import { words } from './words/words.js';

/** Footage kept in memory for the uplink: what a full pre-record took before it was sealed. */
const UNSENT_BYTES = 32 * 1024 * 1024;

/** A running recorder. */
export interface Agent {
  journal: Journal;
  recorder: Recorder;
  device: OfficersDevice;
  uplink: Uplink | undefined;
  status(): Promise<AgentStatus>;
  /** Ends the recording, seals the end, and closes everything; resolves when the data folder is free. */
  stop(reason: string): Promise<void>;
}

export interface RecorderOptions extends RunOptions {
  camera?: Camera;
}

/** Starts a recorder on its data folder: the only place where its parts are made and joined. */
export async function runAgent(options: RecorderOptions): Promise<Agent> {
  const { log, camera, drivers = systemDrivers } = options;
  let device: OfficersDevice | undefined;
  const machineClock = options.clock ?? systemClock();
  const clock = vouchedClock(machineClock, () => device, log);
  const configured = checkedBy(options.configured);
  const stores = await openStores(options.config.data);
  const opened = new Opened();
  opened.add(() => stores.close());
  try {
    const config = await commandedConfig(stores.store, { config: options.config, configured, log });
    // What is wrong with the configuration shows before the journal opens: a supervisor that tries for ever would use up keys for ever.
    const policy = loadPolicy(config);
    const witness = witnessOf(config.uplink);
    const film = camera ?? configuredCamera(config, log);
    const { journal, recordings } = await openDevice(stores, config, clock, opened, log);

    const { initialMs, maxMs } = config.camera.restartDelay;
    const restart = { restartInitialMs: initialMs, restartMaxMs: maxMs };
    const recorder = new Recorder(
      {
        feed: new CameraFeed(film, restart),
        journal,
        footage: stores.footage,
        recordings,
        clock,
        freeBytes: () => freeBytes(config.data),
        software: SOFTWARE,
        position: () => device?.hardware.fix?.position,
        log,
      },
      { ...config.recording, reserveBytes: config.storage.reserveBytes },
    );
    recorder.on('sealed', (fragment) => log.debug(fragment, 'sealed'));
    const meter = new FootageMeter(clock);
    const picture = new NewestPicture();
    recorder.on('init', (init) => picture.began(init));
    recorder.on('footage', (fragment) => {
      meter.came(fragment);
      picture.came(fragment);
    });
    recorder.on('camera', (giving) => {
      if (!giving) picture.lost();
    });
    const memory = new FootageMemory(() => recorder.preRecord.bytes + stores.footage.heldBytes);
    recorder.on('footage', () => memory.changed());
    recorder.on('sealed', () => memory.changed());
    const inbox = await openCommandInbox({ config, journal, store: stores.store, clock, log });
    if (inbox !== undefined) opened.add(() => inbox.commands.close());
    const uplink = uplinkOf(config, stores, journal, clock, log, () => device?.hardware.battery, inbox);
    if (uplink !== undefined) {
      inbox?.join(uplink);
      stores.footage.keepUnsent(Math.min(config.recording.preRecordBytes, UNSENT_BYTES));
      opened.add(() => uplink.stop());
    }
    const renewal = uplink && startRenewal({ config, uplink, journal, clock, log });
    opened.add(() => renewal?.stop());
    const { retentionMs } = config.storage;
    const retention = { journal, ...stores, retentionMs, ...(witness === undefined ? {} : { witness }) };
    opened.add(startTimers(journal, recorder, retention, { ...config.journal, ...config.storage }, log));
    opened.add(() => recorder.close('not started'));
    recorder.open();
    // Before anybody can ask for another recording, by hand either.
    const interrupted = await continuationIn(stores.store, clock.read());
    if (interrupted !== undefined) {
      log.warn({ continues: interrupted.continues }, 'a whole-process recording was interrupted: it goes on');
      await recorder.resume(interrupted).catch((error: unknown) => {
        log.error({ err: messageOf(error) }, 'the whole-process recording does not go on');
      });
    }
    const { reserveBytes } = config.storage;
    const worn = await openOfficersDevice({
      ...{ config, policy, drivers, recorder, journal, clock, machineClock, log },
      hasRoom: async () => (await freeBytes(config.data)) >= reserveBytes,
      prioritise: (recording) => uplink?.prioritise(recording),
      show: (text) => film.setOfficer(text),
    });
    device = worn;
    opened.add(() => worn.close());
    const ending = new AbortController();
    const firmware = firmwareOf(config, worn, journal, ending.signal);
    const { firmwareKeyFile } = config.hardware.board ?? {};
    const keyProblem = firmwareKeyProblem(firmwareKeyFile);
    if (keyProblem !== undefined)
      log.warn({ err: keyProblem }, 'the firmware of the board cannot be updated; all else goes on');

    const rootVkey = (await stores.store.identity())?.rootVkey ?? '';
    const survey = keptSurvey(stores.store);
    const history = new History(
      async () => ({
        wallMs: clock.read().wallMs,
        backlogBytes: (await survey()).bytes,
        freeBytes: await freeBytes(config.data),
      }),
      await historyFile(config.data, log),
    );
    opened.add(() => history.close());
    const status = async (): Promise<AgentStatus> => {
      const disk = { freeBytes: await freeBytes(config.data), reserveBytes };
      const backlog = await survey();
      const facts = {
        ...recorderStatus(recorder, recordings.open),
        profile: config.profile,
        device: config.device.id,
        origin: journal.origin,
        rootVkey,
        dataFolder: config.data,
        camera: {
          source: withoutCredentials(config.camera.source),
          problem: recorder.cameraDetail ?? null,
          shortcomings: film.shortcomings,
        },
        journal: {
          entries: journal.size,
          epoch: journal.epoch,
          sealedAgoMs: sealedAgoMs(journal),
          witnessed: witnessedOf(journal, witness),
        },
        uplink: uplink?.status() ?? null,
        certificate: (await renewal?.status()) ?? null,
        commands: inbox?.commands.status ?? null,
        hardware: worn.status(),
        firmware: firmware === undefined ? null : { keyProblem: firmwareKeyProblem(firmwareKeyFile) ?? null },
        disk: {
          ...disk,
          recordingHoursLeft: recordingHoursLeft(disk, config.camera.bitrateBitsPerSecond, backlog),
        },
        backlog,
        clock: { wall: new Date(clock.read().wallMs).toISOString(), source: clock.read().source },
      };
      return { ...facts, alarms: alarmsOf(facts) };
    };
    const { controls } = worn;
    const examined = () =>
      runningDevice({
        ...{ config, clock, stores, journal, uplink, witness, rootVkey, firmware },
        pieces: () => worn.status().pieces,
        battery: () => worn.status().battery,
        backlog: survey,
        camera: () => ({
          rate: meter.rate(),
          sinceNewestMs: meter.sinceNewestMs(),
          problem: recorder.cameraDetail,
          shortcomings: film.shortcomings,
        }),
      });
    const parts = {
      config,
      policy,
      stores,
      journal,
      recorder,
      controls,
      witness,
      firmware,
      status,
      examined,
      history: () => history.samples,
      picture: () => picture.mp4,
      inbox,
    };
    opened.add(await startControl(config.data, actionsOf(parts)));
    // First of all: the socket closes when it has answered, and an update takes minutes.
    opened.add(() => ending.abort(firmwareInterrupted()));
    const diagnostics = async () => ({
      checkpoints: checkpointsOf(journal),
      status: await status(),
      checks: await examine(examined(), words('en')),
    });
    const applyNow = (changed: Config) => {
      log.level = changed.log.level;
    };
    await inbox?.commands.begin({
      ...deviceActions({ config, journal, store: stores.store, diagnostics, configured, applyNow }),
      ...recorderActions({
        ...{ policy, recorder, controls, journal, store: stores.store },
        prioritise: uplink === undefined ? undefined : (recording) => uplink.prioritise(recording),
        locate: (durationMs) => worn.locate(durationMs),
      }),
    });

    const stop = async (reason: string) => {
      await inbox?.commands.close();
      await recorder.close(reason);
      await endDevice(journal, opened, reason);
    };
    return { journal, recorder, device: worn, uplink, status, stop };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The machine's clock, with the satellites' word on it. */
function vouchedClock(clock: Clock, device: () => OfficersDevice | undefined, log: Logger): Clock {
  const receiver = {
    get fix() {
      return device()?.hardware.fix;
    },
  };
  const onDisagreement = (offsetMs: number) =>
    log.warn({ offsetMs }, 'the wall clock is not what the satellites say');
  return gnssClock(clock, receiver, { onDisagreement });
}

/** A setting whose policy files do not know it would keep the device from starting. */
function checkedBy(configured: RunOptions['configured']): RunOptions['configured'] {
  if (configured === undefined) return undefined;
  return (settings) => {
    const config = configured(settings);
    loadPolicy(config);
    return config;
  };
}

function uplinkOf(
  config: Config,
  { store, footage }: DeviceStores,
  journal: Journal,
  clock: Clock,
  log: Logger,
  battery: () => PowerReading | undefined,
  inbox: CommandInbox | undefined,
): Uplink | undefined {
  if (config.uplink.broker === undefined) return undefined;
  return startUplink({
    config: config.uplink,
    device: config.device.id,
    journal,
    store,
    footage,
    clock,
    log,
    software: SOFTWARE,
    ...(inbox === undefined
      ? {}
      : {
          alsoListen: {
            topics: inbox.topics,
            maxPayloadBytes: MAX_RECEIPT_BYTES,
            onMessage: (_topic, payload) => inbox.onMessage(payload),
          },
        }),
    telemetry: async () => {
      const { percent, charging } = battery() ?? {};
      return {
        disk: { freeBytes: await freeBytes(config.data) },
        ...(percent === undefined
          ? {}
          : { battery: { percent, ...(charging === undefined ? {} : { charging }) } }),
      };
    },
  });
}

/** What a technician may do to the board's firmware; undefined where no board is configured. */
function firmwareOf(
  config: Config,
  { hardware }: OfficersDevice,
  journal: Journal,
  signal: AbortSignal,
): Firmware | undefined {
  const { client } = hardware;
  if (client === undefined) return undefined;
  const { firmwareKeyFile } = config.hardware.board ?? {};
  return new Firmware({
    client,
    key: () => firmwareKeyIn(firmwareKeyFile),
    note: (draft) => journal.append(draft),
    signal,
  });
}
