/**
 * The command in a command line: the first argument that is neither an option of the program nor the value of one; undefined where there is
 * none. It imports nothing: what it says decides how the rest is loaded.
 */
export function commandName(argv: readonly string[]): string | undefined {
  for (let at = 2; at < argv.length; at++) {
    if (argv[at] === '--lang') at++;
    else if (argv[at]?.startsWith('-') === false) return argv[at];
  }
  return undefined;
}
