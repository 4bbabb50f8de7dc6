import { Argument, type Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { KINDS, type Kind } from '../disclosure/kinds/head.js';
import { jsonSchemaOf } from '../disclosure/kinds/kinds.js';

/** `liuhen schema KIND`: what a platform that writes content has to keep to. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema (2020-12) of a kind of content, for the platform that writes it')
    .addArgument(new Argument('[kind]', 'kind of content').choices(KINDS))
    .option('--all', 'all kinds, as one object by kind')
    .option('--json', 'without line breaks')
    .addHelpText(
      'after',
      '\nHow an envelope around such a document is made, and what is checked beyond the schema: agent/disclosure/FORMAT.md.\n' +
        'Example: liuhen schema decision > decision.schema.json',
    )
    .action((kind: Kind | undefined, { all, json }: { all?: boolean; json?: boolean }) => {
      if ((kind === undefined) === (all !== true)) {
        throw new LiuhenError('LIUHEN_USAGE', `expected one of ${KINDS.join(', ')}, or --all`);
      }
      const value =
        kind === undefined
          ? Object.fromEntries(KINDS.map((each) => [each, jsonSchemaOf(each)]))
          : jsonSchemaOf(kind);
      process.stdout.write(`${JSON.stringify(value, null, json === true ? 0 : 2)}\n`);
    });
}
