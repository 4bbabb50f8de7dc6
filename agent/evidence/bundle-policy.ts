import { formatVkey, parseVkey } from '../journal/vkey.js';

/**
 * The bundle's `policy`: the keys as the exporter knew them (C2SP tlog-policy). It pins nothing, since whoever can alter
 * a bundle can alter its policy with it; it says which keys to ask the authority for.
 */
export function renderPolicy(rootVkey: string, witnesses: readonly string[]): string {
  const keys = [
    ...new Map(witnesses.map((text) => [parseVkey(text).publicKey.toString('hex'), text])).values(),
  ];
  const names = keys.map((_, at) => (keys.length === 1 ? 'archive' : `archive-${at + 1}`));
  const lines = [
    '# C2SP tlog-policy: the keys of this journal and its witnesses, as the exporter knew them.',
    '# It came with the evidence, so it proves nothing about it. Whoever checks must bring',
    '# a policy of their own, pinned before and from the authority, and compare the keys.',
    `log ${formatVkey(parseVkey(rootVkey))}`,
    ...keys.map((vkey, at) => `witness ${names[at]} ${vkey}`),
    ...(keys.length > 1 ? [`group archives any ${names.join(' ')}`] : []),
    `quorum ${keys.length === 0 ? 'none' : keys.length === 1 ? 'archive' : 'archives'}`,
  ];
  return `${lines.join('\n')}\n`;
}
