import { z } from 'zod';
import type { Pattern } from '../drivers/output-pattern.js';
import { readFields } from './smp-fields.js';
import type { SmpData } from './smp-message.js';

/** Commands of user group 64. PROTOCOL.md describes them for whoever writes the microcontroller's side. */
export const BOARD_COMMAND = { status: 0, outputs: 1, time: 2 } as const;

/** What the microcontroller sees. */
export interface BoardStatus {
  batteryMillivolts: number;
  batteryPercent: number;
  charging: boolean;
  temperatureCelsius: number;
  coverOpen: boolean;
  storageDoorOpen: boolean;
  simDoorOpen: boolean;
  supply: 'battery' | 'external';
  /** How often each was opened since the microcontroller started: tells of one that was opened and closed between two polls. */
  openings: { cover: number; storageDoor: number; simDoor: number };
  /** Since the microcontroller started. Going back means that it started again. */
  uptimeMs: number;
}

/** What the microcontroller plays, and times by itself. */
export interface BoardOutputs {
  indicator: Pattern;
  buzzer: Pattern;
  vibration: Pattern;
}

/** Patterns on the wire. Their times stand in drivers/output-pattern.ts and in PROTOCOL.md. */
export const PATTERN_CODE: Readonly<Record<Pattern, number>> = {
  off: 0,
  steady: 1,
  blink: 2,
  'double-blink': 3,
  short: 4,
  'two-short': 5,
  long: 6,
  'triple-blink': 7,
  'fast-blink': 8,
  'slow-blink': 9,
  flash: 10,
};

const count = z.int().min(0).max(0xffffffff);
const openings = z.tuple([count, count, count]);
/** Unknown keys are skipped, so that newer firmware can tell more. */
const statusSchema = z.object({
  mv: z.int().min(0).max(100_000),
  pct: z.int().min(0).max(100),
  chg: z.boolean(),
  temp: z.int().min(-2732).max(10_000),
  cover: z.boolean(),
  store: z.boolean(),
  sim: z.boolean(),
  ext: z.boolean(),
  opened: openings,
  up: z.int().min(0),
});
const patternCode = z.int().min(0).max(10);
const outputsSchema = z.object({
  id: count,
  ind: patternCode,
  buz: patternCode,
  vib: patternCode,
  hold: count.default(0),
});
const timeSchema = z.object({ utc: z.int().min(0) });

export function encodeStatus(status: BoardStatus): SmpData {
  return {
    mv: Math.round(status.batteryMillivolts),
    pct: Math.round(status.batteryPercent),
    chg: status.charging,
    temp: Math.round(status.temperatureCelsius * 10),
    cover: status.coverOpen,
    store: status.storageDoorOpen,
    sim: status.simDoorOpen,
    ext: status.supply === 'external',
    opened: [status.openings.cover, status.openings.storageDoor, status.openings.simDoor],
    up: Math.round(status.uptimeMs),
  };
}

/** Throws LIUHEN_FIRMWARE_MESSAGE, as the other readers here do. */
export function decodeStatus(data: SmpData): BoardStatus {
  const wire = readFields('board status', statusSchema, data);
  const [cover, storageDoor, simDoor] = wire.opened;
  return {
    batteryMillivolts: wire.mv,
    batteryPercent: wire.pct,
    charging: wire.chg,
    temperatureCelsius: wire.temp / 10,
    coverOpen: wire.cover,
    storageDoorOpen: wire.store,
    simDoorOpen: wire.sim,
    supply: wire.ext ? 'external' : 'battery',
    openings: { cover, storageDoor, simDoor },
    uptimeMs: wire.up,
  };
}

/**
 * What is to be played. `id` marks one order: the same one come twice is played once. `holdMs` is how long it stands without a further
 * order, after which all outputs are to be off, so that no light outlives the program that answers for it; 0 is for ever.
 */
export interface BoardOrder {
  id: number;
  outputs: BoardOutputs;
  holdMs: number;
}

export function encodeOutputs(id: number, outputs: BoardOutputs, holdMs = 0): SmpData {
  return {
    id,
    ind: PATTERN_CODE[outputs.indicator],
    buz: PATTERN_CODE[outputs.buzzer],
    vib: PATTERN_CODE[outputs.vibration],
    hold: holdMs,
  };
}

export function decodeOutputs(data: SmpData): BoardOrder {
  const wire = readFields('board outputs', outputsSchema, data);
  const outputs = {
    indicator: patternOf(wire.ind),
    buzzer: patternOf(wire.buz),
    vibration: patternOf(wire.vib),
  };
  return { id: wire.id, outputs, holdMs: wire.hold };
}

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function encodeTime(utcMs: number): SmpData {
  return { utc: Math.round(utcMs) };
}

export function decodeTime(data: SmpData): number {
  return readFields('board time', timeSchema, data).utc;
}

function patternOf(code: number): Pattern {
  return (Object.keys(PATTERN_CODE) as Pattern[]).find((name) => PATTERN_CODE[name] === code) ?? 'off';
}
