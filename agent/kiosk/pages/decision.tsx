import type { BoardItemOf } from '../../disclosure/board-item.js';
import type { Party } from '../../disclosure/kinds/party.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { BasisList } from './basis.js';
import { type Frame, page } from './layout.js';
import type { Row } from './lists.js';
import { Imprint, Lateness, Notices } from './notices.js';
import { Day, Fact, Facts, Part, Plain, T, textOf } from './parts.js';

interface Props<K extends 'decision' | 'inspection-result'> {
  view: View;
  frame: Frame;
  item: BoardItemOf<K>;
}

/** A decision in a list. */
export function decisionRow({ id, content, notices, lateness }: BoardItemOf<'decision'>, view: View): Row {
  return {
    to: view.to(`/decisions/${id}`),
    title: <T of={content.title} view={view} />,
    badges: badgesOf(notices.length > 0, view),
    about: [
      view.t(ACTION_WORD[content.action]),
      <T of={content.party.name} view={view} />,
      <Plain>{content.number}</Plain>,
      <Day of={content.decided} view={view} />,
      ...(lateness === undefined
        ? []
        : [<span class="late-mark">{view.t('late', lateness.workingDaysLate)}</span>]),
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
    badges: badgesOf(notices.length > 0, view),
    about: [
      <b class={`result is-${content.result}`}>{view.t(content.result)}</b>,
      <T of={content.party.name} view={view} />,
      <Day of={content.inspected} view={view} />,
      ...(lateness === undefined
        ? []
        : [<span class="late-mark">{view.t('late', lateness.workingDaysLate)}</span>]),
    ],
  };
}

function badgesOf(corrected: boolean, { t }: View): string[] {
  return corrected ? [t('corrected')] : [];
}

export function decisionPage({ view, frame, item }: Props<'decision'>): string {
  const { t, to } = view;
  const { content } = item;
  return page({
    view,
    frame,
    title: textOf(content.title, view),
    back: { to: to('/decisions'), name: t('decisions') },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={content.title} view={view} />
          </h1>
          <p class="count">
            <Plain>{content.number}</Plain>
          </p>
        </div>
        <Lateness of={item} view={view} />
        <Notices of={item} view={view} />
        <Facts>
          <Fact view={view} name="action">
            {t(ACTION_WORD[content.action])}
          </Fact>
          <PartyFacts party={content.party} view={view} />
          <Fact view={view} name="body">
            <T of={content.body} view={view} />
          </Fact>
          <Fact view={view} name="date">
            <Day of={content.decided} view={view} />
          </Fact>
          <Fact view={view} name="until">
            <Day of={content.expires} view={view} />
          </Fact>
        </Facts>
        <Part name="outcome" view={view}>
          <p class="prose outcome">
            <T of={content.outcome} view={view} />
          </p>
        </Part>
        <Part name="facts" view={view}>
          <p class="prose">
            <T of={content.facts} view={view} />
          </p>
        </Part>
        <BasisList name="grounds" basis={content.basis} view={view} />
        {content.text === undefined ? null : (
          <Part name="fullText" view={view}>
            <p class="prose">
              <T of={content.text} view={view} />
            </p>
          </Part>
        )}
        <Imprint of={item} view={view} />
      </article>
    ),
  });
}

export function inspectionPage({ view, frame, item }: Props<'inspection-result'>): string {
  const { t, to } = view;
  const { content } = item;
  return page({
    view,
    frame,
    title: textOf(content.title, view),
    back: { to: to('/inspections'), name: t('inspections') },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={content.title} view={view} />
          </h1>
          {content.number === undefined ? null : (
            <p class="count">
              <Plain>{content.number}</Plain>
            </p>
          )}
        </div>
        <Lateness of={item} view={view} />
        <Notices of={item} view={view} />
        <Facts>
          <Fact view={view} name="outcome">
            <b class={`result is-${content.result}`}>{t(content.result)}</b>
          </Fact>
          <PartyFacts party={content.party} view={view} />
          <Fact view={view} name="matter">
            <T of={content.matter} view={view} />
          </Fact>
          <Fact view={view} name="inspector">
            <T of={content.body} view={view} />
          </Fact>
          <Fact view={view} name="date">
            <Day of={content.inspected} view={view} />
          </Fact>
          <Fact view={view} name="until">
            <Day of={content.expires} view={view} />
          </Fact>
        </Facts>
        <Part name="findings" view={view}>
          <p class="prose">
            <T of={content.findings} view={view} />
          </p>
        </Part>
        {content.measures === undefined ? null : (
          <Part name="measures" view={view}>
            <p class="prose">
              <T of={content.measures} view={view} />
            </p>
          </Part>
        )}
        <BasisList name="grounds" basis={content.basis} view={view} />
        <Imprint of={item} view={view} />
      </article>
    ),
  });
}

/** A natural person's fields came masked and were checked to be so. */
function PartyFacts({ party, view }: { party: Party; view: View }) {
  return (
    <>
      <Fact view={view} name="party">
        <T of={party.name} view={view} />
      </Fact>
      {party.type === 'organisation' ? (
        <Fact view={view} name="creditCode">
          {party.creditCode === undefined ? null : <Plain>{party.creditCode}</Plain>}
        </Fact>
      ) : (
        <>
          <Fact view={view} name="idNumber">
            {party.idNumber === undefined ? null : <Plain>{party.idNumber}</Plain>}
          </Fact>
          <Fact view={view} name="telephone">
            {party.phone === undefined ? null : <Plain>{party.phone}</Plain>}
          </Fact>
        </>
      )}
      <Fact view={view} name="address">
        {party.address === undefined ? null : <T of={party.address} view={view} />}
      </Fact>
    </>
  );
}
