import { rm } from 'node:fs/promises';
import { comparisonRow, type Ground, type Measurement, MIB, rateRow } from './measurement.js';
import { runAsAgent, runWork } from './work.js';

type Ours = { ms: number; checked: { ok: boolean; fragments: number } | null };

/** Sealing an already encoded stream at full speed against writing the same fragments to a bare file. */
export const seal: Measurement = {
  name: 'seal',
  about: 'sealing a stream against sha256 and fdatasync of the same fragments in a bare file',
  async run(ground: Ground) {
    const fragments = ground.quick ? 128 : 1024;
    const bytes = fragments * MIB;
    const ours: number[] = [];
    const bare: number[] = [];
    const level: number[] = [];
    let checked: Ours['checked'] = null;
    for (let at = 1; at <= ground.runs; at++) {
      ground.progress(`seal: run ${at} of ${ground.runs}, ${fragments} MiB each`);
      const input = { fragments, fragmentBytes: MIB };
      bare.push(await once('seal-bare', ground, bytes, input));
      level.push(await once('seal-level', ground, bytes, input));
      const check = at === ground.runs;
      ours.push(
        await once('seal-ours', ground, bytes, { ...input, check }, (result) => {
          checked = result.checked ?? checked;
        }),
      );
    }
    return [
      rateRow(`seal ${fragments} × 1 MiB`, ours, bare, {
        against: 'bare file, sha256 + fdatasync each',
        least: 0.8,
        detail: { checkAfterwards: checked },
      }),
      // What the choice of LevelDB costs, and what is left to us.
      comparisonRow('  LevelDB alone, the same fragments', level, bare, 'bare file'),
      comparisonRow('  sealing, against LevelDB alone', ours, level, 'LevelDB alone'),
    ];
  },
};

async function once(
  name: string,
  ground: Ground,
  bytes: number,
  input: object,
  onResult: (result: Ours) => void = () => {},
): Promise<number> {
  const folder = await ground.folder(name);
  const inProcess = name === 'seal-bare' ? runWork<Ours> : runAsAgent<Ours>;
  const result = await inProcess(name, { folder, ...input });
  onResult(result);
  if (result.checked?.ok === false) throw new Error('seal: what was sealed does not pass the check');
  await rm(folder, { recursive: true });
  return bytes / (result.ms / 1000);
}
