import { z } from 'zod';
import { LiuhenError } from './errors.js';
import { loadRegister, oneLine } from './register.js';

/** Who may show a card to this device. */
export interface Officer {
  /** As recordings name the officer. */
  id: string;
  name: string;
  /** Number of the enforcement certificate. */
  credential: string;
}

const CARD = { pattern: /^[0-9A-F]{10}$/, expected: 'expected a card: 10 hex digits, upper case' };

const row = z.strictObject(
  {
    id: oneLine(64, "expected the officer's id, 1 to 64 characters in one line"),
    name: oneLine(100, "expected the officer's name, 1 to 100 characters in one line"),
    credential: oneLine(64, 'expected the number of the certificate, 1 to 64 characters in one line'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'expected id, name and credential only'
        : 'expected id, name and credential',
  },
);

/** Officers by card. Throws LIUHEN_CONFIG with the lines of what is wrong, and LIUHEN_NOT_FOUND. */
export function loadOfficers(path: string): Map<string, Officer> {
  return loadRegister(path, CARD, row);
}

/** The officer with this id or certificate number. Throws LIUHEN_USAGE when the device knows none. */
export function officerOf(officers: ReadonlyMap<string, Officer>, written: string): Officer {
  for (const officer of officers.values()) {
    if (officer.id === written || officer.credential === written) return officer;
  }
  throw new LiuhenError(
    'LIUHEN_USAGE',
    `expected an officer known to this device, got ${JSON.stringify(written.slice(0, 80))}`,
    { next: 'add the officer to the file that hardware.officersFile names' },
  );
}
