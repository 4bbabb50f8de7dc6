import { freeBytes } from '../../../agent/buffer/free-space.js';
import { startUplink } from '../../../agent/uplink/uplink.js';
import { defaultConfig } from '../../../config/load.js';
import { systemClock } from '../../../drivers/clock.js';
import { DEVICE, openDevice } from '../device.js';

/** Uploads what a device holds; ends when the archive's receipt for every recording has been verified and written. */
export async function run(input: {
  folder: string;
  broker: string;
  witness: string;
  recordings: number;
}): Promise<{ ms: number }> {
  const device = await openDevice(input.folder);
  const { uplink: config } = defaultConfig({ uplink: { broker: input.broker, witness: input.witness } });
  const { journal, stores } = device;
  const startMs = performance.now();
  const uplink = startUplink({
    config,
    device: DEVICE,
    journal,
    store: stores.store,
    footage: stores.footage,
    clock: systemClock(),
    log: { info() {}, warn() {}, error() {} },
    telemetry: async () => ({ disk: { freeBytes: await freeBytes(input.folder) } }),
  });
  let left = input.recordings;
  await new Promise<void>((resolve) => {
    uplink.on('archived', () => {
      if (--left === 0) resolve();
    });
  });
  const ms = performance.now() - startMs;
  await uplink.stop();
  await device.close();
  return { ms };
}
