import { Worker } from 'node:worker_threads';
import { LiuhenError, messageOf } from '../../../config/errors.js';
import { type HashRun, hashRun, newBuffers } from './hash-run.js';

export interface HashRequest {
  id: number;
  run: HashRun;
}
export type HashReply = { id: number; digests: Uint8Array } | { id: number; error: string };

/** A worker holds two buffers and little else; without limits its heap grows before it is collected. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 24 };

interface Waiting {
  worker: number;
  resolve: (digests: Uint8Array) => void;
  reject: (error: Error) => void;
}

/**
 * Hashes pieces of files on worker threads, or in this thread when there are none. File descriptors belong to the whole
 * process, so a worker opens nothing. The caller bounds how much is under way.
 */
export class HashPool {
  readonly #workers: Worker[];
  #buffers: [Buffer, Buffer] | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lane: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #id = 0;

  constructor(workers: number) {
    this.#workers = Array.from({ length: workers }, () => {
      const worker = new Worker(new URL('./hash-worker.js', import.meta.url), {
        resourceLimits: WORKER_LIMITS,
      });
      worker.on('message', (reply: HashReply) => this.#settle(reply));
      worker.on('error', (error) => this.#fail(error));
      return worker;
    });
  }

  /** The SHA-256 of each piece, 32 bytes each. Rejects with LIUHEN_BUNDLE when the file cannot be read. */
  hash(run: HashRun): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#workers.length === 0) {
      this.#buffers ??= newBuffers();
      const buffers = this.#buffers;
      const done = this.#lane.then(() => hashRun(run, buffers));
      this.#lane = done.catch(() => {});
      return done.catch((error) => {
        throw unreadable(error);
      });
    }
    const id = this.#id++;
    return new Promise((resolve, reject) => {
      const worker = this.#leastBusy();
      this.#waiting.set(id, { worker, resolve, reject });
      const request: HashRequest = { id, run };
      this.#workers[worker]?.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #leastBusy(): number {
    const load = this.#workers.map(() => 0);
    for (const { worker } of this.#waiting.values()) load[worker] = (load[worker] ?? 0) + 1;
    return load.indexOf(Math.min(...load));
  }

  #settle(reply: HashReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(unreadable(reply.error));
    else waiting?.resolve(reply.digests);
  }

  #fail(error: Error): void {
    this.#failure = unreadable(error);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function unreadable(error: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_BUNDLE', `bundle: footage cannot be read: ${messageOf(error)}`, {
    next: 'copy the bundle to a disk that can be read and check it there',
  });
}
