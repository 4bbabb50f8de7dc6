import { once } from 'node:events';
import test from 'ava';
import { publishRetained } from '../../agent/authority/publish.js';
import { TestArchive, untilArchive } from '../support/archive.js';
import { CARD, COLLEAGUES_CARD, PRESENCE, TestKiosk } from '../support/kiosk-agent.js';

const status = (html: string) => /class="status is-([a-z-]+)"/.exec(html)?.[1];
const name = (html: string) => /class="person-name"><bdi[^>]*>([^<]+)</.exec(html)?.[1];

test.serial(
  'staff tap on and off duty, a colleague takes the window over, and the journal says so',
  async (t) => {
    const kiosk = await TestKiosk.make(t);
    const { journal } = await kiosk.start();
    t.teardown(() => kiosk.agent.stop('test over'));
    await kiosk.takeHall();
    const own = name(await kiosk.page());
    t.is(status(await kiosk.page()), 'on-duty');

    await kiosk.tap(CARD);
    t.is(status(await kiosk.page()), 'off-duty');
    t.regex(await kiosk.page(), /本窗口暂无人值守/);
    await kiosk.tap(COLLEAGUES_CARD);
    const taken = await kiosk.page();
    t.is(status(taken), 'on-duty');
    t.not(name(taken), own);
    t.true(taken.includes(`代${own}值守`));
    await kiosk.press();
    t.is(status(await kiosk.page()), 'away');
    await kiosk.press();
    t.is(status(await kiosk.page()), 'on-duty');
    t.true(journal.size > 0);
    const { content } = (await kiosk.agent.status()) as { content: { states: Record<string, number> } };
    t.true((content.states.shown ?? 0) > 50);
  },
);

test.serial('an unknown card changes nothing and is an event', async (t) => {
  const kiosk = await TestKiosk.make(t);
  const agent = await kiosk.start();
  t.teardown(() => agent.stop('test over'));
  await kiosk.takeHall();
  const main = async () => /<main.*<\/main>/s.exec(await kiosk.page())?.[0];
  const before = await main();
  const sealed = once(agent.journal, 'sealed');
  await kiosk.tap('0FFFFFFFFF');
  await sealed;
  t.true((await main()) === before);
  t.is(agent.duty.said, undefined);
});

test.serial(
  'what a card said is remembered over a power cut, and so is everything that is shown',
  async (t) => {
    const kiosk = await TestKiosk.make(t);
    await kiosk.start();
    await kiosk.takeHall();
    await kiosk.tap(CARD);
    const before = await kiosk.page('/decisions');
    await kiosk.agent.stop('test');
    await kiosk.start();
    t.teardown(() => kiosk.agent.stop('test over'));
    t.is(status(await kiosk.page()), 'off-duty');
    const rows = (html: string) => html.match(/<ul class="rows">.*?<\/ul>/s)?.[0];
    t.is(rows(await kiosk.page('/decisions')), rows(before));
  },
);

test.serial('the presence sensor wakes the pages', async (t) => {
  const kiosk = await TestKiosk.make(t);
  const agent = await kiosk.start();
  t.teardown(() => agent.stop('test over'));
  const { body } = await fetch(new URL('/live', agent.kiosk.url));
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  t.teardown(() => reader.cancel());
  const hears = async (event: string) => {
    for (let text = ''; !text.includes(`event: ${event}`); ) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the events ended before ${event}`);
      text += Buffer.from(value).toString();
    }
  };
  await hears('hello');
  kiosk.drivers.gpioLines.line(PRESENCE).set(true);
  await t.notThrowsAsync(hears('wake'));
});

test.serial(
  'content comes by the same connection by which the journal goes up, and stays when the broker is gone',
  async (t) => {
    const kiosk = await TestKiosk.make(t);
    const archive = await TestArchive.init([kiosk.rootVkey]);
    t.teardown(() => archive.remove());
    await archive.start();
    const broker = `mqtt://127.0.0.1:${archive.port}`;
    const publications = kiosk.hall.envelopes.map(({ topic, bytes: payload }) => ({ topic, payload }));
    await publishRetained({ broker }, publications);
    const agent = await kiosk.start({ broker, witness: archive.witness.vkey });
    t.teardown(() => agent.stop('test over'));
    while (agent.disclosure.board.shown('post').length < 6) await once(agent.disclosure.board, 'change');
    t.is(status(await kiosk.page()), 'on-duty');
    t.is((await agent.status()).kiosk.stale, null);

    const { origin } = new URL(agent.kiosk.url);
    const sent = await fetch(new URL('/rate', agent.kiosk.url), {
      method: 'POST',
      body: 'rating=good',
      redirect: 'manual',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    });
    t.is(sent.status, 303);
    const receipt = sent.headers.get('location') ?? '';
    for (;;) {
      const next = once(agent.uplink as NonNullable<typeof agent.uplink>, 'witnessed');
      if ((await kiosk.page(receipt)).includes('并由归档端见证')) break;
      await next;
    }
    await untilArchive(archive.running, ({ devices }) => devices.length > 0);

    const down = once(agent.uplink as NonNullable<typeof agent.uplink>, 'state');
    await archive.stop();
    await down;
    t.is(status(await kiosk.page()), 'on-duty');
    t.regex(await kiosk.page('/decisions'), /class="row"/);
  },
);
