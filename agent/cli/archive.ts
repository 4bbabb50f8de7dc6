import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { LiuhenError } from '../../config/errors.js';
import { type Config, defaultConfig, loadConfig, type Overrides } from '../../config/load.js';
import { isBrokerUrl, isHost } from '../../config/shapes.js';
import { systemClock } from '../../drivers/clock.js';
import { initArchive, registerDevice, startArchive } from '../archive/archive.js';
import { readArchiveKey } from '../archive/key.js';
import { listArchive, trustPolicy } from '../archive/listing.js';
import { readRoot } from '../archive/registry.js';
import { startArchiveControl } from '../control/archive-server.js';
import { formatVkey } from '../journal/vkey.js';
import { becomeOwner } from '../provision/as-owner.js';
import { spoken } from '../words/spoken.js';
import { collect } from './data-folder.js';
import { parseOwnPort } from './flag-values.js';
import { createLog } from './log.js';
import { tableText } from './text.js';
import { type Started, stopSignal, untilStopped } from './until-stopped.js';

interface RunFlags {
  data?: string;
  config?: string;
  embeddedBroker?: boolean;
  host?: string;
  port?: number;
  broker?: string;
  device?: string[];
}

/** `liuhen archive`: the receiving end, and what is set up for it. */
export function registerArchive(program: Command): void {
  const archive = program
    .command('archive')
    .description('the receiving end: stores, checks every hash, witnesses journals, signs receipts');

  archive
    .command('run', { isDefault: true })
    .description('run until SIGINT or SIGTERM; one JSON line on stdout says when it is ready')
    .option('-d, --data <folder>', 'folder that liuhen archive init made')
    .option('-c, --config <file>', 'settings; what is named here goes over them')
    .option('--embedded-broker', 'be the broker as well, one that asks nobody for a certificate')
    .option('--host <host>', 'where that listens (default: 127.0.0.1)', parseHost)
    .option('--port <port>', 'its port; 0: the kernel picks one (default: 1883)', parseOwnPort)
    .option(
      '--broker <url>',
      'a broker that runs already: mqtt://host:port or mqtts://host:port',
      parseBroker,
    )
    .option('--device <vkey>', 'register this device first; may be repeated', collect)
    .addHelpText(
      'after',
      '\nA broker that asks for certificates, and at which devices enrol by token: liuhen authority init --archive FOLDER writes its settings.\n' +
        'Examples: liuhen archive run --config authority/archive-broker.yaml\n' +
        '          liuhen archive run --data archive --embedded-broker',
    )
    .action(runArchive);

  archive
    .command('init')
    .description("make the archive's key and folder; prints the vkey that devices and verifiers pin")
    .requiredOption('-d, --data <folder>', 'folder for the archive')
    .requiredOption('--name <name>', 'key name: <authority domain>/<id>, such as liuhen.example/archive')
    .option('--json', 'print JSON')
    .action(async ({ data, name, json }: { data: string; name: string; json?: boolean }) => {
      const witness = await initArchive(resolve(data), name);
      if (json === true) return print({ witness, data: resolve(data) });
      process.stdout.write(`${witness}\n`);
      process.stderr.write(
        spoken(
          "\nThat line is the archive's key: it goes into uplink.witness of every device.\n" +
            `  next: liuhen init --device recorder-0001 --authority ${name.split('/')[0]} --witness '${witness}' …\n` +
            `  then: liuhen archive add ROOT_VKEY --data ${data}\n` +
            `        liuhen archive --data ${data} --embedded-broker\n` +
            `  or, with certificates and enrolment: liuhen authority init --domain ${name.split('/')[0]} --archive ${data}\n`,
        ),
      );
    });

  archive
    .command('add <vkey>')
    .description('register a device by its root vkey, also while the archive runs')
    .requiredOption('-d, --data <folder>', 'folder of the archive')
    .option('--json', 'print JSON')
    .action(async (vkey: string, { data, json }: { data: string; json?: boolean }) => {
      becomeOwner(resolve(data));
      await readArchiveKey(resolve(data));
      const device = await registerDevice(resolve(data), vkey);
      if (json === true) print({ device });
      else process.stdout.write(`${device}\n`);
    });

  archive
    .command('list')
    .description('devices: how far they are witnessed, recordings, receipts, forks')
    .requiredOption('-d, --data <folder>', 'folder of the archive')
    .option('--json', 'print JSON')
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const { witness } = await readArchiveKey(resolve(data));
      const devices = await listArchive(resolve(data), witness.vkey);
      if (json === true) return print({ witness: formatVkey(witness.vkey), devices });
      if (devices.length === 0) {
        process.stderr.write(
          spoken(`no device is registered\n  next: liuhen archive add ROOT_VKEY --data ${data}\n`),
        );
        return;
      }
      const rows = devices.map(({ device, size, cosigned, recordings, archived, forks }) => [
        device,
        String(size),
        cosigned ?? spoken('never'),
        String(recordings),
        String(archived),
        forks === 0 ? '-' : spoken(`${forks} FORK`),
      ]);
      const head = ['device', 'entries', 'witnessed', 'recordings', 'archived', 'forks'];
      process.stdout.write(`${tableText([head.map((name) => spoken(name)), ...rows])}\n`);
    });

  archive
    .command('trust <device>')
    .description('print the trust policy that liuhen verify --trust takes')
    .requiredOption('-d, --data <folder>', 'folder of the archive')
    .action(async (device: string, { data }: { data: string }) => {
      const { witness } = await readArchiveKey(resolve(data));
      const root = await readRoot(resolve(data), device);
      if (root === undefined) {
        throw new LiuhenError('LIUHEN_UNKNOWN_DEVICE', `${device} is not registered with this archive`, {
          next: `liuhen archive add ROOT_VKEY --data ${data}`,
        });
      }
      process.stdout.write(trustPolicy(root, witness.vkey));
    });
}

async function runArchive(flags: RunFlags): Promise<void> {
  const config = configOf(flags);
  for (const vkey of flags.device ?? []) await registerDevice(config.data, vkey);
  const log = createLog(config.log.level, config.log.file);
  const stopped = stopSignal();
  await untilStopped(await receive(config, log), stopped, log);
}

async function receive(config: Config, log: Logger): Promise<Started> {
  const { data, archive: settings, storage } = config;
  const archive = await startArchive({
    data,
    settings,
    reserveBytes: storage.reserveBytes,
    log,
    clock: systemClock(),
  });
  const unserve = await startArchiveControl(archive, config, systemClock()).catch(async (error: unknown) => {
    await archive.stop();
    throw error;
  });
  if (settings.embeddedBroker !== undefined && settings.embeddedBroker.tls === undefined) {
    const next = 'liuhen authority init --archive FOLDER writes settings with which it does';
    log.info({ next }, 'the broker asks nobody for a certificate, and no device can enrol at it');
  }
  return {
    async ready() {
      const { broker, witness } = archive.status();
      return { ready: true, broker, witness, data };
    },
    async stop() {
      await unserve();
      await archive.stop();
    },
  };
}

/** The configuration file's settings with the flags over them; without a file, the defaults. */
function configOf({ config, data, embeddedBroker, host, port, broker }: RunFlags): Config {
  const isEmbedded = embeddedBroker === true || host !== undefined || port !== undefined;
  if (isEmbedded && broker !== undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected either --embedded-broker or --broker, got both');
  }
  const listen = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  if (config !== undefined) {
    const overrides: Record<string, string> = {};
    if (data !== undefined) overrides.data = data;
    if (broker !== undefined) overrides['archive.broker'] = broker;
    for (const [key, value] of Object.entries(listen)) {
      overrides[`archive.embeddedBroker.${key}`] = String(value);
    }
    const loaded = loadConfig(config, overrides satisfies Overrides);
    if (!isEmbedded || loaded.archive.embeddedBroker !== undefined) return loaded;
    return loadConfig(config, { ...overrides, 'archive.embeddedBroker.host': '127.0.0.1' });
  }
  if (data === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected --data FOLDER or --config FILE', {
      next: 'liuhen archive init --data FOLDER --name <authority domain>/archive makes one',
    });
  }
  if (!isEmbedded && broker === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected --embedded-broker or --broker URL', {
      next: 'with --embedded-broker devices connect to this process',
    });
  }
  const archive = isEmbedded ? { embeddedBroker: listen } : { broker };
  return defaultConfig({ profile: 'archive', data: resolve(data), archive });
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function parseHost(text: string): string {
  if (!isHost(text)) throw new InvalidArgumentError('expected a host name or an address');
  return text;
}

function parseBroker(text: string): string {
  if (!isBrokerUrl(text)) throw new InvalidArgumentError('expected mqtt://host:port or mqtts://host:port');
  return text;
}
