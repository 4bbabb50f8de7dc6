import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { openStores } from '../buffer/open.js';
import { callAgent } from '../control/client.js';
import { KINDS } from '../disclosure/kinds/head.js';
import { ContentStore } from '../disclosure/store.js';
import { deviceSource } from '../evidence/device-source.js';
import { exportNotice, type NoticeSummary } from '../evidence/notice-bundle.js';
import { becomeOwner, mustBeWritable } from './as-owner.js';

interface NoticeExport {
  data: string;
  /** `<kind>/<id>`. */
  notice: string;
  began: number | undefined;
  out: string;
  why: string;
  witnesses: readonly string[];
}

/**
 * Exports a display: by the kiosk that runs on the data folder, which journals the export, or else from the folder itself. Throws LIUHEN_USAGE and what
 * `exportNotice` throws.
 */
export async function exportDisplay(wanted: NoticeExport): Promise<NoticeSummary> {
  const { data, notice, began, out, why, witnesses } = wanted;
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
