import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { LINE_PIECES, PORT_PIECES } from '../../config/hardware.js';
import type { Config } from '../../config/load.js';
import type { Gpio, GpioInput, GpioLineName, GpioOutput } from '../../drivers/gpio-port.js';
import { openSerial, parsePortName } from '../../drivers/serial.js';
import { configuredCamera } from '../recorder/configured-camera.js';
import { type PieceWords, piecesEn } from '../words/pieces.js';

/** What a piece did when it was tried. */
export interface Tried {
  piece: string;
  /** `silent`: it opened, and nothing came; that may be right for a reader without a card. */
  result: 'works' | 'silent' | 'fails';
  detail: string;
}

const PORT_MS = 3000;
const CAMERA_MS = 12_000;
const BLINK_MS = 300;
/** Lines that are driven; the others are read. */
export const DRIVEN: readonly string[] = ['light', 'buzzer', 'vibration'];

/** What a person calls a piece. */
export function pieceText(piece: string): string {
  return piece in piecesEn ? piecesEn[piece as keyof PieceWords] : piece;
}

/** Opens the camera and waits for its first bytes of footage. Never rejects. */
export async function tryCamera(config: Config): Promise<Tried> {
  const { source } = config.camera;
  const startedMs = performance.now();
  try {
    const run = configuredCamera(config, pino({ level: 'silent' })).start();
    const first = new Promise<number>((resolve) =>
      run.output.once('data', (chunk: Buffer) => resolve(chunk.length)),
    );
    const given = await Promise.race([first, run.ended, sleep(CAMERA_MS, undefined, { ref: false })]);
    run.output.destroy();
    await run.stop();
    const tookMs = Math.round(performance.now() - startedMs);
    if (typeof given === 'number')
      return { piece: 'camera', result: 'works', detail: `${source}: footage after ${tookMs} ms` };
    const why = given === undefined ? `nothing in ${CAMERA_MS} ms` : (given.detail ?? given.reason);
    return { piece: 'camera', result: 'fails', detail: `${source}: ${why}` };
  } catch (error) {
    return { piece: 'camera', result: 'fails', detail: `${source}: ${messageOf(error)}` };
  }
}

/** Opens a serial port and listens for a while. Never rejects. */
export async function tryPort(
  piece: string,
  { port, baudRate }: { port: string; baudRate: number },
): Promise<Tried> {
  let fault = '';
  let bytes = 0;
  let opened = false;
  try {
    const link = openSerial(
      { port: parsePortName(port), baudRate, backoff: { minMs: 500, maxMs: 1000 } },
      (message) => {
        fault = message;
      },
    );
    await new Promise<void>((resolve) => {
      const enough = setTimeout(resolve, PORT_MS);
      link.onData((data) => {
        bytes += data.length;
        if (bytes > 64) {
          clearTimeout(enough);
          resolve();
        }
      });
      link.onState((state) => {
        if (state.open) opened = true;
        else if (!opened) {
          fault = state.reason;
          clearTimeout(enough);
          resolve();
        }
      });
    });
    opened ||= link.state.open;
    await link.close();
  } catch (error) {
    fault = messageOf(error);
  }
  if (!opened) return { piece, result: 'fails', detail: `${port}: ${fault || 'did not open'}` };
  if (bytes === 0)
    return { piece, result: 'silent', detail: `${port}: open, nothing came in ${PORT_MS / 1000} s` };
  return { piece, result: 'works', detail: `${port}: ${bytes} bytes` };
}

/** Lights an output up for a moment, or says how an input stands and, with `changeMs`, waits so long for it to change. Never rejects. */
export async function tryLine(gpio: Gpio, piece: string, name: GpioLineName, changeMs = 0): Promise<Tried> {
  const where = `${name.chip} line ${name.line}`;
  try {
    if (DRIVEN.includes(piece)) {
      await blink(gpio.output(name));
      return { piece, result: 'works', detail: `${where}: was active for ${BLINK_MS} ms` };
    }
    const { active, changed } = await watched(gpio.input(name, { debounceMs: 5 }), changeMs);
    if (changed) return { piece, result: 'works', detail: `${where}: it changed when it was touched` };
    if (changeMs > 0)
      return { piece, result: 'silent', detail: `${where}: did not change in ${changeMs / 1000} s` };
    return { piece, result: 'works', detail: `${where}: is ${active ? 'active' : 'not active'}` };
  } catch (error) {
    const next = error instanceof LiuhenError && error.next !== undefined ? ` (${error.next})` : '';
    return { piece, result: 'fails', detail: `${where}: ${messageOf(error)}${next}` };
  }
}

async function blink(output: GpioOutput): Promise<void> {
  try {
    output.write(true);
    await sleep(BLINK_MS);
  } finally {
    output.close();
  }
}

async function watched(input: GpioInput, changeMs: number): Promise<{ active: boolean; changed: boolean }> {
  try {
    const { active } = input;
    return { active, changed: changeMs > 0 && (await hasChanged(input, changeMs)) };
  } finally {
    input.close();
  }
}

function hasChanged(input: GpioInput, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const enough = setTimeout(() => resolve(false), waitMs);
    input.onChange(() => {
      clearTimeout(enough);
      resolve(true);
    });
  });
}

/** Tries everything that a configuration names, one after another. */
export async function tryAll(config: Config, gpio: () => Gpio): Promise<Tried[]> {
  const tried: Tried[] = config.profile === 'recorder' ? [await tryCamera(config)] : [];
  const { hardware } = config;
  for (const piece of PORT_PIECES) {
    const port = hardware[piece];
    if (port !== undefined) tried.push(await tryPort(piece, port));
  }
  for (const piece of LINE_PIECES) {
    const line = hardware[piece];
    if (line !== undefined) tried.push(await tryLine(gpio(), piece, line));
  }
  return tried;
}
