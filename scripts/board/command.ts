import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a person can do something about; `next` says what. */
export class BoardError extends Error {
  override readonly name = 'BoardError';
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

/** Runs a host command to its end and returns its standard output. Throws BoardError with the end of its standard error. */
export async function host(
  command: string,
  args: readonly string[],
  options: { cwd?: string; next?: string } = {},
): Promise<string> {
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const closed = once(child, 'close');
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (status === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().slice(-1500);
  throw new BoardError(`${command} ${args.join(' ')} ended with ${status}:\n${said}`, options.next);
}
