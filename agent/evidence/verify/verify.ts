import { closeSync } from 'node:fs';
import { LiuhenError } from '../../../config/errors.js';
import type { Manifest } from '../../journal/manifest.js';
import { type Policy, parsePolicy } from '../../journal/policy.js';
import { type Examined, examine } from './examine.js';
import { Findings } from './findings.js';
import { BundleFolder } from './folder.js';
import { HashPool } from './hash-pool.js';
import { readManifest } from './manifest-check.js';
import { pinnedKeys } from './pinned.js';
import { summarise } from './summary.js';
import { establishTrust, type Trusted } from './trust.js';
import type { Verdict } from './verdict.js';

export interface VerifyOptions {
  /** Of footage bytes. */
  onProgress?: (bytesDone: number, bytesTotal: number) => void;
  /** Threads that hash; by default 2, and 0 for a bundle too small to be worth their start. */
  workers?: number;
  /** What the verdict names as the program that gave it. */
  tool?: string;
}

/** Below this many bytes of footage the start of a worker costs more than it saves. */
const SMALL_BYTES = 8 * 1024 * 1024;
const DEFAULT_WORKERS = 2;
const FOOTAGE = /^recording.*\.mp4$/;

/**
 * Checks a bundle against the keys that the trust policy pins and says what is wrong with it, and where. Memory does not grow
 * with the footage. Throws LIUHEN_POLICY when the policy cannot be used, LIUHEN_BUNDLE when the folder cannot be read; all
 * else that can be wrong is in the verdict.
 */
export async function verifyBundle(
  folder: string,
  policyText: string,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const policy = parsePolicy(policyText);
  if (policy.logs.length === 0) {
    throw new LiuhenError(
      'LIUHEN_POLICY',
      'trust policy: expected at least one line "log <vkey>", got none',
      {
        next: "ask the authority for the root vkey of the device and write it as 'log <vkey>'",
      },
    );
  }
  const findings = new Findings();
  const bundle = BundleFolder.open(folder, findings);
  const trusted = establishTrust(bundle, policy, findings);
  const manifest = readManifest(bundle, findings);
  const bytesTotal = footageBytes(bundle);
  let examined: Examined | undefined;
  if (trusted !== undefined && manifest !== undefined) {
    const pool = new HashPool(options.workers ?? (bytesTotal < SMALL_BYTES ? 0 : DEFAULT_WORKERS));
    let bytesDone = 0;
    const onProgress = (bytes: number) => {
      bytesDone += bytes;
      options.onProgress?.(bytesDone, bytesTotal);
    };
    try {
      examined = await examine({ folder: bundle, policy, trusted, manifest, findings, pool, onProgress });
    } finally {
      await pool.close();
    }
  }
  const judgedBytes = examined?.judgedBytes ?? 0;
  if (['intact', 'incomplete'].includes(findings.worst) && judgedBytes < bytesTotal) {
    // `incomplete` says that all that is here is authentic, and that was not shown of these bytes.
    const expected = 'entries that name every byte of the footage';
    const actual = `${bytesTotal - judgedBytes} of ${bytesTotal} bytes of footage that no entry at hand names`;
    findings.add({ verdict: 'untrusted', kind: 'unproven-footage', expected, actual });
  }
  const rest = { policy, trusted, manifest, examined, findings, unlisted: bundle.unlisted };
  const answer = verdictOf({ ...rest, tool: options.tool ?? 'liuhen' });
  return { ...answer, summary: summarise(answer) };
}

/** Bytes of the footage files that are there. */
function footageBytes(folder: BundleFolder): number {
  let total = 0;
  for (const file of folder.files) {
    if (!FOOTAGE.test(file)) continue;
    const opened = folder.openFile(file);
    total += opened?.bytes ?? 0;
    if (opened !== undefined) closeSync(opened.fd);
  }
  return total;
}

interface Found {
  policy: Policy;
  trusted: Trusted | undefined;
  manifest: Manifest | undefined;
  examined: Examined | undefined;
  findings: Findings;
  unlisted: string[];
  tool: string;
}

/** Nothing that no checked signature covers is stated: where that is missing, so are the facts. */
function verdictOf({
  policy,
  trusted,
  manifest,
  examined,
  findings,
  unlisted,
  tool,
}: Found): Omit<Verdict, 'summary'> {
  const checkpoint = trusted?.checkpoint;
  const walk = examined?.walk;
  const started = walk?.started;
  const stopped = walk?.stopped;
  const origin = checkpoint?.origin ?? '';
  const { omitted, runs = [], gaps = [], points = [] } = walk?.timeline ?? {};
  const isCut = omitted !== undefined && omitted.runs + omitted.gaps + omitted.points > 0;
  const archived = examined?.archived;
  return {
    verdict: findings.worst,
    ...findings.result(),
    device: origin.slice(origin.lastIndexOf('/') + 1),
    origin,
    recording: manifest?.recording ?? 0,
    software: started?.software ?? '',
    trigger: started?.trigger ?? '',
    mode: started?.mode ?? 'video',
    wholeProcess: started?.wholeProcess ?? false,
    preRecordSec: (started?.preRecordMs ?? 0) / 1000,
    started: started?.at.wall ?? '',
    ...(stopped === undefined ? {} : { stopped: { wall: stopped.at.wall, reason: stopped.reason } }),
    journal: {
      from: walk?.recording ?? 0,
      to: walk?.to ?? 0,
      size: checkpoint?.size ?? 0,
      root: checkpoint?.root.toString('hex') ?? '',
      epoch: trusted?.epoch ?? 0,
    },
    fragments: walk?.fragments ?? 0,
    bytes: walk?.bytes ?? 0,
    durationSec: walk?.durationSec ?? 0,
    clockSources: [...(walk?.clockSources ?? [])].sort(),
    ...(examined?.times ?? { witnesses: [] }),
    ...(archived === undefined ? {} : { archived }),
    runs,
    gaps,
    points,
    ...(isCut ? { omitted } : {}),
    trust: pinnedKeys(policy, trusted),
    unlisted,
    tool,
  };
}
