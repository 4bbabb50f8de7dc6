import type { BoardItemOf } from '../../disclosure/board-item.js';
import type { View } from '../view.js';
import { type DocumentProps, documentPage } from './document.js';
import type { Row } from './lists.js';
import { NoticeFacts } from './notices.js';
import { Day, T } from './parts.js';

type NoticeItem = BoardItemOf<'correction' | 'withdrawal'>;

/** A correction or withdrawal in the list of them. */
export function noticeRow({ kind, id, content }: NoticeItem, view: View): Row {
  return {
    to: view.to(`/notices/${kind}/${id}`),
    title: <T of={content.title} view={view} />,
    badges: [view.t(kind)],
    about: [<Day of={content.issued} view={view} />],
  };
}

export function noticePage({ view, frame, item }: DocumentProps<NoticeItem>): string {
  const { t } = view;
  const { content, kind } = item;
  return documentPage({
    view,
    frame,
    item,
    list: 'notices',
    about: t(kind),
    children: <NoticeFacts content={content} view={view} />,
  });
}
