import { messageOf } from '../../config/errors.js';
import { keyidOf, type Opened, openEnvelope } from '../disclosure/envelope.js';
import type { TrustedKeys } from '../disclosure/trust.js';
import type { TimeSpan } from './command-time.js';
import { CommandRefused } from './refusal.js';
import {
  COMMAND_NAMES,
  COMMAND_PAYLOAD_TYPE,
  type Command,
  commandSchema,
  isCommandName,
  issuesText,
  ORDERS,
  type Order,
} from './schema.js';

/** A command whose signature was verified. Whether it may be obeyed is asked next. */
export interface SignedCommand extends Command {
  signers: Opened['signers'];
  /** SHA-256 of the payload, hex. */
  sha256: string;
}

/** Who gave a command, as the trust document names them. */
export interface Giver {
  holder: string;
  keyid: string;
}

/** A sender's clock and ours may differ by so much. */
const MAX_AHEAD_MS = 5 * 60_000;

/** Opens an envelope of at most MAX_COMMAND_BYTES, and parses what a trusted key signed. Throws CommandRefused. */
export function readCommand(bytes: Uint8Array, trusted: TrustedKeys): SignedCommand {
  const { payload, signers, sha256 } = opened(bytes, trusted);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch {
    throw new CommandRefused('document', 'command: expected JSON in UTF-8');
  }
  return { ...parseCommand(value), signers, sha256 };
}

/** Checks a command against its schema. Throws CommandRefused. */
export function parseCommand(value: unknown): Command {
  const head = commandSchema.safeParse(value);
  if (!head.success) throw new CommandRefused('document', issuesText(head.error));
  const { command } = head.data;
  if (!isCommandName(command)) {
    throw new CommandRefused(
      'unknown-command',
      `expected one of ${COMMAND_NAMES.join(', ')}, got ${command}`,
    );
  }
  const args = ORDERS[command].args.safeParse(head.data.args);
  if (!args.success) throw new CommandRefused('document', issuesText(args.error, 'args'));
  return { head: head.data, order: { command, args: args.data } as Order };
}

function opened(bytes: Uint8Array, trusted: TrustedKeys): Opened {
  let envelope: Opened;
  try {
    envelope = openEnvelope(bytes, trusted.keysOf);
  } catch (error) {
    throw new CommandRefused('not-an-envelope', messageOf(error));
  }
  const { payloadType, signers, signatures } = envelope;
  if (payloadType !== COMMAND_PAYLOAD_TYPE) {
    throw new CommandRefused('unknown-type', `expected ${COMMAND_PAYLOAD_TYPE}, got ${payloadType}`);
  }
  if (signers.length === 0) {
    const missing = trusted.version === 0 ? '; no trust document is here yet' : '';
    throw new CommandRefused(
      'unsigned',
      `expected a signature by a key of the trust document, got ${signatures} that are not${missing}`,
    );
  }
  return envelope;
}

/** Throws CommandRefused unless the command is for the device with this origin. */
export function requireDevice({ head }: SignedCommand, origin: string): void {
  if (head.device === origin) return;
  throw new CommandRefused('wrong-device', `expected ${origin}, got ${head.device}`);
}

/** Who gave the command: a signer with a role that may. Throws CommandRefused; also where the key was not valid then, or is no more. */
export function giverOf(
  { head, order, signers }: SignedCommand,
  trusted: TrustedKeys,
  span: TimeSpan | undefined,
): Giver {
  const roles = ORDERS[order.command].roles;
  const issuedMs = Date.parse(head.issued);
  for (const role of roles) {
    const [key] = trusted.withRole(signers, role, issuedMs, span?.latestMs);
    if (key !== undefined) return { holder: key.holder, keyid: keyidOf(key.vkey) };
  }
  const by = [...trusted.holdersOf(signers)].join(', ');
  if (roles.some((role) => trusted.hasRole(signers, role))) {
    throw new CommandRefused('key-time', `expected a signature in the time of its key, got one by ${by}`);
  }
  throw new CommandRefused('role', `expected a signature by a ${roles.join(' or ')}, got one by ${by}`);
}

/** Throws CommandRefused where the command has expired, comes from the future, or nobody can tell. */
export function requireTime({ head }: SignedCommand, span: TimeSpan | undefined): void {
  if (span === undefined) {
    throw new CommandRefused(
      'clock',
      'expected a clock set by satellites or the network, or an answer of the archive since the start, got neither',
    );
  }
  const iso = (ms: number) => new Date(ms).toISOString();
  if (Date.parse(head.expires) <= span.latestMs) {
    throw new CommandRefused('expired', `expected expires after ${iso(span.latestMs)}, got ${head.expires}`);
  }
  // The latest that it may be: a span may be wide, and what is refused here was made with a clock that is wrong.
  if (Date.parse(head.issued) > span.latestMs + MAX_AHEAD_MS) {
    throw new CommandRefused(
      'future',
      `expected issued by ${iso(span.latestMs + MAX_AHEAD_MS)}, got ${head.issued}`,
    );
  }
}
