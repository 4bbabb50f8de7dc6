import type { NoticeSummary } from '../evidence/notice-bundle.js';
import type { NoticeVerdict } from '../evidence/verify/notice.js';

/** What an export of a display wrote, for a terminal. */
export function noticeExportText({
  folder,
  notice,
  began,
  ceased,
  journal,
  rootVkey,
}: NoticeSummary): string {
  return [
    `${folder}: ${notice.kind}/${notice.id} revision ${notice.revision} on ${notice.screen}`,
    `  from ${began}, entries ${journal.from} to ${journal.to - 1} of ${journal.size}${ceased ? '' : '; it still hangs'}`,
    `  whoever checks it pins this key: ${rootVkey}`,
    '',
  ].join('\n');
}

/** A verdict on a display, for a terminal. Text that came with the evidence is quoted: it may hold anything. */
export function noticeText(verdict: NoticeVerdict): string {
  const {
    summary,
    findings,
    moreFindings,
    reason,
    longestSilenceSec,
    notEarlierThan,
    notLaterThan,
    content,
  } = verdict;
  const lines = [printable(summary)];
  if (reason !== undefined) lines.push(`  ended by      ${printable(reason)}`);
  if (longestSilenceSec !== undefined)
    lines.push(`  longest silence of the journal meanwhile: ${longestSilenceSec} s`);
  if (notEarlierThan !== undefined) lines.push(`  began not before  ${notEarlierThan}, by a witness`);
  if (notLaterThan !== undefined) lines.push(`  over by           ${notLaterThan}, by a witness`);
  if (content !== undefined) {
    lines.push(`  signed, as its envelope claims, by ${content.claimedSigners.map(printable).join(', ')}`);
  }
  for (const { verdict: how, kind, expected, actual } of findings.slice(1, 20)) {
    lines.push(printable(`  ${how}: ${kind}: expected ${expected}, found ${actual}`));
  }
  if (findings.length + moreFindings > 20)
    lines.push(`  and ${findings.length + moreFindings - 20} more findings`);
  return `${lines.join('\n')}\n`;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
