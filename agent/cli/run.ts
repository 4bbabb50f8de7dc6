import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { messageOf } from '../../config/errors.js';
import type { Overrides } from '../../config/load.js';
import type { RunOptions } from '../open-device.js';
import { runAgent } from '../run.js';
import { systemdNotice } from '../systemd.js';
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
      const configured = (settings: Overrides) => configOf(flags, settings);
      const options = { config, log, configured };
      // Also a signal that comes before it runs ends it in order.
      const stopped = stopSignal();
      const start = config.profile === 'kiosk' ? serveHall(options) : record(options, flags.record === true);
      await untilStopped(await start, stopped, log);
    });
}

/** An agent that runs, and what is to be done once that is told. */
interface Started {
  agent: { stop(reason: string): Promise<void> };
  /** Resolves with the line that says that it is ready. */
  ready(): Promise<object>;
  afterwards?(): Promise<void>;
}

/** From the start to the signal that ends it. Whatever fails between, the agent is ended in order. */
async function untilStopped(
  { agent, ready, afterwards }: Started,
  stopped: Promise<string>,
  log: RunOptions['log'],
): Promise<void> {
  const systemd = systemdNotice();
  try {
    systemd.ready();
    process.stdout.write(`${JSON.stringify(await ready())}\n`);
    await afterwards?.();
    const signal = await stopped;
    log.info({ signal }, 'stopping');
  } finally {
    systemd.stopping();
    await agent.stop('shutdown').catch((error: unknown) => {
      log.error({ err: messageOf(error) }, 'not stopped cleanly; the next start puts it in order');
      process.exitCode = 70;
    });
  }
}

async function record(options: RunOptions, atOnce: boolean): Promise<Started> {
  const { config, log } = options;
  const agent = await runAgent(options);
  const { recorder } = agent;
  return {
    agent,
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
  const { runKiosk } = await import('../run-kiosk.js');
  const agent = await runKiosk(options);
  // Otherwise V8 lets 30 MB of garbage lie when a broker hands out thousands of documents. Not before: reading back what is here would take half as long again.
  setFlagsFromString('--optimize-for-size');
  return {
    agent,
    async ready() {
      const { device, origin, rootVkey, dataFolder, pid, kiosk } = await agent.status();
      return { ready: true, device, origin, rootVkey, data: dataFolder, pid, url: kiosk.url };
    },
  };
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
