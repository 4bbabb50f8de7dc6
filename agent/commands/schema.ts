import { z } from 'zod';
import { isOrigin, ORIGIN_EXPECTED } from '../../config/identity.js';
import { instant, line } from '../disclosure/kinds/text.js';
import type { Role } from '../disclosure/kinds/trust.js';

/** Payload type of an envelope that holds a command. */
export const COMMAND_PAYLOAD_TYPE = 'application/vnd.liuhen.command+json';
/** An envelope larger than this is refused before it is parsed. */
export const MAX_COMMAND_BYTES = 128 * 1024;
/** Longest time from `issued` to `expires`: what somebody kept of a command is worth nothing after it. */
export const MAX_LIFE_MS = 7 * 24 * 3_600_000;

const recording = z.int().min(0);
const order = <const R extends readonly [Role, ...Role[]], S extends z.ZodType>(roles: R, args: S) => ({
  roles,
  args,
});

/** Every command: which role may give it, and what it says. */
export const ORDERS = {
  /** Starts a recording, under the policy's word on whole-process recording. */
  start: order(
    ['dispatcher'],
    z.strictObject({
      behaviour: line(120).optional(),
      case: line(120).optional(),
      officer: line(120).optional(),
      wholeProcess: z.boolean().optional(),
    }),
  ),
  /** Ends the recording; only this one where it is named. `confirmed` ends a whole-process recording as well. */
  stop: order(
    ['dispatcher'],
    z.strictObject({ recording: recording.optional(), confirmed: z.boolean().default(false) }),
  ),
  mark: order(['dispatcher'], z.strictObject({ kind: line(40).default('mark'), note: line(200).optional() })),
  'open-case': order(['dispatcher'], z.strictObject({ case: line(120), title: line(200).optional() })),
  /** Sends the footage of this recording before all other. */
  'raise-upload-priority': order(['dispatcher'], z.strictObject({ recording })),
  /** Light and buzzer tell where the device is. */
  locate: order(
    ['dispatcher', 'technician'],
    z.strictObject({ seconds: z.int().min(1).max(300).default(20) }),
  ),
  'collect-diagnostics': order(['technician'], z.strictObject({})),
  /** Changes one of the settings that may be changed from far away; null takes the change back. */
  'change-setting': order(
    ['technician'],
    z.strictObject({ setting: z.string().min(1).max(80), value: line(200).nullable() }),
  ),
  /** Moves the journal on to a new key at once; the old one is erased. */
  'rotate-key': order(['technician'], z.strictObject({})),
  /** Takes this signed content; without any, fetches again what the broker holds. */
  'update-content': order(
    ['dispatcher', 'technician'],
    z.strictObject({
      envelope: z
        .string()
        .min(1)
        .max(MAX_COMMAND_BYTES / 2)
        .optional(),
    }),
  ),
} as const;

export type CommandName = keyof typeof ORDERS;
export const COMMAND_NAMES = Object.keys(ORDERS) as CommandName[];
export type ArgsOf<N extends CommandName> = z.infer<(typeof ORDERS)[N]['args']>;
export type Order = { [N in CommandName]: { command: N; args: ArgsOf<N> } }[CommandName];

export const commandId = z
  .string()
  .regex(/^[a-z0-9-]{16,64}$/, 'expected 16 to 64 characters from a-z, 0-9 and -');

/** What every command says. Which fields `args` has depends on `command`. */
export const commandSchema = z
  .strictObject({
    kind: z.literal('command'),
    /** Chosen by the sender, never used twice: a device obeys an id once. */
    id: commandId,
    /** The origin of the journal of the one device that is meant. */
    device: z.string().refine(isOrigin, ORIGIN_EXPECTED),
    issued: instant,
    expires: instant,
    /** For the journal: the reason, in the sender's words. */
    why: line(200),
    command: z.string().min(1).max(40),
    args: z.record(z.string().max(40), z.unknown()).default({}),
  })
  .superRefine(({ issued, expires }, context) => {
    const lifeMs = Date.parse(expires) - Date.parse(issued);
    if (lifeMs > 0 && lifeMs <= MAX_LIFE_MS) return;
    const message = 'expected a time after issued, by seven days at most';
    context.addIssue({ code: 'custom', path: ['expires'], message });
  });

/** As it is signed. */
export type WrittenCommand = z.input<typeof commandSchema>;
export type CommandHead = z.infer<typeof commandSchema>;

/** A command that was read; nothing is said yet of who signed it. */
export interface Command {
  head: CommandHead;
  order: Order;
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(ORDERS, name);
}

/** What is wrong, in one line. */
export function issuesText({ issues }: z.ZodError, of = 'command'): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || of}: ${message}`)
    .join('; ');
}
