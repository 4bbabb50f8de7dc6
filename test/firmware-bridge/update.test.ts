import test from 'ava';
import { LiuhenError } from '../../config/errors.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import { readFirmwareImage } from '../../firmware-bridge/image.js';
import { checkedImage, FirmwareUpdater, type UpdateProgress } from '../../firmware-bridge/update.js';
import { firmwareSigner } from '../../scripts/firmware-signer.js';
import { boardScene, firmware, firmwareKey, signer } from '../support/board.js';

const one = firmware('1.0.0');
const two = firmware('2.0.0', 30_000);
const three = firmware('3.0.0', 8_000);
const hex = (image: { hash: Buffer }) => image.hash.toString('hex');

test('an update is uploaded, tried, and stays once it is confirmed', async (t) => {
  const { updater, simulator } = await boardScene(t);
  const seen: UpdateProgress[] = [];
  const result = await updater.update(two, { onProgress: (progress) => seen.push(progress) });
  t.deepEqual(result, {
    before: { version: '1.0.0', hash: hex(one) },
    after: { version: '2.0.0', hash: hex(two) },
    state: 'testing',
  });
  t.like(await updater.info(), {
    running: { version: '2.0.0', confirmed: false },
    other: { version: '1.0.0', pending: false },
  });
  const uploads = seen.filter(({ step }) => step === 'upload').map(({ doneBytes }) => doneBytes);
  t.deepEqual(
    uploads,
    [...uploads].sort((a, b) => a - b),
  );
  t.is(uploads.at(-1), two.bytes.length);
  t.deepEqual([...new Set(seen.map(({ step }) => step))], ['upload', 'restart', 'check']);

  t.deepEqual(await updater.confirm(), { version: '2.0.0', hash: hex(two) });
  await simulator.powerOn();
  t.like(await updater.info(), { running: { version: '2.0.0', confirmed: true } });
  await t.throwsAsync(updater.confirm(), { code: 'LIUHEN_STATE' });
});

test('the image of another processor on the board is neither what runs nor what is in the other slot', async (t) => {
  const { client } = await boardScene(t);
  const radio = { ...{ image: 1, version: '9.0.0', hash: Buffer.alloc(32, 9) }, bootable: true };
  const request = client.request.bind(client);
  client.request = async (...asked) => {
    const answer = await request(...asked);
    if (!Array.isArray(answer.images)) return answer;
    const others = [
      { ...radio, slot: 0, active: true, confirmed: true },
      { ...radio, slot: 1, pending: true },
    ];
    return { ...answer, images: [...others, ...answer.images] };
  };
  t.like(await new FirmwareUpdater(client).info(), {
    running: { version: '1.0.0', confirmed: true },
    other: null,
  });
});

test('an unconfirmed image gives way to the one before at the next reset', async (t) => {
  const { updater, simulator } = await boardScene(t);
  await updater.update(two);
  await simulator.powerOn();
  t.like(await updater.info(), {
    running: { version: '1.0.0', confirmed: true },
    other: { version: '2.0.0', pending: false },
  });
});

test('with confirm, an image stays only after its check', async (t) => {
  const { updater, simulator } = await boardScene(t);
  let confirmedInCheck: boolean | undefined;
  const healthCheck = async () => {
    confirmedInCheck = (await updater.info()).running.confirmed;
  };
  t.is((await updater.update(two, { confirm: true, healthCheck })).state, 'confirmed');
  t.false(confirmedInCheck);
  await simulator.powerOn();
  t.like(await updater.info(), { running: { version: '2.0.0', confirmed: true } });
});

test('an image that fails its check is put back, and the error says why', async (t) => {
  const { updater } = await boardScene(t);
  const healthCheck = async () => {
    throw new Error('the buzzer is silent');
  };
  const error = await t.throwsAsync(updater.update(two, { confirm: true, healthCheck }), {
    code: 'LIUHEN_FIRMWARE_UPDATE',
    message: /2\.0\.0 failed its check; the board runs 1\.0\.0 again/,
  });
  t.like(error?.cause, { message: 'the buzzer is silent' });
  t.like(await updater.info(), { running: { version: '1.0.0', confirmed: true } });
});

test('rollback reverts an unconfirmed image, and brings back the one before a confirmed one', async (t) => {
  const { updater, simulator } = await boardScene(t);
  await t.throwsAsync(updater.rollback(), { code: 'LIUHEN_STATE' });
  await updater.update(two);
  t.like(await updater.rollback(), { after: { version: '1.0.0' }, state: 'confirmed' });
  await updater.update(three, { confirm: true });
  t.like(await updater.rollback(), { before: { version: '3.0.0' }, after: { version: '1.0.0' } });
  await simulator.powerOn();
  t.like(await updater.info(), { running: { version: '1.0.0', confirmed: true } });
});

test('no second update begins while one is unconfirmed', async (t) => {
  const { updater, simulator } = await boardScene(t);
  await updater.update(two);
  await t.throwsAsync(updater.update(three), { code: 'LIUHEN_STATE', message: /2\.0\.0 runs unconfirmed/ });
  t.is((await updater.update(two, { confirm: true })).state, 'confirmed');
  t.is((await updater.update(two, { confirm: true })).state, 'confirmed');
  t.is(simulator.running?.header.version, '2.0.0');
});

test('an update starts over and succeeds when the board resets in mid upload', async (t) => {
  const { updater, simulator } = await boardScene(t);
  simulator.faults.add({ kind: 'reset-in-upload', count: 1, atBytes: 15_000 });
  const seen: number[] = [];
  await updater.update(two, {
    confirm: true,
    onProgress: ({ step, doneBytes }) => step === 'upload' && seen.push(doneBytes),
  });
  t.is(simulator.running?.header.version, '2.0.0');
  t.true(
    seen.some((done, at) => done < (seen[at - 1] ?? 0)),
    'it started over',
  );
});

test('an upload that the line cut off goes on where it stood', async (t) => {
  const { updater, simulator } = await boardScene(t);
  const offsets: number[] = [];
  const stop = new AbortController();
  const first = updater.update(two, {
    signal: stop.signal,
    onProgress: ({ step, doneBytes }) => {
      if (step === 'upload' && doneBytes > 10_000) stop.abort(new Error('cable pulled'));
    },
  });
  await t.throwsAsync(first, { message: 'cable pulled' });
  await updater.update(two, {
    onProgress: ({ step, doneBytes }) => step === 'upload' && offsets.push(doneBytes),
  });
  t.true((offsets[0] ?? 0) > 10_000, `went on at ${offsets[0]}`);
  t.is(simulator.running?.header.version, '2.0.0');
});

test('an image that hangs is given up: the watchdog resets the board, and the one before runs', async (t) => {
  const { updater, simulator } = await boardScene(t);
  simulator.faults.add({ kind: 'hang-after-swap', count: 1 });
  simulator.once('booted', () => setImmediate(() => void simulator.powerOn()));
  await t.throwsAsync(updater.update(two), {
    code: 'LIUHEN_FIRMWARE_UPDATE',
    message: /got 1\.0\.0/,
  });
  t.like(await updater.info(), { running: { version: '1.0.0', confirmed: true } });
});

test('an image that the bootloader does not trust never runs, though it got past us', async (t) => {
  const { updater, simulator } = await boardScene(t);
  const other = firmwareSigner();
  const forged = readFirmwareImage(other.image({ version: '6.6.6', payload: Buffer.alloc(9000, 6) }));
  await t.throwsAsync(updater.update(forged), { code: 'LIUHEN_FIRMWARE_UPDATE', message: /got 1\.0\.0/ });
  t.is(simulator.running?.header.version, '1.0.0');
  t.is((await updater.info()).other, null, 'the bootloader erased it');
});

test('a file with any byte flipped is refused before anything is sent', (t) => {
  const bytes = signer.image({ version: '1.2.3', payload: Buffer.alloc(64, 3) });
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    t.throws(() => checkedImage(flipped, firmwareKey), {
      instanceOf: LiuhenError,
      code: 'LIUHEN_FIRMWARE_IMAGE',
    });
  }
  t.is(checkedImage(bytes, firmwareKey).header.version, '1.2.3');
});

test('a board that is not there is told apart from one that refuses', async (t) => {
  const { updater, simulator, link } = await boardScene(t);
  simulator.faults.add({ kind: 'drop-request', count: 1000 });
  const hasty = new FirmwareUpdater(new SmpClient(link, { timeoutMs: 20 }));
  await t.throwsAsync(hasty.update(two), { code: 'LIUHEN_FIRMWARE_SILENT' });
  simulator.faults.clear();
  t.is((await updater.info()).running.version, '1.0.0', 'nothing of the hasty one is on its way any more');
  simulator.faults.add({ kind: 'refuse', count: 1, rc: 11 });
  await t.throwsAsync(updater.update(two), { code: 'LIUHEN_FIRMWARE', message: /access denied/ });
});
