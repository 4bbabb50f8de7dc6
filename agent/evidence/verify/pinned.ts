import type { Policy } from '../../journal/policy.js';
import { formatVkey } from '../../journal/vkey.js';
import type { Trusted } from './trust.js';
import type { Verdict } from './verdict.js';

/** The pinned keys that a verdict rests on, as text; before one of them was found to have signed, all that are pinned. */
export function pinnedKeys(policy: Policy, trusted: Trusted | undefined): Verdict['trust'] {
  return {
    log: trusted === undefined ? policy.logs.map(formatVkey).join(', ') : formatVkey(trusted.root),
    witnesses: [...policy.witnesses].map(([name, vkey]) => `${name} ${formatVkey(vkey)}`),
    quorum: policy.quorum,
  };
}
