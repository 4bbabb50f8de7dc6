import type { ContentRef, Kind } from './kinds/head.js';

/** Why an envelope was not taken. The code is stable; journal and counters use it. */
export const REFUSALS = {
  topic: 'the topic is none of this hall, or an id in it is no id',
  cleared: 'the broker was told to forget a message; only a withdrawal takes content back',
  'too-large': 'the envelope is larger than 1 MiB',
  'not-an-envelope': 'the bytes are no DSSE envelope',
  'unknown-kind': 'the payload type is none of ours',
  unsigned: 'no signature verifies with a key that is trusted',
  role: 'the key that signed may not sign this kind',
  'key-time': 'the key that signed was not valid at that time',
  document: 'the payload is not what its schema says',
  'topic-mismatch': 'topic and payload name different content',
  'wrong-hall': 'the content is for another hall',
  future: 'the content says that it was issued in the future',
  expired: 'the content was over before it came',
  'revision-back': 'a newer revision is here',
  'revision-reused': 'this revision is here with another text',
  full: 'the store holds as much content as the settings allow',
} as const;
export type Refusal = keyof typeof REFUSALS;

export interface Accepted {
  accepted: true;
  ref: ContentRef;
  /** False when the very same was here already: a retained message comes again at every connection. */
  fresh: boolean;
}

export interface Refused {
  accepted: false;
  refusal: Refusal;
  /** What was expected and what came, in English. */
  detail: string;
  /** As far as the envelope could be read. Nothing in it is verified. */
  about?: { kind?: Kind; id?: string; revision?: number };
}
