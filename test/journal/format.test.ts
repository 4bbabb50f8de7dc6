import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { decodeEntry, type EntryType } from '../../agent/journal/entry.js';
import { signKeyNote } from '../../agent/journal/key-chain.js';
import { leafHash } from '../../agent/journal/merkle.js';
import { parseProof, verifyInclusion } from '../../agent/journal/proof.js';
import { signReceipt, verifyReceipt } from '../../agent/journal/receipt.js';
import { encodeEntryBundle } from '../../agent/journal/tiles.js';
import { parseVkey, SignatureType, vkeyOf, vkeyWithType } from '../../agent/journal/vkey.js';

const AGENT = fileURLToPath(new URL('../../../agent', import.meta.url));
const FORMAT = await readFile(join(AGENT, 'journal/FORMAT.md'), 'utf8');

/** The example's blocks by the name that stands behind their language. */
const BLOCKS = new Map(
  [...FORMAT.matchAll(/^```(?:text|json) (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

function block(name: string): string {
  const text = BLOCKS.get(name);
  if (text === undefined) throw new Error(`FORMAT.md: no block ${name}`);
  return text;
}

const ENTRIES = block('entries')
  .trimEnd()
  .split('\n')
  .map((line) => Buffer.from(line));
const LEAVES = block('tile/0/000.p/8')
  .trimEnd()
  .split('\n')
  .map((hex) => Buffer.from(hex, 'hex'));
const TRUST = block('policy');
const ARCHIVE = parseVkey(/^witness \S+ (\S+)$/m.exec(TRUST)?.[1] ?? '');

/** The bundle that the page describes, for as long as `use` runs. */
async function inBundle(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-format-'));
  try {
    const files: Record<string, string | Buffer> = {
      'tile/0/000.p/8': Buffer.concat(LEAVES),
      'tile/entries/000.p/8': encodeEntryBundle(ENTRIES),
    };
    for (const name of ['checkpoint', 'keys', 'archived', 'policy', 'manifest.json', 'recording.mp4']) {
      files[name] = block(name);
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the example bundle of FORMAT.md is intact, witnessed and archived', async (t) => {
  await inBundle(async (folder) => {
    const verdict = await verifyBundle(folder, TRUST);
    t.deepEqual(verdict.findings, []);
    t.is(verdict.verdict, 'intact');
    t.is(verdict.fragments, 2);
    t.is(verdict.notLaterThan, '2026-03-02T08:00:06Z');
    t.deepEqual(verdict.archived, { by: 'archive' });
    t.deepEqual(verdict.unlisted, []);
  });
});

test('the example leaves are those of the example entries', (t) => {
  t.deepEqual(ENTRIES.map(leafHash), LEAVES);
});

test('the example proof leads from entry 5 to the example checkpoint', (t) => {
  const { index, path, checkpoint } = parseProof(block('proof'));
  t.is(index, 5);
  t.is(checkpoint, block('checkpoint'));
  const { size, root } = parseCheckpoint(checkpoint);
  t.notThrows(() => verifyInclusion({ index, leaf: LEAVES[5] as Buffer, size, root, path }));
});

test('the seeds that FORMAT.md names make the example signatures', (t) => {
  const { origin, size, root, note } = parseCheckpoint(block('checkpoint'));
  const signer = (name: string, byte: number) => {
    const seed = Buffer.alloc(32, byte);
    return { seed, vkey: vkeyOf(name, SignatureType.ed25519, publicKeyOf(seed)) };
  };
  const [first, second] = [signer(origin, 0), signer(origin, 1)];
  t.is(signKeyNote(origin, 1, second.vkey, first), block('keys'));
  const [own] = signCheckpoint({ origin, size, root }, second).split('\n').slice(-2);
  t.is(note.signatures[0]?.line, own);
  const archive = signer(ARCHIVE.name, 2);
  t.is(signReceipt(verifyReceipt(block('archived'), ARCHIVE), archive), block('archived'));
});

test('the two key ids of the archive are those that FORMAT.md names', (t) => {
  const ids = [vkeyWithType(ARCHIVE, SignatureType.ed25519), ARCHIVE].map(({ id }) =>
    id.toString(16).padStart(8, '0'),
  );
  t.true(FORMAT.includes(`(in the example \`${ids[0]}\` and \`${ids[1]}\`)`), ids.join(' and '));
});

/** Every type there is: the compiler refuses a list that is not whole. */
const TYPES: Record<EntryType, true> = {
  'journal-started': true,
  boot: true,
  shutdown: true,
  'key-rotated': true,
  'clock-changed': true,
  'recording-started': true,
  'take-started': true,
  fragment: true,
  mark: true,
  gap: true,
  'recording-stopped': true,
  heartbeat: true,
  event: true,
  'identity-shown': true,
  'party-informed': true,
  'case-opened': true,
  document: true,
  'case-closed': true,
  displayed: true,
  exported: true,
  evicted: true,
  'config-changed': true,
  command: true,
  witnessed: true,
};

const ROWS = [...FORMAT.matchAll(/^\| `([a-z-]+)` \|(.*?)\|(.*?)\|.*\|$/gm)]
  .filter(([, type = '']) => Object.hasOwn(TYPES, type))
  .map(([, type = '', must = '', may = '']) => ({ type, must: fieldsIn(must), may: fieldsIn(may) }));

function fieldsIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, field = '']) => field);
}

const WALL = '2026-03-02T08:00:00.000Z';
const SHA256 = 'ab'.repeat(32);
const NUMBERS =
  'epoch recording take index bytes began fragments fromMono toMono revision size preRecordMs continues retentionMs';
const SAMPLES: Record<string, unknown> = {
  ...Object.fromEntries(NUMBERS.split(' ').map((field) => [field, 1])),
  fromWall: WALL,
  toWall: WALL,
  wholeProcess: true,
  trigger: 'button',
  sha256: SHA256,
  envelope: SHA256,
  change: 'ceased',
  late: { due: '2026-01-05', workingDays: 2 },
  init: { sha256: SHA256, bytes: 1 },
  media: { start: 0, duration: 1, timescale: 1 },
  position: { latitude: 23.1, longitude: 113.3 },
  document: { sha256: SHA256, bytes: 1, kind: 'record', name: 'a.pdf' },
};

function entryWith(type: string, fields: readonly string[], wrong?: string): Buffer {
  const at = { wall: WALL, mono: 1, boot: 'b', source: 'ntp' };
  const values = fields.map((field) => [field, field === wrong ? [] : (SAMPLES[field] ?? 'text')]);
  return Buffer.from(JSON.stringify({ n: 5, type, at, ...Object.fromEntries(values) }));
}

test('FORMAT.md lists every type of entry', (t) => {
  t.deepEqual(ROWS.map(({ type }) => type).sort(), Object.keys(TYPES).sort());
});

test('an entry needs exactly the fields that FORMAT.md says it must have', (t) => {
  for (const { type, must } of ROWS) {
    t.is(decodeEntry(entryWith(type, must), 5).type, type as EntryType);
    for (const field of must) {
      const without = must.filter((each) => each !== field);
      t.throws(() => decodeEntry(entryWith(type, without), 5), { code: 'LIUHEN_ENTRY' }, `${type}.${field}`);
    }
  }
});

test('a field that FORMAT.md says an entry may have is checked where it is there', (t) => {
  for (const { type, must, may } of ROWS) {
    t.is(decodeEntry(entryWith(type, [...must, ...may]), 5).type, type as EntryType);
    for (const field of may) {
      const wrong = entryWith(type, [...must, ...may], field);
      t.throws(() => decodeEntry(wrong, 5), { code: 'LIUHEN_ENTRY' }, `${type}.${field}`);
    }
  }
});

test('FORMAT.md lists every kind of finding that the verifier has words for', async (t) => {
  const [, table = ''] = FORMAT.split('\n| finding | verdict | meaning |\n');
  const rows = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell);
  const documented = new Set(rows.slice(0, rows.indexOf('what')).flatMap(wordsIn));
  const folder = join(AGENT, 'evidence/verify');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const statements = sources.flatMap(
    (source) => source.match(/\bkind[:=\s][^,;]*|#(?:altered|add)\([^;]*/g) ?? [],
  );
  const used = new Set(statements.flatMap(literalsIn).filter((word) => !OTHER_WORDS.has(word)));
  t.true(used.size > 30);
  t.deepEqual([...documented].sort(), [...used].sort());
});

/** Literals that stand beside a kind of finding in the verifier's code. */
const OTHER_WORDS = new Set([
  'intact',
  'incomplete',
  'altered',
  'untrusted',
  'verdict',
  'correction',
  'withdrawal',
]);

function wordsIn(cell: string): string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, word = '']) => word);
}

function literalsIn(code: string): string[] {
  return [...code.matchAll(/'([a-z-]+)'/g)].map(([, word = '']) => word);
}
