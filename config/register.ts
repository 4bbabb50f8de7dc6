import { z } from 'zod';
import { readConfigText } from './file.js';
import { ConfigError, type Problem } from './problems.js';
import { parseYaml } from './yaml.js';

/** More rows than any authority has officers or behaviours. */
const MAX_ROWS = 10_000;

/** One line of text as it may end up in journal entries, on pages and in tables. */
export const oneLine = (maxChars: number, expected: string) =>
  z
    .string({ error: expected })
    .min(1, { error: expected })
    .max(maxChars, { error: expected })
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, { error: expected });

/**
 * A YAML file of rows by key, such as officers by card: every row is checked with `row`, every key with `key`. All values are text in
 * the file, so `0001` stays what it is. Bounded to 1 MiB and 10,000 rows. Throws LIUHEN_CONFIG that lists everything wrong with
 * its line, and LIUHEN_NOT_FOUND.
 */
export function loadRegister<Row>(
  path: string,
  key: { pattern: RegExp; expected: string },
  row: z.ZodType<Row>,
): Map<string, Row> {
  const yaml = parseYaml(readConfigText(path));
  if (!yaml.sound) throw new ConfigError(yaml.problems, path);
  const problems: Problem[] = [...yaml.problems];
  const rows = new Map<string, Row>();
  const written = Object.entries(yaml.tree);
  if (written.length > MAX_ROWS) {
    throw new ConfigError([{ message: `expected at most ${MAX_ROWS} rows, got ${written.length}` }], path);
  }
  for (const [name, values] of written) {
    if (!key.pattern.test(name)) {
      problems.push({ place: yaml.placeOf([name], 'key'), key: name, message: key.expected });
      continue;
    }
    const parsed = row.safeParse(values);
    if (parsed.success) rows.set(name, parsed.data);
    for (const issue of parsed.error?.issues ?? []) {
      const at = [name, ...issue.path.map(String)];
      const place = yaml.placeOf(at, 'value') ?? yaml.placeOf([name], 'key');
      problems.push({ place, key: at.join('.'), message: issue.message });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems, path);
  return rows;
}
