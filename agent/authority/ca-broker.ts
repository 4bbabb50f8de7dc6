import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { replaceFile } from '../provision/secret-file.js';
import { topics } from '../uplink/topics.js';
import { type AuthoritySettings, places } from './ca-folder.js';
import type { EnrolledDevice } from './ca-registry.js';

/** Names in certificates of who is no device. An @ stands in no device id. */
export type Office = 'archive' | 'authority' | 'publisher' | 'dispatcher';

/** After a revocation the office goes on under a name with the next number: who has the old one is to find nothing under it. */
export function officeName(office: Office, domain: string, revoked = 0): string {
  return `${office}${revoked === 0 ? '' : `-${revoked + 1}`}@${domain}`;
}

/** Device ids that are levels of other topics: a device of such a name could write where it must not. */
export const RESERVED_IDS: readonly string[] = ['board', 'enrol'];

const OFFICE_TOPICS: Record<Office, string[]> = {
  archive: [
    `read ${topics.journal('+')}`,
    'read liuhen/1/+/footage/+/+',
    `read ${topics.state('+')}`,
    `read ${topics.telemetry('+')}`,
    `write ${topics.receipt('+')}`,
  ],
  authority: [
    'read liuhen/1/enrol/+/request',
    'write liuhen/1/enrol/+/answer',
    'read liuhen/1/+/renew',
    'write liuhen/1/+/renewed',
  ],
  publisher: ['readwrite liuhen/1/board/#', `write ${topics.trust('+')}`, `read ${topics.state('+')}`],
  dispatcher: [
    `write ${topics.command('+')}`,
    `write ${topics.trust('+')}`,
    `read ${topics.result('+', '+')}`,
    `read ${topics.state('+')}`,
  ],
};

export const OFFICES = Object.keys(OFFICE_TOPICS) as Office[];

/** Mosquitto's access rules (mosquitto.conf(5), acl_file) for those who show a certificate. What no line allows is refused. */
export function accessRules(
  { domain, revokedOffices = [] }: Pick<AuthoritySettings, 'domain' | 'revokedOffices'>,
  devices: readonly EnrolledDevice[],
): string {
  const own = ['journal', 'footage/+/+', 'state', 'telemetry', 'result/+', 'renew'];
  const lines = [
    '# Written by liuhen authority; changes are lost. %u is the name in the certificate.',
    ...own.map((topic) => `pattern write liuhen/1/%u/${topic}`),
    ...['receipt', 'command', 'trust', 'renewed'].map((topic) => `pattern read liuhen/1/%u/${topic}`),
  ];
  for (const office of OFFICES) {
    const name = officeName(office, domain, revokedOffices.filter((each) => each.office === office).length);
    lines.push('', `user ${name}`, ...OFFICE_TOPICS[office].map((each) => `topic ${each}`));
  }
  for (const { name } of revokedOffices) lines.push('', `user ${name}`, 'topic deny #');
  for (const { device, profile, unit, revoked } of devices) {
    if (revoked !== undefined) lines.push('', `user ${device}`, 'topic deny #');
    else if (profile === 'kiosk' && unit !== undefined) {
      lines.push('', `user ${device}`, `topic read liuhen/1/board/${unit}/#`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** For those without a certificate: each asks with its token's id as client id and hears the answer to that. */
const ENROL_RULES = `# Written by liuhen authority; changes are lost. %c is the client id, here the id of a token.
pattern write liuhen/1/enrol/%c/request
pattern read liuhen/1/enrol/%c/answer
`;

/** The largest payload is 1 MiB; the rest is for a topic and headers. */
const MAX_PACKET_BYTES = MAX_ENVELOPE_BYTES + 64 * 1024;
/** Connections without a certificate, of which each lasts for a request and its answer. */
const MAX_ENROLLING = 256;

export interface BrokerPlace {
  dir: string;
  /** Address and ports to listen on. */
  host: string;
  port: number;
  enrolPort: number;
  /** Account that mosquitto runs under; started by root it changes to it, and must be able to read its folder. */
  account: string;
}

/** Writes mosquitto.conf and the rules for those without a certificate; certificates and `acl` are there already. */
export async function writeBrokerConfig({
  dir,
  host,
  port,
  enrolPort,
  account,
}: BrokerPlace): Promise<string> {
  const folder = places.broker(dir);
  const file = (name: string) => join(folder, name);
  const text = `# Mosquitto 2 for devices of Liuhen, written by liuhen authority init. Start: mosquitto -c ${file('mosquitto.conf')}
user ${account}
pid_file ${file('mosquitto.pid')}
per_listener_settings true
persistence true
persistence_location ${folder}/
set_tcp_nodelay true
# Content for a kiosk is the largest, 1 MiB; without a bound anybody could send 256 MiB at a time.
max_packet_size ${MAX_PACKET_BYTES}
# A kiosk that connects is sent all of its hall at once: of a thousand, mosquitto's own limit, it silently drops the rest.
# Not 0, for no limit: then mosquitto hangs up on whoever publishes what the rules refuse.
max_queued_messages 100000
max_queued_bytes 268435456
log_dest stderr

# Devices, archive and offices: each shows its certificate, and is who that says.
listener ${port} ${host}
cafile ${file('ca.pem')}
certfile ${file('broker.pem')}
keyfile ${file('broker.pem')}
crlfile ${file('crl.pem')}
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file ${file('acl')}

# Only for enrolment by token, which protects itself: nothing else can be read or written here.
listener ${enrolPort} ${host}
max_connections ${MAX_ENROLLING}
cafile ${file('ca.pem')}
certfile ${file('broker.pem')}
keyfile ${file('broker.pem')}
allow_anonymous true
acl_file ${file('acl-enrol')}
`;
  await replaceFile(file('acl-enrol'), ENROL_RULES);
  await replaceFile(file('mosquitto.conf'), text, 0o644);
  return file('mosquitto.conf');
}

/** What a running mosquitto did with new rules: told to reload, it reads access rules and revocation list again. */
export type Reload = 'reloaded' | 'not running' | 'not allowed';

/** Tells the mosquitto of this folder, if it runs on this machine, to read its access rules again. */
export async function reloadBroker(dir: string): Promise<Reload> {
  const text = await readFile(join(places.broker(dir), 'mosquitto.pid'), 'utf8').catch(() => '');
  const pid = /^[0-9]{1,10}\s*$/.test(text) ? Number(text) : 0;
  if (pid < 2) return 'not running';
  // The number may have passed to another process since.
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (name.trim() !== 'mosquitto') return 'not running';
  try {
    process.kill(pid, 'SIGHUP');
    return 'reloaded';
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return 'not running';
    return 'not allowed';
  }
}
