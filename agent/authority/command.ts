import { randomUUID } from 'node:crypto';
import { LiuhenError } from '../../config/errors.js';
import { isDeviceId, isOrigin, parseOrigin } from '../../config/identity.js';
import { parseCommand } from '../commands/acceptance.js';
import { CommandRefused } from '../commands/refusal.js';
import {
  COMMAND_PAYLOAD_TYPE,
  type CommandName,
  MAX_COMMAND_BYTES,
  ORDERS,
  type WrittenCommand,
} from '../commands/schema.js';
import { signEnvelope } from '../disclosure/envelope.js';
import type { Signer } from '../journal/note.js';
import type { KeyRole } from './key-file.js';

export interface CommandOrder {
  /** Origin of the device's journal, or its id alone: then under the authority of the key. */
  device: string;
  command: CommandName;
  /** Texts as a person writes them; numbers and truth values are understood. */
  args: Readonly<Record<string, string>>;
  why: string;
  lifeMs: number;
  nowMs: number;
}

export interface SignedOrder {
  command: WrittenCommand;
  /** The part of the origin that stands in topics. */
  device: string;
  envelope: string;
}

/**
 * Checks a command as the device will, gives it an id that was never used, and signs it. Throws LIUHEN_USAGE, and LIUHEN_AUTHORITY_KEY where
 * the key's role may not give it.
 */
export function signCommand(order: CommandOrder, signer: Signer & { role: KeyRole }): SignedOrder {
  const { command: name, args, why, lifeMs, nowMs } = order;
  const roles: readonly KeyRole[] = ORDERS[name].roles;
  if (!roles.includes(signer.role)) {
    throw new LiuhenError(
      'LIUHEN_AUTHORITY_KEY',
      `${name}: expected a key of role ${roles.join(' or ')}, got one of role ${signer.role}`,
    );
  }
  const origin = originFor(order.device, signer);
  const command: WrittenCommand = {
    kind: 'command',
    id: randomUUID(),
    device: origin,
    issued: new Date(nowMs).toISOString(),
    expires: new Date(nowMs + lifeMs).toISOString(),
    why,
    command: name,
    args: understood(name, args),
  };
  try {
    parseCommand(command);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    throw new LiuhenError('LIUHEN_USAGE', `${name}: ${error.message}`, {
      next: `liuhen command send --help lists what ${name} takes`,
    });
  }
  const envelope = signEnvelope(COMMAND_PAYLOAD_TYPE, Buffer.from(JSON.stringify(command)), signer);
  if (envelope.length > MAX_COMMAND_BYTES) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `${name}: expected at most ${MAX_COMMAND_BYTES} bytes once signed, got ${envelope.length}`,
    );
  }
  return { command, device: parseOrigin(origin).device, envelope };
}

function originFor(device: string, { vkey }: Signer): string {
  if (isOrigin(device)) return device;
  if (isDeviceId(device)) return `${parseOrigin(vkey.name).authority}/${device}`;
  throw new LiuhenError(
    'LIUHEN_USAGE',
    `expected a device id, or <authority domain>/<device id>, got ${device.slice(0, 80)}`,
  );
}

/** Numbers and truth values where the command takes such, as its schema says by refusing the text. */
function understood(name: CommandName, args: Readonly<Record<string, string>>): Record<string, unknown> {
  const values: Record<string, unknown> = { ...args };
  for (const { code, path } of ORDERS[name].args.safeParse(values).error?.issues ?? []) {
    const [key] = path;
    const text = typeof key === 'string' ? args[key] : undefined;
    if (code !== 'invalid_type' || typeof key !== 'string' || text === undefined) continue;
    if (/^(0|[1-9][0-9]{0,14})$/.test(text)) values[key] = Number(text);
    else if (text === 'true' || text === 'false') values[key] = text === 'true';
  }
  return values;
}
