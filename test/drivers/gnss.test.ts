import test from 'ava';
import { systemClock } from '../../drivers/clock.js';
import { type Fix, gnss } from '../../drivers/gnss.js';
import { HandClock } from '../support/clock.js';
import { nmea } from '../support/nmea.js';
import { noise } from '../support/noise.js';
import { inChunks, ScriptedLink } from '../support/scripted-link.js';
import { pluggedIn, withoutSocat } from '../support/serial-cable.js';

const onPty = withoutSocat === undefined ? test : test.skip;
const PLACE = '3959.1234,N,11623.4567,E';

function gga(time: string, quality = 1): string {
  return nmea(`GNGGA,${time},${PLACE},${quality},12,0.8,43.5,M,-8.5,M,,`);
}

function rmc(time: string, date = '231126'): string {
  return nmea(`GNRMC,${time},A,${PLACE},0.02,31.66,${date},,,A`);
}

function receiver(clock = new HandClock()) {
  const link = new ScriptedLink();
  const driver = gnss(link, clock);
  const fixes: Fix[] = [];
  driver.onFix((fix) => fixes.push(fix));
  return { link, clock, driver, fixes };
}

test('the sentences of one moment become one fix, from the second moment on', (t) => {
  const { link, clock, fixes } = receiver();
  link.say(rmc('080910.00') + gga('080910.00', 2));
  clock.pass(1000);
  fixes.length = 0;
  link.say(rmc('080911.00'));
  t.is(fixes.length, 0);
  clock.pass(30);
  link.say(nmea('GPGSV,1,1,01,01,40,083,46') + gga('080911.00', 2));
  t.deepEqual(fixes, [
    {
      position: {
        latitude: 39.98539,
        longitude: 116.390945,
        altitudeMetres: 43.5,
        hdop: 0.8,
        satellites: 12,
      },
      utcMs: Date.UTC(2026, 10, 23, 8, 9, 11),
      quality: 'dgps',
      atMonoMs: 2030,
    },
  ]);
});

test('a sentence that stays away delays a fix once, and is then no longer waited for', (t) => {
  const { link, clock, fixes } = receiver();
  link.say(rmc('080910.00') + gga('080910.00'));
  fixes.length = 0;
  for (let second = 11; second < 15; second++) {
    clock.pass(1000);
    link.say(gga(`0809${second}.00`));
  }
  t.deepEqual(
    fixes.map(({ atMonoMs }) => atMonoMs),
    [2000, 3000, 4000, 5000],
  );
});

test('GGA takes its date from the last RMC, over midnight too', (t) => {
  const { link, clock, driver } = receiver();
  link.say(gga('235958.00'));
  t.is(driver.fix?.utcMs, undefined);
  clock.pass(1000);
  link.say(rmc('235959.00', '311226'));
  clock.pass(1050);
  link.say(gga('000000.00'));
  clock.pass(1000);
  link.say(gga('000001.00'));
  t.is(driver.fix?.utcMs, Date.UTC(2027, 0, 1, 0, 0, 1));
});

test('a time of day that does not fit the last date gives no time', (t) => {
  const { link, clock, driver } = receiver();
  link.say(rmc('080910.00'));
  for (const time of ['093000.00', '093001.00']) {
    clock.pass(1000);
    link.say(gga(time));
  }
  t.is(driver.fix?.utcMs, undefined);
  t.is(driver.fix?.quality, 'gps');
});

test('a fix expires when the receiver falls silent or loses it', (t) => {
  const { link, clock, driver } = receiver();
  link.say(rmc('080910.00'));
  clock.pass(5000);
  t.truthy(driver.fix);
  clock.pass(1);
  t.is(driver.fix, undefined);
  link.say(nmea('GNRMC,080916.00,V,,,,,,,231126,,,N'));
  t.is(driver.fix, undefined);
  t.is(driver.counters.noFix, 1);
});

test('half a sentence before the cable came out does not join with what comes after', (t) => {
  const { link, driver } = receiver();
  const whole = rmc('080910.00');
  link.say(whole.slice(0, 20));
  link.enter({ open: false, reason: 'unplugged' });
  link.enter({ open: true, path: 'scripted' });
  link.say(whole.slice(20));
  t.is(driver.fix, undefined);
  t.is(driver.counters.badChecksum, 0);
  t.is(driver.counters.droppedBytes, whole.length);
});

test('two million random bytes, as at a wrong baud rate, give no fix, and the next good sentence does', (t) => {
  const { link, driver, fixes } = receiver();
  inChunks(noise(1_000_000), [64, 1, 977], (chunk) => link.say(chunk));
  inChunks(noise(1_000_000, 2, '$$GNRMCGA,,,.0123456789*\r\nANSEW'), [64, 1, 977], (chunk) =>
    link.say(chunk),
  );
  t.is(fixes.length, 0);
  t.true(driver.counters.badChecksum > 1000);
  t.regex(driver.complaint ?? '', /^bytes come, but no NMEA sentence: look at the baud rate/);
  // What the noise left open is ended by the next sentence's start.
  link.say(rmc('080910.00'));
  t.is(fixes.length, 1);
  t.is(driver.complaint, undefined);
});

onPty('a receiver on a real pty is read through noise, half sentences and a pulled cable', async (t) => {
  const { cable, link } = await pluggedIn(t);
  const opened = () =>
    new Promise<void>((resolve) => {
      if (link.state.open) resolve();
      link.onState(({ open }) => open && resolve());
    });
  const driver = gnss(link, systemClock());
  let told = (_: Fix): void => {};
  driver.onFix((fix) => told(fix));
  const fixed = () =>
    new Promise<Fix>((resolve) => {
      told = resolve;
    });

  await opened();
  const first = fixed();
  await cable.send(Buffer.concat([noise(5000), Buffer.from(`$GNRMC,0809${rmc('080910.00')}`)]));
  t.is((await first).utcMs, Date.UTC(2026, 10, 23, 8, 9, 10));
  await cable.send(rmc('080911.00').slice(0, 30));
  const closed = new Promise<void>((resolve) => link.onState(({ open }) => open || resolve()));
  await cable.unplug();
  await closed;
  await cable.plug();
  await opened();
  const second = fixed();
  await cable.send(rmc('080912.00').slice(0, 30));
  await cable.send(rmc('080912.00').slice(30));
  t.is((await second).utcMs, Date.UTC(2026, 10, 23, 8, 9, 12));
  t.is(driver.counters.good, 2);
});
