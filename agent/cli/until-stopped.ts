import type { Logger } from 'pino';
import { messageOf } from '../../config/errors.js';
import { systemdNotice } from '../systemd.js';
import { goOnWithoutReader } from './closed-output.js';

/** What runs until it is told to end, and what is to be done once it is. */
export interface Started {
  /** Resolves with the line that says that it is ready. */
  ready(): Promise<object>;
  afterwards?(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves with the first SIGINT or SIGTERM from now on; a second one ends the process at once. That nobody reads its output does not. */
export function stopSignal(): Promise<NodeJS.Signals> {
  goOnWithoutReader();
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** From the start to the signal that ends it. Whatever fails between, it is ended in order. */
export async function untilStopped(
  { ready, afterwards, stop }: Started,
  stopped: Promise<string>,
  log: Logger,
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
    await stop().catch((error: unknown) => {
      log.error({ err: messageOf(error) }, 'not stopped cleanly; the next start puts it in order');
      process.exitCode = 70;
    });
  }
}
