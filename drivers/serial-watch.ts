import { stat } from 'node:fs/promises';
import { LiuhenError } from '../config/errors.js';
import type { OpenPort } from './serial-device.js';

export interface Heartbeat {
  /** How often to look, and to send the probe when nothing has been heard meanwhile. */
  everyMs: number;
  /** What makes the device answer. Without it, silence alone is watched, for a device that talks by itself. */
  probe?: Uint8Array;
  /** Longest time without a byte before the port counts as lost. */
  silentMs: number;
}

const PRESENCE_MS = 1000;

/**
 * Declares a port lost whose device file is gone or has become another one, or that was silent for too long. The kernel's own word
 * does not always come: a cable may break behind the adapter, and a microcontroller hang in front of it.
 */
export function watchPort(port: OpenPort, heartbeat: Heartbeat | undefined): { heard(): void; stop(): void } {
  let over = false;
  let heardAtMs = performance.now();
  let opened: string | undefined;
  const presence = setInterval(async () => {
    const now = await identityOf(port.path);
    if (over) return;
    opened ??= now;
    if (now === undefined || now !== opened) {
      port.lose(new LiuhenError('LIUHEN_SERIAL', `serial: ${port.path} was unplugged`));
    }
  }, PRESENCE_MS);
  void identityOf(port.path).then((now) => {
    opened ??= now;
  });

  const beat = setInterval(() => {
    // After our own process was held up, the timer comes before the bytes that wait in the kernel: those are read first.
    setImmediate(() => {
      if (over || heartbeat === undefined) return;
      const silentForMs = performance.now() - heardAtMs;
      if (silentForMs >= heartbeat.silentMs) {
        port.lose(
          new LiuhenError('LIUHEN_SERIAL', `serial: no data for ${heartbeat.silentMs} ms from ${port.path}`, {
            next: 'look at the power and the cable of the device, and whether the port is the right one',
          }),
        );
      } else if (heartbeat.probe !== undefined && silentForMs >= heartbeat.everyMs) {
        // What comes of it is seen by the port itself.
        port.write(heartbeat.probe).catch(() => {});
      }
    });
  }, heartbeat?.everyMs ?? PRESENCE_MS);

  return {
    heard() {
      heardAtMs = performance.now();
    },
    stop() {
      over = true;
      clearInterval(presence);
      clearInterval(beat);
    },
  };
}

async function identityOf(path: string): Promise<string | undefined> {
  return await stat(path).then(
    ({ dev, ino, rdev }) => `${dev} ${ino} ${rdev}`,
    () => undefined,
  );
}
