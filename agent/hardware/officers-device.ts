import type { Config } from '../../config/load.js';
import type { Policy } from '../../config/policy.js';
import type { Clock } from '../../drivers/clock.js';
import type { EntryDraft } from '../journal/entry.js';
import type { Journal } from '../journal/journal.js';
import { OfficerControls } from '../recorder/officer-controls.js';
import type { Light } from '../recorder/officer-state.js';
import type { Recorder } from '../recorder/recorder.js';
import { Beacon } from './beacon.js';
import type { Drivers } from './drivers.js';
import { Hardware, type HardwareStatus } from './hardware.js';
import { Identity } from './identity.js';
import { Pieces, type PiecesLog } from './pieces.js';
import { HardwareSignals } from './signals.js';

export interface OfficersDeviceParts {
  config: Config;
  policy: Policy;
  drivers: Drivers;
  recorder: Recorder;
  journal: Journal;
  clock: Clock;
  /** The machine's own, without the satellites' word on it. */
  machineClock: Clock;
  hasRoom(): Promise<boolean>;
  prioritise(recording: number): void;
  /** What the picture shows of the officer; '' for nobody. */
  show(text: string): void;
  log: PiecesLog;
}

/** What `liuhen status` shows of the officer's device. */
export interface OfficersDeviceStatus extends HardwareStatus {
  light: Light;
  officer: { id: string; name: string; credential: string } | null;
  openDoors: string[];
  /** Announced as low, or so low that a recording ends. */
  batteryLow: boolean;
}

/** What the officer wears: button, light and card, and the hardware behind them. */
export interface OfficersDevice {
  controls: OfficerControls;
  hardware: Hardware;
  status(): OfficersDeviceStatus;
  /** Blinks and beeps for so long, so that somebody finds it. */
  locate(durationMs: number): void;
  close(): Promise<void>;
}

/** Opens the hardware and joins it to recorder and journal. Never rejects because a piece is absent. */
export async function openOfficersDevice(parts: OfficersDeviceParts): Promise<OfficersDevice> {
  const { config, policy, drivers, recorder, journal, clock, log } = parts;
  const pieces = new Pieces(journal, log);
  const signals = new HardwareSignals();
  const beacon = new Beacon(signals, drivers.timers);
  const append = (draft: EntryDraft) => {
    journal.append(draft).catch((error: unknown) => {
      log.warn({ err: String(error), type: draft.type }, 'entry not sealed');
    });
  };
  let byCard = '';
  let shown = '';
  /** The picture names whom the recording names; where it names nobody, or none runs, whoever showed a card. */
  const show = () => {
    const { officer, credential = '' } = recorder.officer;
    const text = officer === undefined ? byCard : `${officer} ${credential}`.trim();
    if (text !== shown) parts.show(text);
    shown = text;
  };
  recorder.on('state', show);
  const identity = new Identity({
    officers: policy.officers ?? new Map(),
    clock,
    timers: drivers.timers,
    validMs: config.hardware.cardValidMs,
    recording: () => recorder.recording,
    append,
    show(text) {
      byCard = text;
      show();
    },
  });
  show();
  const { press, battery } = config.hardware;
  const { mode, stillEveryMs, fragmentMs } = config.recording;
  const controls = new OfficerControls(
    {
      ...{ recorder, journal, clock, signals, log },
      timers: drivers.timers,
      identity: () => identity.request(),
      prioritise: parts.prioritise,
      hasRoom: parts.hasRoom,
    },
    {
      confirmMs: press.confirmMs,
      fragmentMs: mode === 'still' ? stillEveryMs : fragmentMs,
      batteryWarnPercent: battery.warn,
      batteryStopPercent: battery.stop,
      ...(policy.button === undefined ? {} : { behaviour: policy.button }),
    },
  );
  const hardware = await Hardware.open(config.hardware, {
    ...{ drivers, pieces, signals, clock, controls, identity, log },
    machineClock: parts.machineClock,
  });
  // A recording that goes on by itself began before there was anything to tell it with.
  if (recorder.recording !== undefined) signals.cue('started');
  return {
    controls,
    hardware,
    status: () => ({
      ...hardware.status(),
      light: controls.light,
      officer: identity.officer ?? null,
      openDoors: controls.openDoors,
      batteryLow: controls.battery === 'low' || controls.battery === 'critical',
    }),
    locate: (durationMs) => beacon.begin(durationMs),
    async close() {
      beacon.end();
      identity.close();
      recorder.off('state', show);
      pieces.close();
      controls.close();
      await hardware.close();
    },
  };
}
