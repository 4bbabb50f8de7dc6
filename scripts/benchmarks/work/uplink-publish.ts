import { randomBytes } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { CHUNK_BYTES, hrMs, READY_TOPIC, topicOf, WINDOW } from '../bare-uplink.js';

/** Publishes as many bytes in chunks at QoS 1, with as many on their way as our own window holds. Returns when it began. */
export async function run(input: {
  broker: string;
  fragments: number;
  fragmentBytes: number;
}): Promise<{ startMs: number }> {
  const { broker, fragments, fragmentBytes } = input;
  const fragment = randomBytes(fragmentBytes);
  const client = await connectAsync(broker, { protocolVersion: 5, clean: true });
  await new Promise<void>((resolve) => {
    client.once('message', () => resolve());
    client.subscribe(READY_TOPIC, { qos: 1 });
  });
  const startMs = hrMs();
  let onTheirWay = 0;
  let wake = () => {};
  for (let index = 0; index < fragments; index++) {
    for (let at = 0; at < fragmentBytes; at += CHUNK_BYTES) {
      onTheirWay++;
      client.publish(topicOf(index, at), fragment.subarray(at, at + CHUNK_BYTES), { qos: 1 }, () => {
        onTheirWay--;
        wake();
      });
      while (onTheirWay >= WINDOW) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  await client.endAsync();
  return { startMs };
}
