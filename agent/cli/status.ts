import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { callAgent } from '../control/client.js';
import type { KioskStatus } from '../kiosk-status.js';
import type { AgentStatus } from '../status.js';
import { terminalLanguage } from '../words/language.js';
import { spoken } from '../words/spoken.js';
import { words } from '../words/words.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { parseOwnPort } from './flag-values.js';
import { kioskScreen } from './kiosk-text.js';
import { fitted, LiveScreen } from './live-screen.js';
import { certificateRows, linkText, recorderRows } from './status-text.js';
import { tableText } from './text.js';

interface StatusFlags extends PlaceOptions {
  watch?: boolean;
  web?: boolean;
  port: number;
  out: string;
  json?: boolean;
}

const WATCH_MS = 1000;

/** `liuhen status`: one screen about the agent that runs on a data folder, live with `--watch`. */
export function registerStatus(program: Command): void {
  placeOptions(program.command('status'))
    .description('show what the running agent does')
    .option('--watch', 'every second, until q or Ctrl-C')
    .option('--json', 'print JSON; with --watch a line each second')
    .option('--web', "serve the recorder's own page to a browser on this machine, until Ctrl-C")
    .option('--port <port>', 'with --web: its port on 127.0.0.1; 0: the kernel picks one', parseOwnPort, 0)
    .option('--out <folder>', 'with --web: where the page exports recordings to', '.')
    .action(async ({ json = false, watch = false, web = false, port, out, ...place }: StatusFlags) => {
      const folder = dataFolderOf(place);
      if (web) {
        const { serveStatus } = await import('./status-web.js');
        return await serveStatus(folder, words(terminalLanguage()), { port, out });
      }
      if (!watch) return void process.stdout.write(`${await screenOf(folder, json)}\n`);
      if (process.stdout.isTTY === true && !json) return await watched(folder);
      for (;;) {
        process.stdout.write(`${await nowOf(folder, json)}\n`);
        await pause(WATCH_MS);
      }
    });
}

/** On a terminal, until somebody ends it. */
async function watched(folder: string): Promise<void> {
  const { watching } = words(terminalLanguage()).status;
  const ended = new AbortController();
  let text = await nowOf(folder, false);
  const screen = new LiveScreen(({ columns, rows }) => {
    const lines = fitted(text, columns).split('\n');
    const shown = lines.length > rows - 2 ? [...lines.slice(0, rows - 3), '…'] : lines;
    return ended.signal.aborted ? lines.join('\n') : [...shown, '', watching].join('\n');
  });
  screen.onEnd(() => ended.abort());
  try {
    while (!ended.signal.aborted) {
      screen.draw();
      await pause(WATCH_MS, undefined, { signal: ended.signal }).catch(() => {});
      if (!ended.signal.aborted) text = await nowOf(folder, false);
    }
  } finally {
    screen.close();
  }
}

/** An agent that does not run is what there is to see. */
async function nowOf(folder: string, json: boolean): Promise<string> {
  return await screenOf(folder, json).catch((error: unknown) => {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_NOT_RUNNING') {
      return json ? JSON.stringify({ running: false }) : spoken(error.message);
    }
    throw error;
  });
}

/** Throws LIUHEN_NOT_RUNNING, which says in the terminal's language that nothing is recorded. */
async function screenOf(folder: string, json: boolean): Promise<string> {
  const { status: spokenWords } = words(terminalLanguage());
  let status: AgentStatus | KioskStatus;
  try {
    status = (await callAgent(folder, 'GET', '/status')) as AgentStatus | KioskStatus;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
    const next = { next: spokenWords.noneRunsNext };
    throw new LiuhenError('LIUHEN_NOT_RUNNING', spokenWords.noneRuns(folder), { cause: error, ...next });
  }
  if (json) return JSON.stringify(status);
  if ('kiosk' in status) {
    const { uplink, certificate } = status;
    const rows = kioskScreen(
      status,
      linkText(uplink, spokenWords),
      certificateRows(certificate, spokenWords),
    );
    return tableText(inLanguage(rows));
  }
  return tableText(inLanguage(recorderRows(status, spokenWords)));
}

/** What the agent says in English about just this moment: why the camera fails, why the link broke. */
function inLanguage(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row) => row.map((cell) => spoken(cell)));
}
