import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { loadConfig } from '../../config/load.js';
import { giveToOwner } from '../provision/owner.js';
import { isWiping, type Wiped, wipe, wouldLose } from '../provision/wipe.js';
import { spoken } from '../words/spoken.js';
import { DEFAULT_CONFIG } from './data-folder.js';
import { durationFlag } from './flag-values.js';
import { createLog } from './log.js';

interface Flags {
  config: string;
  device?: string;
  why: string;
  force?: boolean;
  upload: number;
  json?: boolean;
}

/** `liuhen wipe`: a device becomes an empty machine again. */
export function registerWipe(program: Command): void {
  program
    .command('wipe')
    .description("erase a device's keys, journal and footage; refused while the archive lacks anything of it")
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--device <id>', 'id of the device, as confirmation; without it a prompt asks')
    .requiredOption('--why <text>', 'why, for the last entry of its journal')
    .option('--force', 'lose what the archive has not signed for')
    .option('--upload <duration>', 'how long to try to send what the archive lacks', durationFlag(), 30_000)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      "\nThe id is spent: provision the machine under another one. At the authority: liuhen authority revoke DEVICE.\nExample: liuhen wipe --device recorder-0001 --why 'handed back'",
    )
    .action(async ({ config: path, device, why, force, upload, json }: Flags) => {
      const config = loadConfig(path);
      const { id } = config.device;
      let wiped: Wiped;
      try {
        const given =
          device ?? (await askId(id, (await isWiping(config.data)) ? undefined : () => wouldLose(config)));
        if (given !== id) {
          throw new LiuhenError(
            'LIUHEN_USAGE',
            `this device is ${id}, and not ${JSON.stringify(given.slice(0, 80))}; nothing was wiped`,
          );
        }
        const log = createLog('silent');
        wiped = await wipe(config, path, { why, force: force === true, uploadMs: upload, log });
      } finally {
        // One that was refused goes on as it was: what root has opened would keep the agent out.
        await giveToOwner(config.data);
      }
      if (json === true) {
        process.stdout.write(`${JSON.stringify({ device: id, ...wiped })}\n`);
        return;
      }
      process.stdout.write(`${id}\n`);
      const { unreceipted, unwitnessed } = wiped.loss;
      if (unreceipted.length + unwitnessed > 0) {
        process.stderr.write(
          spoken(`lost: ${unreceipted.length} recordings, ${unwitnessed} entries that nobody else has\n`),
        );
      }
      process.stderr.write(
        spoken(
          `wiped; ${wiped.witnessed ? 'the archive has witnessed that it was' : 'the archive has not heard of it'}\n` +
            `its configuration is ${wiped.config} now\n  next: liuhen authority revoke ${id} --why …, and liuhen provision under another id\n`,
        ),
      );
    });
}

async function askId(
  id: string,
  wouldLose: (() => Promise<{ unreceipted: number[]; unwitnessed: number }>) | undefined,
): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LiuhenError('LIUHEN_USAGE', 'there is no terminal to ask for the id of the device', {
      next: `say which device you mean with --device ${id}`,
    });
  }
  const { isCancel, note, text } = await import('@clack/prompts');
  if (wouldLose !== undefined) {
    const { unreceipted, unwitnessed } = await wouldLose();
    note(
      spoken(
        `recordings without a receipt: ${unreceipted.length}\nentries without a witness: ${unwitnessed}`,
      ),
      id,
      { output: process.stderr },
    );
  }
  const typed = await text({
    message: spoken('Type the id of the device to wipe it'),
    output: process.stderr,
  });
  if (!isCancel(typed)) return typed.trim();
  throw new LiuhenError('LIUHEN_USAGE', 'stopped; nothing was wiped');
}
