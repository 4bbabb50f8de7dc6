import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { openStores } from '../buffer/open.js';
import { callAgent } from '../control/client.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { KINDS } from '../disclosure/kinds/head.js';
import { ContentStore } from '../disclosure/store.js';
import { archiveSource } from '../evidence/archive-source.js';
import { deviceSource } from '../evidence/device-source.js';
import { exportNotice, type NoticeSummary } from '../evidence/notice-bundle.js';
import { becomeOwner, mustBeWritable } from '../provision/as-owner.js';

interface NoticeExport {
  data: string;
  /** `<kind>/<id>`. */
  notice: string;
  began: number | undefined;
  out: string;
  why: string;
  witnesses: readonly string[];
  /** The data folder is an archive's: whose journal it is, and the file with the envelope, which no archive holds. */
  device: string | undefined;
  envelope: string | undefined;
}

/**
 * Exports a display: by the kiosk that runs on the data folder, which journals the export, or else from the folder itself. Throws LIUHEN_USAGE and what
 * `exportNotice` throws.
 */
export async function exportDisplay(wanted: NoticeExport): Promise<NoticeSummary> {
  const { data, notice, began, out, why, witnesses, device, envelope } = wanted;
  const [name, id = '', ...rest] = notice.split('/');
  const kind = KINDS.find((each) => each === name);
  if (kind === undefined || id === '' || rest.length > 0) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `expected --notice KIND/ID, got ${JSON.stringify(notice.slice(0, 100))}`,
      {
        next: `kinds are ${KINDS.join(', ')}`,
      },
    );
  }
  if (existsSync(join(data, 'devices'))) {
    const { source, envelopeOf } = await archived(data, device, envelope);
    return await exportNotice({ source, envelopeOf, kind, id, began, out, why, who: userInfo().username });
  }
  if (!existsSync(join(data, 'content'))) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `${data} holds no content of a kiosk`, {
      next: "name the kiosk's data folder with --data",
    });
  }
  try {
    return (await callAgent(data, 'POST', '/board/export', { kind, id, began, out, why })) as NoticeSummary;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  becomeOwner(data);
  mustBeWritable(dirname(out));
  const stores = await openStores(data);
  try {
    const content = await ContentStore.open(data);
    try {
      return await exportNotice({
        source: await deviceSource({ ...stores, witnesses }),
        envelopeOf: (_, each, revision) => content.envelope(kind, each, revision),
        kind,
        id,
        began,
        out,
        why,
        who: userInfo().username,
      });
    } finally {
      await content.close();
    }
  } finally {
    await stores.close();
  }
}

/**
 * An archive holds the journal of a kiosk, in which stand the hashes of all that hung, and not the texts: these went from the platform to the kiosk. Who has the envelope,
 * as the platform that published it does, brings it along; the export takes none but the one that hung.
 */
async function archived(data: string, device: string | undefined, envelope: string | undefined) {
  if (device === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected --device ID: this data folder is that of an archive', {
      next: 'name the device whose recording it is; the folder devices/ lists them',
    });
  }
  if (envelope === undefined) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      'expected --envelope FILE: an archive holds the journal of what hung, and not the text',
      { next: 'the platform that published it has the signed envelope' },
    );
  }
  const { size } = await stat(envelope).catch((error: unknown) => {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `${envelope}: ${messageOf(error)}`, { cause: error });
  });
  if (size > MAX_ENVELOPE_BYTES) {
    throw new LiuhenError(
      'LIUHEN_ENVELOPE',
      `${envelope}: expected at most ${MAX_ENVELOPE_BYTES} bytes, got ${size}`,
    );
  }
  const bytes = await readFile(envelope);
  return { source: await archiveSource(data, device), envelopeOf: () => Promise.resolve(bytes) };
}
