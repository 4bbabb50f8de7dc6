import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../config/errors.js';
import type { HashReply, HashRequest } from './hash-pool.js';
import { hashRun, newBuffers } from './hash-run.js';

const buffers = newBuffers();
/** One request after another: the buffers are shared. */
let lane = Promise.resolve();

parentPort?.on('message', ({ id, run }: HashRequest) => {
  lane = lane.then(async () => {
    const reply: HashReply = await hashRun(run, buffers).then(
      (digests) => ({ id, digests }),
      (error: unknown) => ({ id, error: messageOf(error) }),
    );
    parentPort?.postMessage(reply);
  });
});
