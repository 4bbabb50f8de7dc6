import test from 'ava';
import type { Accepted } from '../../agent/disclosure/refusal.js';
import { ContentFeed } from '../../agent/kiosk/content-feed.js';

const MIB = Buffer.alloc(1024 * 1024);

test('what a broker hands out at once beyond what may wait is asked for again, until all of it is here', async (t) => {
  const here = new Set<string>();
  const waiting: (() => void)[] = [];
  const accepted = { accepted: true, fresh: true } as Accepted;
  const retained = Array.from({ length: 60 }, (_, at) => `topic-${at}`);
  let asked = 0;
  const feed = new ContentFeed({
    take: (topic) =>
      here.has(topic)
        ? Promise.resolve(accepted)
        : new Promise((resolve) =>
            waiting.push(() => {
              here.add(topic);
              resolve(accepted);
            }),
          ),
    async again() {
      asked++;
      for (const topic of retained) {
        feed.push(topic, MIB);
        await Promise.resolve();
      }
    },
    log: { warn() {} },
  });
  for (const topic of retained) feed.push(topic, MIB);
  while (here.size < retained.length && waiting.length > 0) {
    t.true(feed.counts.waitingBytes <= 24 * MIB.length);
    for (const done of waiting.splice(0)) done();
    await new Promise(setImmediate);
  }
  t.is(here.size, retained.length);
  t.is(asked, 2);
  t.is(feed.counts.waitingBytes, 0);
});

test('what is refused is not asked for again, however much of it there is', async (t) => {
  let asked = 0;
  const feed = new ContentFeed({
    take: async () => ({ accepted: false, refusal: 'unsigned', detail: '' }),
    async again() {
      asked++;
    },
    log: { warn() {} },
  });
  for (let at = 0; at < 60; at++) feed.push(`topic-${at}`, MIB);
  await new Promise(setImmediate);
  t.like(feed.counts, { waitingBytes: 0, dropped: 36 });
  t.is(asked, 0);
});
