import { parseCheckpoint } from '../journal/checkpoint.js';
import { epochOfKeyNote } from '../journal/key-chain.js';
import { isSignedBy, parseNote } from '../journal/note.js';
import { parseVkey, type Vkey } from '../journal/vkey.js';

/**
 * The key notes that lead from the root key to the one that signed this checkpoint, and no further; undefined when none of
 * them did. The steps themselves are not verified: that is the verifier's work.
 */
export async function notesUpToSigner(
  checkpointText: string,
  rootVkey: string,
  keyNotes: AsyncIterable<string> | Iterable<string>,
): Promise<string[] | undefined> {
  const { note, origin } = parseCheckpoint(checkpointText);
  const claimed = new Set(note.signatures.filter(({ name }) => name === origin).map(({ id }) => id));
  const signed = (vkey: Vkey): boolean => {
    if (!claimed.has(vkey.id)) return false;
    try {
      return isSignedBy(note, vkey);
    } catch {
      return false;
    }
  };
  if (signed(parseVkey(rootVkey))) return [];
  const notes: string[] = [];
  for await (const text of keyNotes) {
    if (epochOfKeyNote(text) === undefined) continue;
    notes.push(text);
    if (signed(parseVkey(parseNote(text).text.split('\n')[3] ?? ''))) return notes;
  }
  return undefined;
}
