import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { openStores } from '../../agent/buffer/open.js';
import { initDevice } from '../../agent/init.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import type { Journal } from '../../agent/journal/journal.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { endDevice, Opened } from '../../agent/open-device.js';
import { runAgent } from '../../agent/run.js';
import { runKiosk } from '../../agent/run-kiosk.js';
import { defaultConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { signerNamed } from '../support/disclosure.js';

test('what an agent opened is closed newest first, also where the journal takes no end and a part fails to close', async (t) => {
  const opened = new Opened();
  const closed: string[] = [];
  opened.add(() => void closed.push('stores'));
  opened.add(async () => {
    throw new Error('the link hangs');
  });
  opened.add(() => void closed.push('lights'));
  const journal = { failure: undefined, append: () => Promise.reject(new Error('disk full')) };
  await t.throwsAsync(endDevice(journal as unknown as Journal, opened, 'shutdown'));
  t.deepEqual(closed, ['lights', 'stores']);
  await opened.close();
  t.deepEqual(closed, ['lights', 'stores'], 'once');
});

test('a device that cannot start for what its configuration says writes no entry and uses up no key, however often it tries', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-start-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const log = pino({ level: 'silent' });
  const [camera, witness] = [{ source: join(folder, 'no-film.mp4') }, 'liuhen.example/archive+00000000+AAAA'];
  const uplink = { broker: 'mqtt://127.0.0.1:1', witness };
  const hall = {
    kiosk: { window: '3', port: 0 },
    disclosure: { hall: 'hall-1', root: formatVkey(signerNamed('root').vkey) },
  };
  const kiosk = { ...hall, profile: 'kiosk', uplink } as const;
  // A device's key in the place of the archive's.
  const otherKind = { ...uplink, witness: formatVkey(signerNamed('recorder').vkey) };
  for (const settings of [{ camera }, { uplink }, { uplink: otherKind }, kiosk]) {
    const config = defaultConfig({
      camera: { source: 'synthetic' },
      ...settings,
      data: join(folder, 'data'),
    });
    await initDevice(config.data, config.device, systemClock()).catch(() => {});
    const sizeOf = async () => {
      const stores = await openStores(config.data);
      const { size } = parseCheckpoint((await stores.store.checkpoint()) ?? '');
      await stores.close();
      return size;
    };
    const size = await sizeOf();
    const run = config.profile === 'kiosk' ? runKiosk : runAgent;
    await t.throwsAsync(run({ config, log }), { name: 'LiuhenError' });
    t.is(await sizeOf(), size);
  }
});
