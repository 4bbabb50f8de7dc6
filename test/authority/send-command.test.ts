import test from 'ava';
import { connectAsync } from 'mqtt';
import { signCommand } from '../../agent/authority/command.js';
import { complaintOf, sendCommand } from '../../agent/authority/send-command.js';
import { EmbeddedBroker } from '../support/aedes.js';
import { signerNamed } from '../support/disclosure.js';

test("what a broker says in a device's name is taken only in the form of an answer, and steers no terminal", async (t) => {
  const broker = await EmbeddedBroker.start();
  t.teardown(() => broker.kill());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const signer = { ...signerNamed('dispatcher-1'), role: 'dispatcher' as const };
  const order = { device: 'recorder-0001', command: 'locate' as const, args: {}, why: 'lost' };
  const signed = signCommand({ ...order, lifeMs: 60_000, nowMs: Date.now() }, signer);
  const { id } = signed.command;
  const steering = '\u001b]0;owned\u0007\u009b31m';
  const base = { id, device: signed.command.device, command: 'locate' };
  const answers = [
    'no JSON',
    JSON.stringify({ ...base, status: 'done', entry: steering }),
    JSON.stringify({ ...base, status: steering }),
    JSON.stringify({
      ...base,
      status: 'failed',
      error: { code: 'LIUHEN_STATE', message: `${steering}hard` },
      result: { a: steering },
    }),
  ];
  const device = await connectAsync(url);
  t.teardown(() => device.endAsync(true));
  await device.subscribeAsync('liuhen/1/recorder-0001/command', { qos: 1 });
  device.on('message', async () => {
    for (const answer of answers) await device.publishAsync(`liuhen/1/recorder-0001/result/${id}`, answer);
  });
  const got = await sendCommand({ broker: url }, signed, { retain: false, waitMs: 10_000 });
  t.is(got?.status, 'failed');
  const shown = `${complaintOf(got, 1)?.message} ${JSON.stringify(got?.result)}`;
  t.regex(shown, /hard/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be there
  t.notRegex(shown, /[\x00-\x1f\x7f-\x9f]/);
});
