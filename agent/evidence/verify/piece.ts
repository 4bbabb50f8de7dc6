/** An init segment (index -1) or a fragment, as its entry names it. */
export interface Piece {
  entry: number;
  take: number;
  index: number;
  sha256: string;
  bytes: number;
  /** Seconds from the start of the recording. */
  fromSec: number;
  toSec: number;
  wall: string;
  /** Does not go on where the piece before it ended: a gap or a jump of the media time lies between. */
  breaks: boolean;
}

/** The index of an init segment. */
export const INIT = -1;

/** What a person calls it. */
export function nameOf({ take, index }: { take: number; index: number }): string {
  return index === INIT ? `the init segment of take ${take}` : `fragment ${index} of take ${take}`;
}
