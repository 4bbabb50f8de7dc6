import { join } from 'node:path';
import { z } from 'zod';
import { LiuhenError } from './errors.js';
import { PACKAGE_ROOT } from './package-root.js';
import { loadRegister, oneLine } from './register.js';

/** An enforcement act as the policy names it. */
export interface Behaviour {
  /** What recordings are labelled with; stable. */
  id: string;
  chinese: string;
  english: string;
  /** It touches personal freedom, life and health or major property: it is recorded without a break. */
  wholeProcess: boolean;
}

/** The behaviours of the notice 国办发〔2017〕14号, part 二.2. */
const SHIPPED = join(PACKAGE_ROOT, 'config/policy/behaviours.yaml');

const MAX_SHOWN = 40;
const ID = {
  pattern: /^[a-z][a-z0-9-]{0,63}$/,
  expected: 'expected a name of a-z, 0-9 and -, 1 to 64 characters',
};

const row = z.strictObject(
  {
    chinese: oneLine(100, 'expected the Chinese name, 1 to 100 characters in one line'),
    english: oneLine(100, 'expected the English name, 1 to 100 characters in one line'),
    wholeProcess: z.enum(['true', 'false'], { error: 'expected true or false' }).default('false'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'expected chinese, english and wholeProcess only'
        : 'expected chinese, english and wholeProcess',
  },
);

/** Every behaviour by its id. Throws LIUHEN_CONFIG with the lines of what is wrong, and LIUHEN_NOT_FOUND. */
export function loadBehaviours(path: string = SHIPPED): Map<string, Behaviour> {
  const rows = loadRegister(path, ID, row);
  return new Map(
    [...rows].map(([id, { wholeProcess, ...names }]) => [
      id,
      { id, ...names, wholeProcess: wholeProcess === 'true' },
    ]),
  );
}

/** The behaviour with this id or one of these names. Throws LIUHEN_USAGE when the policy knows none. */
export function behaviourOf(behaviours: ReadonlyMap<string, Behaviour>, written: string): Behaviour {
  const found =
    behaviours.get(written) ??
    [...behaviours.values()].find(({ chinese, english }) => written === chinese || written === english);
  if (found !== undefined) return found;
  const known = [...behaviours.values()].slice(0, MAX_SHOWN).map(({ id, chinese }) => `${id} ${chinese}`);
  throw new LiuhenError(
    'LIUHEN_USAGE',
    `expected an enforcement behaviour of the policy, got ${JSON.stringify(written.slice(0, 80))}`,
    { next: `choose one of: ${known.join(', ')}` },
  );
}
