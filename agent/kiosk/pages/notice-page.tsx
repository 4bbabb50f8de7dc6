import type { BoardItemOf } from '../../disclosure/board-item.js';
import type { View } from '../view.js';
import { type Frame, page } from './layout.js';
import type { Row } from './lists.js';
import { Imprint, NoticeFacts } from './notices.js';
import { Day, T, textOf } from './parts.js';

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

export function noticePage({ view, frame, item }: { view: View; frame: Frame; item: NoticeItem }): string {
  const { t, to } = view;
  const { content, kind } = item;
  return page({
    view,
    frame,
    title: textOf(content.title, view),
    back: { to: to('/notices'), name: t('notices') },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={content.title} view={view} />
          </h1>
          <p class="count">{t(kind)}</p>
        </div>
        <NoticeFacts content={content} view={view} />
        <Imprint of={item} view={view} />
      </article>
    ),
  });
}
