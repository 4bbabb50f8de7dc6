import type { TestFn } from 'ava';
import type { Finding, VerdictName } from '../../agent/evidence/verify/verdict.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import type { EntryDraft } from '../../agent/journal/entry.js';
import { layOut, type PaperJournal, type PaperRecording, type SmallBundle, smallBundle } from './bundle.js';
import { withFolder } from './tamper.js';

export type Files = Map<string, Buffer>;

/** One way to attack a bundle, and what a verifier must say to it. */
export interface Attack {
  title: string;
  /** Makes the bundle under attack from the small one, or from one of its own. */
  files: (bundle: SmallBundle) => Files | Promise<Files>;
  policy?: (bundle: SmallBundle) => string;
  verdict: VerdictName;
  /** Must be among the findings. */
  finds: Partial<Finding>;
}

/** The bundle that an attack made for itself: its key is then the pinned one. */
const ownBundle = new WeakMap<Files, SmallBundle>();

/** An attack on another bundle than the small one. */
export function on(make: () => Promise<SmallBundle>, then: (bundle: SmallBundle) => Files | Promise<Files>) {
  return async (): Promise<Files> => {
    const bundle = await make();
    const files = new Map(await then(bundle));
    ownBundle.set(files, bundle);
    return files;
  };
}

/** A bundle whose journal holds lies: every signature is good. */
export function lie(edit: (draft: EntryDraft) => EntryDraft) {
  return on(
    () => smallBundle({ edit }),
    ({ files }) => files,
  );
}

/** Puts other pieces into the footage file. */
export function footage(change: (pieces: Buffer[]) => Buffer[]) {
  return ({ files, made }: SmallBundle): Files =>
    new Map(files).set('recording.mp4', Buffer.concat(change([...(made.takes[0] as Buffer[])])));
}

export function change(path: string, edit: (bytes: Buffer, bundle: SmallBundle) => Buffer | string) {
  return (bundle: SmallBundle): Files =>
    new Map(bundle.files).set(path, Buffer.from(edit(bundle.files.get(path) as Buffer, bundle)));
}

/** Replaces text in a file, and fails when it is not there. */
export function text(path: string, from: string | RegExp, to: string) {
  return change(path, (bytes) => {
    const before = bytes.toString();
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${path} has no ${from}`);
    return after;
  });
}

/** A bundle without witness and receipt. */
export async function plainBundle(journal: PaperJournal, made: PaperRecording) {
  const logOnly = `log ${journal.rootVkey}\nquorum none\n`;
  const checkpoint = await journal.checkpoint();
  const files = await layOut(journal, made, { checkpoint, policy: logOnly });
  return { journal, made, checkpoint, logOnly, files };
}

/** One test an attack: the verdict, and the place that it names. */
export function attackTests(test: TestFn, attacks: readonly Attack[]): void {
  for (const { title, files, policy, verdict, finds } of attacks) {
    test(`${title}: ${verdict}`, async (t) => {
      const bundle = await smallBundle();
      const attacked = await files(bundle);
      const pinned = ownBundle.get(attacked) ?? bundle;
      const answer = await withFolder(attacked, (folder) =>
        verifyBundle(folder, policy?.(pinned) ?? pinned.logOnly),
      );
      const all = JSON.stringify(answer.findings, null, 1);
      t.is(answer.verdict, verdict, all);
      const fits = (finding: Finding) =>
        Object.entries(finds).every(([key, value]) => finding[key as keyof Finding] === value);
      t.true(answer.findings.some(fits), all);
      t.true(answer.summary.startsWith(`${verdict}:`));
    });
  }
}
