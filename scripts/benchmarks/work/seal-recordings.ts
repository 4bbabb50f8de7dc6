import { makeDevice, openDevice, sealRecording } from '../device.js';
import { FootageStream } from '../footage-stream.js';

/** Makes a device that holds sealed recordings; returns its root vkey and their ids. */
export async function run(input: {
  folder: string;
  recordings: number;
  fragments: number;
  fragmentBytes: number;
}): Promise<{ rootVkey: string; recordings: number[] }> {
  const rootVkey = await makeDevice(input.folder);
  const device = await openDevice(input.folder);
  const stream = await FootageStream.make(input.fragmentBytes);
  const recordings: number[] = [];
  for (let at = 0; at < input.recordings; at++) {
    const from = at * input.fragments;
    recordings.push(await sealRecording(device, stream, from, from + input.fragments));
  }
  await device.close();
  return { rootVkey, recordings };
}
