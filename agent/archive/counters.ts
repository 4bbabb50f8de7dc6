/** What an archive counts. Everything but `duplicate` and `gap`, which are normal, is a refusal. */
export type Counted =
  | 'duplicate'
  | 'gap'
  | 'bad-topic'
  | 'too-large'
  | 'malformed'
  | 'unknown-device'
  | 'refused-by-broker'
  | 'overload'
  | 'bad-checkpoint'
  | 'mismatch'
  | 'fork'
  | 'undecodable-entry'
  | 'unwanted-footage'
  | 'bad-chunk'
  | 'wrong-hash'
  | 'no-memory'
  | 'lost-footage'
  | 'storage';

export type Counters = Partial<Record<Counted, number>>;

export function isRefusal(counted: Counted): boolean {
  return counted !== 'duplicate' && counted !== 'gap';
}
