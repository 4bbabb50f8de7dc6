import test from 'ava';
import { Hono } from 'hono';
import { Live } from '../../agent/kiosk/live.js';

test('a page that reads no more is let go before what waits for it grows without end, and one that reads stays', async (t) => {
  const live = new Live('build');
  const app = new Hono().get('/live', (c) => live.stream(c));
  const [reading, hanging] = [await app.request('/live'), await app.request('/live')];
  t.teardown(() => live.close());
  const read = (async () => {
    for await (const _ of reading.body ?? []);
  })();
  t.is(live.pages, 2);
  for (let at = 0; at < 300; at++) {
    live.tell('change');
    await new Promise(setImmediate);
  }
  t.is(live.pages, 1);
  t.true(hanging.ok);
  live.close();
  await read;
});
