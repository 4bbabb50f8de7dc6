import type { OfficersDeviceStatus } from '../hardware/officers-device.js';

/** The rows of `liuhen status` about what the officer wears: what there is, what is absent and why, what it says. */
export function hardwareRows(status: OfficersDeviceStatus): [string, string][] {
  const { pieces, light, battery, fix, officer, openDoors, temperatureCelsius } = status;
  const named = Object.entries(pieces);
  const of = (state: string) => named.filter(([, piece]) => piece.state === state);
  const rows = (state: 'absent' | 'waits') =>
    of(state).map(([name, piece]): [string, string] => [
      state,
      'detail' in piece ? `${name}: ${piece.detail}` : name,
    ]);
  const works = of('works').map(([name]) => name);
  const notNamed = of('not configured').map(([name]) => name);
  return [
    ['light', light],
    ['officer', officer === null ? 'no card shown' : `${officer.id} ${officer.name}, ${officer.credential}`],
    ['battery', batteryText(battery, temperatureCelsius)],
    ...openDoors.map((door): [string, string] => ['OPEN', door]),
    ['position', fix === null ? 'unknown' : fixText(fix)],
    ['hardware', works.length === 0 ? 'none works' : works.join(', ')],
    ...rows('absent'),
    ...rows('waits'),
    ...(notNamed.length === 0 ? [] : [['not there', notNamed.join(', ')] as [string, string]]),
  ];
}

function batteryText(
  battery: OfficersDeviceStatus['battery'],
  temperatureCelsius: OfficersDeviceStatus['temperatureCelsius'],
): string {
  if (battery === null) return 'nothing tells';
  const { percent, charging, supply } = battery;
  return [
    percent === null ? 'charge unknown' : `${percent} %`,
    ...(charging === true ? ['charging'] : supply === null ? [] : [`on ${supply} power`]),
    ...(temperatureCelsius === null ? [] : [`${temperatureCelsius} °C`]),
  ].join(', ');
}

function fixText({
  latitude,
  longitude,
  quality,
  satellites,
}: NonNullable<OfficersDeviceStatus['fix']>): string {
  const seen = satellites === null ? '' : `, ${satellites} satellites`;
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)} (${quality}${seen})`;
}
