import type { Journal } from '../journal/journal.js';
import { formatNote } from '../journal/note.js';

/** Signed notes (C2SP signed-note), as text. */
export interface Checkpoints {
  checkpoint: string;
  /** Null before the archive has cosigned one. */
  cosigned: string | null;
}

export function checkpointsOf({ checkpoint, cosigned }: Journal): Checkpoints {
  return { checkpoint, cosigned: cosigned === undefined ? null : formatNote(cosigned.note) };
}
