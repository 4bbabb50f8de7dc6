import { LiuhenError } from '../config/errors.js';
import type { SmpData } from './smp-message.js';

/** The groups whose codes have words here. Zephyr's "SMP Protocol Specification" numbers them; from 64 on they are the user's own. */
export const GROUP = { os: 0, image: 1, board: 64 } as const;

/** Codes of SMP itself: `rc` in version 1, and in version 2 where no group is to blame (Zephyr's mcumgr_err_t). */
export const SMP_RC = {
  ok: 0,
  unknown: 1,
  noMemory: 2,
  invalid: 3,
  timeout: 4,
  noEntry: 5,
  badState: 6,
  responseTooLarge: 7,
  notSupported: 8,
  corrupt: 9,
  busy: 10,
  accessDenied: 11,
  versionTooOld: 12,
  versionTooNew: 13,
} as const;

const SMP_WORDS = [
  'no error',
  'unknown error',
  'not enough memory, probably because the request is too large',
  'a value in the request is not valid',
  'the operation timed out',
  'no such entry',
  'not possible in the present state',
  'the response would be too large',
  'command not supported',
  'corrupt',
  'busy with another command',
  'access denied',
  'protocol version too old',
  'protocol version too new',
];

const OS_WORDS = [
  'no error',
  'unknown error',
  'the format is not valid',
  'the query has no answer',
  'the real-time clock is not set',
  'the real-time clock failed',
  'the value is not valid',
  'heap statistics failed',
];

const IMAGE_WORDS = [
  'no error',
  'unknown error',
  'the flash layout could not be read',
  'no image in the slot',
  'the image has no TLVs',
  'the image has a TLV that is not valid',
  'the image has more than one hash',
  'the image has a TLV of a wrong size',
  'no image with that hash',
  'no free slot: the image in it is in use or waits to be tested',
  'flash could not be opened',
  'flash could not be read',
  'flash could not be written',
  'flash could not be erased',
  'no such slot',
  'not enough memory',
  'flash is already in use',
  'flash was not prepared',
  'the flash device is missing',
  'a flash page offset is not valid',
  'the offset is missing or not valid',
  'the length is missing or not valid',
  'the image is shorter than its header',
  'the image header does not begin with the magic number',
  'the hash is not valid',
  'the image is linked for another address',
  'the version of the running image could not be read',
  'the running image is newer',
  'an image already waits to be tested',
  'the image has no valid vector table',
  'the image is too large for the slot',
  'more data than the image is long',
  'only the running image may be confirmed',
  'the running image may not be marked for a test',
  'the active slot is not known',
];

const GROUP_WORDS = new Map<number, { name: string; words: readonly string[] }>([
  [GROUP.os, { name: 'os', words: OS_WORDS }],
  [GROUP.image, { name: 'image', words: IMAGE_WORDS }],
  [GROUP.board, { name: 'board', words: [] }],
]);

/** The microcontroller's own refusal. `group` is undefined where the code is one of SMP itself ({@link SMP_RC}). */
export class SmpError extends LiuhenError {
  readonly group: number | undefined;
  readonly rc: number;

  constructor(what: string, group: number | undefined, rc: number, reason?: string) {
    const named = group === undefined ? undefined : GROUP_WORDS.get(group);
    const words = (group === undefined ? SMP_WORDS : named?.words)?.[rc] ?? 'a code that is not known here';
    const code = group === undefined ? `rc ${rc}` : `${named?.name ?? `group ${group}`} rc ${rc}`;
    super('LIUHEN_FIRMWARE', `${what}: ${words} (${code}${reason === undefined ? '' : `, ${reason}`})`);
    this.group = group;
    this.rc = rc;
  }
}

const MAX_REASON = 80;

/**
 * The error in a response, or undefined: `err {group, rc}` of version 2, or `rc` other than 0 with an optional `rsn`, whatever the
 * version, since a version 2 server also answers so. `what` names the command in the message.
 */
export function errorOf(what: string, data: SmpData): LiuhenError | undefined {
  const { err, rc } = data;
  if (err !== undefined) {
    if (isMap(err) && isCode(err.group) && isCode(err.rc))
      return err.rc === SMP_RC.ok ? undefined : new SmpError(what, err.group, err.rc);
    return unreadable(what);
  }
  if (rc === undefined || rc === SMP_RC.ok) return undefined;
  if (!isCode(rc)) return unreadable(what);
  return new SmpError(what, undefined, rc, reasonOf(data.rsn));
}

function unreadable(what: string): LiuhenError {
  return new LiuhenError(
    'LIUHEN_FIRMWARE_MESSAGE',
    `${what}: expected an error of whole numbers in the response`,
  );
}

/** A stranger's text for a person's eyes: short, and printable ASCII only. */
function reasonOf(reason: unknown): string | undefined {
  return typeof reason === 'string' ? reason.slice(0, MAX_REASON).replace(/[^ -~]/g, '?') : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Some servers answer with errno's negative numbers. */
function isCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
