import test from 'ava';
import { TestDevice } from '../support/device.js';
import { liuhen } from '../support/liuhen.js';

test('a recording without an end counts as cut off where no agent runs', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  await device.record({ fragments: 2 });
  await device.record({ fragments: 1, open: true });
  await device.close();
  const { stdout, status } = await liuhen(device.folder, 'recordings', '--data', device.folder);
  t.is(status, 0);
  const ended = stdout.split('\n').map((line) => /(?:ENDED|button|cut off|still recording)/.exec(line)?.[0]);
  t.deepEqual(ended.slice(0, 3), ['ENDED', 'button', 'cut off'], stdout);
});
