import test from 'ava';
import { defaultConfig, parseConfig } from '../../config/load.js';
import { ConfigError } from '../../config/problems.js';

const device = 'device: {id: recorder-0001, authority: liuhen.example}';
const vkey = `liuhen.example/archive+0123abcd+${'A'.repeat(44)}`;

interface Mistake {
  title: string;
  text: string;
  overrides?: Record<string, string>;
  /** The whole message, a line for each problem. */
  says: string[];
}

const mistakes: Mistake[] = [
  {
    title: 'a unit of another quantity',
    text: `${device}\nrecording:\n  preRecord: 30 MB\n`,
    says: ['c.yaml:3:14: recording.preRecord: expected a duration such as 30s or 15min, got "30 MB"'],
  },
  {
    title: 'a number without a unit',
    text: `${device}\nuplink:\n  # footage\n  chunkSize:   4096\n`,
    says: ['c.yaml:4:16: uplink.chunkSize: expected a size such as 120KiB or 64MiB, got "4096"'],
  },
  {
    title: 'a value beyond its bounds',
    text: `${device}\nuplink: {chunkSize: 1MiB}\n`,
    says: ['c.yaml:2:21: uplink.chunkSize: expected a size of 1KiB to 256KiB, got "1MiB"'],
  },
  {
    title: 'a misspelt key',
    text: `${device}\nrecording:\n  prerecrd: 30s\n`,
    says: ['c.yaml:3:3: recording.prerecrd: unknown key, did you mean recording.preRecord?'],
  },
  {
    title: 'a short key with two letters in the wrong order',
    text: `${device}\ncamera:\n  widht: 1280\n`,
    says: ['c.yaml:3:3: camera.widht: unknown key, did you mean camera.width?'],
  },
  {
    title: 'a key in the wrong case',
    text: `${device}\ncamera:\n  framespersecond: 25\n`,
    says: ['c.yaml:3:3: camera.framespersecond: unknown key, did you mean camera.framesPerSecond?'],
  },
  {
    title: 'a key at the wrong level',
    text: `${device}\npreRecord: 30s\n`,
    says: ['c.yaml:2:1: preRecord: unknown key, did you mean recording.preRecord?'],
  },
  {
    title: 'a misspelt section',
    text: `${device}\nrecordings:\n  preRecord: 30s\n`,
    says: ['c.yaml:2:1: recordings: unknown key, did you mean recording?'],
  },
  {
    title: 'a key that resembles nothing',
    text: `${device}\nxyzzyxyzzy: 1\n`,
    says: ['c.yaml:2:1: xyzzyxyzzy: unknown key'],
  },
  {
    title: 'a key with a name JavaScript gives a meaning',
    text: `${device}\n__proto__:\n  profile: archive\ncamera:\n  constructor: 1\n`,
    says: ['c.yaml:2:1: __proto__: unknown key', 'c.yaml:5:3: camera.constructor: unknown key'],
  },
  {
    title: 'a word that is not one of the choices',
    text: `${device}\nlog:\n  level: loud\n`,
    says: [
      'c.yaml:3:10: log.level: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
    ],
  },
  {
    title: 'a number that is not one of the choices',
    text: `${device}\nuplink: {protocol: 3}\n`,
    says: ['c.yaml:2:20: uplink.protocol: expected one of 4, 5, got "3"'],
  },
  {
    title: 'a word for a boolean',
    text: `${device}\ncamera: {audio: yes}\n`,
    says: ['c.yaml:2:17: camera.audio: expected true or false, got "yes"'],
  },
  {
    title: 'a fraction for a whole number',
    text: `${device}\ncamera: {width: 1280.5}\n`,
    says: ['c.yaml:2:17: camera.width: expected a whole number of pixels from 160 to 7680, got "1280.5"'],
  },
  {
    title: 'a path in a device id',
    text: 'device:\n  authority: liuhen.example\n  id: ../recorder\n',
    says: [
      'c.yaml:3:7: device.id: expected a device id of 1 to 64 characters from a-z, 0-9 and -, got "../recorder"',
    ],
  },
  {
    title: 'a missing required setting',
    text: 'profile: recorder\ndevice:\n  id: recorder-0001\n',
    says: [
      'c.yaml:2:1: device.authority: expected a domain name in lower case with at least one dot, such as liuhen.example, got nothing',
    ],
  },
  {
    title: 'an empty file',
    text: '',
    says: [
      'c.yaml:1:1: device.id: expected a device id of 1 to 64 characters from a-z, 0-9 and -, got nothing',
      'c.yaml:1:1: device.authority: expected a domain name in lower case with at least one dot, such as liuhen.example, got nothing',
    ],
  },
  {
    title: 'nothing behind the colon',
    text: `${device}\nrecording:\n  preRecord:\n`,
    says: ['c.yaml:3:3: recording.preRecord: expected a duration such as 30s or 15min, got nothing'],
  },
  {
    title: 'a value where a section belongs',
    text: `${device}\nrecording: 30s\n`,
    says: ['c.yaml:2:12: recording: expected a section: settings on lines of their own, indented, got "30s"'],
  },
  {
    title: 'a section where a value belongs',
    text: `${device}\nrecording:\n  preRecord:\n    seconds: 30\n`,
    says: ['c.yaml:4:5: recording.preRecord: expected a duration such as 30s or 15min, got a section'],
  },
  {
    title: 'a list',
    text: `device:\n  authority: liuhen.example\n  id: [a, b]\n`,
    says: ['c.yaml:3:7: device.id: expected one value or a section, got a list'],
  },
  {
    title: 'an alias',
    text: `${device}\nuplink:\n  username: &name x\narchive:\n  username: *name\n`,
    says: ['c.yaml:5:13: archive.username: expected one value or a section, got an alias'],
  },
  {
    title: 'sections in sections without end',
    text: `${device}\ncamera: ${'{a: '.repeat(9)}${'}'.repeat(9)}\n`,
    says: [
      'c.yaml:2:10: camera.a: unknown key',
      'c.yaml:2:37: camera.a.a.a.a.a.a.a: expected one value or a section, got a section too deep down',
    ],
  },
  {
    title: 'a key that stands there twice',
    text: `${device}\nrecording:\n  preRecord: 30s\n  fragment: 1s\n  preRecord: 10s\n`,
    says: ['c.yaml:5:3: recording.preRecord: expected once, but it already stands on line 3'],
  },
  {
    title: 'a tab for indentation',
    text: `${device}\nrecording:\n\tpreRecord: 30s\n`,
    says: ['c.yaml:3:1: not valid YAML: Tabs are not allowed as indentation'],
  },
  {
    title: 'a text instead of settings',
    text: 'hello\n',
    says: ['c.yaml:1:1: expected settings such as `profile: recorder`'],
  },
  {
    title: 'a broker of another protocol',
    text: `${device}\nuplink:\n  broker: https://a.example\n  witness: ${vkey}\n`,
    says: [
      'c.yaml:3:11: uplink.broker: expected a broker URL such as mqtts://archive.example:8883, without user name or password, got "https://a.example"',
    ],
  },
  {
    title: 'a witness that is not a vkey',
    text: `${device}\nuplink: {witness: liuhen.example/archive}\n`,
    says: [
      'c.yaml:2:19: uplink.witness: expected the archive\'s vkey: <name>+<8 hex digits>+<base64>, got "liuhen.example/archive"',
    ],
  },
  {
    title: 'a broker without a witness',
    text: `${device}\nuplink:\n  broker: mqtt://127.0.0.1:1883\n`,
    says: [
      "c.yaml:3:11: uplink.witness: expected the archive's vkey, because uplink.broker is set and no receipt could be verified, got nothing",
    ],
  },
  {
    title: 'TLS settings for a plain connection',
    text: `${device}\nuplink:\n  broker: mqtt://127.0.0.1:1883\n  witness: ${vkey}\n  tls: {caFile: ca.pem}\n`,
    says: [
      'c.yaml:3:11: uplink.broker: expected mqtts://, because uplink.tls is set, got "mqtt://127.0.0.1:1883"',
    ],
  },
  {
    title: 'a certificate without its key',
    text: `${device}\nuplink:\n  tls:\n    certFile: a.pem\n`,
    says: ['c.yaml:4:15: uplink.tls.keyFile: expected certFile and keyFile together, got nothing'],
  },
  {
    title: 'a password without a user name',
    text: `${device}\nuplink: {passwordFile: p}\ncamera: {passwordFile: q}\n`,
    says: [
      'c.yaml:2:24: uplink.username: expected a user name, because uplink.passwordFile is set, got nothing',
      'c.yaml:3:24: camera.username: expected a user name, because camera.passwordFile is set, got nothing',
    ],
  },
  {
    title: 'a least wait above the greatest',
    text: `${device}\nuplink:\n  backoff:\n    min: 2min\ncamera:\n  restartDelay: {initial: 1min, max: 1s}\n`,
    says: [
      'c.yaml:4:10: uplink.backoff.max: expected at least uplink.backoff.min, got the default 60s',
      'c.yaml:6:38: camera.restartDelay.max: expected at least camera.restartDelay.initial, got "1s"',
    ],
  },
  {
    title: 'a chunk larger than the window',
    text: `${device}\nuplink: {chunkSize: 256KiB, windowBytes: 64KiB}\n`,
    says: ['c.yaml:2:42: uplink.windowBytes: expected at least uplink.chunkSize, got "64KiB"'],
  },
  {
    title: 'a stall no longer than a fragment',
    text: `${device}\nrecording: {fragment: 10s}\n`,
    says: [
      'c.yaml:2:23: camera.stall: expected longer than recording.fragment, between two of which no data comes, got the default 5s',
    ],
  },
  {
    title: 'a pre-record that its memory does not hold',
    text: `${device}\nrecording: {preRecord: 5min}\n`,
    says: [
      'c.yaml:2:24: recording.preRecordBytes: expected at least 72MiB, which recording.preRecord takes at camera.bitrate, got the default 64MiB',
    ],
  },
  {
    title: 'the synthetic camera copied',
    text: `${device}\ncamera: {source: synthetic, copy: true}\n`,
    says: [
      'c.yaml:2:35: camera.copy: expected false with the synthetic camera, which has no encoder of its own, got "true"',
    ],
  },
  {
    title: 'a display in a copied picture',
    text: `${device}\ncamera: {copy: true, display: "time, officer"}\n`,
    says: [
      'c.yaml:2:16: camera.copy: expected false, because camera.display draws into the picture and so has to encode it, got "true"',
    ],
  },
  {
    title: 'a display of what it does not know',
    text: `${device}\ncamera: {display: "time, mood"}\n`,
    says: [
      'c.yaml:2:19: camera.display: expected true, false, or some of time, device, officer with commas between, got "time, mood"',
    ],
  },
  {
    title: 'still pictures of a copied stream',
    text: `${device}\nrecording: {mode: still}\ncamera: {copy: true}\n`,
    says: [
      'c.yaml:3:16: camera.copy: expected false, because recording.mode is still and single pictures have to be encoded, got "true"',
    ],
  },
  {
    title: 'sound alone of what gives none, shown in a picture that there is not',
    text: `${device}\nrecording: {mode: audio}\ncamera: {source: /dev/video0, display: true, audio: false}\n`,
    says: [
      'c.yaml:2:19: camera.microphone: expected an ALSA capture device, because recording.mode is audio and /dev/video0 gives no sound, got nothing',
      'c.yaml:3:40: camera.display: expected false, because recording.mode is audio and there is no picture, got "true"',
      'c.yaml:3:53: camera.audio: expected true, because recording.mode is audio, got "false"',
    ],
  },
  {
    title: 'a microphone that is no ALSA device',
    text: `${device}\ncamera: {microphone: -hw 1}\n`,
    says: [
      'c.yaml:2:22: camera.microphone: expected an ALSA capture device such as default or hw:1,0 (arecord -L lists them), got "-hw 1"',
    ],
  },
  {
    title: 'an archive without a broker',
    text: `${device}\nprofile: archive\n`,
    says: [
      'c.yaml:2:10: archive.broker: expected either archive.broker or archive.embeddedBroker, got nothing',
    ],
  },
  {
    title: 'an archive with two brokers',
    text: `${device}\narchive:\n  broker: mqtt://a.example\n  embeddedBroker:\n`,
    says: [
      'c.yaml:3:11: archive.broker: expected either archive.broker or archive.embeddedBroker, got "mqtt://a.example"',
    ],
  },
  {
    title: 'an unknown key on the command line',
    text: device,
    overrides: { 'recording.prerecord': '3s' },
    says: ['command line: recording.prerecord: unknown key, did you mean recording.preRecord?'],
  },
  {
    title: 'a section on the command line',
    text: device,
    overrides: { recording: '3s' },
    says: ['command line: recording: expected one setting of this section, got the section itself'],
  },
  {
    title: 'a wrong unit on the command line, over a sound value in the file',
    text: `${device}\nrecording: {preRecord: 30s}\n`,
    overrides: { 'recording.preRecord': '3' },
    says: ['command line: recording.preRecord: expected a duration such as 30s or 15min, got "3"'],
  },
  {
    title: 'many mistakes at once, in the order of the file and then the command line',
    text: `recording: {fragment: 1}\ncamrea: {}\n${device}\njournal:\n  heartbeat: x\n  heartbeat: 1s\nlog: {level: a}\n`,
    overrides: { 'storage.reserve': '1' },
    says: [
      'c.yaml:1:23: recording.fragment: expected a duration such as 30s or 15min, got "1"',
      'c.yaml:2:1: camrea: unknown key, did you mean camera?',
      'c.yaml:5:14: journal.heartbeat: expected a duration such as 30s or 15min, got "x"',
      'c.yaml:6:3: journal.heartbeat: expected once, but it already stands on line 5',
      'c.yaml:7:14: log.level: expected one of trace, debug, info, warn, error, fatal, silent, got "a"',
      'command line: storage.reserve: expected a size such as 120KiB or 64MiB, got "1"',
    ],
  },
];

for (const { title, text, overrides, says } of mistakes) {
  test(`${title} is named with its place, its key and what was expected`, (t) => {
    const error = t.throws(() => parseConfig(text, 'c.yaml', overrides), { instanceOf: ConfigError });
    t.is(error?.code, 'LIUHEN_CONFIG');
    t.deepEqual(error?.message.split('\n'), says);
  });
}

test('a mistake in code names the key alone', (t) => {
  t.throws(() => defaultConfig({ recording: { preRecord: '30' } }), {
    message: 'recording.preRecord: expected a duration such as 30s or 15min, got "30"',
  });
});

test('a password key is answered with the key of a password file', (t) => {
  t.throws(() => parseConfig(`${device}\nuplink: {password: x}\n`, 'c.yaml'), {
    message: 'c.yaml:2:10: uplink.password: unknown key, did you mean uplink.passwordFile?',
  });
});
