import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readRoot } from '../../agent/archive/registry.js';
import { enrol } from '../../agent/authority/ca-enrol.js';
import { readDevice } from '../../agent/authority/ca-registry.js';
import { openJournal, openStores } from '../../agent/buffer/open.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { formatVkey, SignatureType, type Vkey, vkeyOf } from '../../agent/journal/vkey.js';
import { toLine } from '../../agent/provision/carrier.js';
import { provisionDevice } from '../../agent/provision/device.js';
import { takeAnswer } from '../../agent/provision/enrolled.js';
import { files } from '../../agent/provision/files.js';
import { fingerprintWords } from '../../agent/provision/fingerprint.js';
import { makeRequest, readRequest } from '../../agent/provision/request.js';
import { newTlsKey, tlsPublicKey } from '../../agent/provision/tls-key.js';
import { loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { DOMAIN, TestAuthorityHouse } from '../support/authority.js';
import { liuhen } from '../support/liuhen.js';

test('a request must be signed by the root key that it names', async (t) => {
  const seed = newSeed();
  const rootVkey = formatVkey(vkeyOf(`${DOMAIN}/recorder-0001`, SignatureType.ed25519, publicKeyOf(seed)));
  const tlsKey = newTlsKey();
  const asked = { rootVkey, profile: 'recorder', tlsKey } as const;
  const good = await makeRequest(asked, { rootSeed: seed });
  t.is((await readRequest(JSON.stringify(good))).device, 'recorder-0001');
  const forged = await makeRequest(asked, { rootSeed: newSeed() });
  await t.throwsAsync(readRequest(JSON.stringify(forged)), {
    code: 'LIUHEN_ENROL',
    message: /not signed by the root key/,
  });
  for (const changed of [
    { profile: 'kiosk' },
    { unit: 'squad-9' },
    { csr: (await makeRequest({ ...asked, tlsKey: newTlsKey() }, { rootSeed: seed })).csr },
  ]) {
    await t.throwsAsync(readRequest(JSON.stringify({ ...good, ...changed })), {
      message: /not signed by the root key/,
    });
  }
  for (const rubbish of [
    '',
    '{}',
    'x'.repeat(40_000),
    'x'.repeat(1_000_000),
    'liuhen-request:AAAA',
    toLine('answer', '{}'),
    `liuhen-request:${'A'.repeat(30_000)}`,
  ]) {
    await t.throwsAsync(readRequest(rubbish), { code: 'LIUHEN_ENROL' });
  }
});

test('the request that is kept is for the key that is kept', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  // As two that provision at the same time may leave it.
  const key = newTlsKey();
  await writeFile(files.firstKey(made.config.data), key, { mode: 0o600 });
  const { request } = await provisionDevice(made.configPath, undefined);
  t.deepEqual((await readRequest(request)).publicKey, tlsPublicKey(key));
});

test('an id keeps its root key, ids that are levels of topics are refused, and so is another authority', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  await enrol(it.authority, await readRequest(made.request), Date.now());
  const requestOf = async (name: string) => {
    const seed = newSeed();
    const rootVkey = formatVkey(vkeyOf(name, SignatureType.ed25519, publicKeyOf(seed)));
    return readRequest(
      JSON.stringify(
        await makeRequest({ rootVkey, profile: 'recorder', tlsKey: newTlsKey() }, { rootSeed: seed }),
      ),
    );
  };
  const refused = async (name: string, message: RegExp) =>
    t.throwsAsync(enrol(it.authority, await requestOf(name), Date.now()), { code: 'LIUHEN_ENROL', message });
  await refused(`${DOMAIN}/recorder-0001`, /another root key/);
  await refused(`${DOMAIN}/board`, /may be called board/);
  await refused(`${DOMAIN}/enrol`, /may be called enrol/);
  await refused('elsewhere.example/recorder-0009', /this authority is liuhen\.example/);
  t.is(await readDevice(it.authority.dir, 'board'), undefined);
});

test('a device that liuhen init made and that has run enrols with its journal and its root key', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const folder = join(it.folder, 'init');
  await mkdir(folder);
  const inited = await liuhen(
    folder,
    'init',
    '--device',
    'recorder-0001',
    '--authority',
    DOMAIN,
    '--camera',
    'synthetic',
  );
  const rootVkey = inited.stdout.trim();
  const config = loadConfig(join(folder, 'liuhen.yaml'));
  const run = async () => {
    const stores = await openStores(config.data);
    const { journal } = await openJournal(stores, systemClock(), config.journal);
    await journal.rotateKey();
    const { size } = journal;
    await journal.close();
    await stores.close();
    return size;
  };
  await run();
  const size = await run();

  const made = await provisionDevice(join(folder, 'liuhen.yaml'), undefined);
  t.deepEqual([made.rootVkey, made.made], [rootVkey, ['TLS key', 'request']]);
  await run();
  t.is(
    (await provisionDevice(join(folder, 'liuhen.yaml'), undefined)).request,
    made.request,
    'the same each time',
  );
  const request = await readRequest(toLine('request', made.request));
  const answer = await enrol(it.authority, request, Date.now());
  const enrolled = await takeAnswer(made, answer, Date.now());
  t.is(enrolled.config.uplink.broker, it.authority.settings.broker);
  t.is(
    formatVkey((await readRoot(it.archive, 'recorder-0001')) as Vkey),
    rootVkey,
    'the archive verifies it from its root key on',
  );
  t.true((await run()) > size, 'and its journal goes on');

  const { proof, ...asked } = JSON.parse(made.request);
  const steps = Buffer.from(proof.steps, 'base64');
  t.is(steps.length, 2 * 96);
  const other = Buffer.from(steps);
  other[100] = (other[100] ?? 0) ^ 1;
  for (const [forged, message] of [
    [steps.subarray(0, 96), /not signed by the newest key/],
    [other, /do not lead on from its root key/],
    [steps.subarray(96), /do not lead on from its root key/],
    [steps.subarray(1), /malformed/],
    [Buffer.alloc(0), /malformed/],
  ] as const) {
    const text = JSON.stringify({ ...asked, proof: { ...proof, steps: forged.toString('base64') } });
    await t.throwsAsync(readRequest(text), { code: 'LIUHEN_ENROL', message });
  }
});

test('no private key is in what leaves the device', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  const key = await readFile(files.firstKey(made.config.data), 'utf8');
  const answer = await enrol(it.authority, await readRequest(made.request), Date.now());
  for (const text of [made.request, JSON.stringify(answer), toLine('request', made.request)]) {
    t.false(text.includes('PRIVATE'));
    t.false(text.includes(key.split('\n')[1] ?? 'nothing'));
  }
});

test('words of a fingerprint are the same for the same key and others for another', (t) => {
  const words = fingerprintWords(
    'liuhen.example/recorder-0001+bb46b750+ASpXeFAmAx8K/cgF5rO5a3WQxYmsFoSw2eS3NCjkeOJl',
  );
  t.is(
    words,
    fingerprintWords(' liuhen.example/recorder-0001+bb46b750+ASpXeFAmAx8K/cgF5rO5a3WQxYmsFoSw2eS3NCjkeOJl\n'),
  );
  t.is(words.split(' ').length, 8);
  t.not(
    words,
    fingerprintWords('liuhen.example/recorder-0001+bb46b750+ASpXeFAmAx8K/cgF5rO5a3WQxYmsFoSw2eS3NCjkeOJm'),
  );
});
