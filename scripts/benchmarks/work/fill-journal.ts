import { makeDevice, openDevice } from '../device.js';

/** As many as share a commit. */
const BATCH = 1024;

/** Makes a device whose journal is `entries` long, through the journal itself. */
export async function run({ folder, entries }: { folder: string; entries: number }): Promise<number> {
  await makeDevice(folder);
  const { journal, close } = await openDevice(folder);
  while (journal.size < entries) {
    const count = Math.min(BATCH, entries - journal.size);
    const draft = { type: 'event', source: 'battery', name: 'level', value: journal.size } as const;
    await Promise.all(Array.from({ length: count }, () => journal.append(draft)));
  }
  const { size } = journal;
  await close();
  return size;
}
