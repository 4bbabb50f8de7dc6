import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { loadConfig } from '../../config/load.js';
import { openStores } from '../buffer/open.js';
import { callAgent } from '../control/client.js';
import { archiveSource } from '../evidence/archive-source.js';
import { deviceSource } from '../evidence/device-source.js';
import { type ExportSummary, exportRecording } from '../evidence/export.js';
import type { ExportSource } from '../evidence/source.js';
import { becomeOwner, mustBeWritable } from '../provision/as-owner.js';
import { spoken } from '../words/spoken.js';
import { DEFAULT_CONFIG, dataFolderOf, type PlaceOptions, parseCount, placeOptions } from './data-folder.js';
import { exportDisplay } from './export-notice.js';
import { exportText, exportWarnings } from './export-text.js';
import { noticeExportText } from './notice-text.js';
import { progressLine } from './progress-line.js';

interface ExportFlags extends PlaceOptions {
  out: string;
  device?: string;
  why: string;
  json?: boolean;
  notice?: string;
  began?: number;
  envelope?: string;
}

interface Wanted {
  recording: number | undefined;
  out: string;
  why: string;
}

/** `liuhen export`: a recording and all that proves it, as a folder that a stranger can check. */
export function registerExport(program: Command): void {
  placeOptions(program.command('export'))
    .description('write a recording as a bundle that anybody can verify')
    .argument('[recording]', 'id of the recording (default: the newest that has stopped)', parseCount)
    .requiredOption('-o, --out <folder>', 'folder to write; it must not exist yet')
    .option('--device <id>', 'the data folder is an archive: the device whose recording it is')
    .option('--why <text>', 'reason, for the journal', 'not stated')
    .option('--notice <kind/id>', 'instead of a recording: the proof that this content hung on a screen')
    .option('--began <entry>', 'of several displays of it, the one that began with this entry', parseCount)
    .option(
      '--envelope <file>',
      'with --notice and --device: the signed envelope of what hung, as it was published',
    )
    .option('--json', 'print JSON')
    .action(async (recording: number | undefined, flags: ExportFlags) => {
      const { out, why, json, device, notice, began, envelope, ...place } = flags;
      const data = dataFolderOf(place);
      if (notice !== undefined) {
        const summary = await exportDisplay({
          data,
          notice,
          began,
          out: resolve(out),
          why,
          witnesses: witnessesOf(place),
          ...{ device, envelope },
        });
        process.stdout.write(
          json === true ? `${JSON.stringify(summary)}\n` : spoken(noticeExportText(summary)),
        );
        return;
      }
      const wanted = { recording, out: resolve(out), why };
      const from = existsSync(join(data, 'devices')) ? 'archive' : 'device';
      const summary =
        from === 'archive'
          ? await exportFrom(await archiveSource(data, requireDevice(device)), wanted)
          : await exportFromDevice(data, place, wanted);
      for (const warning of exportWarnings(summary, from))
        process.stderr.write(`liuhen: ${spoken(warning)}\n`);
      process.stdout.write(json === true ? `${JSON.stringify(summary)}\n` : spoken(exportText(summary)));
    });
}

function requireDevice(device: string | undefined): string {
  if (device !== undefined) return device;
  throw new LiuhenError('LIUHEN_USAGE', 'expected --device ID: this data folder is that of an archive', {
    next: 'name the device whose recording it is; the folder devices/ lists them',
  });
}

/** By the agent that runs on the folder, which journals the export; or else from the folder itself. */
async function exportFromDevice(data: string, place: PlaceOptions, wanted: Wanted): Promise<ExportSummary> {
  try {
    return (await callAgent(data, 'POST', '/export', wanted)) as ExportSummary;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  becomeOwner(data);
  const stores = await openStores(data);
  try {
    mustBeWritable(dirname(wanted.out));
    return await exportFrom(await deviceSource({ ...stores, witnesses: witnessesOf(place) }), wanted);
  } finally {
    await stores.close();
  }
}

/** The archive's key stands in the device's configuration, when there is one at hand. */
function witnessesOf({ config }: PlaceOptions): string[] {
  const file = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  const witness = file === undefined ? undefined : loadConfig(file).uplink.witness;
  return witness === undefined ? [] : [witness];
}

/** Interrupting it (Ctrl-C) leaves nothing behind. */
async function exportFrom(source: ExportSource, { recording, out, why }: Wanted): Promise<ExportSummary> {
  const controller = new AbortController();
  const interrupt = () =>
    controller.abort(new LiuhenError('LIUHEN_BUNDLE', 'export interrupted: nothing was written'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const progress = progressLine(spoken('export'), process.stderr);
  try {
    return await exportRecording({
      source,
      recording,
      out,
      why,
      who: userInfo().username,
      signal: controller.signal,
      onProgress: progress.show,
    });
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
