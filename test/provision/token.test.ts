import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { answerAtDesk } from '../../agent/authority/ca-desk.js';
import { whileLocked } from '../../agent/authority/ca-lock.js';
import { readDevice } from '../../agent/authority/ca-registry.js';
import { createToken } from '../../agent/authority/ca-token.js';
import { enrolOnline } from '../../agent/provision/exchange.js';
import { openAnswer, parseToken, sealAnswer, sealRequest, type Token } from '../../agent/provision/token.js';
import { TestAuthorityHouse } from '../support/authority.js';
import { withoutMosquitto } from '../support/mosquitto.js';

const run = withoutMosquitto === undefined ? test : test.skip;

async function tokenFor(it: TestAuthorityHouse, device: string, validMs = 60_000): Promise<Token> {
  const { dir, settings } = it.authority;
  return parseToken((await createToken(dir, settings, { device, validMs, nowMs: Date.now() })).text);
}

/** What the authority says to this message, without a broker. */
async function asked(it: TestAuthorityHouse, token: Token, request: string, nowMs = Date.now()) {
  const payload = Buffer.from(sealRequest(token, request));
  const { note, reply } = await answerAtDesk(
    it.authority,
    `liuhen/1/enrol/${token.id}/request`,
    payload,
    nowMs,
  );
  return { note, outcome: reply === undefined ? undefined : openAnswer(token, request, reply.payload) };
}

test('a token works once: its request is answered again, another is not', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const token = await tokenFor(it, 'recorder-0001');
  const first = await it.provision('recorder-0001');
  const once = await asked(it, token, first.request);
  t.is(once.outcome?.outcome, 'enrolled');
  t.deepEqual(
    (await asked(it, token, first.request)).outcome,
    once.outcome,
    'an answer that was lost comes again',
  );
  const other = await it.provision('recorder-0001', { data: 'elsewhere' }).catch(() => undefined);
  t.is(other?.request, first.request, 'the same device');
  const changed = `${first.request} `;
  const twice = await asked(it, token, changed);
  t.deepEqual(twice.outcome, { outcome: 'refused', text: 'the token has been used' });
});

test('of two that use a token at the same time one is enrolled', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const token = await tokenFor(it, 'recorder-0001');
  const { request } = await it.provision('recorder-0001');
  const both = await Promise.all([asked(it, token, request), asked(it, token, `${request} `)]);
  t.deepEqual(both.map(({ outcome }) => outcome?.outcome).sort(), ['enrolled', 'refused']);
});

test('a lock whose process has gone holds nobody up, whatever it left', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { pid } = spawnSync('true');
  const { dir } = it.authority;
  // What a kill, a power cut before the write was on the disk, and a restart that gave the number to another process leave.
  for (const [at, left] of [`${pid}\n`, '', '1\n'].entries()) {
    await writeFile(join(dir, 'lock'), left);
    const { request } = await it.provision(`recorder-000${at}`);
    t.is((await asked(it, await tokenFor(it, `recorder-000${at}`), request)).outcome?.outcome, 'enrolled');
  }
  const holder = spawn(process.execPath, [join(import.meta.dirname, '../support/authority-holder.js'), dir]);
  const exited = once(holder, 'exit');
  await once(holder.stdout, 'data');
  await t.throwsAsync(
    whileLocked(dir, async () => {}, 0),
    { code: 'LIUHEN_LOCKED' },
  );
  holder.kill('SIGKILL');
  await exited;
  t.is(await whileLocked(dir, async () => 'free', 0), 'free');
});

test('a token that expired is refused, and one for another device', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  const late = await asked(it, await tokenFor(it, 'recorder-0001'), made.request, Date.now() + 61_000);
  t.regex(late.outcome?.text ?? '', /expired/);
  const other = await asked(it, await tokenFor(it, 'recorder-0002'), made.request);
  t.regex(other.outcome?.text ?? '', /for recorder-0002/);
  t.is(await readDevice(it.authority.dir, 'recorder-0001'), undefined, 'nothing was registered');
});

test('who does not know the secret hears nothing', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  const token = await tokenFor(it, 'recorder-0001');
  const guess = { ...token, secret: Buffer.alloc(16) };
  t.deepEqual(await asked(it, guess, made.request), {
    note: { what: 'ignored', who: token.id, why: 'not made with the token' },
    outcome: undefined,
  });
  const stranger = { ...token, id: 'ffffffffffffffff' };
  // Nor does it wait for who changes the authority, or keep others waiting.
  await whileLocked(it.authority.dir, async () => {
    t.is((await asked(it, stranger, made.request)).note.why, 'no such token');
    t.is((await asked(it, guess, made.request)).note.why, 'not made with the token');
  });
  for (const rubbish of ['', '{', '{}', 'x'.repeat(100_000), JSON.stringify({ request: 1, mac: 'x' })]) {
    const { reply } = await answerAtDesk(
      it.authority,
      `liuhen/1/enrol/${token.id}/request`,
      Buffer.from(rubbish),
      Date.now(),
    );
    t.is(reply, undefined);
  }
  const { reply } = await answerAtDesk(
    it.authority,
    'liuhen/1/enrol/../../request',
    Buffer.from('{}'),
    Date.now(),
  );
  t.is(reply, undefined);
});

test('an answer is bound to its request and its token', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const token = await tokenFor(it, 'recorder-0001');
  const sealed = sealAnswer(token, 'request', { outcome: 'enrolled', text: 'answer' });
  t.deepEqual(openAnswer(token, 'request', sealed), { outcome: 'enrolled', text: 'answer' });
  t.is(openAnswer(token, 'another', sealed), undefined);
  t.is(openAnswer({ ...token, secret: Buffer.alloc(16) }, 'request', sealed), undefined);
  t.is(openAnswer({ ...token, id: '0'.repeat(16) }, 'request', sealed), undefined);
  for (const [from, to] of [
    ['enrolled', 'refused'],
    ['answer', 'forged'],
  ] as const) {
    t.is(openAnswer(token, 'request', sealed.replace(from, to)), undefined);
  }
});

run(
  'a token enrols over a broker whose certificate nobody knows yet, once the authority answers',
  async (t) => {
    const it = await TestAuthorityHouse.of(t);
    await it.startBroker();
    const made = await it.provision('recorder-0001');
    const token = await tokenFor(it, 'recorder-0001');
    await t.throwsAsync(enrolOnline(token, made.request, 300), { code: 'LIUHEN_LINK', message: /no answer/ });
    await it.serve();
    const answer = JSON.parse(await enrolOnline(token, made.request)) as { device: string };
    t.is(answer.device, 'recorder-0001');
    const spent = enrolOnline(token, `${made.request} `);
    await t.throwsAsync(spent, { code: 'LIUHEN_TOKEN', message: /has been used/ });
  },
);

test('a token that was cut off is refused without being shown', (t) => {
  const whole = `liuhen-token:0123456789abcdef.${'s'.repeat(22)}@mqtts://broker.liuhen.example:8884`;
  t.is(parseToken(` ${whole}\n`).id, '0123456789abcdef');
  for (const wrong of [
    '',
    whole.slice(0, -12).replace('@mqtts', ''),
    `${whole} x`,
    whole.replace('mqtts', 'https'),
  ]) {
    const error = t.throws(() => parseToken(wrong), { code: 'LIUHEN_TOKEN' });
    t.false(error.message.includes('sss'));
  }
});
