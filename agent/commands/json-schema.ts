import { z } from 'zod';
import { COMMAND_NAMES, COMMAND_PAYLOAD_TYPE, commandSchema, ORDERS } from './schema.js';

/** The JSON Schema (2020-12) of a command's payload, for the platform that writes it. */
export function commandJsonSchema(): Record<string, unknown> {
  const forms = COMMAND_NAMES.map((command) => {
    const { args } = ORDERS[command];
    // Where nothing is needed it may be left out.
    const given = args.safeParse({}).success ? args.optional() : args;
    return z.strictObject({ ...commandSchema.shape, command: z.literal(command), args: given });
  });
  const { $schema, ...rest } = z.toJSONSchema(z.union(forms), { io: 'input', target: 'draft-2020-12' });
  return {
    $schema,
    title: 'liuhen command',
    description:
      `The payload of an envelope of type ${COMMAND_PAYLOAD_TYPE}. Fields that are not listed are refused. Patterns are ECMAScript regular ` +
      'expressions with the u flag. What is checked beyond this schema is in agent/commands/FORMAT.md.',
    ...rest,
  };
}
