import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { order, type Routes } from './route.js';

/** A running agent that takes signed commands. */
export interface CommandDoor {
  /** Takes one envelope from a file, a command or a trust document, and says what came of it. */
  takeFile(bytes: Buffer): Promise<unknown>;
}

const takeSchema = z.strictObject({ envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES) });
/** An envelope as a JSON string: its quotation marks are escaped. */
const MAX_BODY_BYTES = 2 * MAX_ENVELOPE_BYTES;

/** What a running agent takes from a file. */
export function commandRoutes(door: CommandDoor | undefined): Routes {
  return {
    'POST /command/take': order(
      takeSchema,
      ({ envelope }) => {
        if (door !== undefined) return door.takeFile(Buffer.from(envelope));
        throw new LiuhenError('LIUHEN_STATE', 'this agent pins no root key, so nobody can command it', {
          next: "set disclosure.root to the vkey of the authority's root key",
        });
      },
      MAX_BODY_BYTES,
    ),
  };
}
