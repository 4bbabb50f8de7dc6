import { Command, CommanderError } from 'commander';
import { LiuhenError, messageOf, nextOf } from '../../config/errors.js';
import { VERSION } from '../version.js';
import type { Explanation } from '../words/explanations.js';
import { chooseLanguage, takeLanguage, terminalLanguage } from '../words/language.js';
import { loadLanguage, spoken } from '../words/spoken.js';
import { endWithReader } from './closed-output.js';
import { commandName } from './command-name.js';
import { addExamples } from './examples.js';

/*
 * Rules of the terminal: results go to stdout, everything else to stderr; `--json` prints one JSON value; a failed command leaves no
 * half-written output. Exit status: 0, the verdicts 1 to 3 of verify, 64 for a wrong command line, 70 when it could not be done.
 */
export const EXIT_USAGE = 64;
export const EXIT_FAILED = 70;

type Register = (program: Command) => void;

/** Each command's file is loaded only when it is needed: a judge's `verify` opens no database, `run` starts sooner. */
const LOADERS: [names: string[], load: () => Promise<Register>][] = [
  [['init'], async () => (await import('./init.js')).registerInit],
  [['migrate'], async () => (await import('./migrate.js')).registerMigrate],
  [['run'], async () => (await import('./run.js')).registerRun],
  [['status'], async () => (await import('./status.js')).registerStatus],
  [['start', 'stop', 'mark'], async () => (await import('./record.js')).registerRecord],
  [['recordings'], async () => (await import('./recordings.js')).registerRecordings],
  [['export'], async () => (await import('./export.js')).registerExport],
  [['verify'], async () => (await import('./verify.js')).registerVerify],
  [['proof'], async () => (await import('./proof.js')).registerProof],
  [['check'], async () => (await import('./check.js')).registerCheck],
  [['firmware'], async () => (await import('./firmware.js')).registerFirmware],
  [['sign'], async () => (await import('./sign.js')).registerSign],
  [['board'], async () => (await import('./board.js')).registerBoard],
  [['command'], async () => (await import('./command.js')).registerCommand],
  [['schema'], async () => (await import('./schema.js')).registerSchema],
  [['doctor'], async () => (await import('./doctor.js')).registerDoctor],
  [['config'], async () => (await import('./config.js')).registerConfig],
  [['explain'], async () => (await import('./explain.js')).registerExplain],
  [['logs'], async () => (await import('./logs.js')).registerLogs],
  [['diag'], async () => (await import('./diag.js')).registerDiag],
  [['completion'], async () => (await import('./completion.js')).registerCompletion],
  [['provision'], async () => (await import('./provision.js')).registerProvision],
  [['wipe'], async () => (await import('./wipe.js')).registerWipe],
  [['authority'], async () => (await import('./authority.js')).registerAuthority],
  [['archive'], async () => (await import('./archive.js')).registerArchive],
];

function loadersFor(name: string | undefined): (() => Promise<Register>)[] {
  const everything = name === 'completion';
  const wanted = LOADERS.filter(([names]) => name !== undefined && names.includes(name) && !everything);
  return (wanted.length > 0 ? wanted : LOADERS).map(([, load]) => load);
}

/** Every command, for whoever lists them. */
export function wholeProgram(): Promise<Command> {
  return programWith(LOADERS.map(([, load]) => load));
}

async function programWith(loaders: readonly (() => Promise<Register>)[]): Promise<Command> {
  const program = new Command('liuhen')
    .description('Liuhen 留痕: footage that proves itself. Recorder, archive, export and verification.')
    .version(VERSION)
    .showHelpAfterError('(liuhen --help shows all commands, liuhen COMMAND --help the options of one)')
    .option('--lang <language>', 'en or zh, instead of what LANG says; anywhere on the line')
    .addHelpText('after', '\nExample: liuhen doctor --lang zh')
    .exitOverride();
  if (terminalLanguage() === 'zh') (await import('./help-language.js')).speakOfCommands(program);
  for (const load of loaders) (await load())(program);
  addExamples(program);
  return program;
}

export async function runCommandLine(argv: readonly string[]): Promise<number> {
  endWithReader();
  try {
    const { argv: spoken, asked } = takeLanguage(argv);
    if (asked !== undefined) chooseLanguage(asked);
    await loadLanguage();
    const program = await programWith(loadersFor(commandName(spoken)));
    await program.parseAsync(spoken);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    return await report(error);
  }
}

async function report(error: unknown): Promise<number> {
  if (terminalLanguage() === 'zh') return await reportInChinese(error);

  const known = error instanceof LiuhenError;
  const code = known ? `${error.code}: ` : '';
  process.stderr.write(`liuhen: ${code}${messageOf(error)}\n`);
  const next = nextOf(error) ?? (known ? (await explained(error)).en.next : undefined);
  if (next !== undefined) process.stderr.write(`  next: ${next}\n`);
  if (!known && process.env.LIUHEN_DEBUG !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return known && error.code === 'LIUHEN_USAGE' ? EXIT_USAGE : EXIT_FAILED;
}

/** A message that has no Chinese stands below what its code means. */
async function reportInChinese(error: unknown): Promise<number> {
  const detail = spoken(messageOf(error));
  const toDo = nextOf(error);
  if (!(error instanceof LiuhenError)) {
    process.stderr.write(`liuhen：${detail}\n`);
    if (toDo !== undefined) process.stderr.write(`  下一步：${spoken(toDo)}\n`);
    if (process.env.LIUHEN_DEBUG !== undefined && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    return EXIT_FAILED;
  }
  const { meaning, next } = (await explained(error)).zh;
  const said = /\p{Script=Han}/u.test(detail) ? detail : `${meaning}\n  详情：${detail}`;
  const advice = toDo === undefined ? next : spoken(toDo);
  process.stderr.write(`liuhen：${error.code}：${said}\n  下一步：${advice}\n`);
  return error.code === 'LIUHEN_USAGE' ? EXIT_USAGE : EXIT_FAILED;
}

/** What is said of every error with its code, where the error itself says too little. */
async function explained({ code }: LiuhenError): Promise<Record<'en' | 'zh', Explanation>> {
  return (await import('../words/explanations.js')).explanations[code];
}
