import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { writeEnvelope } from '../authority/envelope-files.js';
import { createKeyFile, KEY_ROLES, type KeyRole, openKeyFile } from '../authority/key-file.js';
import { signFiles, signTrustFile } from '../authority/sign-files.js';
import { spoken } from '../words/spoken.js';
import { askPassphrase, choosePassphrase } from './passphrase.js';
import { registerPublish } from './sign-publish.js';

interface KeyFlags {
  role: KeyRole;
  name: string;
  out?: string;
  passphraseFile?: string;
  json?: boolean;
}

interface SignFlags {
  key: string;
  out: string;
  passphraseFile?: string;
  json?: boolean;
}

interface ContentFlags extends SignFlags {
  hall?: string;
  about?: string[];
  check?: boolean;
}

const PASSPHRASE_FILE = [
  '--passphrase-file <file>',
  'file (chmod 600) whose first line is the passphrase; without it a prompt asks',
] as const;

/** `liuhen sign key | trust | content | publish`: the side of the authority that writes what kiosks show. */
export function registerSign(program: Command): void {
  const sign = program
    .command('sign')
    .description("the authority's side: keys, the trust document, signed content, publishing it");
  registerKey(sign);
  registerTrust(sign);
  registerContent(sign);
  registerPublish(sign);
}

function registerKey(sign: Command): void {
  sign
    .command('key')
    .description('make a key in a file of its own, encrypted under a passphrase; prints its vkey')
    .addOption(new Option('--role <role>', 'what it may sign').choices(KEY_ROLES).makeOptionMandatory())
    .requiredOption('--name <name>', 'key name: <authority domain>/<name>, unique under the authority')
    .option('-o, --out <file>', 'file to make (default: <name without domain>.key)')
    .option(...PASSPHRASE_FILE)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe root key signs trust documents and nothing else: keep it away from every network.\n' +
        'Examples: liuhen sign key --role root --name liuhen.example/root\n' +
        '          liuhen sign key --role publisher --name liuhen.example/window-desk --out desk.key',
    )
    .action(async ({ role, name, out, passphraseFile, json }: KeyFlags) => {
      const file = resolve(out ?? `${name.split('/').at(-1)}.key`);
      const passphrase = await choosePassphrase(shown(file), passphraseFile);
      const vkey = await createKeyFile(file, { role, name, passphrase });
      if (json === true) return print({ role, vkey, file });
      process.stdout.write(`${vkey}\n`);
      process.stderr.write(
        spoken(
          `\nThat line is the public half; ${shown(file)} and its passphrase are the key. Neither can be made again.\n` +
            (role === 'root'
              ? '  next: every kiosk pins that line as disclosure.root in its configuration\n'
              : `  next: list it in a trust document, as keyFile: ${shown(file)} (liuhen sign trust --help)\n`),
        ),
      );
    });
}

function registerTrust(sign: Command): void {
  signOptions(sign.command('trust'), 'file of the root key')
    .description('sign who may sign what: a trust document, whose version goes up by itself')
    .argument('<file>', 'YAML with the list of keys')
    .addHelpText(
      'after',
      `
Example of a file:
  keys:
    - holder: 政务公开科 publication desk
      keyFile: desk.key          # or vkey: the line that liuhen sign key printed
      roles: [publisher]
      notAfter: 2027-12-31T23:59:59+08:00
    - holder: 法制审核科 legal review
      keyFile: review.key
      roles: [reviewer]
A key that is no longer listed is no longer trusted: sign the list without it and publish it.

Example: liuhen sign trust trust.yaml --key root.key --out signed/`,
    )
    .action(async (file: string, { key, out, passphraseFile, json }: SignFlags) => {
      const root = await open(key, ['root'], passphraseFile);
      try {
        const { ref, document, envelope } = await signTrustFile(file, { root, rootKey: key, out });
        const path = await writeEnvelope(resolve(out), ref, envelope);
        if (json === true) return print({ ...ref, file: path, keys: document.keys.length });
        process.stdout.write(`${shown(path)}\n`);
        process.stderr.write(
          spoken(
            `trust document, version ${document.version}, ${document.keys.length} keys\n` +
              `  next: liuhen sign publish ${shown(path)} --hall HALL --broker URL\n`,
          ),
        );
      } finally {
        root.seed.fill(0);
      }
    });
}

function registerContent(sign: Command): void {
  signOptions(sign.command('content'), 'file of a publisher key; for reviews of a reviewer key')
    .description('check and sign posts, disclosures, decisions, reviews and notices that are written in YAML')
    .argument('<files...>', 'YAML files; documents in one file are parted by ---')
    .option('--hall <hall>', 'hall of documents that name none')
    .option('--about <paths...>', 'envelopes that reviews and notices may be about (default: those in --out)')
    .option('--check', 'check everything, sign and write nothing')
    .addHelpText(
      'after',
      `
All documents are signed, or none. May be left out: hall (--hall), issued (now), revision (one above what is in --out), and the
sha256 of what a review or notice is about. Pictures are named by their file. What is signed already and unchanged is left alone.
Personal data of a natural person is masked before it is signed; what was masked is listed. liuhen schema KIND shows every field.

Example of a file:
  kind: post
  id: window-1
  window: "1"
  name: {zh: 林知夏, en: Lin Zhixia}
  photo: photos/window-1.png
  …
Examples: liuhen sign content hall/*.yaml --key desk.key --out signed/ --hall hall-1
          liuhen sign content review.yaml --key review.key --out signed/ --hall hall-1`,
    )
    .action(async (files: string[], { key, out, hall, about, check, passphraseFile, json }: ContentFlags) => {
      const signer = await open(key, ['publisher', 'reviewer'], passphraseFile);
      try {
        const signed = await signFiles(files, { signer, hall, about: [out, ...(about ?? [])] });
        const rows: object[] = [];
        for (const { ref, hall: of, envelope, file, line, masked, unchanged } of signed) {
          const isNew = !unchanged && check !== true;
          const path = isNew ? await writeEnvelope(resolve(out), ref, envelope) : undefined;
          rows.push({ ...ref, hall: of, from: `${file}:${line}`, file: path ?? null, masked, unchanged });
          if (json !== true) {
            const what = unchanged ? 'unchanged' : check === true ? 'good' : `→ ${shown(path ?? '')}`;
            process.stdout.write(spoken(`${ref.kind}/${ref.id} revision ${ref.revision} ${what}\n`));
            if (masked.length > 0) {
              process.stderr.write(
                spoken(`${file}:${line}: masked: ${masked.join(', ')}; read it before you publish it\n`),
              );
            }
          }
        }
        if (json === true) print(rows);
      } finally {
        signer.seed.fill(0);
      }
    });
}

function signOptions(command: Command, keyText: string): Command {
  return command
    .requiredOption('-k, --key <file>', keyText)
    .requiredOption('-o, --out <folder>', 'folder for the signed envelopes')
    .option(...PASSPHRASE_FILE)
    .option('--json', 'print JSON');
}

function open(path: string, roles: readonly KeyRole[], passphraseFile: string | undefined) {
  return openKeyFile(resolve(path), roles, ({ role }) =>
    askPassphrase(`the ${role} key ${path}`, passphraseFile),
  );
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
