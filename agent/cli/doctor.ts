import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { type Config, defaultConfig, loadConfig } from '../../config/load.js';
import { DURATION, parseQuantity } from '../../config/units.js';
import { keyFile } from '../archive/layout.js';
import { callAgent } from '../control/client.js';
import { examineArchive } from '../doctor/archive-role.js';
import { type Check, check, fault, statusOf } from '../doctor/check.js';
import { examine } from '../doctor/doctor.js';
import { OpenedDevice } from '../doctor/opened.js';
import { OpenedArchive } from '../doctor/opened-archive.js';
import { ffmpegFinding, nodeFinding } from '../doctor/software.js';
import { terminalLanguage } from '../words/language.js';
import { spoken as inLanguage } from '../words/spoken.js';
import { type Words, words } from '../words/words.js';
import { becomeOwner } from './as-owner.js';
import { DEFAULT_CONFIG } from './data-folder.js';
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
      parseWait,
    )
    .option('--watch', 'again and again, until Ctrl-C')
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
      const spoken = words(terminalLanguage());
      for (;;) {
        const checks = await checksOf(flags, spoken);
        const status = statusOf(checks);
        process.exitCode = status;
        if (json) process.stdout.write(`${JSON.stringify({ status, checks })}\n`);
        else process.stdout.write(`${watch ? CLEAR : ''}${page(checks, spoken)}\n`);
        if (!watch) return;
        await pause(WATCH_MS);
      }
    });
}

const CLEAR = process.stdout.isTTY === true ? '\u001b[H\u001b[2J' : '';

/** By the agent that runs on the data folder, or else from here. Also used for a support archive. */
export async function checksOf(
  { config: file, data, gate = false, wait, verbose = false }: Omit<DoctorFlags, 'json' | 'watch'>,
  spoken: Words,
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
  if (config.profile === 'archive') {
    const archive = new OpenedArchive(config);
    return await examineArchive(archive, spoken).finally(() => archive.close());
  }
  const device = new OpenedDevice({ config, log: createLog(verbose ? 'debug' : 'silent') });
  try {
    const options = { gate, ...(wait === undefined ? {} : { witnessMs: wait }) };
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

function page(checks: readonly Check[], { doctor }: Words): string {
  const count = (wanted: Check['result']) => checks.filter(({ result }) => result === wanted).length;
  const rows = checks.map(({ title, result, value }) => [
    doctor.result[result],
    title,
    inLanguage(oneLine(value)),
  ]);
  const lines = tableText(rows).split('\n');
  const advised = checks.flatMap(({ result, next }, at) => {
    const line = lines[at] ?? '';
    const isRed = result === 'fault' || result === 'warning';
    return isRed && next !== undefined && next !== ''
      ? [line, `    ${doctor.next}: ${inLanguage(oneLine(next))}`]
      : [line];
  });
  return [...advised, '', doctor.verdict(count('fault'), count('warning'))].join('\n');
}

/** A configuration's error has a line for each problem; what a device said cannot act on the terminal. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ').replace(/\p{Cc}/gu, '?');
}

function parseWait(text: string): number {
  const ms = parseQuantity(DURATION, text);
  if (ms === undefined || ms < 1 || ms > 600_000) {
    throw new InvalidArgumentError('expected a duration of 1ms to 10min, such as 60s');
  }
  return ms;
}
