import { z } from 'zod';
import { LiuhenError } from '../../../config/errors.js';
import { type Correction, correction, type Withdrawal, withdrawal } from './correction.js';
import { type Decision, decision } from './decision.js';
import { type Disclosure, disclosure } from './disclosure.js';
import { type ContentRef, type Kind, payloadTypeOf } from './head.js';
import { type InspectionResult, inspectionResult } from './inspection-result.js';
import { type Post, post } from './post.js';
import { type Review, review } from './review.js';
import { TRUST_ID, type Trust, trust } from './trust.js';

/** The schema of every kind. */
export const SCHEMAS = {
  post,
  disclosure,
  decision,
  'inspection-result': inspectionResult,
  correction,
  withdrawal,
  review,
  trust,
} as const satisfies Record<Kind, z.ZodType>;

/** Everything of a hall: a trust document is no content, it decides what is. */
export type Content = Post | Disclosure | Decision | InspectionResult | Correction | Withdrawal | Review;
export type Document = Content | Trust;
export type ContentOf<K extends Content['kind']> = Extract<Content, { kind: K }>;

/** The JSON Schema (2020-12) of what a platform writes. Rules that no schema can say are in its description and in FORMAT.md. */
export function jsonSchemaOf(kind: Kind): Record<string, unknown> {
  const schema = z.toJSONSchema(SCHEMAS[kind], { io: 'input', target: 'draft-2020-12' });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: `liuhen ${kind}`,
    description:
      `The payload of an envelope of type ${payloadTypeOf(kind)}. Fields that are not listed are refused. ` +
      'Patterns are ECMAScript regular expressions with the u flag. What is checked beyond this schema is in agent/disclosure/FORMAT.md.',
    ...rest,
  };
}

const MAX_SHOWN_ISSUES = 3;

/**
 * Reads a payload as a document of this kind. Throws LIUHEN_ENVELOPE, naming the field: no JSON in UTF-8, a field twice, not what the schema says.
 */
export function parseDocument<K extends Kind>(kind: K, payload: Uint8Array): Extract<Document, { kind: K }> {
  const fail = (expected: string) => new LiuhenError('LIUHEN_ENVELOPE', `${kind}: ${expected}`);
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    value = JSON.parse(text);
  } catch {
    throw fail('expected JSON in UTF-8');
  }
  if (namesIn(text) !== fieldsOf(value)) throw fail('expected every field once');
  const parsed = SCHEMAS[kind].safeParse(value);
  if (parsed.success) return parsed.data as Extract<Document, { kind: K }>;
  const issues = parsed.error.issues.slice(0, MAX_SHOWN_ISSUES);
  throw fail(issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`).join('; '));
}

/** Checks a document before it is signed and gives the bytes to sign. Throws LIUHEN_ENVELOPE, naming the field. */
export function encodeDocument(document: { kind: Kind }): Buffer {
  const payload = Buffer.from(JSON.stringify(document));
  parseDocument(document.kind, payload);
  return payload;
}

/** What a document is called; a trust document's version is its revision. */
export function refOf(document: Document, sha256: string): ContentRef {
  return document.kind === 'trust'
    ? { kind: 'trust', id: TRUST_ID, revision: document.version, sha256 }
    : { kind: document.kind, id: document.id, revision: document.revision, sha256 };
}

/** How many names of fields a sound JSON text holds. JSON.parse keeps the last of two alike, another reader may keep the first. */
function namesIn(json: string): number {
  let names = 0;
  for (let from = json.indexOf('"'); from >= 0; ) {
    let to = json.indexOf('"', from + 1);
    while (isEscaped(json, to)) to = json.indexOf('"', to + 1);
    from = json.indexOf('"', to + 1);
    if (/^\s*:/.test(json.slice(to + 1, from < 0 ? undefined : from))) names++;
  }
  return names;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function fieldsOf(value: unknown): number {
  let fields = 0;
  const open = [value];
  while (open.length > 0) {
    const at = open.pop();
    if (typeof at !== 'object' || at === null) continue;
    const inner = Object.values(at);
    if (!Array.isArray(at)) fields += inner.length;
    for (const each of inner) open.push(each);
  }
  return fields;
}
