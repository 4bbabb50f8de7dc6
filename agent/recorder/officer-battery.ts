import {
  BATTERY_STOP_DELAY_MS,
  type BatteryState,
  type OfficerEffect,
  type OfficerEvent,
  type OfficerSettings,
  type OfficerState,
  type Step,
} from './officer-state.js';

/** A level is left only this much above its threshold, so that a gauge that wavers is not announced at every reading. */
const HYSTERESIS_PERCENT = 2;

const RANK = { unknown: 0, good: 0, low: 1, critical: 2 } as const;

/** A reading of the battery: a level that got worse is announced, and a critical one ends the recording after a delay. */
export function stepBattery(
  state: OfficerState,
  { percent, powered }: Extract<OfficerEvent, { type: 'battery' }>,
  monoMs: number,
  settings: OfficerSettings,
): Step {
  const { level: before } = state.battery;
  const level = levelOf(before, percent, powered, settings);
  if (level === before) return { state, effects: [] };
  const value = { ...(percent === undefined ? {} : { percent }), powered };
  const worse = RANK[level] > RANK[before];
  const better = RANK[level] < RANK[before];
  const effects: OfficerEffect[] = [];
  if (worse || better) effects.push({ type: 'note', source: 'battery', name: level, value });
  if (worse) effects.push({ type: 'cue', cue: 'battery-low' });
  const battery: BatteryState = { level, stopAtMono: undefined };
  return withStopTime({ ...state, battery }, effects, monoMs);
}

/** A recording that runs while the battery is critical ends after the delay; also one that has just begun. */
export function withStopTime(state: OfficerState, effects: OfficerEffect[], monoMs: number): Step {
  const ends =
    state.phase === 'recording' &&
    state.battery.level === 'critical' &&
    state.battery.stopAtMono === undefined;
  if (!ends) return { state, effects };
  const battery = { ...state.battery, stopAtMono: monoMs + BATTERY_STOP_DELAY_MS };
  return { state: { ...state, battery }, effects };
}

/** Ends the recording, whole-process or not, once its time is up: what follows is a power loss that seals nothing. */
export function stepBatteryTime(state: OfficerState, monoMs: number): Step {
  const { stopAtMono } = state.battery;
  if (stopAtMono === undefined || (state.phase === 'recording' && monoMs < stopAtMono)) {
    return { state, effects: [] };
  }
  const battery = { ...state.battery, stopAtMono: undefined };
  return {
    state: { ...state, battery },
    effects: state.phase === 'recording' ? [{ type: 'stop', reason: 'battery-low' }] : [],
  };
}

function levelOf(
  before: BatteryState['level'],
  percent: number | undefined,
  powered: boolean,
  { batteryWarnPercent, batteryStopPercent }: OfficerSettings,
): BatteryState['level'] {
  if (powered) return 'good';
  // A gauge that falls silent does not make the battery better.
  if (percent === undefined) return before;
  const within = (threshold: number, held: boolean) =>
    percent <= threshold + (held ? HYSTERESIS_PERCENT - 1 : 0);
  if (within(batteryStopPercent, before === 'critical')) return 'critical';
  if (within(batteryWarnPercent, RANK[before] >= RANK.low)) return 'low';
  return 'good';
}
