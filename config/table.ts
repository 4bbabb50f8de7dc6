import { z } from 'zod';
import { configSchema } from './schema.js';
import { loadedKey, type SettingFacts, settingFacts } from './setting.js';

/** One setting, for documentation and for explaining it at a terminal. */
export interface SettingRow extends SettingFacts {
  /** Dotted, as in the file and on the command line: `recording.preRecord`. */
  key: string;
  /** Dotted, as in `Config`: `recording.preRecordMs`. */
  loadedAs: string;
}

let table: readonly SettingRow[] | undefined;

/** Every setting in the order of the schema. */
export function settingsTable(): readonly SettingRow[] {
  table ??= [...rowsOf(configSchema, '', '')];
  return table;
}

function* rowsOf(schema: z.core.$ZodType, prefix: string, loadedPrefix: string): Generator<SettingRow> {
  for (const [key, inner] of Object.entries(shapeOf(schema) ?? {})) {
    const facts = settingFacts.get(inner);
    const loadedAs = loadedPrefix + loadedKey(key, inner);
    if (facts) yield { key: prefix + key, loadedAs, ...facts };
    else yield* rowsOf(inner, `${prefix}${key}.`, `${loadedAs}.`);
  }
}

/** The keys of the section that a schema is, beneath its defaults and transforms. */
function shapeOf(schema: z.core.$ZodType): z.core.$ZodShape | undefined {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in);
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return shapeOf(schema.unwrap());
  return undefined;
}
