import type { ExecutionContext } from 'ava';
import type { Uplink, UplinkOptions } from '../../agent/uplink/uplink.js';
import type { ConfigInput } from '../../config/load.js';
import { EmbeddedBroker } from './aedes.js';
import { TestDevice } from './device.js';
import { type ArchiveScript, newWitness, ScriptedArchive, type TestWitness } from './scripted-archive.js';
import { startTestUplink } from './uplink.js';

/** A device, a broker and a scripted archive that are taken down after the test. */
export interface UplinkScene {
  device: TestDevice;
  broker: EmbeddedBroker;
  witness: TestWitness;
  archive: ScriptedArchive;
  /** Starts the device's uplink, which is stopped first of all. */
  start(settings?: NonNullable<ConfigInput['uplink']>, more?: Partial<UplinkOptions>): Uplink;
}

export async function uplinkScene(t: ExecutionContext, script: ArchiveScript = {}): Promise<UplinkScene> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const broker = await EmbeddedBroker.start();
  t.teardown(() => broker.kill());
  const witness = newWitness();
  const archive = await ScriptedArchive.connect(broker.port, device, witness, script);
  t.teardown(() => archive.close());
  const start: UplinkScene['start'] = (settings, more) => {
    const uplink = startTestUplink(device, broker.port, witness, settings, more);
    t.teardown(() => uplink.stop());
    return uplink;
  };
  return { device, broker, witness, archive, start };
}
