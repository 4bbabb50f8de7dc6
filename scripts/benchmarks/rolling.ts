import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesText } from '../../agent/cli/text.js';
import { type Ground, type Measurement, MIB, median, rounded, valueRow } from './measurement.js';
import { runAsAgent } from './work.js';

const MOST_WRITTEN = 2.1;
const RECORDING_FRAGMENTS = 64;

/** Bytes written to disk for each byte of footage, over a rolling window from which retention removes whole recordings. */
export const rolling: Measurement = {
  name: 'rolling',
  about: 'bytes written to disk per byte of footage, while old recordings are removed',
  async run(ground: Ground) {
    const recordings = ground.quick ? 8 : 32;
    const keep = ground.quick ? 3 : 8;
    const ratios: number[] = [];
    const leftBytes: number[] = [];
    for (let at = 1; at <= ground.runs; at++) {
      ground.progress(`rolling: run ${at} of ${ground.runs}, ${recordings * RECORDING_FRAGMENTS} MiB`);
      const folder = await ground.folder('rolling');
      const input = { folder, recordings, keep, fragments: RECORDING_FRAGMENTS, fragmentBytes: MIB };
      const { footageBytes, writtenBytes } = await runAsAgent<{ footageBytes: number; writtenBytes: number }>(
        'rolling',
        input,
      );
      ratios.push(writtenBytes / footageBytes);
      leftBytes.push(await bytesIn(join(folder, 'footage')));
      await rm(folder, { recursive: true });
    }
    const ratio = median(ratios);
    const keptBytes = keep * RECORDING_FRAGMENTS * MIB;
    return [
      valueRow('bytes written per byte of footage', `${rounded(ratio)}`, {
        target: `at most ${MOST_WRITTEN}`,
        ok: ratio <= MOST_WRITTEN,
        detail: { ratios, footageBytes: recordings * RECORDING_FRAGMENTS * MIB, keptBytes },
      }),
      valueRow(
        'disk used after the removals',
        `${bytesText(median(leftBytes))} for ${bytesText(keptBytes)}`,
        {
          detail: { leftBytes },
        },
      ),
    ];
  },
};

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
