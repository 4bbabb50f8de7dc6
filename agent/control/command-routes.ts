import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { readBody } from './body.js';

/** A running agent that takes signed commands. */
export interface CommandDoor {
  /** Takes one envelope from a file, a command or a trust document, and says what came of it. */
  takeFile(bytes: Buffer): Promise<unknown>;
}

const takeSchema = z.strictObject({ envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES) });
/** An envelope as a JSON string: its quotation marks are escaped. */
const MAX_BODY_BYTES = 2 * MAX_ENVELOPE_BYTES;

/** Registered before the general limit of a request's body, which a trust document may exceed. */
export function commandRoutes(app: Hono, door: CommandDoor | undefined): void {
  app.post('/command/take', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    if (door === undefined) {
      throw new LiuhenError('LIUHEN_STATE', 'this agent pins no root key, so nobody can command it', {
        next: "set disclosure.root to the vkey of the authority's root key",
      });
    }
    const { envelope } = await readBody(c.req, takeSchema);
    return c.json(await door.takeFile(Buffer.from(envelope)));
  });
}
