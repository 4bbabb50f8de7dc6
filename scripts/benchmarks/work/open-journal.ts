import { openDevice } from '../device.js';

/** Opens a device's stores and its journal in a fresh process, as the agent does when it starts. */
export async function run({ folder }: { folder: string }): Promise<{ ms: number; entries: number }> {
  const startMs = performance.now();
  const device = await openDevice(folder);
  const ms = performance.now() - startMs;
  const entries = device.journal.size;
  await device.close();
  return { ms, entries };
}
