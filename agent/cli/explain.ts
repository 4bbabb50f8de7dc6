import type { Command } from 'commander';
import { ERROR_CODES, type ErrorCode, LiuhenError } from '../../config/errors.js';
import { explanations } from '../words/explanations.js';
import { terminalLanguage } from '../words/language.js';
import { tableText } from './text.js';

/** `liuhen explain [CODE]`: what an error code means, how it comes about, and what to do. */
export function registerExplain(program: Command): void {
  program
    .command('explain')
    .argument('[code]', 'such as LIUHEN_LINK; without it, all codes with what they mean')
    .description('explain an error code')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen explain LIUHEN_LINK')
    .action((code: string | undefined, { json = false }: { json?: boolean }) => {
      process.stdout.write(`${code === undefined ? all(json) : one(codeOf(code), json)}\n`);
    });
}

function all(json: boolean): string {
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => [code, explained(code, json).meaning]);
  return json ? JSON.stringify(Object.fromEntries(rows)) : tableText(rows);
}

function one(code: ErrorCode, json: boolean): string {
  const { meaning, why, next } = explained(code, json);
  if (json) return JSON.stringify({ code, meaning, why, next });
  const label = terminalLanguage() === 'zh' ? '下一步：' : 'next: ';
  return [code, `  ${meaning}`, '', `  ${why}`, '', `  ${label}${next}`].join('\n');
}

function explained(code: ErrorCode, json: boolean) {
  return explanations[code][json ? 'en' : terminalLanguage()];
}

/** As people type it: in any case, with or without the prefix. */
function codeOf(text: string): ErrorCode {
  const upper = text.toUpperCase().replaceAll('-', '_');
  const code = upper.startsWith('LIUHEN_') ? upper : `LIUHEN_${upper}`;
  if (Object.hasOwn(ERROR_CODES, code)) return code as ErrorCode;
  throw new LiuhenError('LIUHEN_USAGE', `${JSON.stringify(text.slice(0, 80))} is no error code of Liuhen`, {
    next: 'liuhen explain lists all of them',
  });
}
