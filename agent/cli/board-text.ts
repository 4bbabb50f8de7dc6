import type { BoardReport, BoardRow } from '../control/board-report.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import { listed, spoken } from '../words/spoken.js';
import { tableText } from './text.js';

/** The board for a person: a row each, and below a row every reason why it is not shown, late, or major. */
export function boardText({ hall, trustVersion, at, items, damaged, intake }: BoardReport): string {
  const counts = new Map<string, number>();
  for (const { state } of items) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = listed([...counts].map(([state, count]) => `${count} ${spoken(state)}`));
  const trust =
    trustVersion === 0 ? 'no trust document: nobody is trusted' : `trust document ${trustVersion}`;
  const where = spoken(`hall ${hall} at ${at.slice(0, 16).replace('T', ' ')} UTC`);
  const head = `${where}, ${spoken(trust)}: ${states || spoken('nothing')}`;
  const table = tableText([
    ['STATE', 'KIND', 'ID', 'REV', 'ISSUED', 'EXPIRES', 'TITLE'].map((name) => spoken(name)),
    ...items.map(({ state, kind, id, revision, issued, expires, title }) => [
      spoken(state),
      kind,
      id,
      String(revision),
      issued.slice(0, 10),
      expires?.slice(0, 10) ?? '-',
      title.zh,
    ]),
  ]).split('\n');
  const lines = items.flatMap((item, at) => [
    table[at + 1] ?? '',
    ...notes(item).map((note) => `    ${spoken(note)}`),
  ]);
  const below = [
    ...damaged.map(
      ({ kind, id, revision, detail }) =>
        `${spoken(`damaged: ${kind}/${id} revision ${revision}`)}: ${spoken(detail)}`,
    ),
    ...Object.entries(intake.refused).map(([refusal, count]) => spoken(`refused: ${count} as ${refusal}`)),
  ];
  return [head, ...(items.length === 0 ? [] : [table[0] ?? '', ...lines]), ...below].join('\n');
}

function notes({ reasons, lateness, major, notices }: BoardRow): string[] {
  return [
    ...(major === undefined || major.length === 0 ? [] : [`major: ${major.join(', ')}`]),
    ...reasons.map(({ code, detail }) => `${code}: ${detail}`),
    ...(lateness === undefined
      ? []
      : [
          `late: due ${lateness.due}, published ${lateness.published}, ${lateness.workingDaysLate} working days late` +
            (lateness.provisional ? ' (holidays of that year were not yet known)' : ''),
        ]),
    ...notices.map(({ kind, id }) => `beside it: ${kind}/${id}`),
  ];
}

/** What became of one envelope of an import. */
export type TakenRow = ContentRef & { file: string } & (Accepted | Refused);

export function takenText(rows: readonly TakenRow[]): string {
  return tableText(
    rows.map((row) => [
      `${row.kind}/${row.id}`,
      spoken(`revision ${row.revision}`),
      row.accepted
        ? spoken(row.fresh ? 'taken' : 'was here already')
        : `${spoken(`refused, ${row.refusal}`)}: ${spoken(row.detail)}`,
    ]),
  );
}
