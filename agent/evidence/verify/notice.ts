import { LiuhenError } from '../../../config/errors.js';
import { decodeText } from '../../journal/note.js';
import { isNoticeManifest, type NoticeManifest, parseNoticeManifest } from '../../journal/notice-manifest.js';
import { type Policy, parsePolicy } from '../../journal/policy.js';
import { TILE_WIDTH } from '../../journal/tiles.js';
import { checkRotation } from './examine.js';
import { Findings } from './findings.js';
import { BundleFolder } from './folder.js';
import { checkPolicyFile } from './manifest-check.js';
import { checkNotice, type NoticeContent } from './notice-envelope.js';
import { type NoticeBeside, NoticeWalk } from './notice-walk.js';
import { pinnedKeys } from './pinned.js';
import { Timeline } from './timeline.js';
import { AuthenticTree } from './tree.js';
import { establishTrust, type Trusted } from './trust.js';
import type { Finding, Verdict, VerdictName, WitnessTime } from './verdict.js';
import { decode } from './walk.js';
import { WitnessTimes } from './witness-times.js';

/** What verification says of a display. Nothing that no checked signature covers is stated. */
export interface NoticeVerdict {
  verdict: VerdictName;
  summary: string;
  findings: Finding[];
  moreFindings: number;
  origin: string;
  notice?: NoticeManifest['notice'];
  /** By the device's wall clock, RFC 3339; `reason` is why it ceased. */
  began?: string;
  until?: string;
  reason?: string;
  /** By the device's monotonic clock. */
  displayedSec?: number;
  longestSilenceSec?: number;
  clockSources: string[];
  /** Set by witnesses of the policy: it began not earlier, and had ceased not later. */
  notEarlierThan?: string;
  notLaterThan?: string;
  witnesses: WitnessTime[];
  content?: NoticeContent;
  /** How late it was published, as the device judged when it began. */
  late?: { due: string; workingDays: number };
  /** Corrections and withdrawals that began to hang on the same page meanwhile. */
  beside: NoticeBeside[];
  device: string;
  /** Journal entries [from, to) and the size of the checkpoint that covers them; all 0 where nothing is proved. */
  journal: { from: number; to: number; size: number };
  /** The pinned keys that this rests on. */
  trust: Verdict['trust'];
}

const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;
const FILE = 'manifest.json';

/** Whether a folder holds the proof of a display, by what its manifest says of itself. */
export function isNoticeBundle(folder: string): boolean {
  const bytes = BundleFolder.open(folder, new Findings()).read(FILE, MAX_MANIFEST_BYTES);
  return bytes !== undefined && isNoticeManifest(bytes.toString('latin1'));
}

/**
 * Checks that content hung on a screen, as `liuhen verify` does for footage: the journal's keys, tree and every entry from where it began to where it
 * ceased, and the content's hash. `incomplete`: it has not ceased, or was cut off, so that its end is only known as a bound. Throws LIUHEN_POLICY, LIUHEN_BUNDLE.
 */
export async function verifyNotice(folder: string, policyText: string): Promise<NoticeVerdict> {
  const policy = parsePolicy(policyText);
  if (policy.logs.length === 0) {
    throw new LiuhenError('LIUHEN_POLICY', 'trust policy: expected at least one line "log <vkey>", got none');
  }
  const findings = new Findings();
  const bundle = BundleFolder.open(folder, findings);
  const trusted = establishTrust(bundle, policy, findings);
  const manifest = readManifest(bundle, findings);
  const examined =
    trusted === undefined || manifest === undefined
      ? undefined
      : await examine(bundle, policy, trusted, manifest, findings);
  const { began, until, ceased } = examined?.walk ?? {};
  const { origin = '', size = 0 } = trusted?.checkpoint ?? {};
  const { from = 0, to = 0 } = began === undefined ? {} : (manifest?.journal ?? {});
  const facts = {
    verdict: findings.worst,
    ...findings.result(),
    device: origin.slice(origin.lastIndexOf('/') + 1),
    origin,
    journal: { from, to, size },
    trust: pinnedKeys(policy, trusted),
    beside: examined?.walk.beside ?? [],
    ...(began?.late === undefined ? {} : { late: began.late }),
    clockSources: [...(examined?.walk.clockSources ?? [])].sort(),
    witnesses: [],
    ...examined?.times,
    ...(examined?.content === undefined ? {} : { content: examined.content }),
    ...(began === undefined || manifest === undefined || until === undefined
      ? {}
      : {
          notice: manifest.notice,
          began: began.at.wall,
          until: until.at.wall,
          reason: examined?.walk.cutOff ? 'cut-off' : (ceased?.reason ?? 'not-ceased'),
          displayedSec: (until.at.mono - began.at.mono) / 1000,
          longestSilenceSec: examined?.walk.longestSilenceSec ?? 0,
        }),
  };
  return { ...facts, summary: summaryOf(facts) };
}

async function examine(
  folder: BundleFolder,
  policy: Policy,
  trusted: Trusted,
  manifest: NoticeManifest,
  findings: Findings,
) {
  const { size } = trusted.checkpoint;
  const { from, to } = manifest.journal;
  const tree = new AuthenticTree(folder, trusted.checkpoint, findings);
  if (!(await tree.checkRoot())) return undefined;
  if (from >= to || to > size) {
    const expected = `a range of entries that the checkpoint of ${size} covers`;
    findings.add({ verdict: 'altered', kind: 'range', file: FILE, expected, actual: `${from} to ${to}` });
    return undefined;
  }
  const walk = new NoticeWalk(manifest, findings);
  const times = new WitnessTimes(trusted, policy, tree, from, findings);
  const bundles = new Set(neighbouringBundles(folder, size));
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) bundles.add(index);
  for (const index of [...bundles].sort((a, b) => a - b)) {
    const { entries } = await tree.entries(index);
    for (const [at, encoded] of entries.entries()) {
      const n = index * TILE_WIDTH + at;
      const entry = decode(encoded, n);
      if (!(entry instanceof Error) && entry.type === 'witnessed') await times.note(entry);
      if (!(entry instanceof Error) && entry.type === 'key-rotated') checkRotation(entry, trusted, findings);
      if (n === walk.to && n < to) walk.follow(entry);
    }
  }
  if (walk.began === undefined) return undefined;
  checkEnd(walk, manifest, size, findings);
  checkPolicyFile(folder, trusted.root, findings);
  checkListed(folder, manifest, trusted, findings);
  const content = checkNotice(folder, walk.began, findings);
  return { walk, content, times: times.result(walk.to, new Timeline()) };
}

function readManifest(folder: BundleFolder, findings: Findings): NoticeManifest | undefined {
  const bytes = folder.read(FILE, MAX_MANIFEST_BYTES);
  if (bytes === undefined) {
    const expected = 'a manifest that says which display this is';
    if (!folder.occupied(FILE)) {
      findings.add({
        verdict: 'incomplete',
        kind: 'missing-file',
        file: FILE,
        expected,
        actual: 'no such file',
      });
    }
    return undefined;
  }
  try {
    return parseNoticeManifest(decodeText(bytes, FILE));
  } catch (error) {
    findings.malformed(FILE, 'a manifest that says which display this is', error);
    return undefined;
  }
}

function checkEnd(
  walk: NoticeWalk,
  { journal: { to } }: NoticeManifest,
  size: number,
  findings: Findings,
): void {
  const entry = walk.to - 1;
  // Entries that are missing have their finding from the tree.
  if (walk.to < to) return;
  if (walk.ceased === undefined && to < size) {
    const expected = `entries up to where it ceased, or up to the checkpoint's ${size}`;
    const actual = `it ends at ${to}`;
    findings.add({ verdict: 'altered', kind: 'range', file: FILE, entry, expected, actual });
  } else if (walk.ceased !== undefined && walk.ceased.n !== to - 1) {
    const actual = `entry ${walk.ceased.n}`;
    findings.add({
      verdict: 'altered',
      kind: 'range',
      file: FILE,
      entry,
      expected: `to cease with entry ${to - 1}`,
      actual,
    });
  } else if (walk.cutOff || walk.ceased?.reason === 'cut-off') {
    const expected = 'to be told when it ceased';
    const actual =
      'the device was cut off: it hung until its last entry before, and nobody can say for how long after';
    findings.add({ verdict: 'incomplete', kind: 'cut-off', entry, expected, actual });
  } else if (walk.ceased === undefined) {
    const actual = `it still hung when the checkpoint of ${size} entries was signed`;
    findings.add({
      verdict: 'incomplete',
      kind: 'not-ceased',
      entry,
      expected: 'an entry with which it ceased',
      actual,
    });
  }
}

/** The manifest's own words are compared with what was found; a file that it does not name is no part of the proof. */
function checkListed(
  folder: BundleFolder,
  manifest: NoticeManifest,
  trusted: Trusted,
  findings: Findings,
): void {
  const { origin } = trusted.checkpoint;
  if (manifest.origin !== origin || manifest.device !== origin.slice(origin.lastIndexOf('/') + 1)) {
    findings.add({
      verdict: 'altered',
      kind: 'manifest',
      file: FILE,
      expected: origin,
      actual: manifest.origin,
    });
  }
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  for (const path of folder.files) {
    if (path === FILE || findings.concern(path)) continue;
    const claimed = listed.get(path);
    const found = folder.digest(path, MAX_MANIFEST_BYTES);
    if (claimed !== undefined && found?.bytes === claimed.bytes && found.sha256 === claimed.sha256) continue;
    const expected =
      claimed === undefined ? 'only files that the manifest names' : `sha256 ${claimed.sha256}`;
    const kind = claimed === undefined ? 'extra-file' : 'file-hash';
    findings.add({ verdict: 'altered', kind, file: path, expected, actual: `sha256 ${found?.sha256}` });
  }
  for (const { path } of manifest.files) {
    if (folder.files.has(path) || findings.concern(path)) continue;
    const expected = 'the file that the manifest lists';
    findings.add({
      verdict: 'incomplete',
      kind: 'missing-file',
      file: path,
      expected,
      actual: 'no such file',
    });
  }
}

/** Entry bundles in the folder: those outside the range hold witness times. */
function neighbouringBundles(folder: BundleFolder, size: number): number[] {
  return [...folder.files].flatMap((path) => {
    const digits = /^tile\/entries\/((?:x\d{3}\/)*\d{3})(?:\.p\/\d+)?$/.exec(path)?.[1];
    const index = Number(digits?.replaceAll(/[x/]/g, '') ?? Number.NaN);
    return index * TILE_WIDTH < size ? [index] : [];
  });
}

function summaryOf(facts: Omit<NoticeVerdict, 'summary'>): string {
  const { verdict, findings, notice, began, until, displayedSec = 0 } = facts;
  const what =
    notice === undefined ? 'the display' : `${notice.kind}/${notice.id} revision ${notice.revision}`;
  const [first] = findings;
  if (first === undefined) {
    return `intact: ${what} hung on ${notice?.screen} from ${began} to ${until} (${Math.round(displayedSec)} s)`;
  }
  const reason = `${first.kind}: expected ${first.expected}, found ${first.actual}`;
  if (verdict === 'incomplete')
    return `incomplete: ${what} hung from ${began}, at least until ${until}, but ${reason}`;
  return verdict === 'altered' ? `altered: not what the device signed, ${reason}` : `untrusted: ${reason}`;
}
