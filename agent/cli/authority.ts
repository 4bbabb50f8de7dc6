import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { makeFolders } from '../../config/make-folders.js';
import { writeDurably } from '../archive/durable-file.js';
import { enrol, type OpenAuthority, revoke } from '../authority/ca-enrol.js';
import { places, readSettings } from '../authority/ca-folder.js';
import { initAuthority, openAuthority } from '../authority/ca-init.js';
import { officeFile, officeOf, revokeOffice } from '../authority/ca-office.js';
import { listEnrolled, newestOf } from '../authority/ca-registry.js';
import { serveDesk } from '../authority/ca-serve.js';
import { createToken } from '../authority/ca-token.js';
import { caFingerprint } from '../provision/answer.js';
import { answerFileOf, MAX_REQUEST_BYTES, toLine } from '../provision/carrier.js';
import { fingerprintWords } from '../provision/fingerprint.js';
import { readRequest } from '../provision/request.js';
import { replaceFile } from '../provision/secret-file.js';
import { spoken } from '../words/spoken.js';
import { readCarried } from './carried-file.js';
import { durationFlag, parsePort } from './flag-values.js';
import { createLog } from './log.js';
import { askPassphrase, choosePassphrase } from './passphrase.js';
import { tableText } from './text.js';
import { stopSignal } from './until-stopped.js';

interface Common {
  dir: string;
  passphraseFile?: string;
  json?: boolean;
}

interface InitFlags extends Common {
  domain: string;
  host?: string;
  listen?: string;
  port?: number;
  enrolPort?: number;
  archive?: string;
  root?: string;
  days?: number;
  brokerUser?: string;
  passphrase: boolean;
}

const PASSPHRASE_FILE = [
  '--passphrase-file <file>',
  "file (chmod 600) whose first line is the passphrase of the CA's key; without it a prompt asks",
] as const;

/** `liuhen authority`: who may connect. A CA for mutual TLS, the devices that have a certificate, tokens, the broker's rules. */
export function registerAuthority(program: Command): void {
  const authority = program
    .command('authority')
    .description("the authority's side of provisioning: its CA, its devices, its broker's rules");
  registerInit(authority);
  registerEnrol(authority);
  registerToken(authority);
  registerServe(authority);
  registerRevoke(authority);
  registerList(authority);
}

function common(command: Command): Command {
  return command
    .option('--dir <folder>', 'folder of the authority', 'authority')
    .option(...PASSPHRASE_FILE)
    .option('--json', 'print JSON');
}

function registerInit(authority: Command): void {
  common(authority.command('init'))
    .description('make the CA, certificates for broker and archive, and configurations for both')
    .requiredOption('--domain <domain>', 'domain of the authority that answers for the devices')
    .option(
      '--host <host>',
      "name or address under which devices reach the broker (default: this machine's address)",
    )
    .option('--listen <address>', 'address that the broker listens on (default: 0.0.0.0)')
    .option('--port <port>', "the broker's port for devices (default: 8883)", parsePort)
    .option('--enrol-port <port>', 'its port for enrolling by token (default: 8884)', parsePort)
    .option('--archive <folder>', 'folder of the archive, which devices are registered with')
    .option(
      '--root <vkey>',
      'root key for content and commands, which devices pin (liuhen sign key --role root)',
    )
    .option('--days <n>', 'validity of a certificate (default: 825)', parseDays)
    .option('--broker-user <name>', 'account that mosquitto runs under (default: your own)')
    .option('--no-passphrase', "keep the CA's key in the clear, mode 0600")
    .addHelpText(
      'after',
      "\nWho has the CA's key can connect as any device; no evidence can be forged with it. Run again to change a setting: the others stay, and the keys.\n" +
        'Example: liuhen authority init --domain liuhen.example --host broker.liuhen.example --archive /srv/archive',
    )
    .action(async ({ dir, domain, archive, passphrase, passphraseFile, json, ...flags }: InitFlags) => {
      const folder = resolve(dir);
      const secret = passphrase
        ? await choosePassphrase(`the CA's key in ${dir}`, passphraseFile)
        : undefined;
      const made = await initAuthority({
        dir: folder,
        domain,
        host: flags.host,
        listen: flags.listen,
        port: flags.port,
        enrolPort: flags.enrolPort,
        account: flags.brokerUser,
        archive: archive === undefined ? undefined : resolve(archive),
        root: flags.root,
        days: flags.days,
        passphrase: secret,
        nowMs: Date.now(),
      });
      const { settings, brokerConfig } = made;
      const sha256 = caFingerprint(made.ca.certificate);
      const { archiveConfig, embeddedConfig } = made;
      if (json === true) {
        return print({
          dir: folder,
          ...settings,
          caSha256: sha256,
          brokerConfig,
          archiveConfig: archiveConfig ?? null,
          embeddedConfig: embeddedConfig ?? null,
        });
      }
      process.stdout.write(`${settings.broker}\n`);
      if (secret === undefined) {
        process.stderr.write(
          spoken(`warning: ${places.key(folder)} is not encrypted: who reads it can connect as any device\n`),
        );
      }
      process.stderr.write(
        spoken(
          `\nDevices connect there. The CA's certificate: ${places.certificate(folder)}, sha256 ${sha256}\n` +
            (archiveConfig === undefined
              ? `  next: mosquitto -c ${brokerConfig}\n        and once more with --archive FOLDER, so that devices are registered with it\n`
              : `  next: liuhen archive run --config ${embeddedConfig}, which is archive and broker in one;\n        or mosquitto -c ${brokerConfig} and liuhen archive run --config ${archiveConfig}\n`) +
            '        liuhen authority enrol REQUEST, or liuhen authority serve and liuhen authority token DEVICE\n' +
            (settings.root === undefined
              ? '  for kiosks and commands: once more with --root VKEY, which liuhen sign key --role root prints\n'
              : ''),
        ),
      );
    });
}

function registerEnrol(authority: Command): void {
  common(authority.command('enrol'))
    .description('give a device its certificate and register it, also with the archive')
    .argument('<request>', "file of a device's request, the line that it printed, or - for either on stdin")
    .option('-o, --out <file>', 'file for the answer (default: beside the request, or stdout as a line)')
    .option('--yes', "do not ask whether the words of the device's root key are right")
    .option('--expired', 'take a request whose proof is a certificate that has expired')
    .addHelpText(
      'after',
      '\nThe answer is no secret and fits only the device that asked. The same request gets the same answer again.\n' +
        'Examples: liuhen authority enrol /media/usb/recorder-0001.request.json --out /media/usb/recorder-0001.answer.json\n' +
        "          liuhen authority enrol 'liuhen-request:…'",
    )
    .action(async (argument: string, flags: Common & { out?: string; yes?: boolean; expired?: boolean }) => {
      const { text, file } = await requestText(argument);
      const request = await readRequest(text);
      const words = fingerprintWords(request.rootVkey);
      process.stderr.write(
        `${request.device}: ${spoken(request.profile)}${request.unit === undefined ? '' : `, ${request.unit}`}\n  ${words}\n`,
      );
      if (flags.yes !== true) await confirmWords();
      const answer = await enrol(await open(flags), request, Date.now(), {
        allowExpired: flags.expired === true,
      });
      const json = `${JSON.stringify(answer, null, 2)}\n`;
      const line = toLine('answer', JSON.stringify(answer));
      const out = flags.out ?? (file === undefined ? undefined : answerFileOf(file));
      if (out !== undefined) await writeDurably(out, json);
      if (flags.json === true)
        return print({ device: request.device, words, answer, line, file: out ?? null });
      process.stdout.write(`${out ?? line}\n`);
      process.stderr.write(
        spoken(
          `  next: on the device, liuhen provision --answer ${out === undefined ? "'the line above'" : `${out} (or its line)`}\n`,
        ),
      );
    });
}

function registerToken(authority: Command): void {
  common(authority.command('token'))
    .description('make a one-time token with which a device enrols over MQTT')
    .argument('<devices...>', 'ids of devices')
    .option('--valid <duration>', 'how long it may be used', durationFlag(), 3_600_000)
    .option(
      '-o, --out <file>',
      'file for the token, mode 0600 (default: stdout); of several, a folder for <device>.token',
    )
    .addHelpText(
      'after',
      '\nWho has a token can enrol as that device: carry it as you would a password. liuhen authority serve answers it.\n' +
        'Example: liuhen authority token recorder-0001 --valid 30min --out recorder-0001.token',
    )
    .action(
      async (devices: string[], { dir, out, valid, json }: Common & { out?: string; valid: number }) => {
        const folder = resolve(dir);
        const settings = await readSettings(folder);
        const isFolder =
          out !== undefined && (devices.length > 1 || (existsSync(out) && statSync(out).isDirectory()));
        if (isFolder) makeFolders(out);
        const rows = [];
        for (const device of devices) {
          const { text, expires } = await createToken(folder, settings, {
            device,
            validMs: valid,
            nowMs: Date.now(),
          });
          const file = isFolder ? join(out, `${device}.token`) : out;
          if (file !== undefined) await replaceFile(file, `${text}\n`);
          rows.push({ device, token: file === undefined ? text : null, file: file ?? null, expires });
        }
        if (json === true) return print(rows);
        for (const { token, file } of rows) process.stdout.write(`${file ?? token}\n`);
        process.stderr.write(
          spoken(
            `once each, until ${rows[0]?.expires}\n  next: on the device, liuhen provision --token-file FILE\n`,
          ),
        );
      },
    );
}

function registerServe(authority: Command): void {
  common(authority.command('serve'))
    .description('answer devices that enrol by token or renew their certificate, until SIGINT or SIGTERM')
    .addHelpText('after', '\nExample: liuhen authority serve --dir authority --passphrase-file ca-passphrase')
    .action(async (flags: Common) => {
      const opened = await open(flags);
      const stopped = stopSignal();
      const desk = serveDesk(opened, { log: createLog('info') });
      const { broker, domain } = opened.settings;
      // A broker that is not there yet is waited for, and may be given up.
      const signal = await Promise.race([desk.ready, stopped]);
      if (signal === undefined) print({ ready: true, broker, domain });
      await stopped;
      await desk.stop();
    });
}

function registerRevoke(authority: Command): void {
  common(authority.command('revoke'))
    .description("take a device's certificate from it: the broker refuses it from now on")
    .argument(
      '<device>',
      'id of the device, or an office such as publisher@DOMAIN, which gets another certificate',
    )
    .requiredOption('--why <text>', 'why, for the registry')
    .addHelpText(
      'after',
      "\nWhat the device has recorded stays provable. Example: liuhen authority revoke recorder-0001 --why 'lost on 12 May'",
    )
    .action(async (device: string, { why, ...flags }: Common & { why: string }) => {
      const opened = await open(flags);
      const office = officeOf(device, opened.settings);
      const { reload, ...revoked } =
        office === undefined
          ? await revokeDevice(opened, device, why)
          : await revokeOffice(opened, office, why, Date.now());
      const file = office === undefined ? undefined : officeFile(opened, office);
      if (flags.json === true) return print({ device, revoked, broker: reload, file: file ?? null });
      process.stdout.write(`${device}\n`);
      if (file !== undefined) {
        process.stderr.write(
          spoken(`its new certificate and key are in ${file}: carry that to whoever holds the office\n`),
        );
      }
      process.stderr.write(
        spoken(
          reload === 'reloaded'
            ? 'the broker has read its rules again: it refuses the device, and nothing passes of a connection that is open\n'
            : `mosquitto is ${reload} here; an archive that is the broker itself reads its rules again within a second\n  next: where mosquitto runs elsewhere, copy ${places.broker(opened.dir)} to it, and restart it\n`,
        ),
      );
    });
}

async function revokeDevice(opened: OpenAuthority, device: string, why: string) {
  const { entry, reload } = await revoke(opened, device, why, Date.now());
  return { at: entry.revoked?.at, why: entry.revoked?.why, reload };
}

function registerList(authority: Command): void {
  common(authority.command('list'))
    .description('devices with a certificate: until when, and which were revoked')
    .addHelpText('after', '\nExample: liuhen authority list --json')
    .action(async ({ dir, json }: Common) => {
      const folder = resolve(dir);
      await readSettings(folder);
      const devices = await listEnrolled(folder);
      const rows = devices.map((each) => ({
        device: each.device,
        profile: each.profile,
        unit: each.unit ?? null,
        rootVkey: each.rootVkey,
        words: fingerprintWords(each.rootVkey),
        serial: newestOf(each).serial,
        expires: newestOf(each).expires,
        revoked: each.revoked ?? null,
      }));
      if (json === true) return print(rows);
      if (rows.length === 0) {
        process.stderr.write(spoken('no device is enrolled\n  next: liuhen authority enrol REQUEST\n'));
        return;
      }
      const state = ({ expires, revoked }: (typeof rows)[number]) => {
        if (revoked !== null) return `revoked ${revoked.at.slice(0, 10)}`;
        return Date.parse(expires) <= Date.now() ? 'expired' : 'good';
      };
      const table = rows.map((row) => [
        row.device,
        spoken(row.profile),
        row.unit ?? '-',
        row.expires.slice(0, 10),
        spoken(state(row)),
        row.words,
      ]);
      const head = ['device', 'profile', 'unit', 'until', 'certificate', 'root key in words'];
      process.stdout.write(`${tableText([head.map((name) => spoken(name)), ...table])}\n`);
    });
}

function open({ dir, passphraseFile }: Common): Promise<OpenAuthority> {
  return openAuthority(resolve(dir), () => askPassphrase(`the CA's key in ${dir}`, passphraseFile));
}

/** From a file, from the line itself, or from stdin. */
async function requestText(argument: string): Promise<{ text: string; file?: string }> {
  if (argument.startsWith('liuhen-request:')) return { text: argument };
  try {
    const text = await readCarried(argument, MAX_REQUEST_BYTES);
    return argument === '-' ? { text } : { text, file: argument };
  } catch (cause) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no request in ${argument}: ${messageOf(cause)}`, {
      cause,
      next: 'liuhen provision on the device writes it',
    });
  }
}

async function confirmWords(): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      'there is no terminal to ask whether these words are those of the device',
      {
        next: 'compare them, and say so with --yes',
      },
    );
  }
  const { confirm } = await import('@clack/prompts');
  const same = await confirm({
    message: spoken('does the device show the same words?'),
    active: spoken('Yes'),
    inactive: spoken('No'),
    output: process.stderr,
  });
  if (same === true) return;
  throw new LiuhenError('LIUHEN_ENROL', 'not enrolled: the words were not confirmed', {
    next: 'somebody may have exchanged the request: carry it anew',
  });
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new InvalidArgumentError('expected 1 to 3650 days');
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
