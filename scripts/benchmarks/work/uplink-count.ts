import { connectAsync } from 'mqtt';
import { FOOTAGE_TOPICS, hrMs, READY_TOPIC } from '../bare-uplink.js';

/** Subscribes and only counts; returns when the last byte had come. */
export async function run(input: { broker: string; bytes: number }): Promise<{ endMs: number }> {
  const client = await connectAsync(input.broker, { protocolVersion: 5, clean: true });
  let left = input.bytes;
  const done = new Promise<void>((resolve) => {
    client.on('message', (_topic, payload) => {
      left -= payload.length;
      if (left <= 0) resolve();
    });
  });
  await client.subscribeAsync(FOOTAGE_TOPICS, { qos: 1 });
  await client.publishAsync(READY_TOPIC, 'ready', { qos: 1, retain: true });
  await done;
  const endMs = hrMs();
  await client.endAsync();
  return { endMs };
}
