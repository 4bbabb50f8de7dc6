import type { BoardItem } from '../../disclosure/board-item.js';
import type { ContentOf } from '../../disclosure/kinds/kinds.js';
import type { View } from '../view.js';
import { Icon } from './icons.js';
import { DayFact, dayText, Facts, T, TextFact } from './parts.js';

/** What was put right in an item, or why it is gone: it stands above the text that it is about. */
export function Notices({ of, view }: { of: Pick<BoardItem, 'notices'>; view: View }) {
  return (
    <>
      {of.notices.map(({ content }) => (
        <Notice content={content} view={view} />
      ))}
    </>
  );
}

type NoticeContent = ContentOf<'correction'> | ContentOf<'withdrawal'>;

function Notice({ content, view }: { content: NoticeContent; view: View }) {
  const word = content.kind === 'correction' ? 'correction' : 'withdrawal';
  return (
    <section class={`notice is-${content.kind}`} aria-label={view.t(word)}>
      <p class="notice-title">
        <span class="badge">{view.t(word)}</span> <T of={content.title} view={view} />
      </p>
      <NoticeFacts content={content} view={view} />
    </section>
  );
}

export function NoticeFacts({ content, view }: { content: NoticeContent; view: View }) {
  return content.kind === 'correction' ? (
    <Facts>
      <TextFact view={view} name="wrong" of={content.wrong} />
      <TextFact view={view} name="right" of={content.right} />
      <DayFact view={view} name="wrongSince" of={content.wrongSince} />
      <DayFact view={view} name="date" of={content.issued} />
    </Facts>
  ) : (
    <Facts>
      <TextFact view={view} name="reason" of={content.reason} />
      <DayFact view={view} name="wrongSince" of={content.wrongSince} />
      <DayFact view={view} name="date" of={content.issued} />
    </Facts>
  );
}

/** That something was published after its term, for everyone to see. */
export function Lateness({ of, view }: { of: Pick<BoardItem, 'lateness'>; view: View }) {
  const { lateness } = of;
  if (lateness === undefined) return null;
  return (
    <p class="late">
      {view.t('late', lateness.workingDaysLate)}
      {lateness.provisional ? view.t('provisional') : ''}
    </p>
  );
}

/** The foot of everything published: which revision, since when, and the way to say that it is wrong. */
export function Imprint({ of, view }: { of: BoardItem; view: View }) {
  const { t } = view;
  const { kind, id, content } = of;
  return (
    <footer class="imprint">
      <p>
        {t('publishedOn', dayText(content.issued, view))} · {t('revision', of.revision)}
      </p>
      <a class="button" href={view.to('/report', { kind, id })}>
        <Icon name="report" />
        <span>{t('report')}</span>
      </a>
    </footer>
  );
}
