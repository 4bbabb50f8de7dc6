import { Argument, type Command } from 'commander';
import { commandsOf } from './examples.js';

/** What can stand after some words: further words and options. */
interface Node {
  path: string;
  words: string[];
}

/** `liuhen completion bash|zsh`: a script for the shell, made of the commands and options that there are. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script with which the shell completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .addHelpText('after', '\nExample: liuhen completion bash > /etc/bash_completion.d/liuhen')
    .action((shell: string) => {
      const script = bashScript(nodesOf(program));
      process.stdout.write(shell === 'zsh' ? zshScript(script) : script);
    });
}

function nodesOf(program: Command): Node[] {
  const groups = new Map<string, Set<string>>();
  const add = (path: string, word: string) => {
    const words = groups.get(path) ?? new Set();
    words.add(word);
    groups.set(path, words);
  };
  for (const { path, command } of commandsOf(program)) {
    const parts = path.split(' ');
    parts.forEach((part, at) => {
      add(parts.slice(0, at).join(' '), part);
    });
    for (const { long } of command.options) if (long) add(path, long);
    for (const { argChoices } of command.registeredArguments)
      for (const word of argChoices ?? []) add(path, word);
    add(path, '--help');
    add(path, '--lang');
  }
  return [...groups].map(([path, words]) => ({ path, words: [...words].sort() }));
}

/** The words before the cursor that are no options name the command; an option's value is mostly a file. */
function bashScript(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_liuhen() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$path\${path:+ }$word" in
${nodes.map(({ path }) => (path === '' ? '' : `      '${path}') path='${path}' ;;\n`)).join('')}    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _liuhen liuhen
`;
}

/** zsh runs bash's completions by itself. */
function zshScript(bash: string): string {
  return `#compdef liuhen\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}
