import { gpioLine } from './hardware.js';
import { count, duration, path, section, text } from './setting.js';

const isWindow = (written: string) => Array.from(written).length <= 16;
const isName = (written: string) => Array.from(written).length <= 60;

/** The screen at a window of a service hall. */
export const kiosk = section({
  window: text(
    'expected the window as it is written above it, at most 16 characters',
    '3, A12, …',
    isWindow,
  ).optional('the window that this screen stands at; a kiosk needs it'),
  hallName: text('expected a name of at most 60 characters', 'text', isName).optional(
    'name of the hall in Chinese, at the top of every page',
  ),
  hallNameEnglish: text('expected a name of at most 60 characters', 'text', isName).optional(
    'the same in English',
  ),
  port: count('(a TCP port)', { min: 0, max: 65535 }).default(
    8460,
    'port of the pages on 127.0.0.1; 0: the kernel picks one',
  ),
  idle: duration({ min: '20s', max: '30min' }).default(
    '90s',
    'time without a touch after which the screen returns to its first page',
  ),
  staleAfter: duration({ min: '5s', max: '1d' }).default(
    '1min',
    'how long the broker may be away before the pages say since when',
  ),
  silentAfter: duration({ min: '1min', max: '90d' }).default(
    '1d',
    'how long nothing may be heard of the platform before status and doctor say so; of a kiosk without a broker, since content was last taken',
  ),
  staffFile: path('expected the path of a YAML file of staff').optional(
    'staff who go on and off duty by card, in the form of hardware.officersFile; hardware.cardReader reads the cards',
  ),
  dutyValid: duration({ min: '10min', max: '3d' }).default(
    '12h',
    'how long a card or the away button counts; then what is published stands again',
  ),
  presence: gpioLine('the presence sensor, active while somebody stands before the screen'),
  awayButton: gpioLine('the button of staff who are away for a few minutes'),
  sleepAfter: duration({ min: '10s', max: '1d' }).default(
    '10min',
    'how long nobody stands before the screen until it goes dark; needs kiosk.presence',
  ),
});
