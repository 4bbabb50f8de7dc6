import test from 'ava';
import { SmpClient } from '../../firmware-bridge/client.js';
import { SmpError } from '../../firmware-bridge/smp-error.js';
import { encodeFrame } from '../../firmware-bridge/smp-frame.js';
import { encodeRawMessage, SMP_OP, type SmpMessage } from '../../firmware-bridge/smp-message.js';
import { ScriptedLink } from '../support/scripted-link.js';
import { SmpScene, settled } from '../support/smp-server.js';

const ask = (scene: SmpScene, options = {}) => scene.client.request('write', 0, 0, { d: 'x' }, options);
const at = (scene: SmpScene, n: number) => scene.requests[n] as SmpMessage;

test('a request resolves with the data of its answer', async (t) => {
  const scene = new SmpScene();
  scene.answer = ({ data }) => ({ r: data.d });
  t.deepEqual(await ask(scene), { r: 'x' });
  t.like(scene.client.counters, { requests: 1, responses: 1, resends: 0, timeouts: 0, unexpected: 0 });
  t.is(scene.timers.pending, 0);
});

test('one request is in flight at a time, in the order in which they were asked', async (t) => {
  const scene = new SmpScene();
  const answers = [1, 2, 3].map((d) => scene.client.request('read', 64, d, {}));
  for (const n of [0, 1, 2]) {
    await settled();
    t.is(scene.requests.length, n + 1);
    scene.say(at(scene, n), { n });
  }
  t.deepEqual(await Promise.all(answers), [{ n: 0 }, { n: 1 }, { n: 2 }]);
  t.deepEqual(
    scene.requests.map(({ command }) => command),
    [1, 2, 3],
  );
});

test('each request has the next sequence number, modulo 256', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({});
  for (let n = 0; n < 300; n++) await ask(scene);
  const first = at(scene, 0).sequence;
  t.true(scene.requests.every(({ sequence }, n) => sequence === (first + n) % 256));
});

test('an unanswered request is sent again with the same sequence number', async (t) => {
  const scene = new SmpScene({ timeoutMs: 1000, attempts: 3 });
  const asked = ask(scene);
  await settled();
  scene.timers.advance(999);
  await settled();
  t.is(scene.requests.length, 1);
  scene.timers.advance(1);
  await settled();
  t.deepEqual(at(scene, 1), at(scene, 0));
  scene.say(at(scene, 1), { r: 'late but here' });
  t.deepEqual(await asked, { r: 'late but here' });
  t.like(scene.client.counters, { requests: 1, resends: 1, timeouts: 1 });
});

test('after the last attempt the request fails as silence, and the next one goes out', async (t) => {
  const scene = new SmpScene({ timeoutMs: 10, attempts: 3 });
  const asked = ask(scene);
  const next = scene.client.request('read', 0, 6, {});
  for (let n = 0; n < 3; n++) {
    await settled();
    scene.timers.advance(10);
  }
  const error = await t.throwsAsync(asked, { code: 'LIUHEN_FIRMWARE_SILENT' });
  t.is(error?.message, 'smp write of group 0 command 0: no answer in 10 ms');
  await settled();
  t.is(scene.requests.length, 4);
  scene.say(at(scene, 3), { ok: true });
  t.deepEqual(await next, { ok: true });
});

test('answers with another sequence number, operation, group or command are ignored and counted', async (t) => {
  const scene = new SmpScene();
  const asked = ask(scene);
  await settled();
  const request = at(scene, 0);
  scene.say(request, { r: 'wrong' }, { sequence: (request.sequence + 255) % 256 });
  scene.say(request, { r: 'wrong' }, { op: SMP_OP.readResponse });
  scene.say(request, { r: 'wrong' }, { op: SMP_OP.write });
  scene.say(request, { r: 'wrong' }, { group: 1 });
  scene.say(request, { r: 'wrong' }, { command: 1 });
  scene.say(request, { r: 'right' });
  t.deepEqual(await asked, { r: 'right' });
  t.is(scene.client.counters.unexpected, 5);
});

test('the second answer to a request that was sent twice is not taken for the next answer', async (t) => {
  const scene = new SmpScene({ timeoutMs: 10 });
  const first = ask(scene);
  await settled();
  scene.timers.advance(10);
  await settled();
  scene.say(at(scene, 0), { r: 'first' });
  t.deepEqual(await first, { r: 'first' });
  const second = ask(scene);
  await settled();
  scene.say(at(scene, 1), { r: 'first' });
  scene.say(at(scene, 2), { r: 'second' });
  t.deepEqual(await second, { r: 'second' });
  t.is(scene.client.counters.unexpected, 1);
});

test('a refusal rejects with its code and is not asked again', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({ err: { group: 1, rc: 27 } });
  const error = await t.throwsAsync(ask(scene), { instanceOf: SmpError });
  t.like(error, { group: 1, rc: 27 });
  t.is(scene.requests.length, 1);
});

test('an answer that is no CBOR map rejects as malformed at once', async (t) => {
  const scene = new SmpScene();
  const asked = ask(scene);
  await settled();
  const bytes = encodeRawMessage({ ...at(scene, 0), op: SMP_OP.writeResponse }, Buffer.from('ff', 'hex'));
  for (const line of encodeFrame(bytes)) scene.link.say(line);
  await t.throwsAsync(asked, { code: 'LIUHEN_FIRMWARE_MESSAGE' });
  t.is(scene.client.counters.malformed, 1);
});

test('a server that says version 2 is too new is asked in version 1 from then on', async (t) => {
  const scene = new SmpScene();
  scene.answer = ({ version }) => (version === 2 ? { rc: 13 } : { r: 'old' });
  t.deepEqual(await ask(scene), { r: 'old' });
  t.deepEqual(await ask(scene), { r: 'old' });
  t.deepEqual(
    scene.requests.map(({ version }) => version),
    [2, 1, 1],
  );
});

test('a request larger than the server buffer is refused unsent, and exactly as large is sent', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({});
  scene.client.useBuffer(100);
  t.is(scene.client.maxRequestBytes, 96);
  const fill = (bytes: number) => ({ d: 'x'.repeat(bytes - 8 - 5) });
  await scene.client.request('write', 0, 0, fill(96));
  const error = await t.throwsAsync(scene.client.request('write', 0, 0, fill(97)), {
    code: 'LIUHEN_FIRMWARE_MESSAGE',
  });
  t.regex(error?.message ?? '', /expected at most 96 bytes .* got 97/);
  t.is(scene.requests.length, 1);
});

test('an aborted request is given up at once, waiting or in flight, and its answer is ignored', async (t) => {
  const scene = new SmpScene();
  const inFlight = new AbortController();
  const waiting = new AbortController();
  const asked = [ask(scene, { signal: inFlight.signal }), ask(scene, { signal: waiting.signal }), ask(scene)];
  await settled();
  waiting.abort(new Error('not wanted'));
  inFlight.abort(new Error('enough'));
  await t.throwsAsync(asked[0] as Promise<unknown>, { message: 'enough' });
  await t.throwsAsync(asked[1] as Promise<unknown>, { message: 'not wanted' });
  await settled();
  t.is(scene.requests.length, 2);
  scene.say(at(scene, 0), { r: 'late' });
  scene.say(at(scene, 1), { r: 'third' });
  t.deepEqual(await asked[2], { r: 'third' });
  await t.throwsAsync(ask(scene, { signal: inFlight.signal }), { message: 'enough' });
});

test('a closed port is told at once, with its reason', async (t) => {
  const scene = new SmpScene();
  scene.link.enter({ open: false, reason: 'no such device' });
  const error = await t.throwsAsync(ask(scene), { code: 'LIUHEN_FIRMWARE_SILENT' });
  t.regex(error?.message ?? '', /no such device/);
});

test('a port that fails a write and comes back costs an attempt, not the request', async (t) => {
  const scene = new SmpScene({ timeoutMs: 10 });
  const write = scene.link.write;
  scene.link.write = () => Promise.reject(new Error('vanished'));
  const asked = ask(scene);
  await settled();
  scene.link.write = write;
  scene.answer = () => ({ r: 'back' });
  scene.timers.advance(10);
  t.deepEqual(await asked, { r: 'back' });
});

test('half an answer before the port was opened anew does not spoil the one after', async (t) => {
  const scene = new SmpScene();
  const asked = ask(scene);
  await settled();
  const data = { r: 'y'.repeat(300) };
  const op = SMP_OP.writeResponse;
  const [first = Buffer.alloc(0)] = encodeFrame(encodeRawMessage({ ...at(scene, 0), op }, Buffer.alloc(300)));
  scene.link.say(first);
  scene.link.enter({ open: true, path: 'again' });
  scene.say(at(scene, 0), data);
  t.deepEqual(await asked, data);
  t.is(scene.client.counters.frames.unfinished, 1);
});

test('close rejects what waits and what is in flight, and nothing is sent any more', async (t) => {
  const scene = new SmpScene();
  const asked = [ask(scene), ask(scene)];
  await settled();
  scene.client.close();
  for (const each of asked) await t.throwsAsync(each, { code: 'LIUHEN_FIRMWARE_SILENT' });
  await t.throwsAsync(ask(scene), { code: 'LIUHEN_FIRMWARE_SILENT' });
  t.is(scene.requests.length, 1);
  t.is(scene.timers.pending, 0);
});

test('requests without end are refused rather than kept', async (t) => {
  const client = new SmpClient(new ScriptedLink());
  const asked = Array.from({ length: 70 }, () =>
    client.request('read', 0, 6, {}).catch((error) => error.message),
  );
  await settled();
  client.close();
  const messages = await Promise.all(asked);
  t.is(messages.filter((message) => /64 requests are waiting/.test(message)).length, 70 - 65);
});
