import type { EntryOf } from '../journal/entry.js';

/** Where the footage of an earlier recording ended, and why; times are ms since this boot. */
export interface Interruption {
  reason: string;
  /** Before this boot where it is negative: then reckoned back by the wall clock, from `fromWall` in boot `fromBoot`. */
  fromMono: number;
  fromBoot?: string;
  fromWall?: string;
}

/** What whoever starts a recording says about it. */
export type StartRequest = Pick<
  EntryOf<'recording-started'>,
  'trigger' | 'behaviour' | 'case' | 'officer' | 'credential' | 'continues'
> & {
  wholeProcess?: boolean;
  /** What lies between this recording and the one it continues: signed as a gap. */
  interruption?: Interruption;
};
