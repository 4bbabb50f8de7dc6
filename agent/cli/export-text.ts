import type { ExportSummary } from '../evidence/export.js';
import { bytesText } from './text.js';

/** What an export says to a person: where it is, and how to check it. */
export function exportText(summary: ExportSummary): string {
  const { folder, device, recording, fragments, absentFragments, bytes, takes, rootVkey } = summary;
  const here = absentFragments === 0 ? `${fragments}` : `${fragments - absentFragments} of ${fragments}`;
  const files = takes === 1 ? '' : ` in ${takes} takes`;
  return `bundle     ${folder}
recording  ${recording} of ${device}${summary.stopped ? '' : ', which had not stopped yet'}
footage    ${here} fragments${files}, ${bytesText(bytes)}
witnessed  ${summary.cosignatures > 0 ? 'yes' : 'no'}
archived   ${summary.archived ? 'yes' : 'no'}

Check it:  liuhen verify ${quoted(folder)} --trust POLICY
POLICY is a trust policy of your own (not the bundle's): log ${rootVkey}
`;
}

/** What whoever exported should know before handing the bundle on. */
export function exportWarnings(summary: ExportSummary, from: 'device' | 'archive'): string[] {
  const { absent, absentFragments, wrong, wrongPieces, entry } = summary;
  const warnings: string[] = [];
  if (absentFragments > 0) {
    const runs = absent.slice(0, 5).map(({ take, from, to }) => `take ${take}: ${from} to ${to - 1}`);
    const more = absent.length > runs.length ? ' …' : '';
    warnings.push(`not in the bundle: ${counted(absentFragments, 'fragment')} (${runs.join(', ')}${more})`);
  }
  if (wrongPieces > 0) {
    const [first] = wrong;
    const place = first === undefined ? '' : `, the first at take ${first.take}, ${first.index}`;
    warnings.push(
      `left out: ${counted(wrongPieces, 'piece')} of footage with other bytes than were sealed${place}`,
    );
  }
  if (entry === undefined && from === 'device')
    warnings.push('no agent runs on this folder, so no journal says that this was exported');
  return warnings;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
