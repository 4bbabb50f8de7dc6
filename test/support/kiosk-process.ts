import { LiuhenProcess } from './liuhen-process.js';

/** `liuhen run` with profile kiosk, as a process of its own. */
export class KioskProcess {
  /** Of its pages. */
  readonly url: string;
  readonly #process: LiuhenProcess;
  readonly #ended = new AbortController();
  /** Resolves at the next event that open pages are sent. */
  #next = withResolvers();

  private constructor(process: LiuhenProcess) {
    this.#process = process;
    this.url = (JSON.parse(process.ready) as { url: string }).url;
  }

  /** Resolves once its pages are served and their events are heard; rejects with its stderr when it ends instead. */
  static async start(folder: string, config: string): Promise<KioskProcess> {
    const process = await LiuhenProcess.start(['run', '--config', config], folder);
    const kiosk = new KioskProcess(process);
    await kiosk.#listen();
    return kiosk;
  }

  /** Looks at once, and again at each event, until `look` gives something. */
  async until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const { promise } = this.#next;
      const found = await look();
      if (found !== undefined) return found;
      await promise;
    }
  }

  async page(path: string): Promise<string> {
    const response = await fetch(new URL(path, this.url));
    return await response.text();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#process.signal('SIGTERM');
  }

  async #listen(): Promise<void> {
    const { body } = await fetch(new URL('/live', this.url), { signal: this.#ended.signal });
    if (body === null) throw new Error('/live gave no events');
    const first = this.#next.promise;
    void this.#hear(body).catch(() => {});
    await first;
  }

  async #hear(body: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of body) {
      if (!Buffer.from(chunk).includes('event:')) continue;
      const { resolve } = this.#next;
      this.#next = withResolvers();
      resolve();
    }
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
