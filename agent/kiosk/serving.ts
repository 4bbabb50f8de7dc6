import type { BoardItemOf } from '../disclosure/board-item.js';
import type { Image } from '../disclosure/kinds/image.js';
import type { Post } from '../disclosure/kinds/post.js';
import type { Text } from '../disclosure/kinds/text.js';
import type { DutySaid } from './duty.js';
import { photoUrl } from './photos.js';

/** Who serves a window at this moment, put together from what is published and what a card at the window said. */
export interface Serving {
  /** The post as published: duties, hours, supervision. */
  item: BoardItemOf<'post'>;
  person: { name: Text; photo: string | undefined; credential: string | undefined };
  state: 'on-duty' | 'away' | 'off-duty';
  /** When somebody who is away comes back, as far as it was said; never in the past. */
  untilMs: number | undefined;
  /** Whom the person replaces. */
  inPlaceOf: Text | undefined;
}

/** What was published and what was said at the window, whichever is newer. `posts` are those that are shown. Undefined without one for this window. */
export function servingAt(
  posts: readonly BoardItemOf<'post'>[],
  window: string,
  said: DutySaid | undefined,
  nowMs: number,
): Serving | undefined {
  const item = newest(posts.filter(({ content }) => content.window === window));
  if (item === undefined) return undefined;
  const bySaying = said === undefined || said.atMs < issuedMs(item) ? undefined : saidOf(posts, item, said);
  return bySaying ?? publishedOf(item, nowMs);
}

/** Whether somebody with this credential may say by card that they serve: a published post must name them. */
export function isPublished(posts: readonly BoardItemOf<'post'>[], credential: string): boolean {
  return posts.some(({ content }) => personOf(content, credential) !== undefined);
}

function newest(posts: readonly BoardItemOf<'post'>[]): BoardItemOf<'post'> | undefined {
  return [...posts].sort((a, b) => issuedMs(b) - issuedMs(a) || (a.id < b.id ? -1 : 1))[0];
}

function issuedMs({ content }: BoardItemOf<'post'>): number {
  return Date.parse(content.issued);
}

function publishedOf(item: BoardItemOf<'post'>, nowMs: number): Serving {
  const { content } = item;
  const { duty } = content;
  const base = { item, person: pictured(content), untilMs: undefined, inPlaceOf: undefined };
  if (duty.state === 'on-duty') return { ...base, state: 'on-duty' };
  const until = duty.until === undefined ? undefined : Date.parse(duty.until);
  const untilMs = until !== undefined && until > nowMs ? until : undefined;
  if (duty.state === 'away') return { ...base, state: 'away', untilMs };
  // A replacement that is over leaves the window to the one who was replaced.
  if (until !== undefined && untilMs === undefined) return { ...base, state: 'on-duty' };
  return { ...base, person: pictured(duty.by), state: 'on-duty', untilMs, inPlaceOf: content.name };
}

/** Undefined when the person is no longer published: then only the published word stands. */
function saidOf(
  posts: readonly BoardItemOf<'post'>[],
  item: BoardItemOf<'post'>,
  { credential, state }: DutySaid,
): Serving | undefined {
  const own = personOf(item.content, credential);
  const other = posts
    .map(({ content }) => personOf(content, credential))
    .find((found) => found !== undefined);
  const person = own ?? other;
  if (person === undefined) return undefined;
  const inPlaceOf = credential === item.content.credential ? undefined : item.content.name;
  return { item, person: pictured(person), state, untilMs: undefined, inPlaceOf };
}

interface Person {
  name: Text;
  photo?: Image | undefined;
  credential?: string | undefined;
}

function personOf(content: Post, credential: string): Person | undefined {
  if (content.credential === credential) return content;
  return content.duty.state === 'replaced' && content.duty.by.credential === credential
    ? content.duty.by
    : undefined;
}

function pictured({ name, photo, credential }: Person): Serving['person'] {
  return { name, photo: photo === undefined ? undefined : photoUrl(photo), credential };
}
