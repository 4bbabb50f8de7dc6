import test from 'ava';
import { checkAnswers, configTextOf, readAnswers } from '../../agent/provision/answers.js';
import { profileText, withSetting } from '../../agent/provision/config-text.js';
import { parseConfig } from '../../config/load.js';

const BASE = { device: 'recorder-0001', authority: 'liuhen.example' };

/** The comments of a text, examples that are switched off not counted. */
function comments(text: string): string[] {
  return text.split('\n').filter((line) => /^\s*# /.test(line) && !/Copy this file|Written by/.test(line));
}

test('answers become a configuration that loads, with every comment of the profile', (t) => {
  const answers = checkAnswers(
    {
      ...BASE,
      profile: 'recorder',
      camera: 'rtsp://camera.local/stream',
      data: '/var/lib/liuhen',
      ports: { gnss: { port: 'usb:1546:01a8', baudRate: 38_400 } },
      lines: {
        button: { chip: 'recorder-gpio', line: 3, activeLow: true },
        light: { chip: 'pinctrl: odd "name"', line: 1 },
      },
      settings: { 'recording.preRecord': '10s', 'hardware.cardValid': '8h' },
    },
    'test',
  );
  const text = configTextOf(answers);
  const config = parseConfig(text, '/tmp/liuhen.yaml');
  t.is(config.camera.source, 'rtsp://camera.local/stream');
  t.is(config.data, '/var/lib/liuhen');
  t.is(config.recording.preRecordMs, 10_000 as typeof config.recording.preRecordMs);
  t.like(config.hardware.gnss, { port: 'usb:1546:01a8', baudRate: 38_400 });
  t.like(config.hardware.button, { chip: 'recorder-gpio', line: 3, activeLow: true });
  t.is(config.hardware.light?.chip, 'pinctrl: odd "name"');
  t.deepEqual(comments(text), comments(profileText('recorder')));
  t.false(/^ +#(button|light|gnss):/m.test(text), 'the example became the setting');
});

test("a kiosk's unit is its hall", (t) => {
  const text = configTextOf(
    checkAnswers({ ...BASE, device: 'kiosk-0001', profile: 'kiosk', unit: 'hall-7' }, 'test'),
  );
  t.is(parseConfig(text, 'liuhen.yaml').disclosure.hall, 'hall-7');
});

test('a setting is put where it stands, where its example stands, at the end of its section, or into a new one', (t) => {
  const text =
    'a:\n  # first\n  x: 1\n  nested:\n    y: 2\n  z: 3\n\n# about b\nb:\n  #w: 9\n  v: 8\nlast: 0\n';
  t.is(withSetting(text, 'a.x', 5), text.replace('x: 1', 'x: 5'));
  t.is(withSetting(text, 'a.nested', { q: 'r' }), text.replace('nested:\n    y: 2', 'nested: {q: r}'));
  t.is(
    withSetting(text, 'b.w', 'no'),
    text.replace('  #w: 9', '  w: "no"'),
    'text that YAML would take for something else is quoted',
  );
  t.is(withSetting(text, 'a.new', true), text.replace('  z: 3\n', '  z: 3\n  new: true\n'));
  t.is(withSetting(text, 'c.k', '1s'), `${text}\nc:\n  k: 1s\n`);
  t.is(withSetting(text, 'last', 'a: b'), text.replace('last: 0', 'last: "a: b"'));
});

test('what is wrong in answers is named by its key', (t) => {
  const wrong = {
    profile: 'toaster',
    device: 'Recorder 1',
    authority: 'nodots',
    camera: '-f',
    ports: { gnss: { port: 'COM1' } },
    colour: 'red',
  };
  const error = t.throws(() => checkAnswers(wrong, 'a.yaml'), { code: 'LIUHEN_CONFIG' });
  for (const key of ['profile', 'device', 'authority', 'camera', 'ports.gnss.port', 'colour'])
    t.regex(error.message, new RegExp(key));
  t.throws(() => readAnswers('/nonexistent/answers.yaml'), { code: 'LIUHEN_NOT_FOUND' });
});

test('a setting goes into a file that somebody wrote in another manner', (t) => {
  const device = 'device: {id: recorder-0001, authority: liuhen.example} # mine\n';
  for (const [manner, uplink] of Object.entries({
    flow: 'uplink: {broker: "mqtt://old.example:1883"}\n',
    'four spaces': 'uplink:\n    # the old one\n    broker: mqtt://old.example:1883\n    protocol: 4\n',
    quoted: '"uplink":\n  broker: mqtt://old.example:1883\n',
    empty: 'uplink: ~\n',
  })) {
    const settings = {
      broker: 'mqtts://new.example:8883',
      witness: 'liuhen.example/archive+5bacea02+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU',
      tls: { caFile: 'data/tls/ca.pem', certFile: 'data/tls/identity.pem', keyFile: 'data/tls/identity.pem' },
    };
    const text = Object.entries(settings).reduce(
      (before, [name, value]) => withSetting(before, `uplink.${name}`, value),
      `${device}${uplink}`,
    );
    const config = parseConfig(text, '/tmp/liuhen.yaml');
    t.is(config.uplink.broker, 'mqtts://new.example:8883', manner);
    t.is(config.uplink.tls?.caFile, '/tmp/data/tls/ca.pem', manner);
    t.true(text.includes('# mine'), manner);
  }
});
