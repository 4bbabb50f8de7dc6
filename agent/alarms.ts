import type { OfficersDeviceStatus } from './hardware/officers-device.js';
import type { RecorderState } from './recorder/recorder.js';
import type { UplinkStatus } from './uplink/uplink.js';

/** What somebody should do something about, by names that stay. */
export const ALARMS = [
  'fork',
  'storage-full',
  'camera',
  'not-sealing',
  'door-open',
  'battery-low',
  'hardware',
  'link-down',
  'certificate',
  'firmware-key',
  'clock',
] as const;
export type Alarm = (typeof ALARMS)[number];

/** What alarms are read from. */
export interface AlarmFacts {
  state: RecorderState;
  camera: { problem: string | null };
  uplink: Pick<UplinkStatus, 'connected' | 'fork'> | null;
  certificate: { problem: string | null } | null;
  hardware: Pick<OfficersDeviceStatus, 'light' | 'openDoors' | 'batteryLow' | 'pieces'>;
  firmware: { keyProblem: string | null } | null;
  clock: { source: string };
}

/** What of a device's status is an alarm, the gravest first. */
export function alarmsOf(status: AlarmFacts): Alarm[] {
  const { state, camera, uplink, certificate, hardware, firmware, clock } = status;
  const stands: Record<Alarm, boolean> = {
    fork: uplink?.fork !== undefined,
    'storage-full': state === 'storage-full',
    camera: camera.problem !== null,
    'not-sealing': state === 'fault' || hardware.light === 'not-sealing',
    'door-open': hardware.openDoors.length > 0,
    'battery-low': hardware.batteryLow,
    hardware: Object.values(hardware.pieces).some((piece) => piece.state === 'absent'),
    'link-down': uplink?.connected === false,
    certificate: typeof certificate?.problem === 'string',
    'firmware-key': typeof firmware?.keyProblem === 'string',
    clock: clock.source === 'none',
  };
  return ALARMS.filter((alarm) => stands[alarm]);
}
