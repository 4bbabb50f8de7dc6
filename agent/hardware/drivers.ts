import type { LiuhenError } from '../../config/errors.js';
import type { Gpio, GpioLineName } from '../../drivers/gpio-port.js';
import { type PowerReading, readPower } from '../../drivers/power.js';
import type { SerialLog, SerialOptions } from '../../drivers/serial.js';
import type { ByteLink } from '../../drivers/serial-port.js';
import { systemTimers, type Timers } from '../../drivers/timers.js';

/** Where hardware comes from: the machine's own, or a test's. */
export interface Drivers {
  gpio(onLost: (name: GpioLineName, error: LiuhenError) => void): Promise<Gpio>;
  serial(options: SerialOptions, log: SerialLog): Promise<ByteLink>;
  power(): Promise<PowerReading>;
  timers: Timers;
}

/** The machine's own. The native parts of GPIO and serial are loaded only where something is on them. */
export const systemDrivers: Drivers = {
  async gpio(onLost) {
    const { sysfsGpio } = await import('../../drivers/gpio.js');
    return sysfsGpio({ onLost });
  },
  async serial(options, log) {
    const { openSerial } = await import('../../drivers/serial.js');
    return openSerial(options, log);
  },
  power: () => readPower(),
  timers: systemTimers,
};
