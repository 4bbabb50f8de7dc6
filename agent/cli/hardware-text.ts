import type { OfficersDeviceStatus } from '../hardware/officers-device.js';
import { listed } from '../words/spoken.js';
import type { StatusWords } from '../words/status-en.js';

type Row = [name: string, value: string];

/** The rows of `liuhen status` about what the officer wears: what there is, what is absent and why, what it says. */
export function hardwareRows(status: OfficersDeviceStatus, words: StatusWords): Row[] {
  const { pieces, light, fix, officer, openDoors } = status;
  const { row, piece: names } = words;
  const nameOf = (piece: string) => names[piece as keyof typeof names] ?? piece;
  const named = Object.entries(pieces).map(([name, piece]) => [nameOf(name), piece] as const);
  const of = (state: string) => named.filter(([, piece]) => piece.state === state);
  const rows = (state: 'absent' | 'waits') =>
    of(state).map(
      ([name, piece]): Row => [row[state], 'detail' in piece ? `${name}: ${piece.detail}` : name],
    );
  const works = of('works').map(([name]) => name);
  const notThere = of('not configured').map(([name]) => name);
  return [
    [row.light, words.lightShows[light]],
    [row.officer, officer === null ? words.noCard : `${officer.id} ${officer.name}, ${officer.credential}`],
    [row.battery, batteryText(status, words)],
    ...openDoors.map((door): Row => [words.alarm['door-open'], nameOf(door)]),
    [row.position, fix === null ? words.unknown : fixText(fix, words)],
    [row.hardware, works.length === 0 ? words.noHardware : listed(works)],
    ...rows('absent'),
    ...rows('waits'),
    ...(notThere.length === 0 ? [] : [[row.notThere, listed(notThere)] satisfies Row]),
  ];
}

function batteryText({ battery, temperatureCelsius }: OfficersDeviceStatus, words: StatusWords): string {
  if (battery === null) return words.batteryUntold;
  const { percent, charging, supply } = battery;
  return [
    percent === null ? words.chargeUnknown : `${percent} %`,
    ...(charging === true ? [words.charging] : supply === null ? [] : [words.supply[supply]]),
    ...(temperatureCelsius === null ? [] : [`${temperatureCelsius} °C`]),
  ].join(', ');
}

function fixText(fix: NonNullable<OfficersDeviceStatus['fix']>, words: StatusWords): string {
  const { latitude, longitude, quality, satellites } = fix;
  const seen = satellites === null ? '' : `, ${words.satellites(satellites)}`;
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)} (${quality}${seen})`;
}
