import { type Command, Help } from 'commander';
import stringWidth from 'fast-string-width';
import { spoken } from '../words/spoken.js';

const CLOSING = '，。；：、）？！”》';
/** Where a line may end: after a wide character, after a word, but never before closing punctuation or after an opening bracket. */
const UNITS = new RegExp(`[（“《]*(?:[\\u2e80-\\uffef]|[^\\s\\u2e80-\\uffef]+)[${CLOSING}]*|\\s+`, 'gu');

/** Puts help and errors of the command line into the language of this terminal. Commands that are added later inherit it. */
export function speakOfCommands(program: Command): void {
  const english = new Help();
  program.configureHelp({
    displayWidth: stringWidth,
    boxWrap: wrapped,
    styleTitle: spoken,
    commandDescription: (command) => spoken(english.commandDescription(command)),
    subcommandDescription: (command) => spoken(english.subcommandDescription(command)),
    argumentDescription: (argument) => described(argument.description, english.argumentDescription(argument)),
    optionDescription: (option) => described(option.description, english.optionDescription(option)),
  });
  program.configureOutput({
    writeOut: (text) => void process.stdout.write(rest(text)),
    writeErr: (text) => void process.stderr.write(rest(text)),
  });
}

/** The lines that commander has not been given in Chinese: errors, and what stands below the options. */
function rest(text: string): string {
  return text.replace(/^\P{Script=Han}+$/gmu, (lines) => spoken(lines));
}

/** The text, and what commander adds in brackets: a default, or what may be chosen. */
function described(text: string, whole: string): string {
  const added = whole.slice(text.length).trim();
  return added === '' ? spoken(text) : `${spoken(text)}${spoken(added)}`;
}

/** In lines of at most so many columns. */
function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const lines = [''];
      for (const unit of line.match(UNITS) ?? []) {
        const last = lines.at(-1) as string;
        if (stringWidth(last) + stringWidth(unit.trimEnd()) <= columns || last === '')
          lines[lines.length - 1] = last + unit;
        else lines.push(unit.trimStart());
      }
      return lines.map((each) => each.trimEnd()).join('\n');
    })
    .join('\n');
}
