/** Random bytes that are the same in every run, as a line at the wrong baud rate gives them. */
export function noise(bytes: number, seed = 1, alphabet?: string): Buffer {
  const made = Buffer.allocUnsafe(bytes);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < bytes; at++) {
    // Marsaglia's xorshift32.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = state >>> 0;
    made[at] = alphabet === undefined ? value & 0xff : alphabet.charCodeAt(value % alphabet.length);
  }
  return made;
}
