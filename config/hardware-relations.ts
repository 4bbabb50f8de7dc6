import { LINE_PIECES, PORT_PIECES } from './hardware.js';
import type { Contradiction } from './relations.js';

/** The parts of section `hardware` that must agree with one another. */
type Related = {
  press: { debounceMs: number; doubleMs: number; longMs: number; confirmMs: number };
  battery: { warn: number; stop: number };
} & Record<(typeof LINE_PIECES)[number], { chip: string; line: number } | undefined> &
  Record<(typeof PORT_PIECES)[number], { port: string } | undefined>;

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
  yield* usedTwice(LINE_PIECES, 'line', (name) => {
    const line = hardware[name];
    return line === undefined ? undefined : `${line.chip} ${line.line}`;
  });
  yield* usedTwice(PORT_PIECES, 'port', (name) => hardware[name]?.port);
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
