import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { type Config, loadConfig } from '../../config/load.js';
import { hasJournal } from '../buffer/open.js';
import { validToMs } from './answer.js';
import { certificateOf } from './device.js';
import { files } from './files.js';

/** A step of provisioning as it is on the disk. */
export interface Step {
  step: 'configuration' | 'journal' | 'request' | 'certificate' | 'uplink' | 'kiosk';
  done: boolean;
  /** What is there, or what is missing. */
  detail: string;
  next?: string;
}

/** What a device has of its provisioning, and what is missing. Opens no database and never rejects, so it works beside a running agent. */
export async function provisionState(configPath: string, nowMs: number): Promise<Step[]> {
  const again = 'liuhen provision';
  let config: Config;
  try {
    if (!existsSync(configPath)) throw new Error(`there is no ${configPath}`);
    config = loadConfig(configPath);
  } catch (error) {
    const next = (error instanceof LiuhenError ? error.next : undefined) ?? again;
    return [{ step: 'configuration', done: false, detail: messageOf(error), next }];
  }
  const { data, device, uplink } = config;
  const keys = await readdir(join(data, 'keys')).catch(() => []);
  const isMade = hasJournal(data) && keys.some((name) => /^epoch-\d{7}\.key$/.test(name));
  const hasRequest = existsSync(files.request(data));
  const steps: Step[] = [
    { step: 'configuration', done: true, detail: `${configPath}, ${device.authority}/${device.id}` },
    isMade
      ? { step: 'journal', done: true, detail: join(data, 'journal') }
      : { step: 'journal', done: false, detail: `no journal with its key in ${data}`, next: again },
    hasRequest
      ? { step: 'request', done: true, detail: files.request(data) }
      : { step: 'request', done: false, detail: 'no request for a certificate', next: again },
    await certificateStep(data, nowMs),
  ];
  const isSent = uplink.broker !== undefined && uplink.witness !== undefined;
  steps.push(
    isSent
      ? { step: 'uplink', done: true, detail: `${uplink.broker}` }
      : {
          step: 'uplink',
          done: false,
          detail: `uplink.${uplink.broker === undefined ? 'broker' : 'witness'} is not set: nothing leaves the device`,
          next: "take the authority's answer with liuhen provision --answer",
        },
  );
  if (config.profile === 'kiosk') steps.push(kioskStep(config));
  return steps;
}

/** Without these a kiosk does not start. */
function kioskStep({ disclosure, kiosk }: Config): Step {
  const step = 'kiosk';
  const needed = {
    'disclosure.hall': disclosure.hall,
    'disclosure.root': disclosure.root,
    'kiosk.window': kiosk.window,
  };
  const missing = Object.entries(needed).flatMap(([key, value]) => (value === undefined ? [key] : []));
  if (missing.length === 0)
    return { step, done: true, detail: `hall ${disclosure.hall}, window ${kiosk.window}` };
  const next =
    missing[0] === 'disclosure.root'
      ? 'liuhen authority init --root VKEY once, then take the answer anew; or write it into the configuration'
      : `liuhen config set ${missing[0]} VALUE`;
  return { step, done: false, detail: `${missing.join(' and ')} not set`, next };
}

async function certificateStep(data: string, nowMs: number): Promise<Step> {
  const step = 'certificate';
  try {
    const certificate = await certificateOf(data);
    if (certificate === undefined) {
      const next =
        'liuhen provision --request prints the request; liuhen provision --answer takes the answer';
      return { step, done: false, detail: 'not enrolled: no certificate', next };
    }
    const until = new Date(validToMs(certificate)).toISOString();
    if (Date.parse(until) > nowMs) return { step, done: true, detail: `valid until ${until}` };
    return { step, done: false, detail: `expired at ${until}`, next: 'liuhen provision --renew --request' };
  } catch (error) {
    return { step, done: false, detail: messageOf(error), next: 'liuhen provision' };
  }
}
