import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { readSecret } from '../../config/file.js';
import { INSTALLED } from '../../config/installed.js';
import { type Config, loadConfig } from '../../config/load.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import { writeDurably } from '../archive/durable-file.js';
import { type EnrolAnswer, readAnswer } from '../provision/answer.js';
import { type Answers, type DeviceProfile, deviceProfile, readAnswers } from '../provision/answers.js';
import { answerFileOf, MAX_ANSWER_BYTES, toLine } from '../provision/carrier.js';
import { certificateOf, type Provisioned, provisionDevice, readFacts } from '../provision/device.js';
import { type Enrolled, takeAnswer } from '../provision/enrolled.js';
import { enrolOnline, proveConnection } from '../provision/exchange.js';
import { fingerprintWords } from '../provision/fingerprint.js';
import { pieceText, tryAll } from '../provision/live-test.js';
import { giveToOwner } from '../provision/owner.js';
import { askRenewal, expiresMs, renewalRequest, takeRenewal } from '../provision/renew.js';
import { provisionState, type Step } from '../provision/state.js';
import { parseToken } from '../provision/token.js';
import { topics } from '../uplink/topics.js';
import { listed, named, spoken } from '../words/spoken.js';
import { readCarried } from './carried-file.js';
import { DEFAULT_CONFIG } from './data-folder.js';
import { durationFlag } from './flag-values.js';
import { padded } from './text.js';

interface Flags {
  profile?: DeviceProfile;
  answers?: string;
  config: string;
  answer?: string;
  tokenFile?: string;
  request?: string | true;
  check?: boolean;
  renew?: boolean;
  within?: number;
  batch?: string;
  out?: string;
  tests: boolean;
  qr: boolean;
  json?: boolean;
}

const EXAMPLE = `
Without options it asks. Run it again whenever it was interrupted: what is there is kept, and it goes on.

Enrolling, in one of three ways with the same result:
  USB stick   liuhen provision --request /media/usb    …authority…    liuhen provision --answer /media/usb
  pasting     liuhen provision --request               …authority…    liuhen provision --answer 'liuhen-answer:…'
  online      liuhen provision --token-file FILE       with the line that liuhen authority token printed

Example of an answers file:
  profile: recorder            # or kiosk
  device: recorder-0001
  authority: liuhen.example
  unit: squad-3                # of a kiosk: its hall
  camera: /dev/video0
  ports: {gnss: {port: 'usb:1546:01a8', baudRate: 9600}}
  lines: {button: {chip: recorder-gpio, line: 0, activeLow: true}}
  settings: {recording.preRecord: 10s}

Examples: liuhen provision --answers recorder-0001.answers.yaml --token-file recorder-0001.token
          liuhen provision --batch devices.csv --out bench/      # columns: device,profile,authority,unit,camera,…
          liuhen provision --check                               # status 1 while something is missing`;

/** `liuhen provision`: from an empty machine to a device that its authority knows. */
export function registerProvision(program: Command): void {
  program
    .command('provision')
    .description('make this machine a device: configuration, journal, keys, and enrolment with its authority')
    .option('-a, --answers <file>', 'YAML with the answers, instead of asking')
    .option('--profile <profile>', 'recorder or kiosk, instead of asking for it', deviceProfile)
    .option('-c, --config <file>', 'configuration to write', DEFAULT_CONFIG)
    .option(
      '--request [place]',
      'write the request to this file or folder (a USB stick); without one, print its line',
    )
    .option(
      '--answer <answer>',
      "the authority's answer: a file, the folder it is in, its line, or - for stdin",
    )
    .option('--token-file <file>', 'enrol online with the one-time token in this file (chmod 600)')
    .option('--check', 'say what is there and what is missing, and change nothing')
    .option('--renew', 'get a new certificate; the old one stays until the new one has connected')
    .option(
      '--within <duration>',
      'with --renew: only when the certificate ends within this time',
      durationFlag(),
    )
    .option('--batch <csv>', 'write an answers file and a sticker for each device of the table, into --out')
    .option('-o, --out <folder>', 'folder for --batch')
    .option('--no-tests', 'do not try camera, serial ports and GPIO lines')
    .option('--no-qr', 'print no QR code')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (flags: Flags) => {
      if (flags.batch !== undefined) return batch(flags.batch, flags);
      if (flags.check === true) return check(flags);
      try {
        return await (flags.renew === true ? renew(flags) : provision(flags));
      } finally {
        // Also of a run that failed: what root began would keep the agent out.
        if (existsSync(flags.config)) await giveToOwner(loadConfig(flags.config).data);
      }
    });
}

async function provision(flags: Flags): Promise<void> {
  const answers = await answersOf(flags);
  const tokenFile = flags.tokenFile ?? answers?.tokenFile;
  const token = tokenFile === undefined ? undefined : parseToken(readSecret(tokenFile, '--token-file'));
  const given =
    flags.answer === undefined
      ? undefined
      : readAnswer(await answerText(flags.answer, loadedId(flags, answers)));
  const device = await provisionDevice(flags.config, answers);
  const { config, rootVkey, request, made } = device;
  // Whoever was asked has seen each piece tried when it was chosen.
  const isUntried = flags.answers !== undefined && made.includes('configuration');
  const tried = flags.tests && isUntried ? await tryAll(config, () => sysfsGpio()) : [];
  const requestFile =
    typeof flags.request === 'string' ? await writeRequest(flags.request, config, request) : undefined;
  let enrolled: Enrolled | undefined;
  if (given !== undefined) enrolled = await takeAnswer(device, given, Date.now());
  else if (token !== undefined && (await certificateOf(config.data)) === undefined) {
    enrolled = await online(device, token);
  }
  const problem = enrolled === undefined ? undefined : await connectionProblem(enrolled.config);

  const steps = await provisionState(flags.config, Date.now());
  const words = fingerprintWords(rootVkey);
  const line = toLine('request', request);
  if (flags.json === true) {
    const enrolment =
      enrolled === undefined ? null : { ...enrolled, config: undefined, problem: problem ?? null };
    const missing = steps.filter(({ done }) => !done);
    return print({
      device: config.device.id,
      rootVkey,
      words,
      config: device.configPath,
      data: config.data,
      made,
      tried,
      request: line,
      requestFile: requestFile ?? null,
      enrolled: enrolment,
      missing,
    });
  }
  process.stdout.write(`${rootVkey}\n`);
  for (const { piece, result, detail } of tried)
    say(`${padded(spoken(result), 7)} ${named(pieceText(piece), detail)}`);
  if (made.length > 0) say(`${padded(spoken('made'), 7)} ${listed(made)}`);
  if (answers !== undefined && !made.includes('configuration')) {
    say(spoken(`kept    ${flags.config} as it was; liuhen config set changes it`));
  }
  say(spoken(`\nThat line is the root key of ${config.device.id}. In words:`));
  say(`  ${words}`);
  if (flags.qr && made.length > 0 && process.stderr.isTTY) say(await qr(rootVkey));
  if (flags.request === true) process.stdout.write(`${line}\n`);
  if (requestFile !== undefined) say(`${spoken('request')} ${requestFile}`);
  if (enrolled !== undefined) {
    say(spoken(`enrolled at ${enrolled.broker}, certificate ${enrolled.serial}, until ${enrolled.expires}`));
    say(
      spoken(
        problem === undefined
          ? 'connected with it: the broker took it'
          : `warning: it does not connect yet: ${problem}`,
      ),
    );
  }
  const [missing] = steps.filter(({ done }) => !done);
  say(
    spoken(
      missing === undefined
        ? `  next: ${resolve(flags.config) === INSTALLED.config ? 'systemctl restart liuhen.target' : `liuhen run --config ${flags.config}`}`
        : `  missing: ${missing.detail}\n  next: ${nextStep(missing, flags, requestFile)}`,
    ),
  );
}

/** What is to be done about what is missing; a request that was just written is to be carried. */
function nextStep(
  { step, next }: Step,
  { config }: Flags,
  requestFile: string | undefined,
): string | undefined {
  if (step !== 'certificate' || requestFile === undefined) return next;
  const named = config === DEFAULT_CONFIG ? '' : ` --config ${config}`;
  return `at the authority, liuhen authority enrol ${requestFile}; then here, liuhen provision${named} --answer ${answerFileOf(requestFile)}`;
}

async function online(device: Provisioned, token: ReturnType<typeof parseToken>): Promise<Enrolled> {
  const answer = readAnswer(await enrolOnline(token, device.request));
  return takeAnswer(device, answer, Date.now());
}

async function check({ config, json }: Flags): Promise<void> {
  const steps = await provisionState(config, Date.now());
  const missing = steps.filter(({ done }) => !done);
  if (json === true) print({ complete: missing.length === 0, steps });
  else {
    for (const { step, done, detail, next } of steps) {
      const state = padded(spoken(done ? 'ok' : 'missing'), 7);
      process.stdout.write(`${state} ${named(step, detail)}\n`);
      if (next !== undefined) say(spoken(`  next: ${next}`));
    }
  }
  if (missing.length > 0) process.exitCode = 1;
}

async function renew(flags: Flags): Promise<void> {
  const config = loadConfig(flags.config);
  const leftMs = (await expiresMs(config)) - Date.now();
  if (flags.within !== undefined && leftMs > flags.within) {
    const days = Math.floor(leftMs / 86_400_000);
    if (flags.json === true) return print({ renewed: false, daysLeft: days });
    return say(spoken(`not yet: the certificate ends in ${days} days`));
  }
  const request = await renewalRequest(config, await readFacts(config));
  if (flags.request !== undefined && flags.answer === undefined) {
    const place = flags.request === true ? undefined : await writeRequest(flags.request, config, request);
    const line = toLine('request', request);
    if (flags.json === true) return print({ renewed: false, request: line, requestFile: place ?? null });
    process.stdout.write(`${place ?? line}\n`);
    return say(
      spoken(
        '  next: liuhen authority enrol on the other side, then liuhen provision --renew --answer ANSWER',
      ),
    );
  }
  const answer: EnrolAnswer =
    flags.answer === undefined
      ? await askRenewal(config, request)
      : readAnswer(await answerText(flags.answer, config.device.id));
  const renewed = await takeRenewal(config, answer, Date.now());
  if (flags.json === true) return print({ renewed: true, ...renewed });
  process.stdout.write(`${renewed.serial}\n`);
  say(spoken(`connected with the new certificate, which is in place until ${renewed.expires}`));
}

async function batch(table: string, { out, json }: Flags): Promise<void> {
  if (out === undefined) throw new LiuhenError('LIUHEN_USAGE', '--batch: expected --out FOLDER');
  const { writeBatch } = await import('../provision/batch.js');
  const written = await writeBatch(table, resolve(out));
  if (json === true) return print(written);
  for (const { answers, sticker } of written) process.stdout.write(`${answers}\n${sticker}\n`);
  say(
    spoken(
      `${written.length} devices\n  next: liuhen provision --answers FILE on each, and its sticker on its back`,
    ),
  );
}

/** Undefined: there is a configuration, and this run goes on with it. */
async function answersOf({ answers, config, profile, tests }: Flags): Promise<Answers | undefined> {
  if (answers !== undefined) return sameProfile(readAnswers(answers), profile);
  if (existsSync(config)) return undefined;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LiuhenError('LIUHEN_USAGE', `there is no ${config}, and no terminal to ask at`, {
      next: 'liuhen provision --answers FILE; --help shows an example',
    });
  }
  const { probe } = await import('../provision/probe.js');
  const { askAnswers } = await import('../provision/questions.js');
  const usualData = resolve(config) === INSTALLED.config ? INSTALLED.data : 'data';
  return askAnswers(await probe(), { usualData, profile, tests });
}

function sameProfile(answers: Answers, profile: DeviceProfile | undefined): Answers {
  if (profile === undefined || profile === answers.profile) return answers;
  throw new LiuhenError(
    'LIUHEN_USAGE',
    `--profile is ${profile}, and the answers are of a ${answers.profile}`,
  );
}

function loadedId({ config }: Flags, answers: Answers | undefined): string {
  return answers?.device ?? loadConfig(config).device.id;
}

/** A file, a folder with `<device>.answer.json` in it, the line itself, or stdin. */
async function answerText(argument: string, device: string): Promise<string> {
  if (argument.startsWith('liuhen-answer:')) return argument;
  try {
    const isFolder = argument !== '-' && statSync(argument).isDirectory();
    const path = isFolder ? join(argument, `${device}.answer.json`) : argument;
    return await readCarried(path, MAX_ANSWER_BYTES);
  } catch (cause) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no answer in ${argument}: ${messageOf(cause)}`, {
      cause,
      next: 'liuhen authority enrol writes it',
    });
  }
}

async function writeRequest(place: string, { device }: Config, request: string): Promise<string> {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const path = isFolder ? join(place, `${device.id}.request.json`) : place;
  // On the stick when this is done: it is pulled out right after.
  await writeDurably(path, `${request}\n`);
  return path;
}

/** Why the broker does not take the device; undefined when it does. A bench without a network enrols all the same. */
async function connectionProblem({ uplink, device }: Config): Promise<string | undefined> {
  const { broker, username, passwordFile, tls } = uplink;
  if (broker === undefined) return 'uplink.broker is not set';
  try {
    await proveConnection(
      { section: 'uplink', broker, username, passwordFile, tls },
      topics.receipt(device.id),
    );
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function qr(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  return qrcode.toString(text, { type: 'terminal', small: true, errorCorrectionLevel: 'M' });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
