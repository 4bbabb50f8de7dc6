import type { EntryOf } from '../../journal/entry.js';
import { type Manifest, takeFileName } from '../../journal/manifest.js';
import type { Policy } from '../../journal/policy.js';
import { TILE_WIDTH, tileWidth } from '../../journal/tiles.js';
import { formatVkey } from '../../journal/vkey.js';
import { checkReceipt } from './archived.js';
import { parseTilePath } from './bundle-path.js';
import { declaredTakes } from './declared.js';
import { reportMismatches } from './displaced.js';
import { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';
import { Footage } from './footage.js';
import type { HashPool } from './hash-pool.js';
import {
  checkExtraFiles,
  checkFiles,
  checkManifest,
  checkPolicyFile,
  sortedFiles,
} from './manifest-check.js';
import { INIT, type Piece } from './piece.js';
import { AuthenticTree } from './tree.js';
import type { Trusted } from './trust.js';
import { type DecodedEntry, decode, RecordingWalk } from './walk.js';
import { WitnessTimes } from './witness-times.js';

/** What a bundle is examined with. */
export interface Bundle {
  folder: BundleFolder;
  policy: Policy;
  trusted: Trusted;
  manifest: Manifest;
  findings: Findings;
  pool: HashPool;
  onProgress: (bytes: number) => void;
}

/** What the journal says of the recording, as far as it could be read. */
export interface Examined {
  walk: RecordingWalk;
  times: ReturnType<WitnessTimes['result']>;
  archived: { by: string } | undefined;
  /** Bytes of footage that were compared with an entry. */
  judgedBytes: number;
}

/** Goes through the recording's entries and lays them over the footage. Undefined when no entry could be tied to the checkpoint. */
export async function examine(bundle: Bundle): Promise<Examined | undefined> {
  const { folder, policy, trusted, manifest, findings } = bundle;
  const { size } = trusted.checkpoint;
  const { recording } = manifest;
  const tree = new AuthenticTree(folder, trusted.checkpoint, findings);
  if (!(await tree.checkRoot())) return undefined;
  if (recording >= size) {
    const expected = `a checkpoint that covers entry ${recording}, where the recording begins`;
    const actual = `one of ${size} entries`;
    findings.add({
      verdict: 'altered',
      kind: 'range',
      file: 'checkpoint',
      entry: recording,
      expected,
      actual,
    });
    return undefined;
  }
  const walk = new RecordingWalk(recording, findings);
  const times = new WitnessTimes(trusted, policy, tree, recording, findings);
  const footage = new Footage({ ...bundle, declared: declaredTakes(manifest), timeline: walk.timeline });
  try {
    const whole = await follow(bundle, tree, walk, footage, times);
    await footage.end(whole);
    if (footage.mismatches.length > 0) {
      await reportMismatches(footage, piecesOf(tree, recording, walk.to), folder, findings);
    }
    reportAbsent(bundle, walk);
    const archived = whole ? checkReceipt(folder, policy, recorded(bundle, walk), findings) : undefined;
    await checkListed(bundle, tree, footage, walk, whole);
    return { walk, times: times.result(walk.to, walk.timeline), archived, judgedBytes: footage.judgedBytes };
  } finally {
    await footage.close();
  }
}

/** True when every entry of the recording, up to its end or the checkpoint's, was there to be followed. */
async function follow(
  { manifest, trusted, findings }: Bundle,
  tree: AuthenticTree,
  walk: RecordingWalk,
  footage: Footage,
  times: WitnessTimes,
): Promise<boolean> {
  const { size } = trusted.checkpoint;
  const first = Math.floor(walk.recording / TILE_WIDTH);
  const listed = entryBundlesOf(manifest, size);
  const observeBundle = async (index: number) => {
    const { entries } = await tree.entries(index);
    for (const [at, encoded] of entries.entries()) await observe(decode(encoded, index * TILE_WIDTH + at));
  };
  const observe = async (entry: DecodedEntry) => {
    if (entry instanceof Error) return;
    if (entry.type === 'witnessed') await times.note(entry);
    if (entry.type === 'key-rotated') checkRotation(entry, trusted, findings);
  };

  for (const index of listed) if (index < first) await observeBundle(index);
  let index = first;
  let complete = true;
  for (; complete && walk.stopped === undefined && index * TILE_WIDTH < size; index++) {
    const found = await tree.entries(index);
    for (const [at, encoded] of found.entries.entries()) {
      const n = index * TILE_WIDTH + at;
      const entry = decode(encoded, n);
      await observe(entry);
      if (
        n < walk.recording ||
        walk.stopped !== undefined ||
        (n > walk.recording && walk.started === undefined)
      )
        continue;
      const piece = walk.follow(entry);
      if (piece !== undefined) await footage.take(piece);
    }
    complete = found.complete && walk.started !== undefined;
  }
  for (const later of listed) if (later >= index) await observeBundle(later);

  const whole = complete || walk.stopped !== undefined;
  if (!whole && walk.to >= manifest.journal.to && walk.started !== undefined) {
    findings.add({
      verdict: 'altered',
      kind: 'range',
      file: 'manifest.json',
      entry: walk.to,
      expected: `entries up to recording-stopped, or up to the checkpoint's ${size}`,
      actual: `the manifest ends the recording at ${manifest.journal.to}, where it had not stopped`,
    });
  }
  if (whole && walk.stopped === undefined) {
    findings.add({
      verdict: 'incomplete',
      kind: 'not-stopped',
      entry: walk.to - 1,
      mediaSec: walk.durationSec,
      expected: 'recording-stopped as the last entry of the recording',
      actual: `the recording went on when the checkpoint of ${size} entries was signed`,
    });
  }
  return whole;
}

/** Once a key is rotated the old one is erased, so a checkpoint that covers the rotation is signed by the new one. */
export function checkRotation(
  entry: EntryOf<'key-rotated'>,
  { epoch, chain }: Trusted,
  findings: Findings,
): void {
  const { n, vkey } = entry;
  const finding = { verdict: 'untrusted' as const, entry: n };
  if (entry.epoch > epoch) {
    const expected = `a checkpoint signed by the key of epoch ${entry.epoch}, which this entry begins`;
    const actual = `the key of epoch ${epoch} signed it, which the device had erased by then`;
    findings.add({ ...finding, kind: 'old-key', file: 'checkpoint', expected, actual });
    return;
  }
  const known = chain.key(entry.epoch);
  if (known !== undefined && formatVkey(known) === vkey) return;
  const expected = `the key of epoch ${entry.epoch}, ${known === undefined ? 'unknown' : formatVkey(known)}`;
  findings.add({ ...finding, kind: 'key-rotated', expected, actual: vkey });
}

/** Indexes of the entry bundles that the manifest lists, ascending. */
function entryBundlesOf({ files }: Manifest, size: number): number[] {
  const indexes = files.flatMap(({ path }) => {
    const name = parseTilePath(path);
    return name?.level === 'entries' && name.width === tileWidth(size, 0, name.index) ? [name.index] : [];
  });
  return [...new Set(indexes)].sort((a, b) => a - b);
}

/** The recording's pieces once more, for who must look for one. Findings have been made the first time. */
async function* piecesOf(tree: AuthenticTree, recording: number, to: number): AsyncGenerator<Piece> {
  const walk = new RecordingWalk(recording, new Findings());
  for (let index = Math.floor(recording / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const { entries } = await tree.entries(index);
    for (const [at, encoded] of entries.entries()) {
      const n = index * TILE_WIDTH + at;
      if (n < recording || n >= to) continue;
      const piece = walk.follow(decode(encoded, n));
      if (piece !== undefined && piece.index !== INIT) yield piece;
    }
  }
}

function reportAbsent({ folder, findings }: Bundle, { timeline }: RecordingWalk): void {
  for (const run of timeline.runs) {
    const file = takeFileName(run.take);
    if (run.state !== 'absent' || !folder.files.has(file)) continue;
    findings.add({
      verdict: 'incomplete',
      kind: 'absent',
      file,
      entry: run.firstEntry,
      mediaSec: run.fromSec,
      expected: `fragments ${run.firstFragment} to ${run.firstFragment + run.fragments - 1} of take ${run.take}`,
      actual: 'the exporter declares that it did not have them',
    });
  }
}

function recorded({ trusted }: Bundle, walk: RecordingWalk) {
  const { origin } = trusted.checkpoint;
  return { origin, recording: walk.recording, fragments: walk.fragments, digest: walk.digest() };
}

async function checkListed(
  { folder, manifest, trusted, findings }: Bundle,
  tree: AuthenticTree,
  footage: Footage,
  walk: RecordingWalk,
  whole: boolean,
): Promise<void> {
  const { size, origin } = trusted.checkpoint;
  for (const { path: file } of manifest.files) {
    const name = parseTilePath(file);
    if (name === undefined) continue;
    const { level, index, width } = name;
    const inTree = tileWidth(size, level === 'entries' ? 0 : level, index);
    if (width !== inTree) {
      const expected = `a tile of the tree of ${size} entries, ${inTree === 0 ? 'which ends before it' : `${inTree} wide`}`;
      findings.add({
        verdict: 'altered',
        kind: 'tile-name',
        file,
        expected,
        actual: `one that is ${width} wide`,
      });
    } else if (level !== 'entries' && folder.files.has(file)) {
      await tree.tile(level, index);
    }
  }
  checkPolicyFile(folder, trusted.root, findings);
  checkFiles(folder, manifest, findings);
  if (whole) checkExtraFiles(folder, manifest, footage.takes, findings);
  const { started } = walk;
  if (started === undefined) return;
  const found: Manifest = {
    format: 'liuhen/bundle/1',
    device: origin.slice(origin.lastIndexOf('/') + 1),
    origin,
    recording: walk.recording,
    journal: { from: walk.recording, to: whole ? walk.to : manifest.journal.to },
    software: started.software ?? '',
    takes: whole
      ? footage.takes.map(({ file, take, bytes, fragments, absent }) => ({
          file,
          take,
          bytes,
          fragments,
          absent,
        }))
      : manifest.takes,
    files: sortedFiles(manifest),
  };
  checkManifest(folder, found, findings);
}
