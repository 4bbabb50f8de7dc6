/** Why a command, or a trust document for commands, was not taken. The code is stable; journal, answers and counters use it. */
export const REFUSALS = {
  'too-large': 'the envelope is larger than 128 KiB',
  'not-an-envelope': 'the bytes are no DSSE envelope',
  'unknown-type': 'the payload type is not that of a command',
  unsigned: 'no signature verifies with a key of the trust document',
  document: 'the payload is not what its schema says',
  'unknown-command': 'there is no command of this name',
  'wrong-device': 'the command is for another device',
  role: 'the key that signed may not give this command',
  'key-time': 'the key that signed was not valid at that time',
  replay: 'the command was obeyed before',
  'id-reused': 'the id was used before, with another text',
  clock: 'what time it is cannot be told well enough to know whether the command has expired',
  future: 'the command says that it was issued in the future',
  expired: 'the command has expired',
  busy: 'too many commands wait',
  'trust-unsigned': "the trust document is not signed by the authority's root key",
  'trust-back': 'a newer trust document is here',
  'trust-reused': 'this version of the trust document is here with another text',
} as const;
export type Refusal = keyof typeof REFUSALS;

/** Thrown while a command is judged; `message` says what was expected and what came. */
export class CommandRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, detail: string) {
    super(detail);
    this.refusal = refusal;
  }
}
