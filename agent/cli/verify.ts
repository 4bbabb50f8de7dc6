import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { isNoticeBundle, verifyNotice } from '../evidence/verify/notice.js';
import { VERDICT_STATUS } from '../evidence/verify/verdict.js';
import { verifyBundle } from '../evidence/verify/verify.js';
import { decodeText } from '../journal/note.js';
import { MAX_POLICY_BYTES } from '../journal/policy.js';
import { SOFTWARE } from '../version.js';
import { spoken } from '../words/spoken.js';
import { noticeText } from './notice-text.js';
import { progressLine } from './progress-line.js';
import { verdictText } from './verdict-text.js';

interface VerifyFlags {
  trust?: string | undefined;
  json?: boolean | undefined;
  html?: string | undefined;
  quiet?: boolean | undefined;
}

/** `liuhen verify`: is this bundle what the device recorded? Exit status 0, or 1 incomplete, 2 altered, 3 untrusted. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('check a bundle: intact (status 0), incomplete (1), altered (2) or untrusted (3)')
    .argument('<bundle>', 'folder that export wrote')
    .option(
      '-t, --trust <file>',
      'the keys you trust (C2SP tlog-policy), from the authority and not from the bundle',
    )
    .option('--json', 'print the whole verdict as JSON')
    .option('--html <file>', 'write a report, one self-contained page')
    .option('-q, --quiet', 'print no text; the exit status is the answer')
    .action(verify);
}

async function verify(bundle: string, { trust, json, html, quiet }: VerifyFlags): Promise<void> {
  const policy = readTrust(trust);
  if (isNoticeBundle(bundle)) return await verifyDisplay(bundle, policy, { json, html, quiet });
  const progress = progressLine(spoken('verify'), process.stderr);
  const verdict = await verifyBundle(bundle, policy, { tool: SOFTWARE, onProgress: progress.show }).finally(
    progress.clear,
  );
  if (html !== undefined) {
    const { renderReport } = await import('../evidence/report.js');
    writeWhole(html, renderReport(verdict));
  }
  const colour = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  if (json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else if (quiet !== true) process.stdout.write(`${verdictText(verdict, colour)}\n`);
  process.exitCode = VERDICT_STATUS[verdict.verdict];
}

/** The proof of a display (`liuhen export --notice`). */
async function verifyDisplay(
  bundle: string,
  policy: string,
  { json, html, quiet }: VerifyFlags,
): Promise<void> {
  const verdict = await verifyNotice(bundle, policy);
  if (html !== undefined) {
    const { renderNoticeReport } = await import('../evidence/notice-report.js');
    writeWhole(html, renderNoticeReport(verdict, SOFTWARE));
  }
  if (json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else if (quiet !== true) process.stdout.write(spoken(noticeText(verdict)));
  process.exitCode = VERDICT_STATUS[verdict.verdict];
}

const WHERE_FROM =
  "ask the authority for the device's root vkey and write it to a file: log <vkey>, then quorum none";

function readTrust(file: string | undefined): string {
  if (file === undefined) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      'expected --trust FILE: a bundle brings its own keys, so only a key that you had before can say whether it is genuine',
      { next: WHERE_FROM },
    );
  }
  const bytes = Buffer.alloc(MAX_POLICY_BYTES + 1);
  let filled = 0;
  try {
    const fd = openSync(file, 'r');
    try {
      for (let got = -1; got !== 0 && filled < bytes.length; filled += got) {
        got = readSync(fd, bytes, filled, bytes.length - filled, null);
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const message = `trust policy ${file}: ${messageOf(error)}`;
    throw new LiuhenError('LIUHEN_POLICY', message, { cause: error, next: WHERE_FROM });
  }
  try {
    return decodeText(bytes.subarray(0, filled), 'it');
  } catch (error) {
    const message = `trust policy ${file}: expected UTF-8 text`;
    throw new LiuhenError('LIUHEN_POLICY', message, { cause: error, next: WHERE_FROM });
  }
}

/** Writes all of a file or none of it. */
function writeWhole(file: string, content: string): void {
  const partial = `${file}.partial-${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(partial, content, { flag: 'wx' });
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new LiuhenError('LIUHEN_STORAGE_IO', `report ${file}: ${messageOf(error)}`, {
      cause: error,
      next: 'name a file in a folder that exists and can be written',
    });
  }
}
