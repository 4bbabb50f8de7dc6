import { LiuhenError } from '../../config/errors.js';

export type TerminalLanguage = 'en' | 'zh';

/** `--lang zh` or `--lang=zh` anywhere before a lone `--`, taken out of the arguments. Throws LIUHEN_USAGE for a language that is not spoken. */
export function takeLanguage(argv: readonly string[]): {
  argv: string[];
  asked: TerminalLanguage | undefined;
} {
  const rest: string[] = [];
  let asked: TerminalLanguage | undefined;
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] as string;
    if (at >= end || (argument !== '--lang' && !argument.startsWith('--lang='))) rest.push(argument);
    else asked = parsed(argument === '--lang' ? argv[++at] : argument.slice('--lang='.length));
  }
  return { argv: rest, asked };
}

/** The first of LC_ALL, LC_MESSAGES and LANG that is set decides, as locale(7) has it; what is not Chinese is English. */
export function languageOf(env: NodeJS.ProcessEnv): TerminalLanguage {
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return /^zh([_.@-]|$)/i.test(locale ?? '') ? 'zh' : 'en';
}

let chosen: TerminalLanguage | undefined;

/** Chosen once, by the command line, for this process. */
export function chooseLanguage(language: TerminalLanguage): void {
  chosen = language;
}

/** The language of this terminal. */
export function terminalLanguage(): TerminalLanguage {
  return chosen ?? languageOf(process.env);
}

function parsed(text: string | undefined): TerminalLanguage {
  if (text === 'en' || text === 'zh') return text;
  throw new LiuhenError('LIUHEN_USAGE', `--lang: expected en or zh, got ${JSON.stringify(text ?? '')}`);
}
