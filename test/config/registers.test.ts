import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { behaviourOf, loadBehaviours } from '../../config/behaviours.js';
import { loadOfficers, officerOf } from '../../config/officers.js';
import { loadPolicy, underPolicy } from '../../config/policy.js';
import type { ConfigError } from '../../config/problems.js';

const test = anyTest as TestFn<{ folder: string; file: (text: string) => string }>;

test.beforeEach((t) => {
  const folder = mkdtempSync(join(tmpdir(), 'liuhen-register-'));
  t.context = {
    folder,
    file: (text) => {
      const path = join(folder, 'rows.yaml');
      writeFileSync(path, text);
      return path;
    },
  };
});
test.afterEach.always((t) => {
  rmSync(t.context.folder, { recursive: true, force: true });
});

test('the shipped behaviours are the acts that the notice names, under Chinese and English names', (t) => {
  const behaviours = [...loadBehaviours().values()];
  const named = behaviours.map(({ chinese }) => chinese);
  for (const act of ['现场检查', '随机抽查', '调查取证', '证据保全', '听证', '行政强制', '送达']) {
    t.true(named.includes(act), act);
  }
  for (const { english } of behaviours) t.regex(english, /^[a-z][a-z -]+$/);
  t.is(new Set(named).size, behaviours.length);
});

test('what touches personal freedom, life and health or major property is recorded as a whole process', (t) => {
  const whole = [...loadBehaviours().values()].filter(({ wholeProcess }) => wholeProcess);
  t.deepEqual(
    whole.map(({ id }) => id),
    ['compulsory-measures', 'personal-freedom', 'life-and-health', 'major-property', 'enforcement-premises'],
  );
});

test('a behaviour is found by its key, its Chinese and its English name', (t) => {
  const behaviours = loadBehaviours();
  for (const written of ['service-of-documents', '送达', 'service of documents']) {
    t.is(behaviourOf(behaviours, written).id, 'service-of-documents');
  }
});

test('a behaviour that the policy does not know is refused with the ones it knows', (t) => {
  const error = t.throws(() => behaviourOf(loadBehaviours(), 'parking'), { message: /got "parking"/ });
  t.regex((error as { next?: string }).next ?? '', /on-site-inspection 现场检查/);
});

test('an authority can have behaviours of its own', (t) => {
  const path = t.context.file('demolition: {chinese: 强制拆除, english: demolition, wholeProcess: true}\n');
  t.deepEqual(
    [...loadBehaviours(path).values()],
    [{ id: 'demolition', chinese: '强制拆除', english: 'demolition', wholeProcess: true }],
  );
});

test('every mistake in a file of behaviours is told with its line', (t) => {
  const path = t.context.file(
    'Demolition: {chinese: a, english: b}\nhearing:\n  chinese: 听证\nseizure: {chinese: a, english: b, wholeProcess: yes}\nfine: 3\n',
  );
  const error = t.throws(() => loadBehaviours(path)) as ConfigError;
  t.is(error.code, 'LIUHEN_CONFIG');
  t.deepEqual(
    error.problems.map(({ place, key, message }) => [place?.line, key, message]),
    [
      [1, 'Demolition', 'expected a name of a-z, 0-9 and -, 1 to 64 characters'],
      [2, 'hearing.english', 'expected the English name, 1 to 100 characters in one line'],
      [4, 'seizure.wholeProcess', 'expected true or false'],
      [5, 'fine', 'expected chinese, english and wholeProcess'],
    ],
  );
});

test('officers are known by the card they show; ids and numbers keep their zeros', (t) => {
  const path = t.context.file('0000123456: {id: 0017, name: Officer Seventeen, credential: 007}\n');
  const officers = loadOfficers(path);
  t.deepEqual(officers.get('0000123456'), { id: '0017', name: 'Officer Seventeen', credential: '007' });
  t.is(officerOf(officers, '0017').credential, '007');
  t.is(officerOf(officers, '007').id, '0017');
  t.throws(() => officerOf(officers, '17'), { code: 'LIUHEN_USAGE' });
});

test('every mistake in a file of officers is told with its line, and a card stands there once', (t) => {
  const path = t.context.file(
    'abc: {id: a, name: b, credential: c}\n0A00000001: {id: a, name: b}\n' +
      '0A00000002: {id: a, name: b, credential: c, rank: d}\n0A00000002: {id: z, name: b, credential: c}\n',
  );
  const error = t.throws(() => loadOfficers(path)) as ConfigError;
  t.deepEqual(
    error.problems.map(({ place, message }) => [place?.line, message]),
    [
      [1, 'expected a card: 10 hex digits, upper case'],
      [2, 'expected the number of the certificate, 1 to 64 characters in one line'],
      [3, 'expected id, name and credential only'],
      [4, 'expected once, but it already stands on line 3'],
    ],
  );
});

test('a file that is missing, not YAML or full beyond reason is refused', (t) => {
  t.throws(() => loadOfficers(join(t.context.folder, 'none.yaml')), { code: 'LIUHEN_NOT_FOUND' });
  t.throws(() => loadOfficers(t.context.file('{')), { code: 'LIUHEN_CONFIG' });
  const rows = Array.from({ length: 10_001 }, (_, n) => `${String(n).padStart(10, '0')}: {}`);
  t.throws(() => loadOfficers(t.context.file(rows.join('\n'))), { message: /at most 10000 rows, got 10001/ });
});

const settings = (behaviour?: string, officersFile?: string) => ({
  recording: { behaviour, behavioursFile: undefined },
  hardware: { officersFile },
});

test('what the button records must be a behaviour of the policy, or the device does not start', (t) => {
  t.is(loadPolicy(settings('听证')).button?.id, 'hearing');
  t.is(loadPolicy(settings()).button, undefined);
  t.throws(() => loadPolicy(settings('parking')), {
    code: 'LIUHEN_CONFIG',
    message: /^recording\.behaviour: .*"parking"/,
  });
});

test('an order may ask for more than the policy does, and never for less', (t) => {
  const policy = loadPolicy(settings());
  t.deepEqual(underPolicy(policy, {}), { wholeProcess: false });
  t.like(underPolicy(policy, { behaviour: '听证', wholeProcess: true }), { wholeProcess: true });
  t.deepEqual(underPolicy(policy, { behaviour: 'major-property', wholeProcess: false }), {
    behaviour: 'major-property',
    wholeProcess: true,
  });
});

test('a device without a list of officers takes the name it is told; one with a list takes no other', (t) => {
  t.like(underPolicy(loadPolicy(settings()), { officer: '7' }), { officer: '7' });
  const path = t.context.file('0A00000017: {id: officer-17, name: Officer, credential: LX-17}\n');
  const policy = loadPolicy(settings(undefined, path));
  t.like(underPolicy(policy, { officer: 'LX-17' }), { officer: 'officer-17', credential: 'LX-17' });
  t.throws(() => underPolicy(policy, { officer: '7' }), { code: 'LIUHEN_USAGE' });
});
