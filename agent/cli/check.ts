import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { type CheckReport, checkDevice } from '../buffer/check.js';
import { openStores } from '../buffer/open.js';
import { callAgent } from '../control/client.js';
import { parseVkey } from '../journal/vkey.js';
import { becomeOwner } from '../provision/as-owner.js';
import { spoken } from '../words/spoken.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { bytesText } from './text.js';

interface CheckFlags extends PlaceOptions {
  quick?: boolean;
  witness?: string;
  json?: boolean;
}

/** `liuhen check`: the invariants of a device's data folder. Exit status 0, or 1 when one is broken. */
export function registerCheck(program: Command): void {
  placeOptions(program.command('check'))
    .description("check a device's data folder: every entry, every hash, every key")
    .option('--quick', 'see that footage is there, without reading it')
    .option(
      '--witness <vkey>',
      "the archive's key, to check its receipts' signatures (a running agent uses its own)",
    )
    .option('--json', 'print JSON')
    .action(async ({ quick = false, witness, json, ...place }: CheckFlags) => {
      const report = await check(dataFolderOf(place), quick, witness);
      process.stdout.write(`${json === true ? JSON.stringify(report) : spoken(page(report))}\n`);
      if (!report.ok) process.exitCode = 1;
    });
}

async function check(folder: string, quick: boolean, witness: string | undefined): Promise<CheckReport> {
  try {
    return (await callAgent(folder, 'POST', '/check', { quick })) as CheckReport;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  becomeOwner(folder);
  const stores = await openStores(folder);
  const onTerminal = process.stderr.isTTY === true;
  try {
    return await checkDevice(stores, {
      quick,
      ...(witness === undefined ? {} : { witness: parseVkey(witness) }),
      ...(onTerminal
        ? {
            onProgress: (done, of) => process.stderr.write(`\r${spoken(`checked ${done} of ${of} entries`)}`),
          }
        : {}),
    });
  } finally {
    if (onTerminal) process.stderr.write('\r\u001b[K');
    await stores.close();
  }
}

function page(report: CheckReport): string {
  const { entries, fragments, bytes } = report;
  const lines = report.invariants.flatMap(({ number, text, ok, problems, moreProblems }) => [
    `${ok ? 'ok    ' : 'BROKEN'} ${number}  ${text}`,
    ...problems.map((problem) => `          ${problem}`),
    ...(moreProblems > 0 ? [`          and ${moreProblems} more`] : []),
  ]);
  const seen = `${entries} entries, ${fragments} fragments, ${bytesText(bytes)} of footage read`;
  return [`${report.ok ? 'ok' : 'BROKEN'}: ${report.origin}, ${seen}`, ...lines].join('\n');
}
