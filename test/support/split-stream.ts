import type { ExecutionContext } from 'ava';
import {
  type Fragment,
  type FragmentEvent,
  type FragmentLimits,
  FragmentSplitter,
  type InitSegment,
  type StreamEnd,
} from '../../agent/recorder/fragments.js';
import { LiuhenError } from '../../config/errors.js';

/** What a splitter made of a stream. */
export interface Split {
  init: InitSegment | undefined;
  fragments: Fragment[];
  end: StreamEnd;
}

/** Splits a stream that comes in chunks of this size. */
export function split(bytes: Buffer, chunkBytes = bytes.length, limits: Partial<FragmentLimits> = {}): Split {
  const splitter = new FragmentSplitter(limits);
  const events: FragmentEvent[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // A copy that is overwritten afterwards: a splitter that kept a slice would give wrong bytes.
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    events.push(...splitter.push(chunk));
    chunk.fill(0xee);
  }
  return sorted(events, splitter.end());
}

/** Init and fragments apart. */
export function sorted(events: readonly FragmentEvent[], end: StreamEnd): Split {
  const inits = events.flatMap((event) => (event.type === 'init' ? [event.init] : []));
  const fragments = events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []));
  return { init: inits[0], fragments, end };
}

/** What it was split into, put together again. */
export function joined({ init, fragments }: Split): Buffer {
  return Buffer.concat([init?.bytes ?? Buffer.alloc(0), ...fragments.map(({ bytes }) => bytes)]);
}

/** What it is refused with. */
export function refusal(t: ExecutionContext, bytes: Buffer, limits?: Partial<FragmentLimits>): LiuhenError {
  const error = t.throws(() => split(bytes, bytes.length, limits), { instanceOf: LiuhenError });
  t.is(error?.code, 'LIUHEN_MEDIA_FORMAT');
  return error as LiuhenError;
}
