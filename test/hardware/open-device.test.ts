import test from 'ava';
import type { Journal } from '../../agent/journal/journal.js';
import { endDevice, Opened } from '../../agent/open-device.js';

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
