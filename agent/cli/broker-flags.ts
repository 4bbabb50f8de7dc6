import { type Command, InvalidArgumentError } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { isBrokerUrl } from '../../config/shapes.js';
import type { PublishSettings } from '../authority/publish.js';

/** How a command that is no agent reaches a broker; without an agent's configuration it is told by options. */
export interface BrokerFlags {
  broker?: string;
  username?: string;
  passwordFile?: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

export function brokerOptions(command: Command): Command {
  return command
    .option('--broker <url>', 'mqtt://host:port or mqtts://host:port', parseBroker)
    .option('--username <name>', 'user name at the broker')
    .option('--password-file <file>', 'file (chmod 600) whose first line is the password at the broker')
    .option('--ca-file <file>', 'PEM: certificates to trust instead of the system ones')
    .option('--cert-file <file>', 'PEM: certificate to show to the broker')
    .option('--key-file <file>', 'PEM: private key of that certificate');
}

/** Throws LIUHEN_USAGE without a broker. */
export function brokerSettings({ broker, username, passwordFile, ...tls }: BrokerFlags): PublishSettings {
  if (broker === undefined) throw new LiuhenError('LIUHEN_USAGE', 'expected --broker URL');
  const { caFile, certFile, keyFile } = tls;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected --cert-file and --key-file together');
  }
  return { broker, username, passwordFile, tls: { caFile, certFile, keyFile } };
}

/** The link speaks of settings of a configuration; here they are options. */
export async function inFlags<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LiuhenError)) throw error;
    const words = (text: string) =>
      text.replace(
        /\bpublish\.(?:tls\.)?([a-z]+)(File)?\b/g,
        (_, name: string, file?: string) => `--${name}${file === undefined ? '' : '-file'}`,
      );
    const next = error.next === undefined ? {} : { next: words(error.next) };
    throw new LiuhenError(error.code, words(error.message), { cause: error.cause, ...next });
  }
}

function parseBroker(text: string): string {
  if (isBrokerUrl(text)) return text;
  throw new InvalidArgumentError(
    'expected mqtt://host:port or mqtts://host:port, without user name or password',
  );
}
