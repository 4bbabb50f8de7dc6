import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Drivers } from '../../../agent/hardware/drivers.js';
import { runAgent } from '../../../agent/run.js';
import { loadConfig } from '../../../config/load.js';
import { systemTimers } from '../../../drivers/timers.js';

const BUTTON = 0;
/** How long a finger stays on the button. */
const TOUCH_MS = 100;
const PAUSE_MS = 3000;

export interface OfficerInput {
  config: string;
  settings: Record<string, string>;
  presses: number;
  /** Whether the camera is also halted, to see how soon the light says so. */
  halt: boolean;
}

export interface OfficerResult {
  /** From the touch to the first sealed fragment of the recording, and from when the touch has become a press. */
  touchToSealedMs: number[];
  pressToSealedMs: number[];
  /** From the last footage that was sealed, and from when the camera was halted, to the light that is steady no more. */
  sealedToLightMs: number[];
  haltToLightMs: number[];
}

/** A whole agent with the test picture, whose button and light are in memory: what they take is the agent's own time. */
export async function run({ config, settings, presses, halt }: OfficerInput): Promise<OfficerResult> {
  const hands = new Hands();
  const agent = await runAgent({
    config: loadConfig(config, settings),
    log: pino({ level: 'silent' }),
    drivers: hands.drivers,
  });
  const result: OfficerResult = {
    touchToSealedMs: [],
    pressToSealedMs: [],
    sealedToLightMs: [],
    haltToLightMs: [],
  };
  const { recorder } = agent;
  await once(recorder, 'footage');
  for (let at = 0; at < presses; at++) {
    // Until the pre-record holds some seconds again.
    await delay(PAUSE_MS);
    const touchedMs = performance.now();
    const sealed = once(recorder, 'sealed');
    hands.button(true);
    await delay(TOUCH_MS);
    hands.button(false);
    while (recorder.state === 'idle') await delay(1);
    const startedMs = performance.now();
    await sealed;
    result.touchToSealedMs.push(performance.now() - touchedMs);
    result.pressToSealedMs.push(performance.now() - startedMs);
    if (halt) await haltCamera(hands, agent, result);
    await agent.device.controls.stop(true);
  }
  await agent.stop('shutdown');
  return result;
}

async function haltCamera(
  hands: Hands,
  { recorder, journal, device }: Awaited<ReturnType<typeof runAgent>>,
  result: OfficerResult,
): Promise<void> {
  while (device.controls.light !== 'sealing') await delay(1);
  await delay(1500 + Math.random() * 1000);
  const [camera] = await childrenOfThis();
  if (camera === undefined) throw new Error('expected the camera to be a process of this one');
  let newestMono = 0;
  const note = ({ closedMono }: { closedMono: number }) => {
    newestMono = Math.max(newestMono, closedMono);
  };
  recorder.on('sealed', note);
  await once(recorder, 'sealed');
  process.kill(camera, 'SIGSTOP');
  const haltedMs = performance.now();
  const changed = await hands.dark;
  result.haltToLightMs.push(changed - haltedMs);
  result.sealedToLightMs.push(journal.clock.read().monoMs - (performance.now() - changed) - newestMono);
  recorder.off('sealed', note);
  process.kill(camera, 'SIGCONT');
}

/** A button and a light in memory. */
class Hands {
  readonly drivers: Drivers;
  #active = false;
  #told: (active: boolean) => void = () => {};
  #darkened: (atMs: number) => void = () => {};

  constructor() {
    const hands = this;
    this.drivers = {
      timers: systemTimers,
      power: async () => ({
        percent: undefined,
        millivolts: undefined,
        charging: undefined,
        supply: undefined,
      }),
      serial: () => Promise.reject(new Error('nothing serial is configured')),
      gpio: async () => ({
        input: ({ line }) => ({
          get active() {
            return line === BUTTON && hands.#active;
          },
          onChange: (told) => {
            hands.#told = told;
          },
          close: () => {},
        }),
        output: () => ({
          write: (active) => {
            if (!active) hands.#darkened(performance.now());
          },
          read: () => false,
          close: () => {},
        }),
      }),
    };
  }

  button(active: boolean): void {
    this.#active = active;
    this.#told(active);
  }

  /** When the light next goes dark, which a steady one never does. */
  get dark(): Promise<number> {
    return new Promise((resolve) => {
      this.#darkened = resolve;
    });
  }
}

function once(emitter: { once(name: never, listener: () => void): unknown }, name: string): Promise<void> {
  return new Promise((resolve) => {
    emitter.once(name as never, () => resolve());
  });
}

async function childrenOfThis(): Promise<number[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
