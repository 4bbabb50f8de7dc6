import { createHash } from 'node:crypto';
import test from 'ava';
import { MAX_COMMAND_BYTES } from '../../agent/commands/schema.js';
import { keyidOf } from '../../agent/disclosure/envelope.js';
import { CommandRig, NOW, ORIGIN, signedCommand } from '../support/commands.js';
import { envelopeOf, signerNamed } from '../support/disclosure.js';
import { postDocument } from '../support/hall.js';

test('a command is journalled before and after it is carried out, with who, what, why and what came of it, and answered', async (t) => {
  const rig = await CommandRig.open(t);
  const payload = rig.payload({ args: { kind: 'sos', note: 'help is on the way' } });
  const answer = await rig.take(signedCommand(payload, rig.keys.dispatcher));
  const [before, after, ...more] = await rig.commandEntries();
  t.is(more.length, 0);
  const common = { who: 'control room', what: 'mark', why: 'asked for by the duty officer', id: payload.id };
  t.like(before, {
    ...common,
    stage: 'accepted',
    payload: createHash('sha256').update(JSON.stringify(payload)).digest('hex'),
    key: keyidOf(rig.keys.dispatcher.vkey),
    issued: NOW,
    args: { kind: 'sos', note: 'help is on the way' },
  });
  t.like(after, { ...common, stage: 'done', accepted: before?.n, result: { did: 'mark' } });
  t.deepEqual(rig.done, [{ command: 'mark', args: { kind: 'sos', note: 'help is on the way' } }]);
  const told = {
    ...{ id: payload.id, device: ORIGIN, command: 'mark', status: 'done' as const },
    ...{ accepted: before?.n ?? -1, entry: after?.n ?? -1, result: { did: 'mark' } },
  };
  t.deepEqual(answer, told);
  t.deepEqual(rig.uplink.published, [{ topic: `liuhen/1/recorder-0001/result/${payload.id}`, answer: told }]);
});

test('the entry before stands on disk when the command is carried out', async (t) => {
  const rig = await CommandRig.open(t);
  let stages: unknown[] = [];
  rig.actions.mark = async () => {
    stages = (await rig.commandEntries()).map(({ stage }) => stage);
    return {};
  };
  await rig.take(rig.envelope());
  t.deepEqual(stages, ['accepted']);
});

test('the same command again is not obeyed again, also after a restart and after its expiry; the answer is given again', async (t) => {
  const rig = await CommandRig.open(t);
  const envelope = rig.envelope();
  const first = await rig.take(envelope);
  const second = await rig.take(envelope);
  t.deepEqual(second, { ...first, repeated: true } as typeof second);
  await rig.restart();
  rig.clock.pass(3_600_000);
  t.deepEqual(await rig.take(envelope), second);
  t.deepEqual(
    rig.uplink.published.map(({ answer }) => answer),
    [second],
  );
  t.is(rig.done.length, 1);
  t.is((await rig.commandEntries()).length, 2);
  t.is((await rig.events('refused')).filter(({ refusal }) => refusal === 'replay').length, 2, 'once a run');
});

test('many deliveries at once are one command', async (t) => {
  const rig = await CommandRig.open(t);
  const envelope = rig.envelope();
  const answers = await Promise.all(Array.from({ length: 20 }, () => rig.take(envelope)));
  t.is(rig.done.length, 1);
  t.is(answers[0]?.status, 'done');
  t.is(rig.inbox.commands.status.refused.replay, 19);
});

test('an id is not used for another text', async (t) => {
  const rig = await CommandRig.open(t);
  const payload = rig.payload();
  await rig.take(signedCommand(payload, rig.keys.dispatcher));
  const other = signedCommand({ ...payload, why: 'another reason' }, rig.keys.dispatcher);
  t.like(await rig.take(other), { status: 'refused', refusal: 'id-reused' });
  t.is(rig.done.length, 1);
});

test('a command that the process died of is never tried again, and its end is told', async (t) => {
  const rig = await CommandRig.open(t);
  let began = () => {};
  const running = new Promise<void>((resolve) => {
    began = resolve;
  });
  rig.actions.stop = async () => {
    began();
    return await new Promise<never>(() => {});
  };
  const envelope = rig.envelope({ command: 'stop' });
  void rig.take(envelope);
  await running;
  // Its lane never ends: the stores are closed under it, as by a kill.
  await rig.journal.close();
  await rig.stores.close();
  rig.actions.stop = async () => {
    rig.done.push({ command: 'stop', args: {} });
    return {};
  };
  await rig.start();
  t.deepEqual(
    (await rig.commandEntries()).map(({ stage }) => stage),
    ['accepted', 'interrupted'],
  );
  t.like(await rig.take(envelope), { status: 'interrupted', repeated: true });
  t.is(rig.done.length, 0);
});

test('an answer that no broker took is sent once there is a connection, also after a restart', async (t) => {
  const rig = await CommandRig.open(t);
  rig.uplink.up = false;
  const answer = await rig.take(rig.envelope());
  t.deepEqual(rig.uplink.published, []);
  rig.uplink.up = true;
  rig.uplink.emit('connected');
  t.deepEqual(
    rig.uplink.published.map((each) => each.answer),
    [answer],
  );
  rig.uplink.up = false;
  const later = await rig.take(rig.envelope());
  await rig.restart();
  t.deepEqual(
    rig.uplink.published.map((each) => each.answer),
    [later],
  );
  await rig.restart();
  t.deepEqual(rig.uplink.published, [], 'a broker has it');
});

test('what fails is answered and journalled as failed, and is not tried again', async (t) => {
  const rig = await CommandRig.open(t);
  const envelope = rig.envelope({ command: 'open-case', args: { case: '2026-0042' } });
  t.like(await rig.take(envelope), { status: 'failed', error: { code: 'LIUHEN_STATE' } });
  t.like((await rig.commandEntries())[1], { stage: 'failed', error: { code: 'LIUHEN_STATE' } });
  t.like(await rig.take(envelope), { status: 'failed', repeated: true });
});

test('a large result is in the answer, and in the journal by its size and hash', async (t) => {
  const rig = await CommandRig.open(t);
  const large = { text: 'x'.repeat(20_000) };
  rig.actions['collect-diagnostics'] = async () => large;
  const answer = await rig.take(rig.envelope({ command: 'collect-diagnostics' }, rig.keys.technician));
  t.deepEqual(answer?.result, large);
  const sha256 = createHash('sha256').update(JSON.stringify(large)).digest('hex');
  t.deepEqual((await rig.commandEntries())[1]?.result, { bytes: JSON.stringify(large).length, sha256 });
});

test('what is not a good command of somebody who may give it is refused, counted and journalled, and changes nothing', async (t) => {
  const rig = await CommandRig.open(t);
  const { dispatcher, technician, publisher, root } = rig.keys;
  const stranger = signerNamed('dispatcher-1');
  const cases: [refusal: string, bytes: Buffer][] = [
    ['too-large', Buffer.alloc(MAX_COMMAND_BYTES + 1, 0x20)],
    ['not-an-envelope', Buffer.from('stop')],
    ['not-an-envelope', Buffer.from('{"payload":"e30","signatures":[]}')],
    ['unknown-type', envelopeOf(postDocument(), dispatcher)],
    ['unsigned', rig.envelope({}, stranger)],
    ['unsigned', rig.envelope({}, root)],
    ['document', signedCommand({ kind: 'command' }, dispatcher)],
    ['document', rig.envelope({ also: 1 })],
    ['document', rig.envelope({ id: '../../etc/passwd-0' })],
    ['document', rig.envelope({ args: { kind: 7 } })],
    ['document', rig.envelope({ args: { kind: 'mark', also: 1 } })],
    ['document', rig.envelope({ why: 'two\nlines' })],
    ['document', rig.envelope({ expires: '2026-12-23T02:00:00Z' })],
    ['document', rig.envelope({ expires: NOW })],
    ['unknown-command', rig.envelope({ command: 'erase-footage' })],
    ['unknown-command', rig.envelope({ command: 'constructor' })],
    ['wrong-device', rig.envelope({ device: 'liuhen.example/recorder-0002' })],
    ['wrong-device', rig.envelope({ device: 'other.example/recorder-0001' })],
    ['role', rig.envelope({}, technician)],
    ['role', rig.envelope({ command: 'rotate-key' }, dispatcher)],
    ['role', rig.envelope({}, publisher)],
    ['expired', rig.envelope({ issued: '2026-11-23T01:00:00Z', expires: NOW })],
    ['future', rig.envelope({ issued: '2026-11-23T02:06:00Z' })],
  ];
  for (const [refusal, bytes] of cases)
    t.is(await rig.refusal(bytes), refusal, bytes.toString().slice(0, 300));
  t.deepEqual(rig.done, []);
  t.deepEqual(await rig.commandEntries(), []);
  const journalled = (await rig.events('refused')).map(({ refusal }) => refusal);
  t.deepEqual(
    journalled,
    cases.slice(0, journalled.length).map(([refusal]) => refusal),
  );
  t.true(journalled.length >= 20);
  const answered = rig.uplink.published.map(({ answer }) => answer.refusal);
  t.deepEqual(
    [...new Set(answered)].sort(),
    ['role'],
    'only who is trusted, and is meant, is answered at once',
  );
});

test('a flood of refusals is counted in full and journalled seldom', async (t) => {
  const rig = await CommandRig.open(t);
  for (let at = 0; at < 60; at++) await rig.take(Buffer.from(`rubbish ${at}`));
  t.is(rig.inbox.commands.status.refused['not-an-envelope'], 60);
  t.is((await rig.events('refused')).length, 20);
  rig.clock.pass(30_000);
  await rig.take(Buffer.from('more'));
  t.like((await rig.events('refused')).at(-1), { suppressed: 40 });
});

test('more commands than wait are refused while one takes its time', async (t) => {
  const rig = await CommandRig.open(t);
  let finish = () => {};
  rig.actions.locate = () =>
    new Promise((resolve) => {
      finish = () => resolve({});
    });
  const slow = rig.take(rig.envelope({ command: 'locate' }));
  const others = Array.from({ length: 40 }, () => rig.take(rig.envelope()));
  while ((await rig.commandEntries()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  finish();
  await slow;
  const answers = await Promise.all(others);
  const done = answers.filter((answer) => answer?.status === 'done').length;
  t.is(rig.inbox.commands.status.refused.busy, 40 - done);
  t.true(done > 0 && done <= 32);
});

test('rubbish and repetitions do not take the place of a command while one takes its time', async (t) => {
  const rig = await CommandRig.open(t);
  let finish = () => {};
  rig.actions.locate = () =>
    new Promise((resolve) => {
      finish = () => resolve({});
    });
  const slow = rig.envelope({ command: 'locate' });
  void rig.take(slow);
  while ((await rig.commandEntries()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let at = 0; at < 100; at++) {
    void rig.take(Buffer.from(`rubbish ${at}`));
    void rig.take(slow);
  }
  const good = rig.take(rig.envelope());
  finish();
  t.like(await good, { status: 'done' });
  t.is(rig.inbox.commands.status.refused.busy, undefined);
});

test('a key obeys its dates: what it signs before or after them is refused, and so is what comes after them', async (t) => {
  const rig = await CommandRig.open(t);
  const [control, ...others] = rig.trustedKeys();
  const dated = { ...control, notBefore: '2026-11-23T01:00:00Z', notAfter: '2026-11-23T02:05:00Z' };
  await rig.inbox.takeFile(rig.trust(2, [dated, ...others]));
  t.is(await rig.refusal(rig.envelope()), 'obeyed');
  const early = { issued: '2026-11-23T00:59:00Z' };
  t.is(await rig.refusal(rig.envelope(early)), 'key-time');
  const envelope = rig.envelope({ expires: '2026-11-23T04:00:00Z' });
  rig.clock.pass(6 * 60_000);
  t.is(await rig.refusal(envelope), 'key-time');
});

test('a command that came before its trust document is obeyed once that is here', async (t) => {
  const rig = await CommandRig.open(t, { untrusted: true });
  t.is(await rig.refusal(rig.envelope()), 'unsigned');
  t.is(rig.done.length, 0);
  t.like(await rig.inbox.takeFile(rig.trust(1)), { version: 1, fresh: true });
  t.is(rig.done.length, 1);
});

test('a trust document is taken also from a writer of JSON that escapes slashes', async (t) => {
  const rig = await CommandRig.open(t, { untrusted: true });
  const escaped = Buffer.from(rig.trust(1).toString().replaceAll('/', '\\/'));
  t.like(await rig.inbox.takeFile(escaped), { version: 1, fresh: true });
});

test('a trust document stays over restarts, never goes back, and only the pinned root signs it', async (t) => {
  const rig = await CommandRig.open(t);
  const [, technician] = rig.trustedKeys();
  const second = rig.trust(2, [technician as object as Record<string, unknown>]);
  t.like(await rig.inbox.takeFile(second), { version: 2, fresh: true });
  t.is(await rig.refusal(rig.envelope()), 'unsigned', 'the dispatcher is trusted no more');
  await rig.restart();
  t.is(rig.inbox.commands.status.trust, 2);
  t.is(await rig.refusal(rig.trust(1)), 'trust-back');
  t.is(await rig.refusal(rig.trust(2)), 'trust-reused');
  t.is(await rig.refusal(rig.trust(3, rig.trustedKeys(), signerNamed('root'))), 'trust-unsigned');
  t.is(await rig.refusal(rig.trust(3, rig.trustedKeys(), rig.keys.technician)), 'trust-unsigned');
  t.like(await rig.inbox.takeFile(second), { version: 2, fresh: false });
  t.is(await rig.refusal(rig.envelope()), 'unsigned');
  t.deepEqual(
    (await rig.events('trust')).map(({ version }) => version),
    [1, 2],
  );
});

test('a trust document that the disk did not take is kept when it comes again, and a restart trusts nobody it took back', async (t) => {
  const rig = await CommandRig.open(t);
  const [, technician] = rig.trustedKeys();
  const second = rig.trust(2, [technician as object as Record<string, unknown>]);
  const { store } = rig.stores;
  const { writeView } = store;
  store.writeView = () => Promise.reject(new Error('disk full'));
  await t.throwsAsync(rig.inbox.takeFile(second), { message: 'disk full' });
  t.is(await rig.refusal(rig.envelope()), 'unsigned', 'in force at once');
  store.writeView = writeView;
  t.like(await rig.inbox.takeFile(second), { version: 2, fresh: true });
  await rig.restart();
  t.is(rig.inbox.commands.status.trust, 2);
  t.is(await rig.refusal(rig.envelope()), 'unsigned');
});

test('with a clock that nobody vouches for nothing is obeyed until the archive has told the time', async (t) => {
  const rig = await CommandRig.open(t);
  rig.clock.reading.source = 'none';
  rig.clock.reading.wallMs = 0;
  const envelope = rig.envelope();
  t.like(await rig.take(envelope), { status: 'refused', refusal: 'clock' });
  t.deepEqual(rig.done, []);
  // An old word says nothing: what it is about was not written by this process.
  rig.uplink.emit('witnessed', 0, Date.parse(NOW) / 1000);
  t.like(await rig.take(envelope), { refusal: 'clock' });
  t.deepEqual(rig.uplink.published, [], 'who sent it hears of it when the time is known');
  const { n } = await rig.journal.append({ type: 'heartbeat' });
  rig.uplink.emit('witnessed', n + 1, Date.parse(NOW) / 1000 + 60);
  t.like(await rig.take(envelope), { status: 'done', repeated: true }, 'it has been carried out by itself');
  const late = rig.envelope();
  rig.clock.pass(10 * 60_000);
  t.like(await rig.take(late), { refusal: 'expired' });
});

test('a real-time clock that fell behind what the archive has signed does not bring an expired command back', async (t) => {
  const rig = await CommandRig.open(t);
  rig.clock.reading.source = 'rtc';
  const { n } = await rig.journal.append({ type: 'heartbeat' });
  rig.uplink.emit('witnessed', n + 1, Date.parse(NOW) / 1000 + 3600);
  rig.clock.reading.wallMs = Date.parse(NOW) + 60_000;
  t.like(await rig.take(rig.envelope()), { refusal: 'expired' });
});
