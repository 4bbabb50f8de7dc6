import { z } from 'zod';
import { BIT_RATE, DURATION, formatQuantity, parseQuantity, type Quantity, SIZE } from './units.js';

/**
 * The kinds of setting and the section that holds them. A measured setting is written once, under the key people
 * type (`preRecord: 30s`); the section loads it under a name that says the unit (`preRecordMs`). A key that says
 * its unit already (`windowBytes`) keeps its name.
 */
export type Kind =
  | 'duration'
  | 'size'
  | 'bit rate'
  | 'whole number'
  | 'true or false'
  | 'choice'
  | 'text'
  | 'path'
  | 'word, URL or path';

/** What is known of a setting beside its zod schema. */
export interface SettingFacts {
  kind: Kind;
  /** The bounds or the choices, in words, e.g. `200ms to 10s`. */
  allowed: string;
  suffix: '' | 'Ms' | 'Bytes' | 'BitsPerSecond';
  /** As written in a file; undefined when there is none. */
  default: string | undefined;
  required: boolean;
  description: string;
}

/** The facts of every setting, found by its schema. */
export const settingFacts = z.registry<SettingFacts>();

/** A number whose base unit the type knows. The unit exists at compile time only. */
type Measured<Suffix extends string> = number & { readonly unit: Suffix };

/** A kind of setting that waits for its last word: its default and what it is for. */
interface Unfinished<Out, In> {
  default(value: In, description: string): z.ZodPrefault<z.ZodType<Out, In>>;
  /** Undefined when absent. */
  optional(description: string): z.ZodOptional<z.ZodType<Out, In>>;
  required(description: string): z.ZodType<Out, In>;
}

type Form = Pick<SettingFacts, 'kind' | 'allowed'> & { suffix?: SettingFacts['suffix'] };

function unfinished<Out, In>(schema: z.ZodType<Out, In>, form: Form): Unfinished<Out, In> {
  const finish = <S extends z.ZodType>(finished: S, description: string, value?: In, required = false): S => {
    const written = value === undefined ? undefined : String(value);
    const described = finished.describe(description);
    settingFacts.add(described, { suffix: '', ...form, default: written, required, description });
    return described;
  };
  return {
    default: (value, description) =>
      finish(z.prefault(schema, value as never) as z.ZodPrefault<z.ZodType<Out, In>>, description, value),
    optional: (description) => finish(schema.optional() as z.ZodOptional<z.ZodType<Out, In>>, description),
    required: (description) => finish(schema, description, undefined, true),
  };
}

interface Range<T> {
  min: T;
  max: T;
}

function measured<Suffix extends 'Ms' | 'Bytes' | 'BitsPerSecond'>(
  quantity: Quantity<Suffix>,
  kind: Kind,
  range: Range<string>,
): Unfinished<Measured<Suffix>, string> {
  const min = parseQuantity(quantity, range.min);
  const max = parseQuantity(quantity, range.max);
  if (min === undefined || max === undefined) throw new RangeError(`bad range ${range.min}, ${range.max}`);
  const allowed = `${formatQuantity(quantity, min)} to ${formatQuantity(quantity, max)}`;
  const schema = z.string({ error: quantity.expected }).transform((text, context): Measured<Suffix> => {
    const value = parseQuantity(quantity, text);
    if (value !== undefined && value >= min && value <= max) return value as Measured<Suffix>;
    const message = value === undefined ? quantity.expected : `expected a ${quantity.name} of ${allowed}`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
  return unfinished(schema, { kind, allowed, suffix: quantity.suffix });
}

export const duration = (range: Range<string>) => measured(DURATION, 'duration', range);
export const size = (range: Range<string>) => measured(SIZE, 'size', range);
export const bitRate = (range: Range<string>) => measured(BIT_RATE, 'bit rate', range);

/** A whole number; `what` names what is counted, e.g. `pixels`. */
export function count(what: string, { min, max }: Range<number>): Unfinished<number, number> {
  const error = `expected a whole number of ${what} from ${min} to ${max}`;
  const schema = z.int({ error }).min(min, { error }).max(max, { error });
  return unfinished(schema, { kind: 'whole number', allowed: `${min} to ${max} ${what}` });
}

export function trueOrFalse(): Unfinished<boolean, boolean> {
  return unfinished(z.boolean({ error: 'expected true or false' }), {
    kind: 'true or false',
    allowed: 'true, false',
  });
}

/** One of a few words, or of a few whole numbers. */
export function choice<const Value extends string | number>(...values: Value[]): Unfinished<Value, Value> {
  const allowed = values.join(', ');
  const schema = z.literal(values, { error: `expected one of ${allowed}` });
  const kind = typeof values[0] === 'number' ? 'whole number' : 'choice';
  return unfinished(schema as z.ZodType<Value, Value>, { kind, allowed });
}

/** Text that `accepts` says yes to; `error` says what was expected. */
export function text(error: string, allowed: string, accepts: (text: string) => boolean = () => true) {
  return oneLine('text', error, allowed, accepts);
}

/** A file or folder. The loader makes it absolute. */
export function path(error: string) {
  return oneLine('path', error, 'relative to the configuration file', () => true);
}

/** A word, a URL or a file; only the file is made absolute. */
export function wordUrlOrPath(error: string, allowed: string, accepts: (text: string) => boolean) {
  return oneLine('word, URL or path', error, allowed, accepts);
}

/** Bounded and without control characters: a line break in an id or a URL would break the formats it ends up in. */
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,1024}$/u;

function oneLine(kind: Kind, error: string, allowed: string, accepts: (text: string) => boolean) {
  const schema = z.string({ error }).refine((found) => ONE_LINE.test(found) && accepts(found), { error });
  return unfinished<string, string>(schema, { kind, allowed });
}

type SuffixOf<Out> =
  Exclude<Out, undefined> extends { readonly unit: infer Suffix extends string } ? Suffix : '';
type LoadedKey<Key extends string, Out> = Key extends `${string}${SuffixOf<Out>}`
  ? Key
  : `${Key}${SuffixOf<Out>}`;
type Bare<Out> = Out extends number & { readonly unit: string } ? number : Out;

/** What a section loads as: every key present, measured ones under a name with their unit. */
export type Loaded<Shape extends z.ZodRawShape> = {
  [Key in keyof Shape & string as LoadedKey<Key, z.output<Shape[Key]>>]: Bare<z.output<Shape[Key]>>;
};

/** The name a setting is loaded under. */
export function loadedKey(key: string, schema: z.core.$ZodType): string {
  const suffix = settingFacts.get(schema)?.suffix ?? '';
  return key.endsWith(suffix) ? key : key + suffix;
}

/** Settings that belong together. Other keys are errors. */
export function section<const Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject(shape, { error: 'expected a section: settings on lines of their own, indented' })
    .transform((found) => {
      const values = found as Record<string, unknown>;
      const loaded = Object.entries(shape).map(([key, schema]) => [loadedKey(key, schema), values[key]]);
      return Object.fromEntries(loaded) as Loaded<Shape>;
    });
}
