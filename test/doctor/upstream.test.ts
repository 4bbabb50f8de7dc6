import anyTest, { type TestFn } from 'ava';
import { Bench, Upstream } from '../support/bench.js';
import { freePort } from '../support/broker.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { newWitness } from '../support/scripted-archive.js';
import { TestAuthority } from '../support/tls.js';

const test = anyTest as TestFn<Upstream>;
const able = withoutMosquitto === undefined ? test.serial : test.serial.skip;
let upstream: Upstream | undefined;

test.before(async () => {
  if (withoutMosquitto === undefined) upstream = await Upstream.start();
});
test.after.always(async () => {
  await upstream?.remove();
});

function there(): Upstream {
  if (upstream === undefined) throw new Error('no broker was started');
  return upstream;
}

able(
  'a device that is let in and known has every step to the archive green, and the clock vouched for',
  async (t) => {
    const bench = await Bench.connected(t, there());
    const { of, status, ids } = await bench.doctor(t);
    for (const id of [
      'dns',
      'tcp',
      'tls',
      'mqtt',
      'certificate',
      'seal',
      'archive',
      'clock',
      'journal',
    ] as const) {
      t.is(of(id).result, 'ok', `${id}: ${of(id).value}`);
    }
    // How long the disk takes is for the disk to say, with whatever else writes to it now.
    const red = ids.filter((id) => !['ok', 'skipped'].includes(of(id).result) && id !== 'fsync');
    t.deepEqual(red.map(of), []);
    t.true(status <= 1);
    t.regex(of('archive').value, /^has cosigned entry \d+ after \d+ ms/);
    t.regex(of('tls').value, /^TLSv1\.[23], its certificate is good until \d{4}-/);
  },
);

able('a broker that is down is found at TCP, and nothing behind it is tried', async (t) => {
  const bench = await Bench.connected(t, there(), {
    uplink: { broker: `mqtts://127.0.0.1:${await freePort()}` },
  });
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  t.is(of('dns').result, 'ok');
  t.like(of('tcp'), { result: 'fault' });
  t.regex(of('tcp').value, /^127\.0\.0\.1:\d+: ECONNREFUSED$/);
  t.regex(of('tcp').next ?? '', /does the broker run/);
  for (const id of ['tls', 'mqtt', 'archive'] as const) {
    t.deepEqual([of(id).result, of(id).value], ['skipped', 'not tried: broker: TCP failed']);
  }
});

able('a host that has no address is found at DNS', async (t) => {
  const bench = await Bench.connected(t, there(), { uplink: { broker: 'mqtts://broker.invalid:8883' } });
  const { of } = await bench.doctor(t);
  t.is(of('dns').result, 'fault');
  t.regex(of('dns').value, /^broker\.invalid: E/);
  t.is(of('tcp').result, 'skipped');
});

able("a certificate of the broker's that has ended is found at TLS", async (t) => {
  const { authority } = there();
  const certificate = await authority.certify('old-broker', { expired: true });
  const old = await Mosquitto.start(authority.listener(certificate));
  t.teardown(() => old.remove());
  const bench = await Bench.connected(t, there(), { uplink: { broker: `mqtts://127.0.0.1:${old.port}` } });
  const { of } = await bench.doctor(t);
  t.is(of('tls').result, 'fault');
  t.regex(of('tls').value, /out of its time: certificate has expired/);
  t.regex(of('tls').next ?? '', /renew it at the broker/);
  t.is(of('mqtt').result, 'skipped');
});

able(
  'a broker whose certificate another authority signed is found at TLS, with the setting that is to blame',
  async (t) => {
    const stranger = await TestAuthority.create('stranger');
    t.teardown(() => stranger.remove());
    const { tls } = there();
    const bench = await Bench.connected(t, there(), { uplink: { tls: { ...tls, caFile: stranger.caFile } } });
    const { of } = await bench.doctor(t);
    t.is(of('tls').result, 'fault');
    t.regex(of('tls').value, /not signed by one of uplink\.tls\.caFile/);
  },
);

able("a certificate of the device's that has ended is found by its dates, and at MQTT", async (t) => {
  const { authority } = there();
  const old = await authority.certify('old-device', { expired: true });
  const bench = await Bench.connected(t, there(), { uplink: { tls: authority.client(old) } });
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  t.is(of('certificate').result, 'fault');
  t.true(of('certificate').value.startsWith(`${old.certFile} ended at `), of('certificate').value);
  t.is(of('mqtt').result, 'fault');
  t.regex(of('mqtt').value, /client certificate of uplink\.tls\.certFile/);
  t.is(of('archive').result, 'skipped');
});

able("a key that is not the certificate's is found", async (t) => {
  const { authority, tls } = there();
  const other = await authority.certify('other-device');
  const bench = await Bench.connected(t, there(), { uplink: { tls: { ...tls, keyFile: other.keyFile } } });
  t.is((await bench.doctor(t)).of('certificate').result, 'fault');
});

able(
  'an archive that does not know the device is found by its silence, with the command that makes it known',
  async (t) => {
    const { broker, tls, archive } = there();
    const bench = await Bench.make(t, { uplink: { broker, tls, witness: archive.witness.vkey } });
    const { of, status } = await bench.doctor(t, ['--wait', '1s']);
    t.is(status, 2);
    t.is(of('mqtt').result, 'ok');
    t.is(of('archive').result, 'fault');
    t.regex(of('archive').value, /no archive answered in 1 s/);
    t.true(of('archive').next?.includes(`liuhen archive add '${bench.rootVkey}'`), of('archive').next);
  },
);

able('another archive than the one whose key is pinned is found by answers that do not count', async (t) => {
  const bench = await Bench.connected(t, there(), { uplink: { witness: newWitness().vkey } });
  const { of } = await bench.doctor(t, ['--wait', '2s']);
  t.is(of('archive').result, 'fault');
  t.regex(of('archive').value, /no answer that counts in 2 s: \d+ \w+/);
  t.regex(of('archive').next ?? '', /uplink\.witness/);
});

able("a clock that is two hours ahead is found by the archive's", async (t) => {
  const bench = await Bench.connected(t, there());
  const { of } = await bench.doctor(t, [], ['faketime', '-f', '+2h']);
  t.is(of('clock').result, 'fault', of('clock').value);
  t.regex(of('clock').value, /, 7[12]\d\d s ahead of the archive's clock$/);
  t.regex(of('clock').next ?? '', /timedatectl set-ntp true/);
});

able(
  'a clock that went back is found by the newest entry, and by certificates that have not begun',
  async (t) => {
    const bench = await Bench.connected(t, there());
    const { of } = await bench.doctor(t, [], ['faketime', '-f', '-2h']);
    t.is(of('clock').result, 'warning', of('clock').value);
    t.regex(of('clock').value, /, but the newest entry is of /);
    t.is(of('certificate').result, 'fault');
    t.regex(of('certificate').value, / begins at /);
    t.regex(of('tls').value, /out of its time: certificate is not yet valid/);
  },
);

able(
  'the gate of an upgrade passes when the running agent seals and is witnessed, and fails without one',
  async (t) => {
    const bench = await Bench.connected(t, there());
    const none = await bench.doctor(t, ['--gate']);
    t.is(none.status, 2);
    t.deepEqual([none.ids, none.of('agent').result], [['agent'], 'fault']);
    await bench.run(t);
    const { status, ids, of, raw } = await bench.doctor(t, ['--gate']);
    t.is(status, 0, raw);
    t.deepEqual(ids, ['agent', 'config', 'dns', 'tcp', 'tls', 'mqtt', 'seal', 'archive']);
    t.regex(of('archive').value, /^has cosigned entry/);
    const all = await bench.doctor(t);
    t.regex(all.of('agent').value, /^runs since .*, pid \d+$/);
    t.is(all.of('camera').value, 'synthetic: 25.0 frames a second');
    t.is(all.of('journal').result, 'ok', all.of('journal').value);
  },
);

able(
  'the gate fails where the archive answers nothing, and only warns where there is no network',
  async (t) => {
    const { broker, tls, archive } = there();
    const witness = archive.witness.vkey;
    const unknown = await Bench.make(t, { uplink: { broker, tls, witness } });
    await unknown.run(t);
    t.is((await unknown.doctor(t, ['--gate', '--wait', '1s'])).status, 2);
    const alone = await Bench.make(t, {
      uplink: { broker: `mqtts://127.0.0.1:${await freePort()}`, tls, witness },
    });
    await alone.run(t);
    const { status, of } = await alone.doctor(t, ['--gate']);
    t.deepEqual(
      [status, of('seal').result, of('tcp').result, of('archive').result],
      [1, 'ok', 'warning', 'skipped'],
    );
    t.true((await alone.liuhen('status')).stdout.includes('DOWN: '));
  },
);
