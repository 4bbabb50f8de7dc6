import { once } from 'node:events';
import test from 'ava';
import { OfficerRig } from '../support/officer.js';
import { Gate } from '../support/stores.js';

const behaviour = { id: 'personal-freedom', wholeProcess: true };

test('one press records with what was filmed before it; the light is steady once footage is sealed; a long press stops', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t);
  await rig.film(run, 3);
  officer.identity = { officer: 'officer-17', credential: 'LX-17' };
  officer.controls.button('press');
  t.deepEqual(officer.cues, ['touched'], 'felt before anything else');
  officer.controls.button('short');
  t.is(officer.controls.light, 'starting', 'at once');
  await officer.shows('sealing');
  await officer.filmSealed(run, 2);
  t.is(officer.controls.light, 'sealing');
  officer.controls.button('short');
  officer.controls.button('long');
  await rig.film(run);
  await rig.reaches('idle');
  t.deepEqual(officer.lights, ['no-camera', 'ready', 'starting', 'sealing', 'stopping', 'ready']);
  t.deepEqual(officer.cues, ['touched', 'started', 'marked', 'stopped']);
  const [recording] = await rig.recordings();
  t.like(recording, { trigger: 'button', preRecordMs: 3000, fragments: 6, marks: 1, officer: 'officer-17' });
  t.like(recording, { credential: 'LX-17', stopped: { reason: 'button' } });
  const events = (await rig.entriesOf('event')).map(({ source, name, value }) => [source, name, value]);
  t.deepEqual(events, [
    ['button', 'short', { state: 'idle' }],
    ['button', 'short', { state: 'recording', recording: 1 }],
    ['button', 'long', { state: 'recording', recording: 1 }],
  ]);
  t.deepEqual(await rig.problems(), []);
});

test('a double press while idle records, is marked as an SOS and goes up first', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t);
  await rig.film(run);
  officer.controls.button('double');
  await rig.reaches('recording');
  await officer.filmSealed(run);
  const [recording] = await rig.recordings();
  t.deepEqual(officer.prioritised, [recording?.recording]);
  t.like((await rig.entriesOf('mark'))[0], { kind: 'sos', recording: recording?.recording });
});

test('a whole-process recording goes on after one long press and after a command, and ends with two presses', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t, { behaviour });
  officer.controls.button('short');
  await rig.reaches('recording');
  t.like((await rig.entriesOf('recording-started'))[0], {
    behaviour: 'personal-freedom',
    wholeProcess: true,
  });
  officer.controls.button('long');
  officer.pass(5000);
  officer.controls.button('long');
  await t.throwsAsync(officer.controls.stop(false), { code: 'LIUHEN_STATE', message: /whole-process/ });
  t.is(rig.recorder.state, 'recording');
  officer.pass(4000);
  officer.controls.button('long');
  t.is(rig.recorder.state, 'stopping');
  await rig.film(run);
  await rig.reaches('idle');
  t.like((await rig.recordings())[0], { stopped: { reason: 'button' } });
});

test('a confirmed command ends a whole-process recording', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t);
  const recording = await officer.controls.start({ trigger: 'command', wholeProcess: true });
  const stopped = officer.controls.stop(true);
  await rig.film(run);
  t.like(await stopped, { recording });
});

test('the light tells within 2 s that a disk takes nothing any more, and that it does again', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t);
  officer.controls.button('short');
  await rig.reaches('recording');
  await officer.filmSealed(run, 2);
  t.is(officer.controls.light, 'sealing');
  const gate = new Gate();
  rig.stores.footage.beforePut = () => gate.pass();
  await rig.film(run);
  officer.pass(699);
  t.is(officer.controls.light, 'sealing', '1.699 s after the last footage that is sealed');
  officer.pass(1);
  t.is(officer.controls.light, 'not-sealing');
  t.is(officer.cues.at(-1), 'not-sealing');
  rig.stores.footage.beforePut = undefined;
  gate.open();
  await rig.film(run);
  await officer.shows('sealing');
  t.is(officer.cues.at(-1), 'sealing-again');
});

test('the light tells at once that the camera gives nothing, and that it does again', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t);
  officer.controls.button('short');
  await rig.reaches('recording');
  await officer.filmSealed(run);
  await rig.after('lost', () => run.end('failed', 'unplugged'));
  t.is(officer.controls.light, 'not-sealing');
  const again = await rig.nextRun();
  await officer.filmSealed(again);
  t.is(officer.controls.light, 'sealing');
});

test('a disk that is full is shown while idle, before anybody presses', async (t) => {
  const { officer } = await OfficerRig.running(t);
  await officer.shows('ready');
  officer.room = false;
  officer.pass(5000);
  await officer.shows('storage-full');
  officer.room = true;
  officer.pass(5000);
  await officer.shows('ready');
  t.pass();
});

test('a full disk ends a whole-process recording, which goes on by itself and still needs two presses', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(
    t,
    { behaviour },
    { settings: { reserveBytes: 1000 } },
  );
  officer.controls.button('short');
  await rig.reaches('recording');
  rig.freeBytes = async () => 0;
  await rig.film(run);
  t.is(officer.controls.light, 'storage-full');
  t.is(officer.cues.at(-1), 'alarm');
  await t.throwsAsync(officer.controls.stop(false), { code: 'LIUHEN_STATE', message: /whole-process/ });
  rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
  await rig.reaches('recording');
  officer.controls.button('long');
  t.is(rig.recorder.state, 'recording');
  officer.controls.button('long');
  await rig.film(run);
  await rig.reaches('idle');
  const [first, second] = await rig.recordings();
  t.like(first, { stopped: { reason: 'storage-full' } });
  t.like(second, {
    continues: first?.recording,
    behaviour: 'personal-freedom',
    stopped: { reason: 'button' },
  });
});

test('a battery that gives out ends the recording cleanly while it can be sealed, whole-process or not', async (t) => {
  const { officer, rig, run } = await OfficerRig.running(t, { behaviour });
  officer.controls.button('short');
  await rig.reaches('recording');
  officer.controls.powerRead(14, false);
  t.is(officer.controls.battery, 'low');
  officer.controls.powerRead(5, false);
  officer.pass(9999);
  t.is(rig.recorder.state, 'recording');
  const stopped = once(rig.recorder, 'stopped');
  officer.pass(1);
  await rig.film(run);
  await stopped;
  t.like((await rig.recordings())[0], { stopped: { reason: 'battery-low' } });
  const told = (await rig.entriesOf('event')).filter(({ source }) => source === 'battery');
  t.deepEqual(
    told.map(({ name }) => name),
    ['low', 'critical'],
  );
  t.deepEqual(await rig.problems(), []);
});

test('charging in time keeps the recording', async (t) => {
  const { officer, rig } = await OfficerRig.running(t);
  officer.controls.button('short');
  await rig.reaches('recording');
  officer.controls.powerRead(4, false);
  officer.pass(9000);
  officer.controls.powerRead(4, true);
  officer.pass(60_000);
  t.is(rig.recorder.state, 'recording');
});

test('a cover that is opened is sealed at once, recording or not', async (t) => {
  const { officer, rig } = await OfficerRig.running(t);
  officer.controls.door('cover', true);
  t.deepEqual(officer.controls.openDoors, ['cover']);
  officer.controls.door('cover', false);
  officer.controls.button('short');
  await rig.reaches('recording');
  officer.controls.door('storage-door', true);
  const tampers = async () => (await rig.entriesOf('event')).filter(({ source }) => source === 'tamper');
  while ((await tampers()).length < 3) await new Promise((resolve) => setImmediate(resolve));
  const told = await tampers();
  t.deepEqual(
    told.map(({ name }) => name),
    ['cover-opened', 'cover-closed', 'storage-door-opened'],
  );
});

test('a press that the recorder refuses is felt as refused, and said', async (t) => {
  const { officer, rig } = await OfficerRig.running(t, {}, { settings: { reserveBytes: 1000 } });
  rig.freeBytes = async () => 999;
  officer.controls.button('short');
  while (!officer.cues.includes('refused')) await new Promise((resolve) => setImmediate(resolve));
  t.is(officer.controls.light, 'ready');
  t.regex(JSON.stringify(rig.warnings), /start by hand was refused/);
});

test('a command that is refused is its caller’s to hear, and disturbs nobody', async (t) => {
  const { officer } = await OfficerRig.running(t);
  await t.throwsAsync(officer.controls.stop(true), { code: 'LIUHEN_STATE', message: /idle/ });
  t.deepEqual(officer.cues, []);
});

test('once closed, the light is off and nothing is done any more', async (t) => {
  const { officer, rig } = await OfficerRig.running(t);
  officer.controls.close();
  t.is(officer.lights.at(-1), 'off');
  officer.controls.button('short');
  t.is(rig.recorder.state, 'idle');
  await t.throwsAsync(officer.controls.start({ trigger: 'command' }), { code: 'LIUHEN_STATE' });
});
