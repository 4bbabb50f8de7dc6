import { LiuhenError } from '../../config/errors.js';
import type { ArgsOf, CommandName, Order } from './schema.js';

/** Who asks, for the entries that a command leads to. */
export interface OnBehalf {
  /** Holder of the key. */
  who: string;
  why: string;
  /** The command's id. */
  command: string;
}

/** What a device does for each command; what it cannot do is absent. Each resolves with what the answer says, as JSON has it. */
export type CommandActions = {
  [N in CommandName]?: (args: ArgsOf<N>, onBehalf: OnBehalf) => Promise<unknown>;
};

/** Carries a command out. Throws LIUHEN_STATE where this device cannot, and what the action throws. */
export async function carryOut(
  actions: CommandActions,
  { command, args }: Order,
  onBehalf: OnBehalf,
): Promise<unknown> {
  const action = actions[command] as
    | ((args: Order['args'], onBehalf: OnBehalf) => Promise<unknown>)
    | undefined;
  if (action === undefined) {
    throw new LiuhenError('LIUHEN_STATE', `${command}: this device has nothing that could do it`);
  }
  return await action(args, onBehalf);
}
