import { duration, mediaTime, VERDICT_WORDS, visible } from '../evidence/report-text.js';
import type {
  Finding,
  TimelineGap,
  TimelinePoint,
  Verdict,
  VerdictName,
} from '../evidence/verify/verdict.js';
import { spoken } from '../words/spoken.js';
import { meaningOf } from './finding-words.js';
import { bytesText, padded } from './text.js';

/** Reasons, gaps and points beyond this are counted; `--json` and `--html` have more. */
const MAX_SHOWN = 20;
const COLOUR: Record<VerdictName, string> = {
  intact: '32',
  incomplete: '33',
  altered: '31',
  untrusted: '31',
};

/** A verdict for a person at a terminal: the answer first, then why, then the facts. Nothing in it can act on the terminal. */
export function verdictText(verdict: Verdict, colour: boolean): string {
  const { name } = VERDICT_WORDS[verdict.verdict];
  const title = `${name.en.toUpperCase()} ${name.zh}`;
  const head = colour ? `\u001b[1;${COLOUR[verdict.verdict]}m${title}\u001b[0m` : title;
  const summary = spoken(visible(verdict.summary, 1000));
  return [head, summary, '', ...reasons(verdict), ...facts(verdict)].join('\n');
}

function reasons({ findings, moreFindings }: Verdict): string[] {
  const shown = findings.slice(0, MAX_SHOWN);
  const lines = shown.flatMap((finding, at) => [
    `  ${at + 1}. ${visible(finding.kind, 60)} (${spoken(finding.verdict)}) ${place(finding)}`.trimEnd(),
    labelled('expected', visible(finding.expected, 400)),
    labelled('found', visible(finding.actual, 400)),
    labelled('means', meaningOf(finding)),
  ]);
  const rest = findings.length - shown.length + moreFindings;
  if (rest > 0) lines.push(spoken(`  and ${rest} more; --json lists up to 200`));
  return lines.length === 0 ? [] : [spoken('Why:'), ...lines, ''];
}

function labelled(name: string, text: string): string {
  return `     ${padded(spoken(name), 8)}  ${spoken(text)}`;
}

function place({ file, entry, mediaSec }: Finding): string {
  const parts = [
    file === undefined ? '' : spoken(`in ${visible(file, 120)}`),
    entry === undefined ? '' : spoken(`entry ${entry}`),
    mediaSec === undefined ? '' : spoken(`at ${mediaTime(mediaSec)} of the footage`),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** What was established by signatures; without those there is nothing to state. */
function facts(verdict: Verdict): string[] {
  const { journal, trust, unlisted } = verdict;
  const rows: [string, string | undefined][] = [
    ['device', verdict.origin === '' ? undefined : `${verdict.device} (${verdict.origin})`],
    ...(verdict.started === '' ? [] : recordingRows(verdict)),
    ['times', times(verdict)],
    ['clock', verdict.clockSources.length === 0 ? undefined : verdict.clockSources.join(', ')],
    ['archived', journal.size === 0 ? undefined : archived(verdict)],
    ...verdict.gaps.slice(0, MAX_SHOWN).map((gap): [string, string] => ['gap', gapText(gap)]),
    ['', left(verdict.gaps.length)],
    ...verdict.points.slice(0, MAX_SHOWN).map((point): [string, string] => ['point', pointText(point)]),
    ['', left(verdict.points.length)],
    ['trust', `${trust.log}, quorum ${trust.quorum}`],
    ...trust.witnesses.map((witness): [string, string] => ['witness', witness]),
    [
      'no proof',
      unlisted.length === 0 ? undefined : `not looked into: ${unlisted.slice(0, MAX_SHOWN).join(', ')}`,
    ],
  ];
  return rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`${padded(spoken(name), 10)} ${spoken(visible(text, 600))}`.trimEnd()],
  );
}

function recordingRows(verdict: Verdict): [string, string][] {
  const { recording, trigger, started, stopped, fragments, bytes, durationSec, preRecordSec } = verdict;
  const end = stopped === undefined ? 'not stopped' : `to ${stopped.wall} (${stopped.reason})`;
  const before = preRecordSec > 0 ? `, of which ${duration(preRecordSec)} before the trigger` : '';
  const kind = { audio: ', sound alone', still: ', single pictures' }[verdict.mode] ?? '';
  const whole = verdict.wholeProcess ? ', whole process' : '';
  return [
    ['recording', `${recording}, started by ${trigger}${kind}${whole}, ${started} ${end}`],
    ['footage', `${duration(durationSec)}${before}; ${fragments} fragments, ${bytesText(bytes)}`],
  ];
}

function times({ notEarlierThan, notLaterThan, journal }: Verdict): string | undefined {
  if (journal.size === 0) return undefined;
  const bounds = [
    notEarlierThan === undefined ? '' : `not earlier than ${notEarlierThan}`,
    notLaterThan === undefined ? '' : `not later than ${notLaterThan}`,
  ].filter((bound) => bound !== '');
  if (bounds.length === 0) return "no witness time bounds it; only the device's own clock dates it";
  return `${bounds.join(', ')}, by witnesses`;
}

function archived({ archived }: Verdict): string {
  return archived === undefined
    ? 'no receipt by a witness of the trust file'
    : `yes, receipt by ${archived.by}`;
}

function gapText({ entry, reason, fromSec, toSec }: TimelineGap): string {
  return `${mediaTime(fromSec)} to ${mediaTime(toSec)}, entry ${entry}: ${reason}`;
}

function pointText({ entry, type, atSec, text }: TimelinePoint): string {
  return `${mediaTime(atSec)}, entry ${entry}: ${type} ${text}`;
}

function left(total: number): string | undefined {
  return total > MAX_SHOWN ? `and ${total - MAX_SHOWN} more; --json and --html have them` : undefined;
}
