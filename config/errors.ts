/**
 * Every error a person or another program can meet carries one of these codes. The code is stable, the text is
 * not. `next` says what to do; a terminal prints it under the message.
 */
export const ERROR_CODES = {
  LIUHEN_USAGE: 'the command line or an argument is not what was expected',
  LIUHEN_CONFIG: 'the configuration file has a key, a value or a unit that is not allowed',
  LIUHEN_CAMERA: 'the camera could not be opened, gave no data, or gave data that is not fragmented MP4',
  LIUHEN_MEDIA_FORMAT: 'a box of the MP4 stream breaks its own bounds',
  LIUHEN_ENTRY: 'a journal entry is too large, malformed, or not of a known form',
  LIUHEN_NOTE: 'a signed note, a verifier key or a checkpoint is malformed or its signature does not verify',
  LIUHEN_POLICY: 'the trust policy is malformed or names no usable key',
  LIUHEN_TREE: 'hashes and checkpoint of a Merkle tree disagree',
  LIUHEN_JOURNAL_INCONSISTENT: 'the journal on disk disagrees with itself; nothing may be written to it',
  LIUHEN_JOURNAL_CLOSED: 'the journal is closed and takes no more entries',
  LIUHEN_KEY: 'the signing key of the current epoch is missing, unreadable or open to others',
  LIUHEN_STORAGE_FULL: 'the disk is full, or only its reserve is left',
  LIUHEN_STORAGE_IO: 'the disk or its database failed to read or write',
  LIUHEN_NOT_ARCHIVED:
    'footage may not be removed: no verified receipt, or its retention period has not passed',
  LIUHEN_NOT_FOUND: 'the recording, device or file named does not exist',
  LIUHEN_STATE: 'the command does not fit the state the device is in',
  LIUHEN_ORIGIN: 'a device id, an authority domain or an origin is not of the allowed form',
  LIUHEN_LOCKED: 'another process has the data folder open',
  LIUHEN_NOT_RUNNING: 'no agent is running on this data folder',
  LIUHEN_MESSAGE: 'a message from the broker breaks its bounds or its form',
  LIUHEN_LINK: 'the broker cannot be reached or refused the connection',
  LIUHEN_UNKNOWN_DEVICE: 'the device is not registered with this archive',
  LIUHEN_FORK: 'two signed checkpoints of one journal contradict each other',
  LIUHEN_RECEIPT: 'a receipt is forged, or does not match what was recorded',
  LIUHEN_BUNDLE: 'the bundle cannot be read or written as a bundle',
  LIUHEN_FIRMWARE: 'the microcontroller refused a command',
  LIUHEN_FIRMWARE_SILENT: 'the microcontroller cannot be reached or gave no answer in time',
  LIUHEN_FIRMWARE_MESSAGE: 'a message of the microcontroller breaks its bounds or its form',
  LIUHEN_GPIO: 'a line of a GPIO chip cannot be used: no such chip or line, busy, no permission, or no sysfs',
  LIUHEN_SERIAL: 'a serial port is not there, not ours to open, unplugged, or takes no bytes',
  LIUHEN_FIRMWARE_IMAGE:
    'a firmware image or key is malformed, damaged, or not signed by the key that the board trusts',
  LIUHEN_FIRMWARE_UPDATE: 'the microcontroller did not take, boot or keep an image',
  LIUHEN_ENVELOPE: 'a signed envelope, or the document in it, is malformed, too large or not of a known kind',
  LIUHEN_AUTHORITY_KEY:
    'a key file of the authority is malformed, open to others, of another role, or its passphrase is wrong',
  LIUHEN_CONTENT: 'a file of content that is to be signed is not as its schema and the rules have it',
  LIUHEN_ENROL:
    'a request or an answer of an enrolment is malformed, forged, for another device, or was refused',
  LIUHEN_TOKEN: 'a one-time token for an enrolment is malformed, unknown, expired or used',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export class LiuhenError extends Error {
  override readonly name = 'LiuhenError';
  readonly code: ErrorCode;
  /** What the person should do next, in one sentence. */
  readonly next: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; next?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = options.next;
  }
}

/** The message of anything that was thrown, for logs and for wrapping. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Node's `code` of a system error (ENOENT, ENOSPC …) or a library's, also when it is the cause of another. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && !code.startsWith('LIUHEN_') && !code.startsWith('LEVEL_')) return code;
  }
  return undefined;
}

/** What to do about anything that was thrown: as it says itself, or as its system error has it. */
export function nextOf(error: unknown): string | undefined {
  if (error instanceof LiuhenError && error.next !== undefined) return error.next;
  if (systemCodeOf(error) !== 'EACCES') return undefined;
  return 'run it again as root (sudo), or as the user that owns it';
}
