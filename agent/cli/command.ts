import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { writeDurably } from '../archive/durable-file.js';
import { signCommand } from '../authority/command.js';
import { readEnvelopeFile } from '../authority/envelope-files.js';
import { openKeyFile } from '../authority/key-file.js';
import { complaintOf, sendCommand } from '../authority/send-command.js';
import { COMMAND_NAMES, type CommandName, isCommandName, MAX_LIFE_MS, ORDERS } from '../commands/schema.js';
import { callAgent } from '../control/client.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { spoken } from '../words/spoken.js';
import { type BrokerFlags, brokerOptions, brokerSettings, inFlags } from './broker-flags.js';
import { readCarried } from './carried-file.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { durationFlag } from './flag-values.js';
import { askPassphrase } from './passphrase.js';

interface SendFlags extends BrokerFlags {
  key: string;
  passphraseFile?: string;
  why: string;
  expires: number;
  wait: number;
  trust?: string;
  retain?: boolean;
  out?: string;
  json?: boolean;
}

/** `liuhen command send | take`: a signed command to one device, and what came of it. */
export function registerCommand(program: Command): void {
  const command = program
    .command('command')
    .description('signed commands to a device: from far away, or from a file at the device');
  registerSend(command);
  registerTake(command);
}

function registerSend(command: Command): void {
  brokerOptions(command.command('send'))
    .description('sign a command to one device, send it, and wait for the answer')
    .argument('<device>', "device id, or <authority domain>/<device id> where the key's authority is another")
    .argument('<command>', COMMAND_NAMES.join(', '), parseName)
    .argument('[args...]', 'key=value; key=@FILE takes the text of a file')
    .requiredOption('-k, --key <file>', 'file of a dispatcher or technician key')
    .requiredOption('--why <reason>', "the reason; it stands in the device's journal")
    .option(
      '--passphrase-file <file>',
      'file (chmod 600) whose first line is the passphrase; else a prompt asks',
    )
    .addOption(
      new Option('--expires <duration>', 'after this the device refuses it; at most 7d')
        .argParser(durationFlag(MAX_LIFE_MS))
        .default(10 * 60_000, '10min'),
    )
    .addOption(
      new Option('--wait <duration>', 'how long to wait for the answer')
        .argParser(durationFlag(3_600_000))
        .default(30_000, '30s'),
    )
    .option(
      '--trust <file>',
      'signed trust document that the device is to take first; the broker keeps it for it',
    )
    .option('--retain', 'the broker keeps the command for a device that is away, until it is answered')
    .option(
      '-o, --out <file>',
      'write the signed command into a file, for liuhen command take, and send nothing',
    )
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', `\n${commandsText()}\n${EXAMPLES}`)
    .action(send);
}

const EXAMPLES = `
Topics: liuhen/1/<device>/command and …/result/<id>. The answer is not signed; entries of the device's journal, named in it, are the proof.

Examples: liuhen command send recorder-0001 locate --key desk.key --why 'lost in the car park' --broker mqtts://broker.liuhen.example:8883
          liuhen command send recorder-0001 stop confirmed=true --key desk.key --why 'inspection is over' --broker …
          liuhen command send recorder-0001 change-setting setting=log.level value=debug --key bench.key --why 'looking for a fault' --out c.dsse.json`;

async function send(device: string, name: CommandName, pairs: string[], flags: SendFlags): Promise<void> {
  const { key, passphraseFile, why, expires, wait, trust, retain = false, out, json, ...brokerFlags } = flags;
  const settings = out === undefined ? brokerSettings(brokerFlags) : undefined;
  const args = await argsOf(pairs);
  const trustBytes = trust === undefined ? undefined : await trustFrom(trust);
  const signer = await openKeyFile(resolve(key), [...ORDERS[name].roles], ({ role }) =>
    askPassphrase(`the ${role} key ${key}`, passphraseFile),
  );
  const signed = (() => {
    try {
      return signCommand({ device, command: name, args, why, lifeMs: expires, nowMs: Date.now() }, signer);
    } finally {
      signer.seed.fill(0);
    }
  })();
  if (settings === undefined) {
    const file = resolve(out ?? '');
    await writeDurably(file, `${signed.envelope}\n`);
    process.stdout.write(json === true ? `${JSON.stringify({ ...signed.command, file })}\n` : `${file}\n`);
    return;
  }
  const answer = await inFlags(() =>
    sendCommand(settings, signed, { trust: trustBytes, retain, waitMs: wait }),
  );
  if (json === true)
    process.stdout.write(`${JSON.stringify(answer ?? { id: signed.command.id, status: 'unanswered' })}\n`);
  const complaint = complaintOf(answer, wait);
  if (complaint !== undefined) throw complaint;
  if (json === true || answer === undefined) return;
  const { result, entry, repeated } = answer;
  const done = spoken(`done, entry ${entry}${repeated ? ' (before)' : ''}`);
  process.stdout.write(`${name}: ${done}: ${JSON.stringify(result)}\n`);
}

function registerTake(command: Command): void {
  placeOptions(command.command('take'))
    .description(
      'give the agent that runs here signed commands or a trust document, such as from a USB stick',
    )
    .argument('<files...>', 'signed envelopes (….dsse.json)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen command take trust.trust.r1.dsse.json c.dsse.json')
    .action(async (files: string[], { json, ...place }: PlaceOptions & { json?: boolean }) => {
      const folder = dataFolderOf(place);
      let refused = 0;
      for (const file of files) {
        const envelope = await textOf(file);
        const answer = (await callAgent(folder, 'POST', '/command/take', { envelope })) as {
          status?: string;
          version?: number;
          refusal?: string;
          detail?: string;
          error?: { code: string; message: string };
        };
        const { status, version, refusal, detail, error } = answer;
        if (status !== undefined && status !== 'done') refused++;
        const what = spoken(version === undefined ? `${status}` : `trust document, version ${version}`);
        const why = refusal === undefined ? error?.message : `${refusal}: ${spoken(detail ?? '')}`;
        const text = `${file}: ${what}${why === undefined ? '' : `: ${spoken(why)}`}`;
        process.stdout.write(`${json === true ? JSON.stringify({ file, ...answer }) : text}\n`);
      }
      if (refused === 0) return;
      throw new LiuhenError('LIUHEN_STATE', `${refused} of ${files.length} were not carried out`, {
        next: 'liuhen logs, and event entries of source commands in the journal, say why',
      });
    });
}

function commandsText(): string {
  const lines = COMMAND_NAMES.map((name) => {
    const { roles, args } = ORDERS[name];
    const keys = Object.keys(args.shape).join(', ') || '-';
    return `  ${name.padEnd(24)}${keys.padEnd(44)}${roles.join(', ')}`;
  });
  return ['Commands, what they take, and whose key may sign them:', ...lines].join('\n');
}

async function argsOf(pairs: readonly string[]): Promise<Record<string, string>> {
  const args: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at < 1 || Object.hasOwn(args, key)) {
      throw new LiuhenError('LIUHEN_USAGE', `expected key=value, each key once, got ${JSON.stringify(pair)}`);
    }
    const value = pair.slice(at + 1);
    args[key] = value.startsWith('@') ? await textOf(value.slice(1)) : value;
  }
  return args;
}

async function trustFrom(path: string): Promise<Buffer> {
  const { ref, bytes } = await readEnvelopeFile(path);
  if (ref.kind === 'trust') return bytes;
  throw new LiuhenError('LIUHEN_USAGE', `${path}: expected a trust document, got ${ref.kind}`);
}

async function textOf(path: string): Promise<string> {
  const text = await readCarried(path, MAX_ENVELOPE_BYTES).catch((error: unknown) => {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `could not read ${path}`, { cause: error });
  });
  if (Buffer.byteLength(text) <= MAX_ENVELOPE_BYTES) return text.trimEnd();
  throw new LiuhenError('LIUHEN_USAGE', `${path}: expected at most ${MAX_ENVELOPE_BYTES} bytes`);
}

function parseName(text: string): CommandName {
  if (isCommandName(text)) return text;
  throw new InvalidArgumentError(`expected one of ${COMMAND_NAMES.join(', ')}`);
}
