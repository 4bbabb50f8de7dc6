import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { messageOf } from '../../config/errors.js';
import type { Overrides } from '../../config/load.js';
import type { RunOptions } from '../open-device.js';
import { runAgent } from '../run.js';
import { type SystemdNotice, systemdNotice } from '../systemd.js';
import { collect, configOf, DEFAULT_CONFIG } from './data-folder.js';
import { createLog } from './log.js';

interface RunFlags {
  config?: string;
  data?: string;
  set?: string[];
  record?: boolean;
}

/** `liuhen run`: the agent in the foreground, until SIGINT or SIGTERM. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('run the recorder or kiosk on this machine until it is told to stop')
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('-d, --data <folder>', 'data folder, instead of the one in the configuration')
    .option('-s, --set <key=value>', 'a setting, over the configuration; repeatable', collect)
    .option('--record', 'start recording as soon as the camera gives footage')
    .addHelpText(
      'after',
      '\nPrints one line of JSON when it is ready; logs are JSON lines on stderr.\n' +
        'Example: liuhen run --config liuhen.yaml --set camera.source=/dev/video0 --record',
    )
    .action(async (flags: RunFlags) => {
      const config = configOf(flags);
      const log = createLog(config.log.level, config.log.file);
      const stopped = stopSignal();
      const systemd = systemdNotice();
      const configured = (settings: Overrides) => configOf(flags, settings);
      const options = { config, log, configured };
      if (config.profile === 'kiosk') return await serveHall(options, stopped, systemd);
      const agent = await runAgent(options);
      systemd.ready();
      const { device, origin, rootVkey, dataFolder, pid } = await agent.status();
      process.stdout.write(
        `${JSON.stringify({ ready: true, device, origin, rootVkey, data: dataFolder, pid })}\n`,
      );
      // A whole-process recording that was interrupted goes on by itself.
      if (flags.record === true && agent.recorder.state === 'idle') {
        // Not before the camera gives footage, which would be a gap; unless it gives none.
        await once(agent.recorder, 'footage', { signal: AbortSignal.timeout(config.camera.stallMs) }).catch(
          () => {},
        );
        const recording = await agent.recorder.start({ trigger: 'command' });
        log.info({ recording }, 'recording');
      }
      const signal = await stopped;
      systemd.stopping();
      log.info({ signal }, 'stopping');
      await agent.stop('shutdown').catch((error: unknown) => {
        log.error({ err: messageOf(error) }, 'not stopped cleanly; the next start puts it in order');
        process.exitCode = 70;
      });
    });
}

/** The screen in a service hall, in the foreground. */
async function serveHall(options: RunOptions, stopped: Promise<string>, systemd: SystemdNotice) {
  const { log } = options;
  // V8 otherwise lets 20 MB of garbage lie when a broker hands out thousands of documents, and keeps them; it costs a kiosk no measurable time.
  setFlagsFromString('--optimize-for-size');
  const { runKiosk } = await import('../run-kiosk.js');
  const agent = await runKiosk(options);
  systemd.ready();
  const { device, origin, rootVkey, dataFolder, pid, kiosk } = await agent.status();
  const ready = { ready: true, device, origin, rootVkey, data: dataFolder, pid, url: kiosk.url };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  const signal = await stopped;
  systemd.stopping();
  log.info({ signal }, 'stopping');
  await agent.stop('shutdown').catch((error: unknown) => {
    log.error({ err: messageOf(error) }, 'not stopped cleanly; the next start puts it in order');
    process.exitCode = 70;
  });
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
