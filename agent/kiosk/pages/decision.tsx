import type { Child } from 'hono/jsx';
import type { BoardItem, BoardItemOf } from '../../disclosure/board-item.js';
import type { Party } from '../../disclosure/kinds/party.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { BasisList } from './basis.js';
import { type DocumentProps, documentPage } from './document.js';
import type { Row } from './lists.js';
import { Day, DayFact, Fact, Facts, Part, Plain, PlainFact, Prose, T, TextFact } from './parts.js';

/** A decision in a list. */
export function decisionRow({ id, content, notices, lateness }: BoardItemOf<'decision'>, view: View): Row {
  return {
    to: view.to(`/decisions/${id}`),
    title: <T of={content.title} view={view} />,
    badges: notices.length > 0 ? [view.t('corrected')] : [],
    about: [
      view.t(ACTION_WORD[content.action]),
      <T of={content.party.name} view={view} />,
      <Plain>{content.number}</Plain>,
      <Day of={content.decided} view={view} />,
      ...lateMark(lateness, view),
    ],
  };
}

export function inspectionRow(
  { id, content, notices, lateness }: BoardItemOf<'inspection-result'>,
  view: View,
): Row {
  return {
    to: view.to(`/inspections/${id}`),
    title: <T of={content.title} view={view} />,
    badges: notices.length > 0 ? [view.t('corrected')] : [],
    about: [
      <b class={`result is-${content.result}`}>{view.t(content.result)}</b>,
      <T of={content.party.name} view={view} />,
      <Day of={content.inspected} view={view} />,
      ...lateMark(lateness, view),
    ],
  };
}

function lateMark(lateness: BoardItem['lateness'], { t }: View): Child[] {
  return lateness === undefined ? [] : [<span class="late-mark">{t('late', lateness.workingDaysLate)}</span>];
}

export function decisionPage({ view, frame, item }: DocumentProps<BoardItemOf<'decision'>>): string {
  const { t } = view;
  const { content } = item;
  return documentPage({
    view,
    frame,
    item,
    list: 'decisions',
    about: <Plain>{content.number}</Plain>,
    children: (
      <>
        <Facts>
          <Fact view={view} name="action">
            {t(ACTION_WORD[content.action])}
          </Fact>
          <PartyFacts party={content.party} view={view} />
          <TextFact view={view} name="body" of={content.body} />
          <DayFact view={view} name="date" of={content.decided} />
          <DayFact view={view} name="until" of={content.expires} />
        </Facts>
        <Part name="outcome" view={view}>
          <p class="prose outcome">
            <T of={content.outcome} view={view} />
          </p>
        </Part>
        <Part name="facts" view={view}>
          <Prose of={content.facts} view={view} />
        </Part>
        <BasisList name="grounds" basis={content.basis} view={view} />
        {content.text === undefined ? null : (
          <Part name="fullText" view={view}>
            <Prose of={content.text} view={view} />
          </Part>
        )}
      </>
    ),
  });
}

export function inspectionPage({
  view,
  frame,
  item,
}: DocumentProps<BoardItemOf<'inspection-result'>>): string {
  const { t } = view;
  const { content } = item;
  return documentPage({
    view,
    frame,
    item,
    list: 'inspections',
    about: content.number === undefined ? undefined : <Plain>{content.number}</Plain>,
    children: (
      <>
        <Facts>
          <Fact view={view} name="outcome">
            <b class={`result is-${content.result}`}>{t(content.result)}</b>
          </Fact>
          <PartyFacts party={content.party} view={view} />
          <TextFact view={view} name="matter" of={content.matter} />
          <TextFact view={view} name="inspector" of={content.body} />
          <DayFact view={view} name="date" of={content.inspected} />
          <DayFact view={view} name="until" of={content.expires} />
        </Facts>
        <Part name="findings" view={view}>
          <Prose of={content.findings} view={view} />
        </Part>
        {content.measures === undefined ? null : (
          <Part name="measures" view={view}>
            <Prose of={content.measures} view={view} />
          </Part>
        )}
        <BasisList name="grounds" basis={content.basis} view={view} />
      </>
    ),
  });
}

/** A natural person's fields came masked and were checked to be so. */
function PartyFacts({ party, view }: { party: Party; view: View }) {
  return (
    <>
      <TextFact view={view} name="party" of={party.name} />
      {party.type === 'organisation' ? (
        <PlainFact view={view} name="creditCode" of={party.creditCode} />
      ) : (
        <>
          <PlainFact view={view} name="idNumber" of={party.idNumber} />
          <PlainFact view={view} name="telephone" of={party.phone} />
        </>
      )}
      <TextFact view={view} name="address" of={party.address} />
    </>
  );
}
