import { systemCodeOf } from '../../config/errors.js';

/** As a shell counts a program that SIGPIPE ended. */
const EXIT_SIGPIPE = 128 + 13;
let goesOn = false;

/** Ends the command quietly when whoever read its output has gone, as `head` does. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Once, however many commands this process runs.
    if (!stream.listeners('error').includes(onError)) stream.on('error', onError);
  }
}

function onError(error: Error): void {
  if (systemCodeOf(error) !== 'EPIPE') throw error;
  if (!goesOn) process.exit(EXIT_SIGPIPE);
}

/** From now on it goes on, whether somebody reads its output or not. */
export function goOnWithoutReader(): void {
  goesOn = true;
}
