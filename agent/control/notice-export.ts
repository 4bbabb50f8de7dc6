import type { DeviceStores } from '../buffer/open.js';
import type { Kind } from '../disclosure/kinds/head.js';
import type { ContentStore } from '../disclosure/store.js';
import { deviceSource } from '../evidence/device-source.js';
import { exportNotice, type NoticeSummary } from '../evidence/notice-bundle.js';
import type { Journal } from '../journal/journal.js';
import { formatVkey, type Vkey } from '../journal/vkey.js';

export interface NoticeOrder {
  kind: Kind;
  id: string;
  /** Of several displays, the one that began with this entry. */
  began?: number | undefined;
  out: string;
  why: string;
}

/** How a running kiosk writes the proof of a display. */
export function noticeExport(
  stores: DeviceStores,
  content: ContentStore,
  journal: Journal,
  witness: Vkey | undefined,
): (order: NoticeOrder) => Promise<NoticeSummary> {
  const witnesses = witness === undefined ? [] : [formatVkey(witness)];
  return async (order) => {
    const source = await deviceSource({ ...stores, journal, witnesses });
    const envelopeOf = (_: string, id: string, revision: number) =>
      content.envelope(order.kind, id, revision);
    return await exportNotice({ source, journal, envelopeOf, who: 'command', ...order });
  };
}
