import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { RECORDER_FLAGS } from '../../agent/small-memory.js';

/*
 * Work that is measured runs in a process of its own, so that neither side inherits the other's memory or warmth: this file, run
 * as a program with the name of a module in work/ and its input as JSON, prints its result as JSON.
 */
const SELF = fileURLToPath(import.meta.url);

type Work = (input: never) => Promise<unknown>;

/** What the first line of agent/main.ts says; its flags are RECORDER_FLAGS. */
const AGENT_ENV = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' };

/** Runs `work/<name>.ts` in a fresh process and returns what it returns. */
export function runWork<R>(name: string, input: object): Promise<R> {
  return runIn(process.env, [], name, input);
}

/** The same under the conditions in which the agent runs, where the work is the agent's. */
export function runAsAgent<R>(name: string, input: object): Promise<R> {
  return runIn({ ...process.env, ...AGENT_ENV }, RECORDER_FLAGS, name, input);
}

async function runIn<R>(env: NodeJS.ProcessEnv, flags: string[], name: string, input: object): Promise<R> {
  const child = spawn(process.execPath, [...flags, SELF, name, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const closed = once(child, 'close');
  const output = await text(child.stdout);
  const [status] = await closed;
  if (status !== 0) throw new Error(`the process for ${name} ended with ${status}`);
  return JSON.parse(output) as R;
}

if (process.argv[1] === SELF) {
  const [, , name = '', input = '{}'] = process.argv;
  const { run } = (await import(`./work/${name}.js`)) as { run: Work };
  process.stdout.write(JSON.stringify((await run(JSON.parse(input) as never)) ?? null));
}
