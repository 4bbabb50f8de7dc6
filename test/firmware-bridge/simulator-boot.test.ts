import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readFirmwareImage } from '../../firmware-bridge/image.js';
import { boot } from '../../firmware-bridge/simulator-boot.js';
import { type BootState, SimulatedFlash } from '../../firmware-bridge/simulator-flash.js';
import { layOutImage } from '../../firmware-bridge/simulator-image.js';

const SECTOR = 512;
const running = readFirmwareImage(layOutImage({ version: '1.0.0', payload: randomBytes(1500) }));
const update = readFirmwareImage(layOutImage({ version: '2.0.0', payload: randomBytes(2100) }));
const STEPS = 3 * Math.ceil(update.bytes.length / SECTOR);
const noPause = async () => {};
class PowerLoss extends Error {}

function flashWith(t: ExecutionContext, state: Partial<BootState>, [primary, secondary] = [running, update]) {
  const folder = mkdtempSync(join(tmpdir(), 'liuhen-boot-'));
  const open = () => new SimulatedFlash(folder, { slotBytes: 4096, sectorBytes: SECTOR });
  const flash = open();
  flash.write('primary', 0, primary?.bytes ?? Buffer.alloc(0));
  flash.write('secondary', 0, secondary?.bytes ?? Buffer.alloc(0));
  flash.save({ pending: null, confirmed: true, swap: null, ...state });
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return { flash, open };
}

const cases = [
  { kind: 'test', state: { pending: 'test' }, slots: [running, update], confirmed: false },
  { kind: 'permanent', state: { pending: 'permanent' }, slots: [running, update], confirmed: true },
  { kind: 'revert', state: { confirmed: false }, slots: [running, update], confirmed: true },
] as const;

for (const { kind, state, slots, confirmed } of cases) {
  test(`a ${kind} swap that power loss interrupts after any step, or in the middle of one, ends at the next start`, async (t) => {
    for (let cut = 1; cut <= STEPS; cut++) {
      for (const torn of [false, true]) {
        const { flash, open } = flashWith(t, state, [...slots]);
        let steps = 0;
        const loss = boot(flash, undefined, async () => {
          if (++steps === cut) throw new PowerLoss();
        });
        await t.throwsAsync(loss, { instanceOf: PowerLoss });
        if (torn && cut < STEPS) {
          const sector = Math.floor(cut / 3) * SECTOR;
          const target = (['scratch', 'primary', 'secondary'] as const)[cut % 3] ?? 'scratch';
          flash.write(target, target === 'scratch' ? 0 : sector, randomBytes(SECTOR / 2));
        }
        flash.close();
        const after = open();
        const result = await boot(after, undefined, noPause);
        t.deepEqual(result.running?.hash, update.hash, `cut after step ${cut} of ${STEPS}`);
        t.deepEqual(after.read('secondary', 0, running.bytes.length), running.bytes);
        t.deepEqual(after.state, { pending: null, confirmed, swap: null });
        after.close();
      }
    }
  });
}

test('a marked image that is damaged is erased, and the one before runs on, confirmed', async (t) => {
  const { flash } = flashWith(t, { pending: 'test' });
  flash.write('secondary', 1000, Buffer.from([0]));
  flash.write('secondary', 1001, Buffer.from([1]));
  const result = await boot(flash, undefined, noPause);
  t.deepEqual(result.running?.hash, running.hash);
  t.is(result.swapped, 'none');
  t.true(flash.read('secondary').every((byte) => byte === 0xff));
  t.deepEqual(flash.state, { pending: null, confirmed: true, swap: null });
  flash.close();
});

test('a board without a valid image runs nothing', async (t) => {
  const { flash } = flashWith(t, {});
  flash.erase('primary');
  t.is((await boot(flash, undefined, noPause)).running, undefined);
  flash.close();
});
