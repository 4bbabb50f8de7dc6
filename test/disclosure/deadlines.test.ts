import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { beijingDay, loadDayOverrides, WorkingDays } from '../../agent/disclosure/working-days.js';
import { DisclosureRig } from '../support/disclosure.js';
import {
  correctionOf,
  decisionDocument,
  inspectionDocument,
  majorDecision,
  reviewOf,
} from '../support/hall.js';

const days = new WorkingDays();

test('holidays rest and the Sundays worked in exchange do not, as the State Council arranged 2026', (t) => {
  // Spring Festival 2026: 15 to 23 February; worked in exchange: 14 and 28 February.
  t.deepEqual(
    ['2026-02-14', '2026-02-16', '2026-02-23', '2026-02-28', '2026-03-01', '2026-03-02'].map((day) =>
      days.isWorking(day),
    ),
    [true, false, false, true, false, true],
  );
});

test('the zone of the machine moves no holiday', (t) => {
  const zone = process.env.TZ;
  t.teardown(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  for (const each of ['America/Los_Angeles', 'Asia/Shanghai', 'Pacific/Kiritimati']) {
    process.env.TZ = each;
    const here = new WorkingDays();
    t.is(here.dueAfter('2026-02-13', 2), '2026-02-24', each);
    t.deepEqual([here.isWorking('2026-02-23'), here.knows('2026-05-01')], [false, true], each);
  }
});

test('a term begins the day after, and ends on its last working day', (t) => {
  t.is(days.dueAfter('2026-03-12', 7), '2026-03-23');
  t.is(days.dueAfter('2026-02-12', 1), '2026-02-13');
  t.is(days.dueAfter('2026-02-13', 2), '2026-02-24');
});

test('a term counts as many working days as it has, from any day', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 40 }), (offset, term) => {
      const from = beijingDay(Date.parse('2024-01-01') + offset * 86_400_000);
      const due = days.dueAfter(from, term);
      t.true(days.isWorking(due));
      t.is(days.between(from, due), term);
    }),
    { numRuns: 200 },
  );
});

test('the day is that of Beijing, whatever the machine thinks', (t) => {
  t.is(beijingDay(Date.parse('2026-03-16T15:59:59Z')), '2026-03-16');
  t.is(beijingDay(Date.parse('2026-03-16T16:00:00Z')), '2026-03-17');
});

test('days that an authority adds count before the calendar that ships, and make their year known', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-days-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'days.yaml');
  await writeFile(file, '2031-02-03: rest\n2031-02-01: working\n2026-03-13: rest\n');
  const own = new WorkingDays(loadDayOverrides(file));
  t.deepEqual(
    ['2031-02-03', '2031-02-01', '2026-03-13'].map((day) => [days.isWorking(day), own.isWorking(day)]),
    [
      [true, false],
      [false, true],
      [true, false],
    ],
  );
  t.deepEqual(
    [days.knows('2031-05-01'), own.knows('2031-05-01'), days.knows('2026-05-01')],
    [false, true, true],
  );
  t.is(own.dueAfter('2026-03-12', 1), '2026-03-16');
  await writeFile(file, '2031-02-03: rest\n2031-02-30x: rest\n2031-02-05: holiday\n');
  t.throws(() => loadDayOverrides(file), {
    code: 'LIUHEN_CONFIG',
    message: /days\.yaml:2:.*\n.*days\.yaml:3:/,
  });
});

test('a decision published within its term is not late', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(decisionDocument());
  t.is(rig.board.item('decision', 'decision-17')?.lateness, undefined);
});

test('a penalty is due after 7 working days, other decisions after 20, and late ones are shown with their lateness', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decided = '2026-03-04';
  await rig.publish(decisionDocument({ decided }));
  const weight = { level: 'county', measures: ['charged'], effects: [], hearingHeld: false };
  await rig.publish(decisionDocument({ id: 'fee', action: 'fee', decided, weight }));
  t.like(rig.board.item('decision', 'decision-17'), {
    state: 'shown',
    lateness: { due: '2026-03-13', published: '2026-03-16', workingDaysLate: 1, provisional: false },
  });
  t.is(rig.board.item('decision', 'fee')?.lateness, undefined);
});

test('the terms are settings', async (t) => {
  const terms = { decision: 20, licence: 7, penalty: 1, inspectionResult: 1, review: 10 };
  const rig = await DisclosureRig.open(t, { terms });
  await rig.publish(decisionDocument());
  await rig.publish(inspectionDocument());
  t.is(rig.board.item('decision', 'decision-17')?.lateness?.due, '2026-03-13');
  t.is(rig.board.item('inspection-result', 'inspection-5')?.lateness?.workingDaysLate, 3);
});

test('lateness is journalled once, when the content is shown, also over restarts', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(decisionDocument({ decided: '2026-03-04' }));
  await rig.restart();
  await rig.restart();
  await rig.restart();
  const late = (await rig.written()).filter(({ name }) => name === 'published-late');
  t.is(late.length, 1);
  t.like(late[0]?.value as object, { id: 'decision-17', revision: 1, due: '2026-03-13', workingDaysLate: 1 });
});

test('what is held back grows later day by day, and is late by the day on which its review was signed', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(decision);
  t.is(rig.board.item('decision', 'decision-17')?.lateness, undefined);
  rig.passDays(14);
  t.like(rig.board.item('decision', 'decision-17'), {
    state: 'held-back',
    lateness: { due: '2026-03-23', published: '2026-03-30', workingDaysLate: 5 },
  });
  await rig.publish(reviewOf(decision, { issued: '2026-03-26T09:00:00+08:00' }));
  rig.passDays(3);
  t.like(rig.board.item('decision', 'decision-17'), {
    state: 'shown',
    lateness: { published: '2026-03-26', workingDaysLate: 3 },
  });
});

test('a corrected revision is not late by its correction', async (t) => {
  const rig = await DisclosureRig.open(t);
  const first = decisionDocument();
  await rig.publish(first);
  rig.passDays(30);
  await rig.publish(correctionOf(first, { issued: '2026-04-15T09:00:00+08:00' }));
  await rig.publish(
    decisionDocument({ revision: 2, issued: '2026-04-15T09:00:00+08:00', firstPublished: '2026-03-16' }),
  );
  t.is(rig.board.item('decision', 'decision-17')?.lateness, undefined);
});

test('lateness is provisional where the holidays of the year are not known yet', async (t) => {
  const rig = await DisclosureRig.open(t);
  rig.clock.reading.wallMs = Date.parse('2035-03-16T02:00:00Z');
  const dates = {
    decided: '2035-03-01',
    issued: '2035-03-16T09:00:00+08:00',
    expires: '2036-03-16T09:00:00+08:00',
  };
  await rig.publish(decisionDocument(dates));
  t.like(rig.board.item('decision', 'decision-17')?.lateness, { provisional: true });
});

test('a date at the end of all years, as some write for never, keeps no hall from starting', async (t) => {
  t.is(days.dueAfter('9999-12-31', 20), '9999-12-31');
  t.is(beijingDay(Date.parse('9999-12-31T23:59:59Z')), '9999-12-31');
  const rig = await DisclosureRig.open(t);
  const { ref } = await rig.publish(inspectionDocument({ inspected: '9999-12-20' }));
  await rig.restart();
  t.true(rig.board.isShown(ref));
});
