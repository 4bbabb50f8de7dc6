import { GROUP, SMP_RC } from './smp-error.js';
import { encodeMessage, SMP_OP, type SmpData, type SmpHeader } from './smp-message.js';

/** A command's refusal. `group` is undefined where the code is one of SMP itself. */
export class Refusal extends Error {
  readonly group: number | undefined;
  readonly rc: number;

  constructor(rc: number, group?: number) {
    super(`rc ${rc}${group === undefined ? '' : ` of group ${group}`}`);
    this.group = group;
    this.rc = rc;
  }
}

/** One command of a group: what it answers to a read and to a write. It throws a {@link Refusal}. */
export interface CommandHandlers {
  read?: (data: SmpData) => SmpData;
  write?: (data: SmpData) => SmpData;
}
export type GroupHandlers = Record<number, CommandHandlers>;

/** Zephyr's codes of the image group (img_mgmt.h) that this server has a reason for. */
export const IMAGE_RC = {
  hashNotFound: 8,
  noFreeSlot: 9,
  invalidSlot: 14,
  invalidOffset: 20,
  invalidLength: 21,
  invalidImageHeader: 22,
  invalidMagic: 23,
  invalidHash: 24,
  versionNotNewer: 27,
  alreadyPending: 28,
  tooLarge: 30,
  dataOverrun: 31,
  testOfActive: 33,
} as const;
/** The same of the OS group. */
export const OS_RC = { invalidFormat: 2, clockNotSet: 4 } as const;

/** How a version 1 client is told the codes of a group: Zephyr's translation functions. All others are `unknown`. */
const AS_VERSION_1: Record<number, Record<number, number>> = {
  [GROUP.os]: { [OS_RC.invalidFormat]: SMP_RC.invalid, [OS_RC.clockNotSet]: SMP_RC.noEntry },
  [GROUP.image]: {
    [IMAGE_RC.noFreeSlot]: SMP_RC.badState,
    [IMAGE_RC.versionNotNewer]: SMP_RC.badState,
    [IMAGE_RC.alreadyPending]: SMP_RC.badState,
    [IMAGE_RC.invalidSlot]: SMP_RC.invalid,
    [IMAGE_RC.invalidOffset]: SMP_RC.invalid,
    [IMAGE_RC.invalidLength]: SMP_RC.invalid,
    [IMAGE_RC.invalidImageHeader]: SMP_RC.invalid,
    [IMAGE_RC.invalidHash]: SMP_RC.invalid,
  },
};

/** What a server of these groups answers to one request, as the bytes of a message. */
export function answer(
  groups: Record<number, GroupHandlers>,
  request: SmpHeader,
  data: SmpData | undefined,
): Buffer {
  const op = request.op === SMP_OP.read ? SMP_OP.readResponse : SMP_OP.writeResponse;
  return encodeMessage({ ...request, op, data: outcome(groups, request, data) });
}

function outcome(
  groups: Record<number, GroupHandlers>,
  request: SmpHeader,
  data: SmpData | undefined,
): SmpData {
  const command = groups[request.group]?.[request.command];
  const handler = request.op === SMP_OP.read ? command?.read : command?.write;
  if (handler === undefined) return { rc: SMP_RC.notSupported };
  if (data === undefined) return { rc: SMP_RC.invalid };
  try {
    return handler(data);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { group, rc } = error;
    if (group === undefined) return { rc };
    if (request.version === 2) return { err: { group, rc } };
    return { rc: AS_VERSION_1[group]?.[rc] ?? SMP_RC.unknown };
  }
}
