import type { VerdictName } from './verify/verdict.js';

/** One sign a verdict, told apart by shape: a tick in a ring, a broken ring, a cross in an octagon, a question in a diamond. */
const SIGNS: Record<VerdictName, { frame: string; sign: string }> = {
  intact: { frame: 'M4 32a28 28 0 1 0 56 0a28 28 0 1 0-56 0', sign: 'M19 33l9 9 17-20' },
  incomplete: { frame: 'M32 4a28 28 0 1 1-19.8 8.2', sign: 'M20 32h24M20 22h24M20 42h10' },
  altered: { frame: 'M20.5 4h23L60 20.5v23L43.5 60h-23L4 43.5v-23Z', sign: 'M22 22l20 20M42 22l-20 20' },
  untrusted: {
    frame: 'M32 3L61 32 32 61 3 32Z',
    sign: 'M25 26c0-9 14-9 14 0 0 6-7 6-7 12M32 44.5v.5',
  },
};

/** Decoration: the heading beside it says the same in words. */
export function Seal({ verdict }: { verdict: VerdictName }) {
  const { frame, sign } = SIGNS[verdict];
  return (
    <svg
      class="seal"
      viewBox="0 0 64 64"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-linecap="round"
    >
      <path d={frame} stroke-width="3.5" stroke-linejoin="round" />
      <path d={sign} stroke-width="5" stroke-linejoin="round" />
    </svg>
  );
}
