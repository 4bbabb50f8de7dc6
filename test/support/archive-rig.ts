import type { ExecutionContext } from 'ava';
import type { ArchiveOptions } from '../../agent/archive/archive.js';
import { TestArchive } from './archive.js';
import { TestDevice } from './device.js';
import { ScriptedDevice } from './scripted-device.js';

/** An archive that runs, and a device that it knows, whose end of the wire is the test's. Taken down after it. */
export interface ArchiveRig {
  device: TestDevice;
  archive: TestArchive;
  wire: ScriptedDevice;
}

export async function archiveRig(
  t: ExecutionContext,
  options: Partial<ArchiveOptions> = {},
): Promise<ArchiveRig> {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  await archive.start(undefined, options);
  const wire = await ScriptedDevice.connect(archive.port, device);
  t.teardown(async () => {
    await wire.close();
    await archive.remove();
    await device.remove();
  });
  return { device, archive, wire };
}
