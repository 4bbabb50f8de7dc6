import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { OnoffGpio, OnoffLine } from '../../drivers/gpio-onoff.js';

export interface FakeChip {
  label: string;
  base: number;
  lines: number;
  device?: string;
}

/** A folder with the files of /sys/class/gpio that lines are found by. */
export async function fakeSysfs(t: ExecutionContext, chips: readonly FakeChip[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-gpio-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'export'), '');
  await writeFile(join(root, 'unexport'), '');
  for (const { label, base, lines, device } of chips) {
    const chip = join(root, `gpiochip${base}`);
    await mkdir(chip);
    await writeFile(join(chip, 'label'), `${label}\n`);
    await writeFile(join(chip, 'base'), `${base}\n`);
    await writeFile(join(chip, 'ngpio'), `${lines}\n`);
    if (device === undefined) continue;
    await mkdir(join(root, 'devices', device), { recursive: true });
    await symlink(join(root, 'devices', device), join(chip, 'device'));
  }
  return root;
}

/** How a fake line fails. */
export interface FakeFaults {
  /** Thrown instead of exporting the line. */
  export?: Error;
  /** Thrown when the line is exported and shall be set up. */
  setUp?: Error;
  /** What the line goes on to say of itself, whatever it was told. */
  stays?: { direction?: string; edge?: string; activeLow?: boolean };
}

/** onoff's class at the edge of a fake tree: exports by making the line's folder, and is touched by `set`. */
export function fakeOnoff(root: string, faults: FakeFaults = {}) {
  const lines: FakeLine[] = [];
  const asked: unknown[] = [];

  class FakeLine implements OnoffLine {
    readonly #folder: string;
    readonly #setUp: { direction: string; edge: string; activeLow: boolean };
    readonly written: number[] = [];
    level: 0 | 1 = 0;
    fault: Error | undefined;
    listener: ((error: Error | null, value: 0 | 1) => void) | undefined;

    constructor(
      number: number,
      direction: 'in' | 'high' | 'low',
      edge: 'none' | 'both',
      options: { activeLow: boolean; debounceTimeout?: number },
    ) {
      asked.push([number, direction, edge, options]);
      this.#folder = join(root, `gpio${number}`);
      if (!existsSync(this.#folder)) {
        if (faults.export !== undefined) throw faults.export;
        mkdirSync(this.#folder);
      }
      if (faults.setUp !== undefined) throw faults.setUp;
      this.#setUp = { direction: direction === 'in' ? 'in' : 'out', edge, activeLow: options.activeLow };
      lines.push(this);
    }

    readSync(): 0 | 1 {
      if (this.fault !== undefined) throw this.fault;
      return this.level;
    }

    writeSync(value: 0 | 1): void {
      if (this.fault !== undefined) throw this.fault;
      this.written.push(value);
    }

    watch(listener: (error: Error | null, value: 0 | 1) => void): void {
      this.listener = listener;
    }

    unwatchAll(): void {
      this.listener = undefined;
    }

    direction = () => faults.stays?.direction ?? this.#setUp.direction;
    edge = () => faults.stays?.edge ?? this.#setUp.edge;
    activeLow = () => faults.stays?.activeLow ?? this.#setUp.activeLow;

    unexport(): void {
      this.unwatchAll();
      rmSync(this.#folder, { recursive: true });
    }

    /** The level changes and the kernel says so; onoff reads before it tells. */
    set(level: 0 | 1): void {
      this.level = level;
      const value = this.readSync();
      this.listener?.(null, value);
    }
  }

  return { FakeLine, onoff: (): OnoffGpio => FakeLine, lines, asked };
}

/** A system error as Node throws it. */
export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: something, open '${path}'`), { code, path });
}
