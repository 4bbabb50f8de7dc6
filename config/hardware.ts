import { count, duration, path, section, text, trueOrFalse } from './setting.js';

/** The recorder's hardware as it is configured. Every piece is optional; a section that is absent is a piece that is not there. */

const CHIP_EXPECTED = 'expected the label of a GPIO chip, as gpiodetect shows it';
const PORT_EXPECTED =
  'expected a serial port: /dev/serial/by-id/NAME, another path, usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL';

/** The rest is for the driver to say, which knows what it can open. */
function isPort(written: string): boolean {
  return /^(\/.*[^/]|usb:[0-9a-f]{4}:[0-9a-f]{4}(:[\x21-\x7e]{1,126})?)$/i.test(written);
}

/** The pieces on GPIO lines, and those on serial ports, by the names of their sections. */
export const LINE_PIECES = [
  'button',
  'light',
  'buzzer',
  'vibration',
  'cover',
  'storageDoor',
  'simDoor',
  'attention',
] as const;
export const PORT_PIECES = ['gnss', 'cardReader', 'board'] as const;

/** One line of a GPIO chip; chips are named by label, since their numbers move between kernels. */
export const gpioLine = (what: string) =>
  section({
    chip: text(CHIP_EXPECTED, 'label of a GPIO chip').required(`chip of the line for ${what}`),
    line: count('(offset of a GPIO line)', { min: 0, max: 1023 }).required(
      `offset within the chip of the line for ${what}`,
    ),
    activeLow: trueOrFalse().default(false, 'low voltage means active'),
  }).optional();

const serialPort = (what: string, baudRate: number) => ({
  port: text(PORT_EXPECTED, '/dev/serial/by-id/NAME, /dev/ttyS1, usb:VENDOR:PRODUCT', isPort).required(
    `serial port of ${what}; a name that stays when others are plugged in`,
  ),
  baudRate: count('bits a second', { min: 1200, max: 4_000_000 }).default(
    baudRate,
    `speed of the port of ${what}`,
  ),
});

export const hardware = section({
  button: gpioLine('the button'),
  press: section({
    debounce: duration({ min: '1ms', max: '200ms' }).default(
      '20ms',
      'how long a line must hold its level to count: buttons chatter',
    ),
    double: duration({ min: '150ms', max: '2s' }).default(
      '400ms',
      'longest pause between the two presses of a double press, which is an SOS',
    ),
    long: duration({ min: '500ms', max: '10s' }).default('2s', 'how long the button is held to stop'),
    confirm: duration({ min: '2s', max: '30s' }).default(
      '5s',
      'time in which a second long press must confirm the end of a whole-process recording',
    ),
  }).prefault({}),
  light: gpioLine('the recording light'),
  buzzer: gpioLine('the buzzer'),
  vibration: gpioLine('the vibration motor'),
  cover: gpioLine('the switch that is active while the cover is open'),
  storageDoor: gpioLine('the switch that is active while the door of the storage card is open'),
  simDoor: gpioLine('the switch that is active while the door of the SIM card is open'),
  attention: gpioLine("the microcontroller's attention line"),
  gnss: section(serialPort('the GNSS receiver', 9600)).optional(),
  cardReader: section(serialPort('the card reader', 9600)).optional(),
  board: section({
    ...serialPort("the board's microcontroller", 115_200),
    poll: duration({ min: '500ms', max: '10min' }).default(
      '5s',
      'how often the board is asked for battery, doors and supply where no attention line says when',
    ),
    firmwareKeyFile: path('expected the path of a PEM file with a public key').optional(
      'public key that firmware for the board must be signed with',
    ),
  }).optional(),
  battery: section({
    warn: count('percent', { min: 1, max: 90 }).default(
      15,
      'charge at which low battery is announced, unless it is charging',
    ),
    stop: count('percent', { min: 1, max: 50 }).default(
      5,
      'charge at which a recording is ended, while there is power to seal its end',
    ),
    poll: duration({ min: '500ms', max: '10min' }).default(
      '5s',
      'how often the system is asked where no board tells',
    ),
  }).prefault({}),
  officersFile: path('expected the path of a YAML file of officers').optional(
    'officers known to this device, by card; a card that is not in it is an event and no officer',
  ),
  cardValid: duration({ min: '1min', max: '7d' }).default(
    '12h',
    'how long a card that was shown names the officer of the recordings that begin after it',
  ),
});
