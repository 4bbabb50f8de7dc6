import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { signEnvelope } from '../disclosure/envelope.js';
import { type ContentRef, KINDS, type Kind, payloadTypeOf } from '../disclosure/kinds/head.js';
import { type Content, encodeDocument, refOf, SCHEMAS } from '../disclosure/kinds/kinds.js';
import type { Signer } from '../journal/note.js';
import { completed, type Fault, type Fields } from './complete.js';
import { ContentError, type ContentProblem, problemAt, problemsOf } from './content-problems.js';
import { checkDates } from './date-rules.js';
import type { KeyRole } from './key-file.js';
import type { KnownContent } from './known.js';
import { masked } from './mask-party.js';
import type { Path, YamlDocument } from './yaml-documents.js';

/** One document of a file that somebody wrote. */
export interface Written {
  file: string;
  document: YamlDocument;
}

export interface SigningOptions {
  signer: Signer & { role: KeyRole };
  /** For documents that name none. */
  hall?: string | undefined;
  nowMs: number;
  /** What was signed before; what is signed here joins it. */
  known: KnownContent;
}

export interface Signed {
  ref: ContentRef;
  hall: string;
  content: Content;
  envelope: string;
  file: string;
  line: number;
  /** Dotted keys of personal data that were masked. */
  masked: readonly string[];
  /** The same content is signed already, and nothing was signed anew. */
  unchanged: boolean;
}

/** Notices and reviews are bound to what they are about, which may stand in the same files. */
const ORDER: Partial<Record<string, number>> = { review: 1, correction: 1, withdrawal: 2 };

/** Which key signs a kind. */
export function roleFor(kind: Kind): KeyRole {
  return kind === 'trust' ? 'root' : kind === 'review' ? 'reviewer' : 'publisher';
}

/**
 * Completes, checks and signs documents; either all of them or none. Results come in the order of the documents. Throws `ContentError` that names
 * file, line and key of everything that is wrong.
 */
export async function signDocuments(written: readonly Written[], options: SigningOptions): Promise<Signed[]> {
  const problems: ContentProblem[] = [];
  const signed = new Map<Written, Signed>();
  const inOrder = written.toSorted((a, b) => orderOf(a) - orderOf(b));
  for (const each of inOrder) {
    const { found, result } = await signOne(each, options);
    problems.push(...found);
    if (result === undefined) continue;
    if ([...signed.values()].some(({ ref }) => ref.kind === result.ref.kind && ref.id === result.ref.id)) {
      problems.push(
        problemAt(each.file, each.document, ['id'], `expected ${result.ref.id} once among these files`),
      );
    }
    signed.set(each, result);
    if (!result.unchanged) options.known.add({ ref: result.ref, document: result.content });
  }
  if (problems.length > 0) throw new ContentError(problems);
  return written.flatMap((each) => signed.get(each) ?? []);
}

function orderOf({ document: { value } }: Written): number {
  return ORDER[String((value as Fields | null)?.kind)] ?? 0;
}

async function signOne({ file, document }: Written, options: SigningOptions) {
  const { signer, nowMs, known } = options;
  const found: ContentProblem[] = [];
  const fault: Fault = (path, message) => void found.push(problemAt(file, document, path, message));
  const kind = kindOf(document.value, signer.role, fault);
  if (kind === undefined) return { found };

  const whole = await completed(document.value as Fields, { ...options, file, hall: options.hall }, fault);
  const { value, keys } = masked(whole);
  const content = checked(kind, value, { file, document, found });
  if (content === undefined) return { found };
  checkDates(content, nowMs, fault);

  const before = known.find(`${kind}/${content.id}`);
  const unchanged =
    before !== undefined && isSame(before.document as Content, content, document.value as Fields);
  if (!unchanged && before !== undefined && content.revision <= before.ref.revision) {
    const message = `expected a revision above ${before.ref.revision}, which is signed already, got ${content.revision}`;
    fault(['revision'], message);
  }
  if (found.length > 0) return { found };

  const said = unchanged ? (before.document as Content) : content;
  const payload = encodeDocument(said);
  const ref = unchanged ? before.ref : refOf(said, createHash('sha256').update(payload).digest('hex'));
  const envelope = unchanged ? '' : signEnvelope(payloadTypeOf(kind), payload, signer);
  const { line } = document.placeOf([]);
  return {
    found,
    result: { ref, hall: said.hall, content: said, envelope, file, line, masked: keys, unchanged },
  };
}

function kindOf(value: unknown, role: KeyRole, fault: Fault): Content['kind'] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault([], 'expected keys such as `kind: post`');
    return undefined;
  }
  const written = (value as Fields).kind;
  const kind = KINDS.find((each) => each === written);
  if (kind === undefined || kind === 'trust') {
    const kinds = KINDS.filter((each) => each !== 'trust').join(', ');
    fault(
      ['kind'],
      `expected one of ${kinds}, got ${written === undefined ? 'nothing' : JSON.stringify(written)}`,
    );
    return undefined;
  }
  const wanted = roleFor(kind);
  if (role === wanted) return kind;
  fault(['kind'], `expected a key of role ${wanted} to sign a ${kind}, got one of role ${role}`);
  return undefined;
}

/** By the schema; a number where text is expected is taken as it is spelled, so that `credential: 0012` keeps its zeros. */
function checked(
  kind: Content['kind'],
  value: Fields,
  { file, document, found }: { file: string; document: YamlDocument; found: ContentProblem[] },
): Content | undefined {
  let result = SCHEMAS[kind].safeParse(value);
  const respelled = structuredClone(value);
  for (const issue of result.error?.issues ?? []) {
    if (issue.code !== 'invalid_type' || issue.expected !== 'string') continue;
    const spelling = document.spellingOf(issue.path);
    if (spelling !== undefined && spelling !== '') put(respelled, issue.path, spelling);
  }
  if (!result.success) result = SCHEMAS[kind].safeParse(respelled);
  if (result.success) return result.data as Content;
  found.push(...problemsOf(file, document, respelled, result.error.issues));
  return undefined;
}

function put(value: Fields, path: Path, text: string): void {
  let here: Record<PropertyKey, unknown> = value;
  for (const step of path.slice(0, -1)) {
    const inner = here[step];
    if (typeof inner !== 'object' || inner === null) return;
    here = inner as Record<PropertyKey, unknown>;
  }
  here[path.at(-1) ?? ''] = text;
}

/** Whether a revision says what the one before it said, but for what the file leaves to us. */
function isSame(before: Content, now: Content, written: Fields): boolean {
  const given = (key: string) => written[key] !== undefined;
  const bare = (content: Content) => ({
    ...content,
    ...(given('revision') ? {} : { revision: 0 }),
    ...(given('issued') ? {} : { issued: '' }),
    ...(given('firstPublished') ? {} : { firstPublished: '' }),
  });
  return isDeepStrictEqual(bare(before), bare(now));
}
