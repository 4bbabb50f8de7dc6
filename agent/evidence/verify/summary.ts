import type { Finding, Run, Verdict } from './verdict.js';

/** One sentence for a person: the verdict, what it is about, and the first reason or the witness. */
export function summarise(verdict: Omit<Verdict, 'summary'>): string {
  const [first] = verdict.findings;
  if (first === undefined) return `intact: ${extent(verdict)}, ${witnessed(verdict)}`;
  const reason = `${first.kind}${place(first)}: expected ${first.expected}, found ${first.actual}`;
  switch (verdict.verdict) {
    case 'incomplete': {
      const here = fragmentsIn(verdict, 'authentic');
      const whole = here === verdict.fragments;
      return `incomplete: ${whole ? 'all' : here} of ${verdict.fragments} fragments are here and authentic, but ${reason}`;
    }
    case 'altered':
      return `altered: not what the device signed, ${reason}`;
    default:
      return `untrusted: it does not lead back to a key that was pinned, ${reason}`;
  }
}

function extent({ durationSec, fragments }: Omit<Verdict, 'summary'>): string {
  const sec = Number(durationSec.toFixed(1));
  return `${sec} s of footage, ${fragments} ${fragments === 1 ? 'fragment' : 'fragments'}`;
}

function witnessed({ witnesses, journal, archived }: Omit<Verdict, 'summary'>): string {
  const last = witnesses.findLast(({ size }) => size === journal.size);
  const by = last === undefined ? 'not witnessed' : `witnessed by ${last.witness} at ${last.time}`;
  return archived === undefined ? by : `${by}, archived by ${archived.by}`;
}

function place({ file, entry }: Finding): string {
  const parts = [file, entry === undefined ? undefined : `entry ${entry}`].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? '' : ` in ${parts.join(', ')}`;
}

function fragmentsIn({ runs }: Omit<Verdict, 'summary'>, state: Run['state']): number {
  return runs.reduce((sum, run) => sum + (run.state === state ? run.fragments : 0), 0);
}
