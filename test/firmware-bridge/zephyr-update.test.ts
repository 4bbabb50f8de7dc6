import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ByteLink } from '../../drivers/serial-port.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import { type FirmwareImage, readFirmwareImage } from '../../firmware-bridge/image.js';
import { SmpFrameParser } from '../../firmware-bridge/smp-frame.js';
import { decodeHeader } from '../../firmware-bridge/smp-message.js';
import { FirmwareUpdater } from '../../firmware-bridge/update.js';
import { startZephyr, ZEPHYR_VARIABLE, type ZephyrServer, zephyrServers } from '../support/zephyr-server.js';

/*
 * Whole updates of Zephyr under its real bootloader, MCUboot: the fixture *_qemu_cortex_m0_serial.merged.hex, as in zephyr.test.ts. The other
 * fixtures do not swap images.
 */
const swapping = zephyrServers.filter((path) => /_qemu_cortex_m0_serial.*\.merged\.hex$/.test(path));

if (swapping.length === 0)
  test(`real MCUboot is updated when ${ZEPHYR_VARIABLE} names a server that swaps`, (t) => {
    t.log('skipped');
    t.pass();
  });

for (const path of swapping) {
  const name = basename(path);

  test.serial(`${name}: an update is swapped in by MCUboot, tried, and stays once confirmed`, async (t) => {
    t.timeout(150_000);
    const { updater, file } = await scene(t, path);
    t.is((await updater.update(asVersion(file, 1))).state, 'testing');
    t.like(await updater.info(), { running: { version: '1.2.1', confirmed: false } });
    await t.throwsAsync(updater.update(asVersion(file, 2)), { code: 'LIUHEN_STATE' });
    t.is((await updater.confirm()).version, '1.2.1');
    t.like(await updater.info(), { running: { version: '1.2.1', confirmed: true } });
  });

  test.serial(`${name}: an update that fails its check is given up by another reset`, async (t) => {
    t.timeout(150_000);
    const { updater, file } = await scene(t, path);
    const { running: before } = await updater.info();
    const healthCheck = async () => {
      throw new Error('does not work');
    };
    await t.throwsAsync(updater.update(asVersion(file, 3), { confirm: true, healthCheck }), {
      code: 'LIUHEN_FIRMWARE_UPDATE',
      message: /1\.2\.3 failed its check; the board runs \S+ again/,
    });
    t.like(await updater.info(), { running: { hash: before.hash } });
  });
}

/** One machine an update: QEMU loads the first image into its flash again at every reset, so a second update has lost what it replaces. */
async function scene(t: ExecutionContext, path: string) {
  const server = await startZephyr(path);
  t.teardown(() => server.stop());
  const client = new SmpClient(sparing(server), { timeoutMs: 2000, attempts: 5 });
  t.teardown(() => client.close());
  const file = await readFile(path.replace(/\.merged\.hex$/, '.signed.bin'));
  return { updater: new FirmwareUpdater(client), file };
}

/** The emulated nRF51 UART never recovers from a byte that comes while it starts: nothing is sent from a reset until it has. */
function sparing(server: ZephyrServer): ByteLink {
  const { link } = server;
  const parser = new SmpFrameParser();
  let quiet: Promise<void> | undefined;
  return {
    get state() {
      return link.state;
    },
    onData: (listener) => link.onData(listener),
    onState: (listener) => link.onState(listener),
    close: () => link.close(),
    async write(bytes) {
      await quiet;
      for (const body of parser.push(bytes)) {
        const { group, command, op } = decodeHeader(body);
        if (group === 0 && command === 5 && op === 2) quiet = server.restarted();
      }
      await link.write(bytes);
    },
  };
}

/** The same firmware as version 1.2.`revision`, with the hash that this gives it. */
function asVersion(file: Buffer, revision: number): FirmwareImage {
  const copy = Buffer.from(file);
  copy.set([1, 2, revision, 0], 20);
  const end = copy.readUInt16LE(8) + copy.readUInt32LE(12) + copy.readUInt16LE(10);
  const hash = createHash('sha256').update(copy.subarray(0, end)).digest();
  for (let at = end + 4; at < copy.length; at += 4 + copy.readUInt16LE(at + 2))
    if (copy.readUInt16LE(at) === 0x10) hash.copy(copy, at + 4);
  return readFirmwareImage(copy);
}
