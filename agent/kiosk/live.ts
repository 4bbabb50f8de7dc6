import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';

/** `change`: content or the window's staff; `receipt`: how far what was said has come; `wake` and `sleep`: somebody is there, or nobody. */
export type LiveEvent = 'change' | 'receipt' | 'wake' | 'sleep';

const MOST_PAGES = 16;
const PING_MS = 15_000;
/** Events that may wait for a page. */
const MOST_UNREAD = 100;

interface OpenPage {
  send(event: string, data: string): void;
  end(): void;
}

/** The pages that are open, by server-sent events. The oldest goes when there are too many. */
export class Live {
  readonly #pages = new Set<OpenPage>();
  readonly #build: string;

  constructor(build: string) {
    this.#build = build;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** Answers a request for `text/event-stream`; first says which build of the pages is current. */
  stream(c: Context): Response {
    return streamSSE(c, async (stream) => {
      const [oldest] = this.#pages;
      if (this.#pages.size >= MOST_PAGES) oldest?.end();
      const { promise: ended, resolve: end } = withResolvers();
      let unread = 0;
      const page: OpenPage = {
        send(event, data) {
          // A browser that hangs reads no more, and keeps its connection for months: what waits for it stays in memory.
          if (++unread > MOST_UNREAD) end();
          else {
            stream.writeSSE({ event, data }).then(() => unread--, end);
          }
        },
        end,
      };
      stream.onAbort(end);
      this.#pages.add(page);
      page.send('hello', this.#build);
      const ping = setInterval(() => page.send('ping', ''), PING_MS);
      await ended;
      clearInterval(ping);
      this.#pages.delete(page);
    });
  }

  tell(event: LiveEvent): void {
    for (const page of this.#pages) page.send(event, '');
  }

  /** Ends every stream. */
  close(): void {
    for (const page of this.#pages) page.end();
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
