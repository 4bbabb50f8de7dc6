import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { parseConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { initDevice } from '../init.js';
import { spoken } from '../words/spoken.js';
import { NEW_CONFIG } from './data-folder.js';

interface InitFlags {
  device: string;
  authority: string;
  config: string;
  camera: string;
  broker?: string;
  witness?: string;
  json?: boolean;
}

/** `liuhen init`: the first key and the journal of a device, and a configuration to run it with. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description('make a device: its first key, its journal, and its configuration')
    .requiredOption('--device <id>', 'name of the device: a-z, 0-9 and -, unique under its authority')
    .requiredOption('--authority <domain>', 'domain of the authority that answers for it')
    .option('-c, --config <file>', 'configuration to write', NEW_CONFIG)
    .option('--camera <source>', '/dev/videoN, rtsp://…, a file, or synthetic', '/dev/video0')
    .option('--broker <url>', "the archive's broker; goes with --witness")
    .option('--witness <vkey>', "the archive's key, as liuhen archive init printed it")
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen init --device recorder-0001 --authority liuhen.example')
    .action(async (flags: InitFlags) => {
      if (existsSync(flags.config)) {
        throw new LiuhenError('LIUHEN_STATE', `${flags.config} exists`, {
          next: 'choose another with --config',
        });
      }
      const text = configText(flags);
      const config = parseConfig(text, flags.config);
      await writeFile(flags.config, text, { flag: 'wx' });
      const rootVkey = await initDevice(config.data, config.device, systemClock()).catch(
        async (error: unknown) => {
          await rm(flags.config);
          throw error;
        },
      );
      const where = relative(process.cwd(), resolve(flags.config));
      if (flags.json === true) {
        process.stdout.write(
          `${JSON.stringify({ rootVkey, config: resolve(flags.config), data: config.data })}\n`,
        );
        return;
      }
      process.stdout.write(`${rootVkey}\n`);
      process.stderr.write(
        spoken(
          `\nThat line is the root key of ${config.device.id}: give it to the archive and to whoever will verify.\n` +
            `  next: liuhen archive add '${rootVkey}' --data ARCHIVE_FOLDER\n` +
            `  then: liuhen run --config ${where}\n`,
        ),
      );
    });
}

function configText({ device, authority, camera, broker, witness }: InitFlags): string {
  const uplink =
    broker === undefined && witness === undefined
      ? '# uplink:\n#   broker: mqtt://archive.example:1883\n#   witness: the vkey that liuhen archive init printed\n'
      : `uplink:\n${broker === undefined ? '' : `  broker: ${JSON.stringify(broker)}\n`}${
          witness === undefined ? '' : `  witness: ${JSON.stringify(witness)}\n`
        }`;
  return (
    '# Every setting, its unit and its default: config/profiles/recorder.yaml\nprofile: recorder\n' +
    `device:\n  id: ${JSON.stringify(device)}\n  authority: ${JSON.stringify(authority)}\n` +
    `data: data\ncamera:\n  source: ${JSON.stringify(camera)}\n${uplink}`
  );
}
