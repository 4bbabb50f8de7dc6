import { LiuhenError } from '../../config/errors.js';
import { readSecret } from '../../config/file.js';
import { checkPassphrase } from '../authority/key-file.js';
import { spoken } from '../words/spoken.js';

/*
 * A passphrase comes from a hidden prompt or from a file that not everyone can read. Never from the command line or the environment,
 * where other processes and the shell's history see it; and it goes into no message and no log.
 */
const OPTION = '--passphrase-file';

/** Asks for the passphrase of a key that exists. */
export async function askPassphrase(what: string, file: string | undefined): Promise<string> {
  return file === undefined ? await prompt(`passphrase of ${what}`) : readSecret(file, OPTION);
}

/** Asks twice for the passphrase of a new key, and for one that is long enough. */
export async function choosePassphrase(what: string, file: string | undefined): Promise<string> {
  if (file !== undefined) return readSecret(file, OPTION);
  const first = await prompt(`passphrase for ${what}`, (text) => {
    try {
      checkPassphrase(text);
      return undefined;
    } catch (error) {
      return error instanceof LiuhenError ? `${error.message}: ${error.next}` : undefined;
    }
  });
  await prompt('the same once more', (text) =>
    text === first ? undefined : 'this is not the same as before; type it again, or begin anew after Ctrl+C',
  );
  return first;
}

async function prompt(message: string, fault?: (text: string) => string | undefined): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LiuhenError('LIUHEN_USAGE', 'a passphrase is needed, and there is no terminal to ask for it', {
      next: `write it into a file, chmod 600, and name the file with ${OPTION}`,
    });
  }
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({
    message: spoken(message),
    // On stderr, so that what goes to stdout stays clean.
    output: process.stderr,
    clearOnError: true,
    validate: (text) => {
      const wrong = (text ?? '') === '' ? 'nothing was typed' : fault?.(text ?? '');
      return wrong === undefined ? undefined : spoken(wrong);
    },
  });
  if (!isCancel(answer)) return answer;
  throw new LiuhenError('LIUHEN_USAGE', 'stopped before a passphrase was given');
}
