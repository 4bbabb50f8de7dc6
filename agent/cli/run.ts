import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { Overrides } from '../../config/load.js';
import type { RunOptions } from '../open-device.js';
import { runAgent } from '../run.js';
import { preferSpeed } from '../small-memory.js';
import { collect, configOf, DEFAULT_CONFIG } from './data-folder.js';
import { createLog } from './log.js';
import { type Started, stopSignal, untilStopped } from './until-stopped.js';

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
      const configured = (settings: Overrides) => configOf(flags, settings);
      const options = { config, log, configured };
      // Also a signal that comes before it runs ends it in order.
      const stopped = stopSignal();
      const start = config.profile === 'kiosk' ? serveHall(options) : record(options, flags.record === true);
      await untilStopped(await start, stopped, log);
    });
}

async function record(options: RunOptions, atOnce: boolean): Promise<Started> {
  const { config, log } = options;
  const agent = await runAgent(options);
  const { recorder } = agent;
  return {
    stop: () => agent.stop('shutdown'),
    async ready() {
      const { device, origin, rootVkey, dataFolder, pid } = await agent.status();
      return { ready: true, device, origin, rootVkey, data: dataFolder, pid };
    },
    async afterwards() {
      if (!atOnce) return;
      // Not before the camera gives footage, which would be a gap; unless it gives none.
      const { stallMs } = config.camera;
      await once(recorder, 'footage', { signal: AbortSignal.timeout(stallMs) }).catch(() => {});
      // A whole-process recording that was interrupted goes on by itself, and a button may have been quicker.
      if (recorder.state !== 'idle') return;
      // Where the disk is full it begins once it is not.
      await recorder.resume({ trigger: 'command' });
      if (recorder.recording !== undefined) log.info({ recording: recorder.recording }, 'recording');
    },
  };
}

/** The screen in a service hall, in the foreground. */
async function serveHall(options: RunOptions): Promise<Started> {
  preferSpeed();
  const { runKiosk } = await import('../run-kiosk.js');
  const agent = await runKiosk(options);
  // Otherwise V8 lets 30 MB of garbage lie when a broker hands out thousands of documents. Not before: reading back what is here would take half as long again.
  setFlagsFromString('--optimize-for-size');
  return {
    stop: () => agent.stop('shutdown'),
    async ready() {
      const { device, origin, rootVkey, dataFolder, pid, kiosk } = await agent.status();
      return { ready: true, device, origin, rootVkey, data: dataFolder, pid, url: kiosk.url };
    },
  };
}
