import test from 'ava';
import { callAgent } from '../../agent/control/client.js';
import type { Check } from '../../agent/doctor/check.js';
import { TestKiosk } from '../support/kiosk-agent.js';

test('a kiosk is examined by its running agent: the page that no browser shows is the fault, and a camera is none of its parts', async (t) => {
  const kiosk = await TestKiosk.make(t);
  const agent = await kiosk.start();
  t.teardown(() => agent.stop('test over'));
  const { dataFolder } = await agent.status();
  const checks = (await callAgent(dataFolder, 'POST', '/doctor', {})) as Check[];
  const of = (id: string) => checks.find((each) => each.id === id);
  t.is(of('camera'), undefined);
  t.like(of('kiosk'), { result: 'fault', value: 'no page has been opened' });
  t.is(of('seal')?.result, 'ok', of('seal')?.value);
  t.is(of('journal')?.result, 'ok', of('journal')?.value);
  t.is(of('presence')?.result, 'ok', of('presence')?.value);
});
