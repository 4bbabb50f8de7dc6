import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import fc from 'fast-check';
import { readSecret } from '../../config/file.js';
import { type Config, defaultConfig, loadConfig, parseConfig } from '../../config/load.js';
import { withCredentials } from '../../config/shapes.js';
import { DURATION, formatQuantity } from '../../config/units.js';

const test = anyTest as TestFn<{ folder: string }>;
const device = 'device: {id: recorder-0001, authority: liuhen.example}\n';

test.beforeEach((t) => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'liuhen-config-'));
});
test.afterEach.always((t) => {
  rmSync(t.context.folder, { recursive: true, force: true });
});

test('settings are loaded under names that say the unit, with defaults for the rest', (t) => {
  const config: Config = parseConfig(
    `${device}recording: {preRecord: 1.5min}\nuplink: {bandwidth: 500kbit/s}\n`,
    'c.yaml',
  );
  const preRecordMs: number = config.recording.preRecordMs;
  const bandwidth: number | undefined = config.uplink.bandwidthBitsPerSecond;
  const protocol: 4 | 5 = config.uplink.protocol;
  t.is(preRecordMs, 90_000);
  t.is(bandwidth, 500_000);
  t.is(protocol, 5);
  t.is(config.recording.fragmentMs, 1000);
  t.is(config.recording.preRecordBytes, 64 * 2 ** 20);
  t.is(config.uplink.chunkSizeBytes, 120 * 1024);
  t.is(config.uplink.broker, undefined);
  t.is(config.uplink.tls, undefined);
  t.is(config.archive.embeddedBroker, undefined);
  t.is(config.camera.bitrateBitsPerSecond, 2_000_000);
  // @ts-expect-error a measured setting does not exist without its unit
  t.is(config.recording.preRecord, undefined);
});

test('any duration within its bounds loads as its milliseconds', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 86_400_000 }), (ms) => {
      const text = `${device}journal: {keyRotation: ${formatQuantity(DURATION, ms)}}\n`;
      t.is(parseConfig(text, 'c.yaml').journal.keyRotationMs, ms);
    }),
    { numRuns: 50 },
  );
});

test('text that looks like a number or a boolean stays text where text belongs', (t) => {
  const config = parseConfig('device: {id: 0001, authority: 1.example}\nuplink: {username: no}\n', 'c.yaml');
  t.is(config.device.id, '0001');
  t.is(config.uplink.username, 'no');
});

test('a section with nothing under it has its defaults', (t) => {
  const config = parseConfig(`${device}camera:\n  # width: 640\narchive:\n  embeddedBroker:\n`, 'c.yaml');
  t.is(config.camera.width, 1280);
  t.deepEqual(config.archive.embeddedBroker, {
    host: '127.0.0.1',
    port: 1883,
    tls: undefined,
    enrolPort: undefined,
  });
});

test('an archive is named after its device unless it is named', (t) => {
  t.is(parseConfig(device, 'c.yaml').archive.name, 'liuhen.example/recorder-0001');
  t.is(parseConfig(`${device}archive: {name: a.example/b}\n`, 'c.yaml').archive.name, 'a.example/b');
});

test('relative paths count from the folder of the file, absolute ones and URLs stay', (t) => {
  const config = parseConfig(
    `${device}camera: {source: clip.mp4}\nuplink: {username: u, passwordFile: /run/secret, tls: {caFile: ../ca.pem}}\n`,
    '/etc/liuhen/config.yaml',
  );
  t.is(config.data, '/etc/liuhen/data');
  t.is(config.camera.source, '/etc/liuhen/clip.mp4');
  t.is(config.uplink.passwordFile, '/run/secret');
  t.is(config.uplink.tls?.caFile, '/etc/ca.pem');
  const sources = ['synthetic', 'rtsp://camera.example/1', '/dev/video2'];
  for (const source of sources) {
    t.is(parseConfig(`${device}camera: {source: "${source}"}\n`, '/etc/c.yaml').camera.source, source);
  }
});

test('overrides stand over the file and count paths from the working directory', (t) => {
  const text = `${device}data: here\nlog: {level: debug}\nrecording: {preRecord: 30 parsecs}\n`;
  const config = parseConfig(text, '/etc/liuhen/config.yaml', {
    data: 'there',
    'recording.preRecord': '3s',
    'archive.embeddedBroker.port': '0',
    'camera.copy': 'true',
    'uplink.tls.caFile': 'ca.pem',
  });
  t.is(config.data, resolve('there'));
  t.is(config.recording.preRecordMs, 3000);
  t.deepEqual(config.archive.embeddedBroker, {
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    enrolPort: undefined,
  });
  t.true(config.camera.copy);
  t.is(config.uplink.tls?.caFile, resolve('ca.pem'));
  t.is(config.log.level, 'debug');
});

test('an override named like an inherited property is an unknown key', (t) => {
  const overrides = JSON.parse('{"__proto__.polluted": "1", "constructor": "2"}') as Record<string, string>;
  t.throws(() => parseConfig(device, 'c.yaml', overrides), { message: /^command line: .*unknown key/ });
  t.false('polluted' in {});
});

test('a default configuration takes a partial one as a file would have it', (t) => {
  const config = defaultConfig({
    device: { id: 'kiosk-0002' },
    recording: { fragment: '500ms' },
    camera: { source: 'synthetic', width: 320, audio: false },
    archive: { embeddedBroker: { port: 0 } },
  });
  t.deepEqual(config.device, { id: 'kiosk-0002', authority: 'liuhen.example' });
  t.is(config.recording.fragmentMs, 500);
  t.is(config.camera.width, 320);
  t.false(config.camera.audio);
  t.is(config.archive.embeddedBroker?.port, 0);
  t.is(config.data, resolve('data'));
});

test('loading twice gives equal configurations that share nothing', (t) => {
  const first = defaultConfig();
  first.uplink.backoff.minMs = 7;
  t.is(defaultConfig().uplink.backoff.minMs, 1000);
  t.deepEqual(defaultConfig(), defaultConfig());
});

test('a file is read, with a byte order mark or without', (t) => {
  const file = join(t.context.folder, 'c.yaml');
  writeFileSync(file, `\uFEFFprofile: kiosk\r\n${device}`);
  t.is(loadConfig(file).profile, 'kiosk');
  t.is(loadConfig(file).data, join(t.context.folder, 'data'));
});

test('a file that does not exist says what to do next', (t) => {
  const error = t.throws(() => loadConfig(join(t.context.folder, 'none.yaml')), { code: 'LIUHEN_NOT_FOUND' });
  t.regex(error?.message ?? '', /none\.yaml$/);
  t.regex((error as { next?: string }).next ?? '', /config\/profiles/);
});

test('a folder, a named pipe, a file of more than 1 MiB and bytes that are not UTF-8 are refused', (t) => {
  const { folder } = t.context;
  mkdirSync(join(folder, 'folder'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'large'), `${device}#${' '.repeat(2 ** 20)}`);
  writeFileSync(join(folder, 'latin1'), Buffer.from([0x64, 0xe9, 0x3a, 0x20, 0x31]));
  const refused: [string, RegExp][] = [
    ['folder', /no plain file/],
    ['pipe', /no plain file/],
    ['large', /at most 1048576 bytes/],
    ['latin1', /UTF-8/],
  ];
  for (const [name, message] of refused) {
    t.throws(() => loadConfig(join(folder, name)), { code: 'LIUHEN_CONFIG', message }, name);
  }
  t.throws(() => parseConfig(`${device}#${' '.repeat(2 ** 20)}`, 'c.yaml'), {
    message: /at most 1048576 bytes/,
  });
});

test('a password is the first line of its file, which not everyone may read', (t) => {
  const file = join(t.context.folder, 'password');
  writeFileSync(file, 'hunter2 \nsecond line\n', { mode: 0o600 });
  t.is(readSecret(file, 'uplink.passwordFile'), 'hunter2 ');
  chmodSync(file, 0o644);
  const error = t.throws(() => readSecret(file, 'uplink.passwordFile'), {
    code: 'LIUHEN_CONFIG',
    message: /^uplink\.passwordFile: .*got mode 644/,
  });
  t.notRegex(error?.message ?? '', /hunter2/);
  writeFileSync(file, '\n');
  chmodSync(file, 0o600);
  t.throws(() => readSecret(file, 'uplink.passwordFile'), { message: /got nothing$/ });
  t.throws(() => readSecret(join(t.context.folder, 'none'), 'uplink.passwordFile'), {
    code: 'LIUHEN_NOT_FOUND',
  });
});

test('credentials are escaped when they are put into a URL', (t) => {
  const url = new URL(withCredentials('rtsp://camera.example:554/1?a=b', 'us:er', 'p@ss/w%rd'));
  t.is(url.host, 'camera.example:554');
  t.is(url.pathname + url.search, '/1?a=b');
  t.is(decodeURIComponent(url.username), 'us:er');
  t.is(decodeURIComponent(url.password), 'p@ss/w%rd');
});
