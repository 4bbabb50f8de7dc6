import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LiuhenError } from '../../config/errors.js';
import { readConfigText } from '../../config/file.js';
import { parseConfig } from '../../config/load.js';
import { makeFolder } from '../archive/durable-file.js';
import { type Answers, checkAnswers, configTextOf } from './answers.js';
import { csvRows } from './csv.js';
import { stickerSvg } from './sticker.js';

export interface Written {
  device: string;
  answers: string;
  sticker: string;
}

const PLAIN = [
  'profile',
  'device',
  'authority',
  'unit',
  'data',
  'camera',
  'microphone',
  'broker',
  'witness',
  'caSha256',
  'tokenFile',
];

/**
 * One answers file and one sticker for each row of a table whose first row names the columns: those of an answers file, and dotted settings such as
 * `recording.preRecord` or `hardware.gnss`. Everything is checked before anything is written. Throws LIUHEN_CONFIG that names the row.
 */
export async function writeBatch(table: string, out: string): Promise<Written[]> {
  const rows = csvRows(readConfigText(table), table);
  const all: Answers[] = rows.map(({ line, cells }) => answersOf(cells, `${table}:${line}`));
  const seen = new Map<string, number>();
  all.forEach(({ device }, at) => {
    const earlier = seen.get(device);
    if (earlier !== undefined)
      throw wrong(`${table}:${rows[at]?.line}`, `${device} stands on line ${earlier} already`);
    seen.set(device, rows[at]?.line ?? 0);
  });
  await makeFolder(out);
  const written: Written[] = [];
  for (const each of all) {
    const answers = join(out, `${each.device}.answers.yaml`);
    const sticker = join(out, `${each.device}.svg`);
    await writeFile(answers, `# liuhen provision --answers ${each.device}.answers.yaml\n${stringify(each)}`);
    await writeFile(sticker, await stickerSvg(each));
    written.push({ device: each.device, answers, sticker });
  }
  return written;
}

function answersOf(cells: ReadonlyMap<string, string>, from: string): Answers {
  const plain: Record<string, unknown> = {};
  const settings: Record<string, string> = {};
  for (const [column, cell] of cells) {
    if (cell === '') continue;
    if (PLAIN.includes(column)) plain[column] = cell;
    else if (/^[A-Za-z]+\.[A-Za-z]+$/.test(column)) settings[column] = cell;
    else
      throw wrong(
        from,
        `unknown column ${JSON.stringify(column.slice(0, 40))}; known are ${PLAIN.join(', ')}, and settings such as recording.preRecord`,
      );
  }
  const answers = checkAnswers(
    { ...plain, ...(Object.keys(settings).length === 0 ? {} : { settings }) },
    from,
  );
  // A setting that the agent would refuse is to be found here and not on the bench.
  parseConfig(configTextOf(answers), from);
  return answers;
}

function wrong(from: string, why: string): LiuhenError {
  return new LiuhenError('LIUHEN_CONFIG', `${from}: ${why}`);
}
