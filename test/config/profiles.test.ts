import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import { loadConfig, parseConfig } from '../../config/load.js';
import { settingsTable } from '../../config/table.js';

const folder = resolve('config/profiles');
const LINES = [...['button', 'light', 'buzzer', 'vibration', 'cover', 'storageDoor', 'simDoor', 'attention']];
const PORTS = ['gnss', 'cardReader', 'board'];
const roles = ['archive', 'kiosk', 'recorder'] as const;

const BROKER_FILES = ['caFile', 'certFile', 'keyFile', 'aclFile'];

test('there is one profile for each role', (t) => {
  t.deepEqual(
    readdirSync(folder).toSorted(),
    roles.map((role) => `${role}.yaml`),
  );
});

for (const role of roles) {
  const file = `${folder}/${role}.yaml`;

  test(`the ${role} profile loads and says so`, (t) => {
    const config = loadConfig(file);
    t.is(config.profile, role);
    t.is(config.data, `${folder}/data`);
  });

  test(`the ${role} profile loads with every example in it switched on`, (t) => {
    const text = readFileSync(file, 'utf8');
    const switchedOn = text.replace(/^(\s*)#(\S)/gm, '$1$2');
    const config = parseConfig(switchedOn, file);
    t.is(config.uplink.broker !== undefined, role !== 'archive');
  });
}

test('what a profile says about a default is the default', (t) => {
  const { recording, journal, storage, hardware, uplink } = loadConfig(`${folder}/recorder.yaml`);
  const bare = parseConfig('device: {id: recorder-0001, authority: liuhen.example}', `${folder}/bare.yaml`);
  t.deepEqual(
    { recording, journal, storage, hardware, uplink },
    {
      recording: bare.recording,
      journal: bare.journal,
      storage: bare.storage,
      hardware: bare.hardware,
      uplink: bare.uplink,
    },
  );
});

test('every setting has a description, and a default unless it is optional or required', (t) => {
  const rows = settingsTable();
  t.true(rows.length > 50);
  for (const row of rows) {
    t.regex(row.description, /^\S.{8,}/, row.key);
    t.false(row.required && row.default !== undefined, row.key);
  }
  t.deepEqual(
    rows.filter((row) => row.required).map((row) => row.key),
    [
      ...['device.id', 'device.authority'],
      // Sections that may be left out as a whole.
      ...LINES.flatMap((name) => [`hardware.${name}.chip`, `hardware.${name}.line`]),
      ...PORTS.map((name) => `hardware.${name}.port`),
      ...BROKER_FILES.map((name) => `archive.embeddedBroker.tls.${name}`),
      ...['presence', 'awayButton'].flatMap((name) => [`kiosk.${name}.chip`, `kiosk.${name}.line`]),
    ],
  );
  t.is(new Set(rows.map((row) => row.key)).size, rows.length);
});

test('the table says how a setting is written and what it is loaded as', (t) => {
  t.like(
    settingsTable().find((row) => row.key === 'uplink.backoff.min'),
    { kind: 'duration', default: '1s', loadedAs: 'uplink.backoff.minMs', allowed: '10ms to 1h' },
  );
  t.like(
    settingsTable().find((row) => row.key === 'uplink.windowBytes'),
    { kind: 'size', default: '4MiB', loadedAs: 'uplink.windowBytes' },
  );
});

test('every setting of the table is in the loaded configuration under the name the table gives', (t) => {
  const pieces = [
    ...LINES.map((name, line) => `${name}: {chip: gpio, line: ${line}}`),
    ...PORTS.map((name) => `${name}: {port: /dev/${name}}`),
  ];
  const tls = BROKER_FILES.map((name) => `${name}: /${name}`).join(', ');
  const kiosk = 'kiosk: {presence: {chip: gpio, line: 1}, awayButton: {chip: gpio, line: 2}}\n';
  const optional = `uplink: {tls: {}}\narchive: {embeddedBroker: {tls: {${tls}}}, tls: {}}\nhardware: {${pieces.join(', ')}}\n${kiosk}`;
  const config: unknown = parseConfig(`device: {id: a, authority: b.example}\n${optional}`, 'all.yaml');
  for (const { loadedAs } of settingsTable()) {
    let at = config;
    for (const part of loadedAs.split('.')) {
      t.true(Object.hasOwn(at as object, part), loadedAs);
      at = (at as Record<string, unknown>)[part];
    }
  }
});
