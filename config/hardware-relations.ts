import type { Contradiction } from './relations.js';

interface Line {
  chip: string;
  line: number;
}

/** The parts of section `hardware` that must agree with one another. */
interface Related {
  button: Line | undefined;
  light: Line | undefined;
  buzzer: Line | undefined;
  vibration: Line | undefined;
  cover: Line | undefined;
  storageDoor: Line | undefined;
  simDoor: Line | undefined;
  attention: Line | undefined;
  press: { debounceMs: number; doubleMs: number; longMs: number; confirmMs: number };
  gnss: { port: string } | undefined;
  cardReader: { port: string } | undefined;
  board: { port: string } | undefined;
  battery: { warn: number; stop: number };
}

const LINES = [
  'button',
  'light',
  'buzzer',
  'vibration',
  'cover',
  'storageDoor',
  'simDoor',
  'attention',
] as const;
const PORTS = ['gnss', 'cardReader', 'board'] as const;

/** What contradicts itself in section `hardware` of which every single value is allowed. */
export function* checkHardware(hardware: Related): Generator<Contradiction> {
  const { press, battery } = hardware;
  if (press.doubleMs >= press.longMs) {
    yield {
      key: 'hardware.press.double',
      because: 'hardware.press.long',
      message: 'expected shorter than hardware.press.long',
    };
  }
  if (press.confirmMs <= press.longMs) {
    yield {
      key: 'hardware.press.confirm',
      because: 'hardware.press.long',
      message: 'expected longer than hardware.press.long, which the second press takes as well',
    };
  }
  if (battery.stop >= battery.warn) {
    yield {
      key: 'hardware.battery.stop',
      because: 'hardware.battery.warn',
      message: 'expected less than hardware.battery.warn, so that the end is announced before it comes',
    };
  }
  if (hardware.attention !== undefined && hardware.board === undefined) {
    yield {
      key: 'hardware.board.port',
      because: 'hardware.attention.line',
      message: 'expected the port of the microcontroller, because hardware.attention is set',
    };
  }
  yield* usedTwice(LINES, 'line', (name) => {
    const line = hardware[name];
    return line === undefined ? undefined : `${line.chip} ${line.line}`;
  });
  yield* usedTwice(PORTS, 'port', (name) => hardware[name]?.port);
}

function* usedTwice<Name extends string>(
  names: readonly Name[],
  what: 'line' | 'port',
  of: (name: Name) => string | undefined,
): Generator<Contradiction> {
  const users = new Map<string, Name>();
  for (const name of names) {
    const used = of(name);
    if (used === undefined) continue;
    const first = users.get(used);
    if (first === undefined) users.set(used, name);
    else {
      yield {
        key: `hardware.${name}.${what}`,
        because: `hardware.${first}.${what}`,
        message: `expected a ${what} of its own, this is the one of hardware.${first}`,
      };
    }
  }
}
