import type { Examined } from '../../agent/doctor/examined.js';
import { type Config, defaultConfig } from '../../config/load.js';
import { ManualClock } from './device.js';

const nothing = () => Promise.reject(new Error('not asked'));

/** A device of which only what a test gives is known; whatever else is asked fails. */
export function examinedDevice(known: Partial<Examined> & { config?: Config } = {}): Examined {
  return {
    config: defaultConfig(),
    clock: new ManualClock(),
    running: undefined,
    rootVkey: nothing,
    camera: nothing,
    pieces: nothing,
    firmware: nothing,
    battery: nothing,
    newest: nothing,
    seal: nothing,
    witness: nothing,
    checkJournal: nothing,
    backlog: nothing,
    page: nothing,
    platform: nothing,
    ...known,
  };
}
