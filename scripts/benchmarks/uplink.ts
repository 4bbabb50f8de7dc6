import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Mosquitto } from '../../test/support/mosquitto.js';
import { startArchive } from './archive.js';
import { type Ground, type Measurement, MIB, rateRow } from './measurement.js';
import { runAsAgent, runWork } from './work.js';

/** Both sides alike: a subscriber slower than the publisher must not lose what it has been promised. */
const BROKER_SETTINGS = ['max_queued_messages 0', 'max_queued_bytes 0', 'max_inflight_messages 0'];
const RECORDING_FRAGMENTS = 64;

/** Footage from the device to the verified receipt against publishing the same chunks to a subscriber that only counts. */
export const uplink: Measurement = {
  name: 'uplink',
  about: 'footage until its receipt is verified, against bare mqtt.js at QoS 1 to a subscriber that counts',
  async run(ground: Ground) {
    const recordings = ground.quick ? 1 : 6;
    const ours: number[] = [];
    const bare: number[] = [];
    for (let at = 1; at <= ground.runs; at++) {
      ground.progress(`uplink: run ${at} of ${ground.runs}, ${recordings * RECORDING_FRAGMENTS} MiB`);
      bare.push(await onBroker((broker) => bareRate(broker, recordings)));
      ours.push(await onBroker((broker) => ourRate(ground, broker, recordings)));
    }
    const against = 'bare mqtt.js to a counter, same mosquitto';
    return [rateRow('uplink until the receipt', ours, bare, { against, least: 0.6 })];
  },
};

async function onBroker<T>(work: (broker: string) => Promise<T>): Promise<T> {
  const mosquitto = await Mosquitto.start(BROKER_SETTINGS);
  try {
    return await work(`mqtt://127.0.0.1:${mosquitto.port}`);
  } finally {
    await mosquitto.remove();
  }
}

async function ourRate(ground: Ground, broker: string, recordings: number): Promise<number> {
  const folder = await ground.folder('uplink');
  const data = join(folder, 'device');
  const input = { folder: data, recordings, fragments: RECORDING_FRAGMENTS, fragmentBytes: MIB };
  const { rootVkey } = await runWork<{ rootVkey: string }>('seal-recordings', input);
  const archive = await startArchive(folder, broker);
  try {
    await archive.add(rootVkey);
    const { witness } = archive;
    const { ms } = await runAsAgent<{ ms: number }>('uplink-ours', {
      folder: data,
      broker,
      witness,
      recordings,
    });
    return (recordings * RECORDING_FRAGMENTS * MIB) / (ms / 1000);
  } finally {
    await archive.running.stop();
    await rm(folder, { recursive: true });
  }
}

async function bareRate(broker: string, recordings: number): Promise<number> {
  const fragments = recordings * RECORDING_FRAGMENTS;
  const bytes = fragments * MIB;
  const [{ endMs }, { startMs }] = await Promise.all([
    runWork<{ endMs: number }>('uplink-count', { broker, bytes }),
    runWork<{ startMs: number }>('uplink-publish', { broker, fragments, fragmentBytes: MIB }),
  ]);
  return bytes / ((endMs - startMs) / 1000);
}
