import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { enrol, revoke } from '../../agent/authority/ca-enrol.js';
import { places } from '../../agent/authority/ca-folder.js';
import { readDevice } from '../../agent/authority/ca-registry.js';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { caFingerprint, serialOf } from '../../agent/provision/answer.js';
import { readFacts } from '../../agent/provision/device.js';
import { privateKeyIn, takeAnswer } from '../../agent/provision/enrolled.js';
import { certificateIn, files } from '../../agent/provision/files.js';
import { askRenewal, renewalRequest, takeRenewal } from '../../agent/provision/renew.js';
import { makeRequest, readRequest } from '../../agent/provision/request.js';
import { newTlsKey, tlsPublicKey } from '../../agent/provision/tls-key.js';
import { serialIn, TestAuthorityHouse } from '../support/authority.js';
import { withoutMosquitto } from '../support/mosquitto.js';

const run = withoutMosquitto === undefined ? test : test.skip;

run(
  'a certificate is renewed over the connection it made, and the old one goes when the new one has connected',
  async (t) => {
    const it = await TestAuthorityHouse.of(t);
    await it.startBroker();
    await it.serve();
    const { config } = await it.enrolled('recorder-0001');
    const before = await serialIn(config.data);
    const request = await renewalRequest(config, await readFacts(config));
    t.is(await renewalRequest(config, await readFacts(config)), request, 'the same until it is in place');
    const renewed = await takeRenewal(config, await askRenewal(config, request), Date.now());
    t.not(renewed.serial, before);
    t.is(await serialIn(config.data), renewed.serial);
    t.deepEqual((await readdir(files.folder(config.data))).sort(), [
      'ca.pem',
      'identity.pem',
      'request.json',
    ]);
    const again = await renewalRequest(config, await readFacts(config));
    t.is(
      (await takeRenewal(config, await askRenewal(config, again), Date.now())).serial,
      await serialIn(config.data),
      'and once more',
    );
  },
);

run(
  'a new certificate that does not connect leaves the old one in place, and is taken when it does',
  async (t) => {
    const it = await TestAuthorityHouse.of(t);
    const { config } = await it.enrolled('recorder-0001');
    const before = await readFile(files.identity(config.data), 'utf8');
    const request = await renewalRequest(config, await readFacts(config));
    const answer = await enrol(it.authority, await readRequest(request), Date.now());
    const error = await t.throwsAsync(takeRenewal(config, answer, Date.now()), { code: 'LIUHEN_LINK' });
    t.regex(error.message, /the old one stays/);
    t.is(await readFile(files.identity(config.data), 'utf8'), before);
    await it.startBroker();
    t.is((await takeRenewal(config, answer, Date.now())).serial, serialOf(answer.certificate));
  },
);

test('a device that was told which CA to expect renews as any other', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const caSha256 = caFingerprint(it.authority.ca.certificate);
  const { config } = await it.enrolled('recorder-0001', { caSha256 });
  const request = await renewalRequest(config, await readFacts(config));
  t.is(await renewalRequest(config, await readFacts(config)), request, 'the same until it is in place');
  t.is((await enrol(it.authority, await readRequest(request), Date.now())).device, 'recorder-0001');
});

test('a renewal that was cut off at its end, or that two began at once, is begun anew', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config } = await it.enrolled('recorder-0001');
  const { data } = config;
  const facts = await readFacts(config);
  const key = privateKeyIn(await readFile(files.identity(data), 'utf8'));
  // In place is what the renewal brought, and not yet removed what it was brought with.
  await writeFile(files.nextKey(data), key, { mode: 0o600 });
  const asked = await readRequest(await renewalRequest(config, facts));
  t.false(asked.publicKey.equals(tlsPublicKey(key)), 'for a key that has no certificate yet');
  t.not(
    (await enrol(it.authority, asked, Date.now())).certificate,
    certificateIn(await readFile(files.identity(data), 'utf8')),
  );
  const other = newTlsKey();
  await writeFile(files.nextKey(data), other, { mode: 0o600 });
  const again = await readRequest(await renewalRequest(config, facts));
  t.true(again.publicKey.equals(tlsPublicKey(other)), 'for the key that is here');
});

test('a renewal is signed by the certificate that it renews, or refused', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const mine = await it.enrolled('recorder-0001');
  const other = await it.enrolled('recorder-0002');
  const request = await renewalRequest(mine.config, await readFacts(mine.config));
  // Somebody who has another device's key, and says that it is this one's.
  const identity = files.identity(mine.config.data);
  const honest = await readFile(identity, 'utf8');
  const stolen = (await readFile(files.identity(other.config.data), 'utf8')).split('-----BEGIN CERT')[0];
  await writeFile(identity, `${stolen}${honest.slice(honest.indexOf('-----BEGIN CERT'))}`, { mode: 0o600 });
  await writeFile(files.nextRequest(mine.config.data), '{}');
  const forged = await renewalRequest(mine.config, await readFacts(mine.config));
  const message = /not signed with a certificate of recorder-0001/;
  await t.throwsAsync(enrol(it.authority, await readRequest(forged), Date.now()), {
    code: 'LIUHEN_ENROL',
    message,
  });
  t.is((await enrol(it.authority, await readRequest(request), Date.now())).device, 'recorder-0001');
});

test('a certificate that has expired renews only where the authority says so, and a revoked one never', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config } = await it.enrolled('recorder-0001');
  const request = await readRequest(await renewalRequest(config, await readFacts(config)));
  const lateMs = Date.now() + 91 * 86_400_000;
  await t.throwsAsync(enrol(it.authority, request, lateMs), { code: 'LIUHEN_ENROL', message: /has expired/ });
  t.is((await enrol(it.authority, request, lateMs, { allowExpired: true })).device, 'recorder-0001');
  await revoke(it.authority, 'recorder-0001', 'lost', Date.now());
  const again = enrol(it.authority, request, Date.now(), { allowExpired: true });
  await t.throwsAsync(again, { code: 'LIUHEN_ENROL', message: /was revoked on .*: lost/ });
});

test('an old request that comes again brings nothing back, and a revocation names every certificate that is valid', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { dir } = it.authority;
  const made = await it.provision('kiosk-0001', { profile: 'kiosk', unit: 'hall-1', camera: undefined });
  const first = await readRequest(made.request);
  const { config } = await takeAnswer(made, await enrol(it.authority, first, Date.now()), Date.now());
  const facts = { ...(await readFacts(config)), unit: 'hall-2' };
  await enrol(it.authority, await readRequest(await renewalRequest(config, facts)), Date.now());
  const after = await readDevice(dir, 'kiosk-0001');
  t.is(after?.unit, 'hall-2');
  await enrol(it.authority, first, Date.now());
  t.deepEqual(await readDevice(dir, 'kiosk-0001'), after);
  await revoke(it.authority, 'kiosk-0001', 'sold', Date.now());
  // By somebody else's eyes.
  const { stdout } = await promisify(execFile)('openssl', [
    'crl',
    '-noout',
    '-text',
    '-in',
    join(places.broker(dir), 'crl.pem'),
  ]);
  const revoked = [...stdout.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) =>
    serial?.toLowerCase(),
  );
  t.deepEqual(revoked.sort(), after?.certificates.map(({ serial }) => serial).sort());
  t.is(revoked.length, 2);
});

test('a device that renews for ever is stopped', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  const seed = (await new EpochKeyFiles(join(made.config.data, 'keys')).read(0)).seed;
  const ask = async () =>
    readRequest(
      JSON.stringify(
        await makeRequest(
          { rootVkey: made.rootVkey, profile: 'recorder', tlsKey: newTlsKey() },
          { rootSeed: seed },
        ),
      ),
    );
  for (let count = 0; count < 32; count++) await enrol(it.authority, await ask(), Date.now());
  const tooMany = enrol(it.authority, await ask(), Date.now());
  await t.throwsAsync(tooMany, { code: 'LIUHEN_ENROL', message: /32 certificates that are valid/ });
});
