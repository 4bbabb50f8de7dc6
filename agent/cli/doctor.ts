import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { type Config, defaultConfig, loadConfig } from '../../config/load.js';
import { keyFile } from '../archive/layout.js';
import { callAgent } from '../control/client.js';
import { examineArchive } from '../doctor/archive-role.js';
import { type Check, check, fault, statusOf } from '../doctor/check.js';
import { type DoctorOptions, examine } from '../doctor/doctor.js';
import { OpenedDevice } from '../doctor/opened.js';
import { OpenedArchive } from '../doctor/opened-archive.js';
import { ffmpegFinding, nodeFinding } from '../doctor/software.js';
import { becomeOwner } from '../provision/as-owner.js';
import { terminalLanguage } from '../words/language.js';
import { spoken as inLanguage, named } from '../words/spoken.js';
import { type Words, words } from '../words/words.js';
import { DEFAULT_CONFIG } from './data-folder.js';
import { durationFlag } from './flag-values.js';
import { fitted, LiveScreen } from './live-screen.js';
import { createLog } from './log.js';
import { tableText } from './text.js';

interface DoctorFlags {
  config: string;
  data?: string;
  gate?: boolean;
  wait?: number;
  watch?: boolean;
  json?: boolean;
  verbose?: boolean;
}

const WATCH_MS = 2000;

/** `liuhen doctor`: why it is red. Exit status 0, 1 with warnings, 2 with faults. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('examine the device: each check with its result, what was measured, and what to do')
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('-d, --data <folder>', 'data folder, instead of the one in the configuration')
    .option('--gate', 'after an upgrade: only prove that the device seals and is witnessed')
    .option(
      '--wait <duration>',
      "longest wait for the archive's answer, such as 60s (default: 15s)",
      durationFlag(600_000),
    )
    .option('--watch', 'again and again, until q or Ctrl-C')
    .option('--verbose', 'also what the parts log, on stderr')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit status: 0 all is well, 1 warnings, 2 faults. Asks the agent where one runs; otherwise opens the hardware itself\n' +
        'and has lights, buzzer and vibration show themselves. It seals one entry, which the archive has to cosign.\n' +
        'Example: liuhen doctor --config /etc/liuhen/liuhen.yaml',
    )
    .action(async (flags: DoctorFlags) => {
      const { watch = false, json = false } = flags;
      const spokenWords = words(json ? 'en' : terminalLanguage());
      const isScreen = process.stdout.isTTY === true && !json;
      if (watch) return isScreen ? await watched(flags, spokenWords) : await followed(flags, spokenWords);
      const checks = await checksOf(flags, spokenWords);
      process.exitCode = statusOf(checks);
      process.stdout.write(`${json ? jsonOf(checks) : page(checks, spokenWords)}\n`);
    });
}

/** Again and again, until somebody ends it; the status is that of the last examination. */
async function watched(flags: DoctorFlags, spokenWords: Words): Promise<void> {
  const { examining, watching, ending } = spokenWords.doctor;
  const ended = new AbortController();
  const open = { count: 0 };
  let checks: Check[] = [];
  let state = examining;
  const screen = new LiveScreen((size) => watchPage(checks, spokenWords, state, size));
  screen.onEnd(() => {
    // Lines and databases that are open here are given back first; who cannot wait asks again.
    const now = open.count === 0 || ended.signal.aborted;
    ended.abort();
    state = now ? '' : ending;
    if (!now) return screen.draw();
    screen.close();
    process.exit();
  });
  try {
    screen.draw();
    while (!ended.signal.aborted) {
      checks = await checksOf(flags, spokenWords, open);
      process.exitCode = statusOf(checks);
      state = watching;
      if (ended.signal.aborted) break;
      screen.draw();
      await pause(WATCH_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  } finally {
    state = '';
    screen.close();
  }
}

/** For a program, and for a terminal that is none: one after the other, until it is ended from outside. */
async function followed(flags: DoctorFlags, spokenWords: Words): Promise<never> {
  for (;;) {
    const checks = await checksOf(flags, spokenWords);
    process.exitCode = statusOf(checks);
    process.stdout.write(`${flags.json === true ? jsonOf(checks) : page(checks, spokenWords)}\n`);
    await pause(WATCH_MS);
  }
}

function jsonOf(checks: readonly Check[]): string {
  return JSON.stringify({ status: statusOf(checks), checks });
}

/** What fits: where the window is too small for all, what is well is only counted. */
function watchPage(
  checks: readonly Check[],
  spokenWords: Words,
  state: string,
  { columns, rows }: { columns: number; rows: number },
): string {
  const footed = (text: string) => fitted(`${text}\n${state}`.trim(), columns);
  if (checks.length === 0) return footed('');
  const whole = footed(page(checks, spokenWords));
  if (whole.split('\n').length <= rows) return whole;
  const red = checks.filter(({ result }) => result === 'fault' || result === 'warning');
  return footed(page(red, spokenWords, spokenWords.doctor.unseen(checks.length - red.length)));
}

/** By the agent that runs on the data folder, or else from here. Also used for a support archive. */
export async function checksOf(
  { config: file, data, gate = false, wait, verbose = false }: Omit<DoctorFlags, 'json' | 'watch'>,
  spoken: Words,
  open: { count: number } = { count: 0 },
): Promise<Check[]> {
  let config: Config;
  try {
    config = configOf(file, data);
  } catch (error) {
    return await withoutConfig(error, spoken);
  }
  const request = { language: spoken.language, gate, ...(wait === undefined ? {} : { witnessMs: wait }) };
  try {
    return (await callAgent(config.data, 'POST', '/doctor', request)) as Check[];
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  // A new program that does not run has shown nothing; and the databases are for it to open.
  if (gate && config.profile !== 'archive') {
    const { agentMissing, agentMissingNext } = spoken.doctor;
    return [await check(spoken, 'agent', () => fault(agentMissing, agentMissingNext))];
  }
  becomeOwner(config.data);
  open.count++;
  try {
    return await examineHere(
      config,
      spoken,
      { gate, ...(wait === undefined ? {} : { witnessMs: wait }) },
      verbose,
    );
  } finally {
    open.count--;
  }
}

/** Opens what the examination needs, and gives it back. */
async function examineHere(
  config: Config,
  spoken: Words,
  options: DoctorOptions,
  verbose: boolean,
): Promise<Check[]> {
  if (config.profile === 'archive') {
    const archive = new OpenedArchive(config);
    return await examineArchive(archive, spoken).finally(() => archive.close());
  }
  const device = new OpenedDevice({ config, log: createLog(verbose ? 'debug' : 'silent') });
  try {
    return await examine(device, spoken, options);
  } finally {
    await device.close();
  }
}

/** An archive that was started without a configuration file is known by its folder. */
function configOf(file: string, data: string | undefined): Config {
  if (data === undefined) return loadConfig(file);
  const folder = resolve(data);
  const isArchive = existsSync(keyFile(folder));
  if (!isArchive) return loadConfig(file, { data });
  const named = existsSync(file) ? loadConfig(file, { data }) : undefined;
  if (named?.profile === 'archive') return named;
  return defaultConfig({ profile: 'archive', data: folder, archive: { embeddedBroker: {} } });
}

/** What can be said of a machine whose configuration cannot be read. */
async function withoutConfig(error: unknown, spoken: Words): Promise<Check[]> {
  return [
    await check(spoken, 'config', () => Promise.reject(error)),
    await check(spoken, 'node', () => nodeFinding(spoken)),
    await check(spoken, 'ffmpeg', () => ffmpegFinding(spoken)),
  ];
}

function page(checks: readonly Check[], { doctor }: Words, ...more: string[]): string {
  const count = (wanted: Check['result']) => checks.filter(({ result }) => result === wanted).length;
  const rows = checks.map(({ title, result, value }) => [
    doctor.result[result],
    title,
    inLanguage(oneLine(value)),
  ]);
  const lines = tableText(rows).split('\n');
  const first = checks.find(({ result }) => result === 'fault')?.title ?? '';
  const advised = checks.flatMap(({ result, next }, at) => {
    const line = lines[at] ?? '';
    const isRed = result === 'fault' || result === 'warning';
    return isRed && next !== undefined && next !== ''
      ? [line, `    ${named(doctor.next, oneLine(next))}`]
      : [line];
  });
  return [...advised, ...more, '', doctor.verdict(count('fault'), count('warning'), first)].join('\n');
}

/** A configuration's error has a line for each problem; what a device said cannot act on the terminal. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ').replace(/\p{Cc}/gu, '?');
}
