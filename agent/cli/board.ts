import { type Command, InvalidArgumentError, Option } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { isVkey } from '../../config/shapes.js';
import { readEnvelopes } from '../authority/envelope-files.js';
import type { BoardReport } from '../control/board-report.js';
import { KINDS, type Kind } from '../disclosure/kinds/head.js';
import { boardOf, boardOfBroker, type HallFlags } from './board-place.js';
import { boardText, type TakenRow, takenText } from './board-text.js';
import { type BrokerFlags, brokerOptions } from './broker-flags.js';
import { placeOptions } from './data-folder.js';

const STATES = ['shown', 'held-back', 'expired', 'withdrawn', 'replaced'] as const;

interface ListFlags extends HallFlags, BrokerFlags {
  state?: (typeof STATES)[number];
  kind?: Kind;
  json?: boolean;
}

/** `liuhen board` and `liuhen board import`: what a hall shows, what it holds back and why; content without a network. */
export function registerBoard(program: Command): void {
  const board = program.command('board').description('what a hall shows, what is held back and why');
  brokerOptions(hallOptions(board.command('list', { isDefault: true })))
    .description('list the content of a hall, from the kiosk that runs, its data folder, or a broker')
    .addOption(new Option('--state <state>', 'only these').choices(STATES))
    .addOption(new Option('--kind <kind>', 'only these').choices(KINDS.filter((kind) => kind !== 'trust')))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples: liuhen board list --data /var/lib/liuhen
          liuhen board --state held-back
          liuhen board --broker mqtt://broker.liuhen.example:1883 --hall hall-1 --root 'liuhen.example/root+…'
From a broker it is what a new kiosk would show, which has seen no earlier revision.`,
    )
    .action(async ({ state, kind, json, ...flags }: ListFlags) => {
      const report = flags.broker === undefined ? await listed(flags) : await boardOfBroker(flags);
      const items = report.items.filter(
        (item) => (state === undefined || item.state === state) && (kind === undefined || item.kind === kind),
      );
      const wanted: BoardReport = { ...report, items };
      process.stdout.write(`${json === true ? JSON.stringify(wanted) : boardText(wanted)}\n`);
    });

  hallOptions(board.command('import'))
    .description('take signed envelopes from files into a kiosk, such as from a USB stick')
    .argument('<paths...>', 'envelopes, or folders of them')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThey are checked as if they came by the network; what is refused changes nothing.\n' +
        'Example: liuhen board import /media/usb/signed --data /var/lib/liuhen',
    )
    .action(async (paths: string[], { json, ...flags }: HallFlags & { json?: boolean }) => {
      const files = await readEnvelopes(paths);
      if (files.length === 0)
        throw new LiuhenError('LIUHEN_USAGE', `expected envelopes in ${paths.join(', ')}, got none`);
      // Keys before what they sign, and older revisions before newer ones.
      const rank = ({ ref }: (typeof files)[number]) => (ref.kind === 'trust' ? 0 : 1);
      files.sort((a, b) => rank(a) - rank(b) || a.ref.revision - b.ref.revision);
      const place = await boardOf(flags, 'take');
      try {
        const rows: TakenRow[] = [];
        for (const { path, ref, bytes } of files)
          rows.push({ file: path, ...ref, ...(await place.take(bytes)) });
        process.stdout.write(`${json === true ? JSON.stringify(rows) : takenText(rows)}\n`);
        if (rows.some(({ accepted }) => !accepted)) process.exitCode = 70;
      } finally {
        await place.close();
      }
    });
}

async function listed(flags: HallFlags): Promise<BoardReport> {
  const place = await boardOf(flags, 'look');
  try {
    return await place.report();
  } finally {
    await place.close();
  }
}

function hallOptions(command: Command): Command {
  return placeOptions(command)
    .option('--hall <hall>', 'the hall, where no configuration names it', parseHall)
    .option('--root <vkey>', "the authority's root key, where no configuration names it", parseRoot);
}

function parseHall(text: string): string {
  if (isDeviceId(text)) return text;
  throw new InvalidArgumentError('expected 1 to 64 characters from a-z, 0-9 and -');
}

function parseRoot(text: string): string {
  if (isVkey(text)) return text;
  throw new InvalidArgumentError('expected a vkey as liuhen sign key printed it');
}
