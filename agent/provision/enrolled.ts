import { rm } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { readConfigText } from '../../config/file.js';
import { type Config, parseConfig } from '../../config/load.js';
import { replaceFile as replaceConfig } from '../../config/replace-file.js';
import { checkAnswer, type EnrolAnswer, serialOf, validToMs } from './answer.js';
import { whileChanging } from './config-lock.js';
import { withSetting } from './config-text.js';
import { journalIfFree, type Provisioned, tlsKeyOf } from './device.js';
import { files } from './files.js';
import { readSmallFile, replaceFile } from './secret-file.js';

export interface Enrolled {
  config: Config;
  broker: string;
  serial: string;
  /** RFC 3339. */
  expires: string;
  /** False when an answer that was taken before came again. */
  isNew: boolean;
}

/**
 * Takes the authority's answer: its CA, what the configuration has to say of broker, archive and hall, and last the certificate, which makes the device
 * enrolled. Interrupted, the same answer is taken again. Throws LIUHEN_ENROL, and LIUHEN_CONFIG for a
 * configuration that cannot say it; nothing has changed then.
 */
export async function takeAnswer(device: Provisioned, answer: EnrolAnswer, nowMs: number): Promise<Enrolled> {
  const { config, configPath, facts, rootVkey } = device;
  const { data } = config;
  const key = privateKeyIn(await tlsKeyOf(data));
  checkAnswer(answer, { device: config.device.id, rootVkey, tlsKey: key, nowMs, caSha256: facts.caSha256 });
  const identity = `${key}${answer.certificate}`;
  const isNew = (await readSmallFile(files.identity(data))) !== identity;

  const before = readConfigText(configPath);
  const text = configWith(before, configPath, data, answer);
  const enrolled = parseConfig(text, configPath);
  await replaceFile(files.ca(data), answer.ca, 0o644);
  if (text !== before) {
    await whileChanging(configPath, () =>
      // Somebody else may have changed another setting meanwhile.
      replaceConfig(configPath, configWith(readConfigText(configPath), configPath, data, answer)),
    );
  }
  await replaceFile(files.identity(data), identity);
  await rm(files.firstKey(data), { force: true });
  const serial = serialOf(answer.certificate);
  if (isNew) {
    const what = `enrolled at ${answer.broker} with certificate ${serial}`;
    await journalIfFree(enrolled, {
      type: 'config-changed',
      who: 'technician',
      what,
      why: 'liuhen provision',
    });
  }
  const expires = new Date(validToMs(answer.certificate)).toISOString();
  return { config: enrolled, broker: answer.broker, serial, expires, isNew };
}

function configWith(text: string, path: string, data: string, answer: EnrolAnswer): string {
  const { broker, witness, hall, root } = answer;
  const named = (file: string) => {
    const near = relative(dirname(resolve(path)), file);
    return near.startsWith('..') ? file : near;
  };
  const identity = named(files.identity(data));
  const tls = { caFile: named(files.ca(data)), certFile: identity, keyFile: identity };
  let changed = withSetting(withSetting(text, 'uplink.broker', broker), 'uplink.tls', tls);
  if (witness !== undefined) changed = withSetting(changed, 'uplink.witness', witness);
  if (hall !== undefined) changed = withSetting(changed, 'disclosure.hall', hall);
  if (root !== undefined) changed = withSetting(changed, 'disclosure.root', root);
  return changed;
}

/** The private key of a file that may hold a certificate as well. */
export function privateKeyIn(pem: string): string {
  return /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n/.exec(pem)?.[0] ?? pem;
}
