import test, { type ExecutionContext } from 'ava';
import { readRecording } from '../../agent/buffer/recordings.js';
import { cosignedAt } from '../../agent/journal/checkpoint.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { decodeState, decodeTelemetry } from '../../agent/uplink/messages.js';
import { topics } from '../../agent/uplink/topics.js';
import { EmbeddedBroker } from '../support/aedes.js';
import type { TestBroker } from '../support/broker.js';
import { TestDevice, type TestRecording } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { newWitness, ScriptedArchive } from '../support/scripted-archive.js';
import { startTestUplink, untilArchived, untilStatus } from '../support/uplink.js';

/** No time-out that a busy machine could run into: nothing may be sent twice here. */
const PATIENT = { answerMs: 60_000 };
const SEVERAL_MIB = { fragments: 6, bytes: 500_000 };

function sameFootage(t: ExecutionContext, archive: ScriptedArchive, { footage }: TestRecording): void {
  for (const { sha256, bytes } of footage) {
    t.true(archive.footage.get(sha256)?.whole?.equals(bytes), `fragment ${sha256}`);
  }
}

async function transfer(t: ExecutionContext, broker: TestBroker, protocol: 4 | 5): Promise<void> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const before = await device.record(SEVERAL_MIB);
  const witness = newWitness();
  const archive = await ScriptedArchive.connect(broker.port, device, witness);
  t.teardown(() => archive.close());
  const uplink = startTestUplink(device, broker.port, witness, { protocol }, PATIENT);
  t.teardown(() => uplink.stop());

  await untilArchived(uplink, before.recording);
  sameFootage(t, archive, before);
  await device.journal.rotateKey();
  const live = await device.record(SEVERAL_MIB);
  await untilArchived(uplink, live.recording);
  sameFootage(t, archive, live);
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);

  t.deepEqual(archive.entries.length, device.journal.size);
  t.is(
    cosignedAt(device.journal.cosigned ?? t.fail(), parseVkey(witness.vkey)),
    uplink.status().witnessed?.timeSec,
  );
  for (const { recording } of [before, live]) {
    t.is((await readRecording(device.store, recording))?.receipt, archive.receipts.get(recording));
  }
  const sent = [...before.footage, ...live.footage].reduce((sum, { bytes }) => sum + bytes.length, 0);
  t.is(archive.footageBytes, sent, 'no footage byte was sent twice');
  const states = archive.heard.filter(({ topic }) => topic === topics.state(device.id));
  t.true(decodeState(states[0]?.payload ?? Buffer.of()).online);
  t.deepEqual(uplink.status().backlog, { entries: 0, footageBytes: 0, unreceipted: 0, wantedFragments: 0 });
  const telemetry = archive.heard.filter(({ topic }) => topic === topics.telemetry(device.id));
  t.true(decodeTelemetry(telemetry[0]?.payload ?? Buffer.of()).disk.freeBytes > 0);
}

const overMosquitto = withoutMosquitto === undefined ? test : test.skip;
if (withoutMosquitto !== undefined) console.log(`tests against mosquitto are skipped: ${withoutMosquitto}`);

for (const protocol of [4, 5] as const) {
  overMosquitto(
    `recordings are witnessed and archived over mosquitto with protocol level ${protocol}`,
    async (t) => {
      const broker = await Mosquitto.start();
      t.teardown(() => broker.remove());
      await transfer(t, broker, protocol);
    },
  );
  test(`recordings are witnessed and archived over the embedded broker with protocol level ${protocol}`, async (t) => {
    const broker = await EmbeddedBroker.start();
    t.teardown(() => broker.kill());
    await transfer(t, broker, protocol);
  });
}
