import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import type { FirmwareInfo, ImageName, UpdateProgress, UpdateResult } from '../../firmware-bridge/update.js';
import { callAgent } from '../control/client.js';
import type { Firmware } from '../firmware.js';
import { spoken } from '../words/spoken.js';
import { dataFolderOf, parseCount, placeOptions } from './data-folder.js';
import { type BoardFlags, withFirmware } from './firmware-direct.js';
import { firmwareProgress } from './firmware-progress.js';
import { tableText } from './text.js';

type Flags = BoardFlags & { json?: boolean };

const PROGRESS_EVERY_MS = 250;

/** `liuhen firmware info | update | confirm | rollback`: the firmware of the board's microcontroller. */
export function registerFirmware(program: Command): void {
  const firmware = program
    .command('firmware')
    .description("the firmware of the board's microcontroller, through the agent where one runs");
  boardOptions(firmware.command('info').description('show what runs and what is in the other slot')).action(
    async ({ json, ...flags }: Flags) => {
      const info = await ask<FirmwareInfo>(flags, 'GET', '', undefined, (direct) => direct.info());
      print(json, info, infoText(info));
    },
  );
  boardOptions(
    firmware
      .command('update')
      .description(
        'check, upload and try an image; until it is confirmed a reset brings back the one before',
      ),
  )
    .argument('<file>', 'signed image, as imgtool sign writes it')
    .option('--confirm', 'make it stay once it runs and answers')
    .action(async (file: string, { json, confirm = false, ...flags }: Flags & { confirm?: boolean }) => {
      const request = { file: resolve(file), confirm };
      const result = await ask<UpdateResult>(flags, 'POST', '/update', request, (direct) =>
        direct.update(request),
      );
      print(json, result, resultText(result));
    });
  boardOptions(firmware.command('confirm').description('make the running image stay')).action(
    async ({ json, ...flags }: Flags) => {
      const name = await ask<ImageName>(flags, 'POST', '/confirm', {}, (direct) => direct.confirm());
      print(json, name, `${nameText(name)} stays`);
    },
  );
  boardOptions(firmware.command('rollback').description('go back to the image in the other slot')).action(
    async ({ json, ...flags }: Flags) => {
      const result = await ask<UpdateResult>(flags, 'POST', '/rollback', {}, (direct) => direct.rollback());
      print(json, result, resultText(result));
    },
  );
}

function boardOptions(command: Command): Command {
  return placeOptions(command)
    .option('--port <port>', 'serial port of the microcontroller, where no agent runs')
    .option('--baud <rate>', 'its speed', parseCount)
    .option('--key <file>', 'public key in PEM that images must be signed with')
    .option('--json', 'print JSON');
}

/** By the agent that runs on the data folder, which has the port; or else from here. */
async function ask<T>(
  flags: BoardFlags,
  method: 'GET' | 'POST',
  path: string,
  request: object | undefined,
  directly: (firmware: Firmware) => Promise<T>,
): Promise<T> {
  const progress = firmwareProgress(process.stderr);
  try {
    const folder = folderOf(flags);
    if (folder !== undefined) {
      const answer = await askAgent<T>(folder, method, path, request, progress.show);
      if (answer !== undefined) return answer.value;
    }
    return await withFirmware(flags, progress.show, directly);
  } finally {
    progress.clear();
  }
}

/** Where an agent could run; undefined when only a port is named. */
function folderOf(flags: BoardFlags): string | undefined {
  try {
    return dataFolderOf(flags);
  } catch (error) {
    const unnamed = error instanceof LiuhenError && error.code === 'LIUHEN_USAGE';
    if (unnamed && flags.port !== undefined) return undefined;
    throw error;
  }
}

/** Undefined when no agent runs on the folder. */
async function askAgent<T>(
  folder: string,
  method: 'GET' | 'POST',
  path: string,
  request: object | undefined,
  show: (progress: UpdateProgress) => void,
): Promise<{ value: T } | undefined> {
  const done = new AbortController();
  const watching = path === '/update' ? watchProgress(folder, show, done.signal) : undefined;
  try {
    return { value: (await callAgent(folder, method, `/firmware${path}`, request)) as T };
  } catch (error) {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_NOT_RUNNING') return undefined;
    throw error;
  } finally {
    done.abort();
    await watching;
  }
}

async function watchProgress(
  folder: string,
  show: (progress: UpdateProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    while (!signal.aborted) {
      await sleep(PROGRESS_EVERY_MS, undefined, { signal });
      const progress = (await callAgent(folder, 'GET', '/firmware/progress')) as UpdateProgress | null;
      if (progress !== null && !signal.aborted) show(progress);
    }
  } catch {
    // The update itself tells what is wrong.
  }
}

function infoText({ running, other }: FirmwareInfo): string {
  const state = running.confirmed ? 'confirmed' : 'on trial: the next reset brings back the other';
  const rows = [
    ['runs', running.version, running.hash, state],
    other === null
      ? ['other slot', '-', '', 'empty']
      : ['other slot', other.version, other.hash, other.pending ? 'starts at the next reset' : ''],
  ];
  return tableText(rows.map((row) => row.map((cell) => spoken(cell))));
}

function resultText({ before, after, state }: UpdateResult): string {
  const then =
    state === 'confirmed'
      ? 'it stays'
      : 'on trial: liuhen firmware confirm makes it stay, any reset brings back the one before';
  return `${nameText(before)} → ${nameText(after)}: ${then}`;
}

function nameText({ version, hash }: ImageName): string {
  return `${version} (${hash.slice(0, 16)})`;
}

function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(value) : spoken(text)}\n`);
}
