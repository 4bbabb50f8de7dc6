import type { Command } from 'commander';
import type { RecordingSummary } from '../buffer/recordings.js';
import { callAgent } from '../control/client.js';
import { spoken } from '../words/spoken.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { bytesText, durationText } from './text.js';

interface StartFlags extends PlaceOptions {
  behaviour?: string;
  case?: string;
  officer?: string;
  wholeProcess?: boolean;
  json?: boolean;
}

interface StopFlags extends PlaceOptions {
  confirm?: boolean;
  json?: boolean;
}

/** `liuhen start | stop | mark`: what the buttons do, on a running agent. */
export function registerRecord(program: Command): void {
  placeOptions(program.command('start'))
    .description('start recording; the pre-record footage is part of it')
    .option(
      '--behaviour <name>',
      'the enforcement act that is recorded, by its key or name in the policy file',
    )
    .option('--case <number>', 'the case file it belongs to')
    .option('--officer <id>', 'who records: id or certificate number')
    .option(
      '--whole-process',
      'a recording that only a confirmed order ends, also where the policy does not ask for it',
    )
    .option('--json', 'print JSON')
    .action(async ({ data, config, json, ...request }: StartFlags) => {
      const folder = dataFolderOf({ ...(data && { data }), ...(config && { config }) });
      const answer = (await callAgent(folder, 'POST', '/start', request)) as { recording: number };
      print(json, answer, `recording ${answer.recording}`);
    });
  placeOptions(program.command('stop'))
    .description('stop recording; returns when the end is sealed')
    .option('--confirm', 'also where it is a whole-process recording')
    .option('--json', 'print JSON')
    .action(async ({ json, confirm: confirmed = false, ...place }: StopFlags) => {
      const folder = dataFolderOf(place);
      const stopped = (await callAgent(folder, 'POST', '/stop', { confirmed })) as RecordingSummary;
      const { recording, fragments, bytes, durationMs } = stopped;
      const length = `${durationText(durationMs)}, ${fragments} fragments, ${bytesText(bytes)}`;
      print(json, stopped, `stopped recording ${recording}: ${length}, sealed`);
    });
  placeOptions(program.command('mark'))
    .description('mark this moment of the recording')
    .argument('[note]', 'what it is')
    .option('--json', 'print JSON')
    .action(async (note: string | undefined, { json, ...place }: PlaceOptions & { json?: boolean }) => {
      const answer = await callAgent(
        dataFolderOf(place),
        'POST',
        '/mark',
        note === undefined ? {} : { note },
      );
      print(json, answer, `marked: entry ${(answer as { entry: number }).entry}`);
    });
}

function print(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(`${json === true ? JSON.stringify(value) : spoken(text)}\n`);
}
