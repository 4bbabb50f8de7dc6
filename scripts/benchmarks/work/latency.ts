import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { runAgent } from '../../../agent/run.js';
import { loadConfig } from '../../../config/load.js';
import { systemClock } from '../../../drivers/clock.js';

/** Runs the agent in this process and notes for each fragment how long after it closed it was sealed, and witnessed. */
export async function run(input: {
  config: string;
  settings: Record<string, string>;
  fragments: number;
}): Promise<{ sealedMs: number[]; witnessedMs: number[] }> {
  const clock = systemClock();
  const config = loadConfig(input.config, input.settings);
  const agent = await runAgent({ config, clock, log: pino({ level: 'silent' }) });
  const sealedMs: number[] = [];
  const witnessedMs: number[] = [];
  /** Fragments that wait to be witnessed: by a checkpoint of this size or more. */
  let waiting: { closedMono: number; size: number }[] = [];
  await agent.recorder.start({ trigger: 'command' });
  agent.recorder.on('sealed', ({ closedMono, sealedMono }) => {
    if (sealedMs.length >= input.fragments) return;
    sealedMs.push(sealedMono - closedMono);
    waiting.push({ closedMono, size: agent.journal.size });
  });
  agent.uplink?.on('witnessed', (size) => {
    const { monoMs } = clock.read();
    for (const each of waiting) if (each.size <= size) witnessedMs.push(monoMs - each.closedMono);
    waiting = waiting.filter((each) => each.size > size);
  });
  while (witnessedMs.length < input.fragments) await delay(100);
  await agent.stop('shutdown');
  return { sealedMs, witnessedMs };
}
