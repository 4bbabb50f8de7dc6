import test from 'ava';
import { parseConfig } from '../../config/load.js';
import type { ConfigError } from '../../config/problems.js';

const device = 'device: {id: recorder-0001, authority: liuhen.example}\n';

function hardware(...lines: string[]) {
  return parseConfig(`${device}hardware:\n  ${lines.join('\n  ')}\n`, 'c.yaml').hardware;
}

function problems(t: { throws: (run: () => void) => unknown }, ...lines: string[]): string[] {
  const error = t.throws(() => hardware(...lines)) as ConfigError;
  return error.message.split('\n');
}

test('a recorder without any hardware section has none, and the times of the button all the same', (t) => {
  const { button, board, gnss, officersFile, press } = parseConfig(device, 'c.yaml').hardware;
  t.deepEqual([button, board, gnss, officersFile], [undefined, undefined, undefined, undefined]);
  t.deepEqual(press, { debounceMs: 20, doubleMs: 400, longMs: 2000, confirmMs: 5000 });
});

test('a line is a chip by its label and an offset, active high unless it says otherwise', (t) => {
  const { button, light } = hardware(
    'button: {chip: recorder-gpio, line: 0, activeLow: true}',
    'light: {chip: recorder-gpio, line: 1}',
  );
  t.deepEqual(button, { chip: 'recorder-gpio', line: 0, activeLow: true });
  t.deepEqual(light, { chip: 'recorder-gpio', line: 1, activeLow: false });
});

test('a serial port has the usual speed of what is on it', (t) => {
  const { gnss, board } = hardware('gnss: {port: /dev/ttyS1}', "board: {port: 'usb:10c4:ea60'}");
  t.deepEqual(gnss, { port: '/dev/ttyS1', baudRate: 9600 });
  t.like(board, { port: 'usb:10c4:ea60', baudRate: 115_200, pollMs: 5000 });
});

test('a piece without its line or its port is told which is missing, and where', (t) => {
  t.deepEqual(problems(t, 'button: {chip: gpio}', 'gnss: {}'), [
    'c.yaml:3:3: hardware.button.line: expected a whole number of (offset of a GPIO line) from 0 to 1023, got nothing',
    'c.yaml:4:3: hardware.gnss.port: expected a serial port: /dev/serial/by-id/NAME, another path, usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL, got nothing',
  ]);
});

test('a port that is neither a path nor a USB device is refused', (t) => {
  for (const port of ['ttyUSB0', 'usb:10c4', 'COM1', '/dev/']) {
    t.regex(problems(t, `gnss: {port: '${port}'}`)[0] ?? '', /hardware\.gnss\.port: expected a serial port/);
  }
});

test('one line cannot be two things, nor one port two devices', (t) => {
  t.deepEqual(
    problems(
      t,
      'button: {chip: gpio, line: 4}',
      'cover: {chip: gpio, line: 4}',
      'gnss: {port: /dev/ttyS1}',
      'board: {port: /dev/ttyS1}',
    ),
    [
      'c.yaml:4:29: hardware.cover.line: expected a line of its own, this is the one of hardware.button, got "4"',
      'c.yaml:6:17: hardware.board.port: expected a port of its own, this is the one of hardware.gnss, got "/dev/ttyS1"',
    ],
  );
});

test('the times of the button and the thresholds of the battery must leave room for one another', (t) => {
  t.regex(problems(t, 'press: {double: 2s}')[0] ?? '', /press\.double: expected shorter than/);
  t.regex(problems(t, 'press: {long: 5s}')[0] ?? '', /press\.confirm: expected longer than/);
  t.regex(problems(t, 'battery: {warn: 5}')[0] ?? '', /battery\.stop: expected less than/);
});

test('an attention line without a microcontroller is a contradiction', (t) => {
  t.regex(
    problems(t, 'attention: {chip: gpio, line: 7}')[0] ?? '',
    /hardware\.board\.port: expected the port of the microcontroller/,
  );
});
