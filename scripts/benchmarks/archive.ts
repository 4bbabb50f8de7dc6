import { join } from 'node:path';
import { type Running, startLiuhen } from '../child.js';
import { AUTHORITY } from './device.js';
import { liuhen } from './recorder.js';

/** A running `liuhen archive run`, a process of its own. */
export interface BenchArchive {
  data: string;
  broker: string;
  witness: string;
  running: Running;
  /** Lets it take journals of this device. */
  add(rootVkey: string): Promise<void>;
}

/** Starts an archive with the broker built into it, or on `broker`. */
export async function startArchive(folder: string, broker?: string): Promise<BenchArchive> {
  const data = join(folder, 'archive');
  await liuhen('archive', 'init', '--data', data, '--name', `${AUTHORITY}/archive`);
  const link = broker === undefined ? ['--embedded-broker', '--port', '0'] : ['--broker', broker];
  const running = await startLiuhen(['archive', 'run', '--data', data, ...link], join(folder, 'archive.log'));
  const ready = running.ready as { broker: string; witness: string };
  return {
    data,
    ...ready,
    running,
    async add(rootVkey) {
      await liuhen('archive', 'add', rootVkey, '--data', data);
    },
  };
}
