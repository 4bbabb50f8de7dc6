import { z } from 'zod';
import { contentId, instant, sha256 } from './text.js';

/** Kinds of content that are shown, or decide what is. */
export const KINDS = [
  'post',
  'disclosure',
  'decision',
  'inspection-result',
  'correction',
  'withdrawal',
  'review',
  'trust',
] as const;
export type Kind = (typeof KINDS)[number];

/** Fields that every kind but `trust` begins with. */
export const HEAD = {
  id: contentId,
  /** Counts from 1; a device never goes back. */
  revision: z.int().min(1).max(1_000_000_000),
  hall: contentId,
  /** When this revision was issued: it is public from then on. */
  issued: instant,
  /** From this moment on it is not shown. */
  expires: instant.optional(),
} as const;

/** The six kinds of enforcement action of the notice 国办发〔2017〕14号. */
export const ACTIONS = ['licence', 'penalty', 'compulsion', 'levy', 'fee', 'inspection'] as const;
export const action = z.enum(ACTIONS);
export type Action = z.infer<typeof action>;

/** One revision of one piece of content, by what it is called and what it hashes to. */
export const reference = <const K extends readonly [Kind, ...Kind[]]>(kinds: K) =>
  z.strictObject({ kind: z.enum(kinds), id: contentId, revision: HEAD.revision, sha256 });

/** Which revision of what. `sha256` is over the payload. */
export interface ContentRef {
  kind: Kind;
  id: string;
  revision: number;
  sha256: string;
}

/** The name by which a board knows content: `<kind>/<id>`. */
export type ContentName = `${Kind}/${string}`;
export const nameOf = ({ kind, id }: { kind: Kind; id: string }): ContentName => `${kind}/${id}`;

/** Payload type of an envelope that holds this kind. */
export const payloadTypeOf = (kind: Kind): string => `application/vnd.liuhen.${kind}+json`;

/** The kind that a payload type names; undefined when it is none of ours. */
export function kindOfPayloadType(payloadType: string): Kind | undefined {
  return KINDS.find((kind) => payloadTypeOf(kind) === payloadType);
}
