import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusal, stubborn } from './gpio-errors.js';
import type { OnoffGpio, OnoffLine } from './gpio-onoff.js';
import type { GpioLineName } from './gpio-port.js';

export interface LineSetUp {
  /** `high` and `low` make an output that begins with this voltage, whatever `activeLow` says. */
  direction: 'in' | 'high' | 'low';
  edge: 'none' | 'both';
  activeLow: boolean;
  debounceMs: number;
}

/**
 * Exports a line and sets it up, or takes over one that is exported already, as a process that was killed leaves it.
 * Throws LIUHEN_GPIO; a line that could not be set up is left as it was found, or unexported.
 */
export function openLine(
  Onoff: OnoffGpio,
  root: string,
  number: number,
  name: GpioLineName,
  setUp: LineSetUp,
): OnoffLine {
  const folder = join(root, `gpio${number}`);
  const wasExported = existsSync(folder);
  let wrong: string | undefined;
  try {
    const { direction, edge, activeLow, debounceMs } = setUp;
    const line = new Onoff(number, direction, edge, { activeLow, debounceTimeout: debounceMs });
    // For a line that was exported before, onoff passes over every error of setting it up.
    wrong = wasExported ? difference(line, setUp) : undefined;
    if (wrong === undefined) return line;
    line.unexport();
  } catch (error) {
    if (!wasExported && existsSync(folder)) unexport(root, number);
    throw refusal(error, name, root);
  }
  throw stubborn(name, wrong);
}

function difference(line: OnoffLine, { direction, edge, activeLow }: LineSetUp): string | undefined {
  const wanted = direction === 'in' ? 'in' : 'out';
  if (line.direction() !== wanted) return `its direction stays ${line.direction()}`;
  if (line.activeLow() !== activeLow) return `its active_low stays ${line.activeLow() ? 1 : 0}`;
  if (wanted === 'in' && line.edge() !== edge) return `its edge stays ${line.edge()}`;
  return undefined;
}

function unexport(root: string, number: number): void {
  try {
    writeFileSync(join(root, 'unexport'), String(number));
  } catch {
    // That the line could not be opened is the news, not this.
  }
}
