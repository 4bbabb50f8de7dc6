import test from 'ava';
import fc from 'fast-check';
import { cardReader } from '../../drivers/card-reader.js';
import { HandClock } from '../support/clock.js';
import { noise } from '../support/noise.js';
import { inChunks, ScriptedLink } from '../support/scripted-link.js';
import { pluggedIn, withoutSocat } from '../support/serial-cable.js';

const onPty = withoutSocat === undefined ? test : test.skip;
/** The example of the module's data sheet. */
const CARD = '62E3086CED';
const FRAME = '\x0262E3086CED08\x03';

function frameOf(card: string): string {
  const checksum = Buffer.from(card, 'hex').reduce((xor, byte) => xor ^ byte, 0);
  return `\x02${card}${checksum.toString(16).toUpperCase().padStart(2, '0')}\x03`;
}

function reader() {
  const link = new ScriptedLink();
  const clock = new HandClock();
  const driver = cardReader(link, clock);
  const cards: string[] = [];
  driver.onCard((card) => cards.push(card));
  return { link, clock, driver, cards };
}

test('a card is its ten digits', (t) => {
  const { link, cards, driver } = reader();
  link.say(FRAME);
  t.deepEqual(cards, [CARD]);
  t.is(driver.counters.good, 1);
});

test('lower-case digits and the line end of other readers are taken', (t) => {
  const { link, cards } = reader();
  link.say('\x0262e3086ced08\r\n\x03');
  t.deepEqual(cards, [CARD]);
});

test('a card that stays is shown once, and again when it was away for a second', (t) => {
  const { link, clock, cards } = reader();
  for (let repeat = 0; repeat < 100; repeat++) {
    link.say(FRAME);
    clock.pass(65);
  }
  t.deepEqual(cards, [CARD]);
  clock.pass(934);
  link.say(FRAME);
  t.deepEqual(cards, [CARD]);
  clock.pass(1000);
  link.say(FRAME);
  t.deepEqual(cards, [CARD, CARD]);
});

test('what pretends to be a thousand cards is told a few of, and a card that comes later is told again', (t) => {
  const { link, clock, cards, driver } = reader();
  for (let card = 0; card < 1000; card++) {
    link.say(frameOf(card.toString(16).padStart(10, '0')));
    clock.pass(15);
  }
  t.is(cards.length, 24);
  t.is(driver.counters.tooMany, 976);
  clock.pass(1000);
  link.say(FRAME);
  t.is(cards.at(-1), CARD);
});

test('two cards held together are each shown once', (t) => {
  const { link, clock, cards } = reader();
  for (let repeat = 0; repeat < 20; repeat++) {
    link.say(repeat % 2 === 0 ? FRAME : frameOf('0000000001'));
    clock.pass(65);
  }
  t.deepEqual(cards, [CARD, '0000000001']);
});

test('a wrong checksum, a wrong length and what is no hex are counted and shown to nobody', (t) => {
  const { link, cards, driver } = reader();
  link.say('\x0262E3086CED09\x03\x0262E3086CED\x03\x0262E3086CEDXX\x03\x02\x03');
  link.say(`\x02${'0'.repeat(200)}\x03${FRAME.slice(0, 6)}${FRAME.slice(0, 9)}`);
  t.deepEqual(cards, []);
  const { badChecksum, malformed, tooLong, interrupted } = driver.counters;
  t.deepEqual([badChecksum, malformed, tooLong, interrupted], [1, 3, 1, 1]);
  link.say(FRAME);
  t.deepEqual(cards, [CARD]);
});

test('half a frame before the cable came out does not join with what comes after', (t) => {
  const { link, cards } = reader();
  link.say(FRAME.slice(0, 7));
  link.enter({ open: false, reason: 'unplugged' });
  link.say(FRAME.slice(7));
  t.deepEqual(cards, []);
});

test('a card is read out of any noise that does not cut it, in any chunks', (t) => {
  const noisy = fc.uint8Array({ maxLength: 200 });
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
  const digits = fc.array(fc.constantFrom(...'0123456789ABCDEF'), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(noisy, digits, noisy, sizes, (before, card, after, chunks) => {
      const { link, cards } = reader();
      const frame = Buffer.from(frameOf(card.join('')), 'latin1');
      inChunks(Buffer.concat([before, frame, after]), chunks, (chunk) => link.say(chunk));
      t.deepEqual(cards, [card.join('')]);
    }),
    { numRuns: 1000 },
  );
});

test('a million random bytes, as at a wrong baud rate, show no card, and the next good frame does', (t) => {
  const { link, cards, driver } = reader();
  t.is(driver.complaint, undefined);
  inChunks(noise(1_000_000), [64, 1, 977], (chunk) => link.say(chunk));
  t.deepEqual(cards, []);
  t.is(
    driver.complaint,
    'bytes come, but no card number: look at the baud rate and whether it is the right device',
  );
  link.say(FRAME);
  t.deepEqual(cards, [CARD]);
  t.is(driver.complaint, undefined);
});

test('of a million bytes that look like frames, none with a wrong checksum is shown', (t) => {
  const { link, cards, driver } = reader();
  inChunks(noise(1_000_000, 3, '\x02\x030123456789ABCDEF\x02'), [64, 1, 977], (chunk) => link.say(chunk));
  const { malformed, badChecksum, good } = driver.counters;
  t.true(malformed > 1000 && badChecksum > 100);
  // One in 256 has the right one by chance.
  t.true(good < badChecksum / 50);
  t.is(cards.length + driver.counters.tooMany, good);
});

onPty('a reader on a real pty is read', async (t) => {
  const { cable, link } = await pluggedIn(t);
  await new Promise<void>((resolve) => link.onState(({ open }) => open && resolve()));
  const shown = new Promise<string>((resolve) => cardReader(link).onCard(resolve));
  await cable.send(Buffer.concat([noise(1000), Buffer.from(FRAME + FRAME, 'latin1')]));
  t.is(await shown, CARD);
});
