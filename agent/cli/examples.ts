import type { Command } from 'commander';

/** An example for each command whose own file has none, by its words. */
const EXAMPLES: Readonly<Record<string, string>> = {
  status: 'liuhen status --watch',
  start: 'liuhen start --case 2026-0042 --behaviour on-site-inspection',
  stop: 'liuhen stop --confirm',
  mark: 'liuhen mark "goods counted"',
  recordings: 'liuhen recordings --config /etc/liuhen/liuhen.yaml',
  export: 'liuhen export 12 --out bundle-12 --why "case 2026-0042"',
  verify: 'liuhen verify bundle-12 --trust policy.txt --html report.html',
  proof: 'liuhen proof bundle-12 345 --out entry-345.tlog-proof',
  check: 'liuhen check --quick',
  'firmware info': 'liuhen firmware info --port /dev/ttyS1',
  'firmware update': 'liuhen firmware update board-1.2.0.signed.bin --confirm',
  'firmware confirm': 'liuhen firmware confirm',
  'firmware rollback': 'liuhen firmware rollback',
  'archive init': 'liuhen archive init --name archive.example/archive --data /var/lib/liuhen-archive',
  'archive run': 'liuhen archive run --data /var/lib/liuhen-archive --embedded-broker',
  'archive add':
    "liuhen archive add 'liuhen.example/recorder-0001+1a2b3c4d+AT…' --data /var/lib/liuhen-archive",
  'archive list': 'liuhen archive list --data /var/lib/liuhen-archive',
  'archive trust': 'liuhen archive trust recorder-0001 --data /var/lib/liuhen-archive > policy.txt',
};

/** Ends the help of every command of the program with an example, where its own file does not. */
export function addExamples(program: Command): void {
  for (const { path, command } of commandsOf(program)) {
    const example = EXAMPLES[path];
    if (example !== undefined) command.addHelpText('after', `\nExample: ${example}`);
  }
}

/** Every command that does something, by its words: `firmware info`. */
export function commandsOf(parent: Command, before = ''): { path: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const path = before === '' ? command.name() : `${before} ${command.name()}`;
    return command.commands.length > 0 ? commandsOf(command, path) : [{ path, command }];
  });
}
