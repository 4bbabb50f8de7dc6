import { messageOf } from '../../../config/errors.js';
import type { Finding, VerdictName } from './verdict.js';

/** A verdict carries at most this many findings; the rest are counted. */
const KEPT = 200;
const MAX_TEXT = 400;
const RANK: Record<VerdictName, number> = { intact: 0, incomplete: 1, altered: 2, untrusted: 3 };

/** Collects why a verdict is not `intact`. Keeps the worst, and of those the first in the journal, in bounded memory. */
export class Findings {
  #kept: Finding[] = [];
  #dropped = 0;
  #worst: VerdictName = 'intact';
  readonly #files = new Set<string>();

  add(finding: Finding): void {
    if (RANK[finding.verdict] > RANK[this.#worst]) this.#worst = finding.verdict;
    if (finding.file !== undefined) this.#files.add(finding.file);
    this.#kept.push({ ...finding, expected: short(finding.expected), actual: short(finding.actual) });
    if (this.#kept.length >= 2 * KEPT) this.#cut();
  }

  /** A file that cannot be read for what it should be. */
  malformed(file: string, expected: string, error: unknown): void {
    this.add({ verdict: 'altered', kind: 'malformed', file, expected, actual: messageOf(error) });
  }

  get worst(): VerdictName {
    return this.#worst;
  }

  /** Whether a finding names this file. */
  concern(file: string): boolean {
    return this.#files.has(file);
  }

  /** Worst first; within a verdict by journal entry, and what concerns no entry behind. */
  result(): { findings: Finding[]; moreFindings: number } {
    this.#cut();
    return { findings: [...this.#kept], moreFindings: this.#dropped };
  }

  #cut(): void {
    const place = ({ entry }: Finding) => entry ?? Number.MAX_SAFE_INTEGER;
    this.#kept.sort((a, b) => RANK[b.verdict] - RANK[a.verdict] || place(a) - place(b));
    this.#dropped += Math.max(0, this.#kept.length - KEPT);
    this.#kept.length = Math.min(this.#kept.length, KEPT);
  }
}

function short(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
