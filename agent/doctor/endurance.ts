import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Words } from '../words/words.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';

/** What a disk says of its own wear. */
export interface Endurance {
  device: string;
  /** The upper end of the tenth that it is in. */
  usedPercent: number;
  /** Its spare blocks are used up. */
  urgent: boolean;
}

const WORN_PERCENT = 80;

/**
 * The wear of the disk that holds a folder, where the kernel shows it: eMMC (JESD84-B51 §7.4, `life_time`, `pre_eol_info`) and UFS
 * (`health_descriptor`). SD cards and most others tell nothing: undefined. `sys` is /sys.
 */
export async function enduranceOf(folder: string, sys = '/sys'): Promise<Endurance | undefined> {
  const { dev } = await stat(folder);
  // As the kernel's MAJOR and MINOR take a dev_t apart.
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  const block = await realpath(join(sys, 'dev/block', `${major}:${minor}`)).catch(() => undefined);
  if (block === undefined) return undefined;
  return await enduranceAt(block);
}

/** As `enduranceOf`, of the block device (or its partition) with this folder in sysfs. */
export async function enduranceAt(block: string): Promise<Endurance | undefined> {
  const partition = (await attribute(block, 'partition')) !== undefined;
  const disk = partition ? dirname(block) : block;
  const device = basename(disk);
  const life = (await attribute(disk, 'device/life_time'))?.split(' ').map(Number) ?? (await ufsLife(disk));
  const worst = Math.max(...(life ?? []).filter((step) => step >= 1 && step <= 11));
  if (!Number.isFinite(worst)) return undefined;
  const preEol = Number((await attribute(disk, 'device/pre_eol_info')) ?? 0);
  return { device, usedPercent: Math.min(100, worst * 10), urgent: preEol === 3 || worst === 11 };
}

async function ufsLife(disk: string): Promise<number[] | undefined> {
  for (let at = await realpath(join(disk, 'device')).catch(() => '/'); at !== '/'; at = dirname(at)) {
    if (!(await readdir(at).catch((): string[] => [])).includes('health_descriptor')) continue;
    const estimates = ['life_time_estimation_a', 'life_time_estimation_b'];
    const read = await Promise.all(estimates.map((name) => attribute(join(at, 'health_descriptor'), name)));
    return read.flatMap((text) => (text === undefined ? [] : [Number(text)]));
  }
  return undefined;
}

export async function enduranceFinding({ doctor: words }: Words, folder: string): Promise<Finding> {
  const endurance = await enduranceOf(folder);
  return endurance === undefined ? skipped(words.enduranceUntold) : judged(words, endurance);
}

export function judged(words: Words['doctor'], { device, usedPercent, urgent }: Endurance): Finding {
  if (urgent) return fault(words.enduranceUrgent(device), words.enduranceNext);
  const value = words.enduranceLeft(device, usedPercent);
  return usedPercent >= WORN_PERCENT ? warning(value, words.enduranceNext) : ok(value);
}

async function attribute(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'latin1').catch(() => '');
  return text.trim() === '' ? undefined : text.trim().slice(0, 64);
}
