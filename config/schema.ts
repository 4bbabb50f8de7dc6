import type { z } from 'zod';
import { disclosure } from './disclosure.js';
import { hardware } from './hardware.js';
import { checkHardware } from './hardware-relations.js';
import {
  AUTHORITY_EXPECTED,
  DEVICE_ID_EXPECTED,
  isAuthority,
  isDeviceId,
  isOrigin,
  ORIGIN_EXPECTED,
  originOf,
} from './identity.js';
import { kiosk } from './kiosk.js';
import { MIGRATIONS, versionAfter } from './migrations.js';
import { checkRelations } from './relations.js';
import {
  bitRate,
  choice,
  count,
  duration,
  path,
  section,
  size,
  text,
  trueOrFalse,
  wordUrlOrPath,
} from './setting.js';
import { displayItems, isAlsaDevice, isBrokerUrl, isCameraSource, isHost, isVkey } from './shapes.js';

const device = section({
  id: text(DEVICE_ID_EXPECTED, 'a-z, 0-9 and -, 1 to 64 characters', isDeviceId).required(
    'name of this device, unique under its authority; it can not change once the journal has begun',
  ),
  authority: text(AUTHORITY_EXPECTED, 'a domain name', isAuthority).required(
    'domain of the authority that answers for this device; with the id it names the journal',
  ),
});

const camera = section({
  source: wordUrlOrPath(
    'expected `synthetic`, a device such as /dev/video0, an rtsp:// URL without a password, or a file',
    'synthetic, /dev/videoN, rtsp://…, a file',
    isCameraSource,
  ).default('/dev/video0', 'where the picture comes from; `synthetic` is a test picture and proves nothing'),
  username: text('expected a user name', 'text').optional('user name for an rtsp:// camera'),
  passwordFile: path('expected the path of a file that holds the password').optional(
    'file that holds the password for an rtsp:// camera',
  ),
  copy: trueOrFalse().default(
    false,
    'keep the stream as the camera encoded it; its key frames then decide where fragments may end',
  ),
  width: count('pixels', { min: 160, max: 7680 }).default(1280, 'width of the encoded picture'),
  height: count('pixels', { min: 120, max: 4320 }).default(720, 'height of the encoded picture'),
  framesPerSecond: count('frames', { min: 1, max: 120 }).default(
    25,
    'frames per second of the encoded picture',
  ),
  bitrate: bitRate({ min: '64kbit/s', max: '100Mbit/s' }).default(
    '2Mbit/s',
    'bit rate of the encoded picture',
  ),
  audio: trueOrFalse().default(true, 'record sound as well'),
  microphone: text(
    'expected an ALSA capture device such as default or hw:1,0 (arecord -L lists them)',
    'default, hw:1,0, plughw:…',
    isAlsaDevice,
  ).optional('where the sound comes from; absent: from the camera itself, and a /dev/videoN gives none'),
  display: text(
    'expected true, false, or some of time, device, officer with commas between',
    'true, false, a list of time, device, officer',
    (written) => displayItems(written) !== undefined,
  ).default('false', 'what is drawn into the picture; true: the time, the device and the officer'),
  displayZone: choice('local', 'utc').default('local', 'zone of the time drawn into the picture'),
  stall: duration({ min: '500ms', max: '5min' }).default(
    '5s',
    'silence of the camera after which it is restarted and a gap is signed; longer than its key frame interval',
  ),
  restartDelay: section({
    initial: duration({ min: '10ms', max: '1min' }).default('500ms', 'wait before the first restart'),
    max: duration({ min: '10ms', max: '1h' }).default(
      '30s',
      'longest wait; each failure doubles the wait up to it',
    ),
  }).prefault({}),
});

const recording = section({
  mode: choice('video', 'audio', 'still').default(
    'video',
    'what is recorded: moving pictures with sound, sound alone, or still pictures',
  ),
  stillEvery: duration({ min: '1s', max: '10min' }).default(
    '10s',
    'time from one still picture to the next; each is two shots of the same moment',
  ),
  fragment: duration({ min: '200ms', max: '10s' }).default(
    '1s',
    'length of a fragment: what a power cut can cost at most, and how fine a gap can be told',
  ),
  preRecord: duration({ min: '0s', max: '5min' }).default(
    '30s',
    'footage kept from before the button was pressed',
  ),
  preRecordBytes: size({ min: '1MiB', max: '1GiB' }).default(
    '64MiB',
    'memory the pre-record may take; the oldest fragments go first',
  ),
  inFlightBytes: size({ min: '1MiB', max: '512MiB' }).default(
    '32MiB',
    'footage that may wait in memory for the disk; beyond it a gap is signed instead of running out of memory',
  ),
  behaviour: text('expected the name of an enforcement behaviour', 'a behaviour of the policy').optional(
    'enforcement behaviour of what the button records; absent: none is named',
  ),
  behavioursFile: path('expected the path of a YAML file of behaviours').optional(
    'enforcement behaviours of this authority, instead of config/policy/behaviours.yaml',
  ),
});

const journal = section({
  keyRotation: duration({ min: '1s', max: '1d' }).default(
    '15min',
    'life of a signing key while recording; whoever seizes the device can re-sign at most this much',
  ),
  heartbeat: duration({ min: '1s', max: '1h' }).default(
    '60s',
    'longest silence before an entry is written anyway',
  ),
  clockJump: duration({ min: '100ms', max: '1h' }).default(
    '2s',
    'change of the wall clock that is written down',
  ),
  witnessNote: duration({ min: '0s', max: '1h' }).default(
    '10s',
    'least time between two `witnessed` entries',
  ),
});

const storage = section({
  reserve: size({ min: '16MiB', max: '64GiB' }).default(
    '256MiB',
    'free space footage never uses, so that the journal can always be closed',
  ),
  retention: duration({ min: '0s', max: '3650d' }).default(
    '7d',
    'how long a recording stays after the archive has receipted it; without a receipt it stays for ever',
  ),
  retentionCheck: duration({ min: '1s', max: '1d' }).default(
    '1min',
    'how often to look for what may be removed',
  ),
});

/** How to reach a broker: the same for the device and for an archive that has no broker of its own. */
const connection = {
  broker: text(
    'expected a broker URL such as mqtts://archive.example:8883, without user name or password',
    'mqtt://host:port or mqtts://host:port',
    isBrokerUrl,
  ).optional('MQTT broker; absent: no connection is made'),
  protocol: choice(4, 5).default(5, 'MQTT protocol level: 5, or 4 for a broker that only speaks 3.1.1'),
  username: text('expected a user name', 'text').optional('user name at the broker'),
  passwordFile: path('expected the path of a file that holds the password').optional(
    'file that holds the password at the broker; the password itself never stands in the configuration',
  ),
  tls: section({
    caFile: path('expected the path of a PEM file').optional(
      'certificates to trust instead of the system ones',
    ),
    certFile: path('expected the path of a PEM file').optional('certificate this side shows to the broker'),
    keyFile: path('expected the path of a PEM file').optional('private key of that certificate'),
  }).optional(),
  keepalive: duration({ min: '5s', max: '18h' }).default('30s', 'silence after which the link is probed'),
  backoff: section({
    min: duration({ min: '10ms', max: '1h' }).default('1s', 'wait before the first reconnection'),
    max: duration({ min: '10ms', max: '1d' }).default(
      '60s',
      'longest wait; each failure doubles the wait up to it',
    ),
  }).prefault({}),
};

const uplink = section({
  ...connection,
  chunkSize: size({ min: '1KiB', max: '256KiB' }).default('120KiB', 'most footage bytes in one MQTT message'),
  windowBytes: size({ min: '64KiB', max: '256MiB' }).default('4MiB', 'footage sent but not yet acknowledged'),
  bandwidth: bitRate({ min: '8kbit/s', max: '10000Mbit/s' }).optional(
    'ceiling for footage; absent: no ceiling',
  ),
  renewBefore: duration({ min: '0s', max: '365d' }).default(
    '30d',
    'how long before its end a certificate of liuhen provision is renewed, at the latest in the last third of its life; 0s: not by itself',
  ),
  queryInterval: duration({ min: '1s', max: '1d' }).default(
    '60s',
    'how often to ask the archive what it lacks',
  ),
  witness: text(
    "expected the archive's vkey: <name>+<8 hex digits>+<base64>",
    '<name>+<8 hex digits>+<base64>',
    isVkey,
  ).optional(
    "the archive's witness vkey: receipts and cosignatures that do not verify against it do not count",
  ),
});

const archive = section({
  name: text(ORIGIN_EXPECTED, '<authority domain>/<id>', isOrigin).optional(
    'key name of the archive in cosignatures and receipts; absent: <device.authority>/<device.id>',
  ),
  embeddedBroker: section({
    host: text('expected a host name or an IP address', 'a host name or an IP address', isHost).default(
      '127.0.0.1',
      'address to listen on',
    ),
    port: count('(a TCP port)', { min: 0, max: 65535 }).default(
      1883,
      'port to listen on; 0: the kernel picks one',
    ),
    tls: section({
      caFile: path('expected the path of a PEM file').required(
        'who signs the certificates that devices show',
      ),
      certFile: path('expected the path of a PEM file').required('certificate that the broker shows'),
      keyFile: path('expected the path of a PEM file').required('private key of that certificate'),
      crlFile: path('expected the path of a PEM file').optional('certificates that were revoked'),
      aclFile: path('expected the path of a file').required(
        'who may write and read what, as liuhen authority writes it for mosquitto; read again when it changes',
      ),
    }).optional(),
    enrolPort: count('(a TCP port)', { min: 0, max: 65535 }).optional(
      'port where devices without a certificate enrol with a one-time token, and nothing else; goes with tls',
    ),
  }).optional(),
  ...connection,
  silentAfter: duration({ min: '1min', max: '365d' }).default(
    '7d',
    'how long nothing may be heard of a device before liuhen doctor names it',
  ),
  limits: section({
    message: size({ min: '16KiB', max: '16MiB' }).default(
      '1MiB',
      'largest MQTT payload taken; larger ones are refused',
    ),
    inFlight: size({ min: '1MiB', max: '4GiB' }).default(
      '64MiB',
      'footage that may wait in memory for the disk; one fragment that is larger, of at most 64MiB, is let in beside it',
    ),
  }).prefault({}),
});

const log = section({
  level: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default(
    'info',
    'least level logged',
  ),
  file: path('expected the path of a file').optional(
    'file for the log beside stderr, where nothing keeps that; it is begun anew at 8 MiB, and one before it is kept',
  ),
});

const everySetting = section({
  configVersion: count('(a version)', { min: 1, max: 1_000_000 }).default(
    versionAfter(MIGRATIONS),
    'version of these settings; a file of an older one is migrated, one of a newer one is refused',
  ),
  profile: choice('recorder', 'kiosk', 'archive').default('recorder', 'the role this program plays'),
  device: device.prefault({} as z.input<typeof device>),
  data: path('expected the path of a folder').default('data', 'folder for journal, footage and keys'),
  camera: camera.prefault({}),
  recording: recording.prefault({}),
  journal: journal.prefault({}),
  storage: storage.prefault({}),
  hardware: hardware.prefault({}),
  uplink: uplink.prefault({}),
  archive: archive.prefault({}),
  disclosure: disclosure.prefault({}),
  kiosk: kiosk.prefault({}),
  log: log.prefault({}),
}).superRefine((config, context) => {
  for (const { key, because, message } of [...checkRelations(config), ...checkHardware(config.hardware)]) {
    context.addIssue({ code: 'custom', path: key.split('.'), message, params: { because } });
  }
});

/** Every setting of Liuhen. Input: values by key, as a file has them. Output: `Config`. Paths stay as they came. */
export const configSchema = everySetting.transform((config) => {
  const name = config.archive.name ?? originOf(config.device.authority, config.device.id);
  return { ...config, archive: { ...config.archive, name } };
});

/**
 * A loaded configuration: every setting present (undefined where it has no default and was not given), measured ones
 * under a name with their unit.
 */
export type Config = z.output<typeof configSchema>;

/** A configuration as it is written: text with units, everything with a default left out at will. */
export type ConfigInput = z.input<typeof configSchema>;
