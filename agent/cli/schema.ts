import { Argument, type Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { commandJsonSchema } from '../commands/json-schema.js';
import { KINDS } from '../disclosure/kinds/head.js';
import { jsonSchemaOf } from '../disclosure/kinds/kinds.js';

const NAMES = [...KINDS, 'command'] as const;
type Name = (typeof NAMES)[number];

function schemaOf(name: Name): Record<string, unknown> {
  return name === 'command' ? commandJsonSchema() : jsonSchemaOf(name);
}

/** `liuhen schema KIND`: what a platform that writes content or commands has to keep to. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description(
      'print the JSON Schema (2020-12) of a kind of content, or of commands, for the platform that writes it',
    )
    .addArgument(new Argument('[kind]', 'kind of content, or command').choices(NAMES))
    .option('--all', 'all kinds of content, as one object by kind')
    .option('--json', 'without line breaks')
    .addHelpText(
      'after',
      '\nHow an envelope around such a document is made, and what is checked beyond the schema: agent/disclosure/FORMAT.md\n' +
        'and agent/commands/FORMAT.md.\n' +
        'Example: liuhen schema decision > decision.schema.json',
    )
    .action((kind: Name | undefined, { all, json }: { all?: boolean; json?: boolean }) => {
      if ((kind === undefined) === (all !== true)) {
        throw new LiuhenError('LIUHEN_USAGE', `expected one of ${NAMES.join(', ')}, or --all`);
      }
      const value =
        kind === undefined
          ? Object.fromEntries(KINDS.map((each) => [each, jsonSchemaOf(each)]))
          : schemaOf(kind);
      process.stdout.write(`${JSON.stringify(value, null, json === true ? 0 : 2)}\n`);
    });
}
