import { systemCodeOf } from '../../config/errors.js';

/** What goes on whether somebody reads its output or not. */
const GOES_ON = new Set(['run', 'serve']);
/** As a shell counts a program that SIGPIPE ended. */
const EXIT_SIGPIPE = 128 + 13;

/** Ends the command quietly when whoever read its output has gone, as `head` does; an agent goes on without a reader. */
export function endWithReader(argv: readonly string[]): void {
  const goesOn = argv.slice(2, 4).some((word) => GOES_ON.has(word));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (systemCodeOf(error) !== 'EPIPE') throw error;
      if (!goesOn) process.exit(EXIT_SIGPIPE);
    });
  }
}
