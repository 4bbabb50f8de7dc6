import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIUHEN } from '../child.js';
import { type Ground, type Measurement, MIB, rateRow, rounded, valueRow } from './measurement.js';
import { peakRssOf } from './proc.js';
import { liuhen } from './recorder.js';
import { runWork } from './work.js';

const POLL_MS = 20;

/** Verifying a bundle against sha256sum over the same footage, both from the page cache. */
export const verify: Measurement = {
  name: 'verify',
  about: 'liuhen verify of a bundle against sha256sum of its footage, both from the page cache',
  async run(ground: Ground) {
    const { bundle, trust } = await makeBundle(ground, ground.quick ? 256 : 1536);
    const footage = join(bundle, 'recording.mp4');
    const bytes = (await stat(footage)).size;
    const ours: number[] = [];
    const theirs: number[] = [];
    const openssl: number[] = [];
    const peaks: number[] = [];
    // Once without looking at the time, so that the first run is not the one that reads the disk.
    await timed('sha256sum', [footage]);
    for (let at = 1; at <= ground.runs; at++) {
      ground.progress(`verify: run ${at} of ${ground.runs}, ${rounded(bytes / MIB, 0)} MiB`);
      theirs.push(bytes / (await timed('sha256sum', [footage])).sec);
      openssl.push(bytes / (await timed('openssl', ['dgst', '-sha256', footage])).sec);
      const args = ['verify', bundle, '--trust', trust, '--quiet'];
      const { sec, peakRss } = await timed(LIUHEN, args);
      ours.push(bytes / sec);
      peaks.push(peakRss);
    }
    return [
      rateRow('verify', ours, theirs, { against: 'sha256sum', least: 0.9, detail: { bytes } }),
      // Coreutils may hash without the processor's SHA instructions; openssl uses them, as we do.
      {
        ...rateRow('  and', ours, openssl, { against: 'openssl dgst -sha256', least: 0 }),
        target: '',
        ok: null,
      },
      valueRow('  its memory, peak RSS', `${rounded(Math.max(...peaks) / 1e6, 1)} MB`, {
        target: 'below 150 MB',
        ok: Math.max(...peaks) < 150e6,
        detail: { peaks },
      }),
    ];
  },
};

async function makeBundle(ground: Ground, fragments: number): Promise<{ bundle: string; trust: string }> {
  ground.progress(`verify: making a bundle of ${fragments} MiB`);
  const folder = await ground.folder('verify');
  const data = join(folder, 'data');
  const input = { folder: data, recordings: 1, fragments, fragmentBytes: MIB };
  const made = await runWork<{ rootVkey: string }>('seal-recordings', input);
  const bundle = join(folder, 'bundle');
  await liuhen('export', '--data', data, '--out', bundle, '--why', 'bench');
  const trust = join(folder, 'trust.policy');
  await writeFile(trust, `log ${made.rootVkey}\nquorum none\n`);
  return { bundle, trust };
}

/** Runs a program to its end, which must be a good one. */
async function timed(program: string, args: string[]): Promise<{ sec: number; peakRss: number }> {
  const startMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let peakRss = 0;
  const looking = setInterval(() => {
    peakRss = Math.max(peakRss, peakRssOf(child.pid as number));
  }, POLL_MS);
  const [status] = await once(child, 'close');
  const sec = (performance.now() - startMs) / 1000;
  clearInterval(looking);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return { sec, peakRss };
}
