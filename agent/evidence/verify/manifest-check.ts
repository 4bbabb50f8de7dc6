import { MAX_MANIFEST_BYTES, type Manifest, parseManifest, renderManifest } from '../../journal/manifest.js';
import { decodeText, MAX_NOTE_BYTES } from '../../journal/note.js';
import { MAX_POLICY_BYTES, parsePolicy } from '../../journal/policy.js';
import { formatVkey, sameVkey, type Vkey } from '../../journal/vkey.js';
import { parseTilePath } from './bundle-path.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';
import { MAX_ENTRIES_BYTES, MAX_TILE_BYTES } from './tree.js';
import { MAX_KEYS_BYTES } from './trust.js';

const FILE = 'manifest.json';

/** Reads the manifest. What it says is a hint until `checkManifest` has compared it with what was found. */
export function readManifest(folder: BundleFolder, findings: Findings): Manifest | undefined {
  const expected = 'a manifest that says which recording this is';
  const bytes = folder.read(FILE, MAX_MANIFEST_BYTES);
  if (bytes === undefined) {
    if (!folder.occupied(FILE)) {
      const actual = 'no such file';
      findings.add({ verdict: 'incomplete', kind: 'missing-file', file: FILE, expected, actual });
    }
    return undefined;
  }
  try {
    return parseManifest(decodeText(bytes, FILE));
  } catch (error) {
    findings.malformed(FILE, expected, error);
    return undefined;
  }
}

/** Compares every listed file with its size and hash. A file that has its finding already is not named twice. */
export function checkFiles(folder: BundleFolder, manifest: Manifest, findings: Findings): void {
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  for (const path of ['checkpoint', 'keys', 'policy', ...listed.keys()]) {
    if (findings.concern(path)) continue;
    const claimed = listed.get(path);
    const found = folder.digest(path, maxBytes(path));
    if (found === undefined) {
      if (findings.concern(path)) continue;
      const expected = 'the file that belongs to every bundle, or that the manifest lists';
      findings.add({
        verdict: 'incomplete',
        kind: 'missing-file',
        file: path,
        expected,
        actual: 'no such file',
      });
    } else if (claimed !== undefined && (found.bytes !== claimed.bytes || found.sha256 !== claimed.sha256)) {
      const expected = `${claimed.bytes} bytes with sha256 ${claimed.sha256}, as the manifest says`;
      const actual = `${found.bytes} bytes with sha256 ${found.sha256}`;
      findings.add({ verdict: 'altered', kind: 'file-hash', file: path, expected, actual });
    }
  }
}

/** Evidence that nothing accounts for: files with names of a bundle that the manifest does not list. */
export function checkExtraFiles(
  folder: BundleFolder,
  manifest: Manifest,
  takes: readonly { file: string }[],
  findings: Findings,
): void {
  const known = new Set([FILE, ...manifest.files.map(({ path }) => path), ...takes.map(({ file }) => file)]);
  for (const file of folder.files) {
    if (known.has(file)) continue;
    const expected = 'only files that the manifest or the journal names';
    findings.add({ verdict: 'altered', kind: 'extra-file', file, expected, actual: `${file} beside them` });
  }
}

/** The bundle's own policy pins nothing, but it must name the key that was pinned, or it would mislead whoever uses it. */
export function checkPolicyFile(folder: BundleFolder, root: Vkey, findings: Findings): void {
  const file = 'policy';
  const bytes = folder.read(file, MAX_POLICY_BYTES);
  if (bytes === undefined) return;
  try {
    const { logs } = parsePolicy(decodeText(bytes, file));
    const wrong = logs.find((log) => log.name === root.name && !sameVkey(log, root));
    if (wrong === undefined && logs.some((log) => sameVkey(log, root))) return;
    const actual = logs.map(formatVkey).join(', ');
    findings.add({
      verdict: 'altered',
      kind: 'policy-log',
      file,
      expected: `log ${formatVkey(root)}`,
      actual,
    });
  } catch (error) {
    findings.malformed(file, 'a tlog-policy', error);
  }
}

/** Renders the manifest again from what was found; it has one spelling, so every byte of it must be the same. */
export function checkManifest(folder: BundleFolder, found: Manifest, findings: Findings): void {
  const text = folder.read(FILE, MAX_MANIFEST_BYTES)?.toString('latin1');
  let rendered: string;
  try {
    rendered = Buffer.from(renderManifest(found)).toString('latin1');
  } catch (error) {
    findings.malformed(FILE, 'a manifest of what the journal says', error);
    return;
  }
  if (text === rendered) return;
  const expectedLines = rendered.split('\n');
  const lines = (text ?? '').split('\n');
  const at = expectedLines.findIndex((line, index) => line !== lines[index]);
  const show = (line: string | undefined) => (line === undefined ? 'nothing' : line.trim());
  findings.add({
    verdict: 'altered',
    kind: 'manifest',
    file: FILE,
    expected: at < 0 ? `${expectedLines.length} lines` : `line ${at + 1}: ${show(expectedLines[at])}`,
    actual: at < 0 ? `${lines.length} lines` : show(lines[at]),
  });
}

/** The files of a manifest in their one order, each once. */
export function sortedFiles(manifest: Manifest): Manifest['files'] {
  const byPath = new Map(manifest.files.map((file) => [file.path, file]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function maxBytes(path: string): number {
  if (path === 'keys') return MAX_KEYS_BYTES;
  if (path === 'policy') return MAX_POLICY_BYTES;
  const tile = parseTilePath(path);
  if (tile === undefined) return MAX_NOTE_BYTES;
  return tile.level === 'entries' ? MAX_ENTRIES_BYTES : MAX_TILE_BYTES;
}
