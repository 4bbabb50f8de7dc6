import type { Child } from 'hono/jsx';
import type { Catalogue, SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { Law } from './basis.js';
import { Contact } from './guide.js';
import { type Frame, page } from './layout.js';
import { Imprint, Notices } from './notices.js';
import { Day, Fact, Facts, Nothing, Plain, T } from './parts.js';

interface Props {
  view: View;
  frame: Frame;
  catalogue: Catalogue;
}

/** Who enforces, with which people, duties and powers, and what is inspected at random: the notice's part 一.1. */
export function aboutPage({ view, frame, catalogue }: Props): string {
  const { t } = view;
  const parts = [
    ...catalogue
      .section('body')
      .map((item) => <Whole item={item} view={view} children={<Body item={item} view={view} />} />),
    ...catalogue
      .section('duties')
      .map((item) => <Whole item={item} view={view} children={<Duties item={item} view={view} />} />),
    ...catalogue
      .section('personnel')
      .map((item) => <Whole item={item} view={view} children={<People item={item} view={view} />} />),
    ...catalogue
      .section('powers')
      .map((item) => <Whole item={item} view={view} children={<Powers item={item} view={view} />} />),
    ...catalogue
      .section('inspection-list')
      .map((item) => <Whole item={item} view={view} children={<Checklist item={item} view={view} />} />),
  ];
  return sectionsPage({ view, frame, title: t('about'), parts });
}

/** Where to complain, and what can be done against a decision. */
export function remediesPage({ view, frame, catalogue }: Props): string {
  const { t } = view;
  const parts = [
    ...catalogue
      .section('supervision')
      .map((item) => <Whole item={item} view={view} children={<Supervision item={item} view={view} />} />),
    ...catalogue
      .section('remedies')
      .map((item) => <Whole item={item} view={view} children={<Remedies item={item} view={view} />} />),
  ];
  return sectionsPage({ view, frame, title: t('remedies'), parts });
}

function sectionsPage({
  view,
  frame,
  title,
  parts,
}: {
  view: View;
  frame: Frame;
  title: string;
  parts: Child[];
}): string {
  const { t } = view;
  return page({
    view,
    frame,
    title,
    back: { to: view.to('/'), name: t('home') },
    children: (
      <>
        <div class="page-head">
          <h1>{title}</h1>
        </div>
        {parts.length === 0 ? <Nothing title={t('empty')} next={t('emptyNext')} /> : parts}
      </>
    ),
  });
}

type Section = 'body' | 'duties' | 'personnel' | 'powers' | 'inspection-list' | 'supervision' | 'remedies';

function Whole({ item, view, children }: { item: SectionItem<Section>; view: View; children: Child }) {
  return (
    <section class="whole" aria-labelledby={`item-${item.id}`}>
      <h2 id={`item-${item.id}`}>
        <T of={item.content.title} view={view} />
      </h2>
      <Notices of={item} view={view} />
      {children}
      <Imprint of={item} view={view} />
    </section>
  );
}

function Body({ item: { content }, view }: { item: SectionItem<'body'>; view: View }) {
  return (
    <>
      <p class="prose">
        <T of={content.functions} view={view} />
      </p>
      <Facts>
        <Fact view={view} name="bodyName">
          <T of={content.name} view={view} />
        </Fact>
        <Contact of={content} view={view} />
      </Facts>
    </>
  );
}

function Duties({ item: { content }, view }: { item: SectionItem<'duties'>; view: View }) {
  return (
    <ul class="laws">
      {content.items.map(({ name, text, basis }) => (
        <li>
          <p class="law-name">
            <T of={name} view={view} />
          </p>
          <p class="prose">
            <T of={text} view={view} />
          </p>
          {basis.map((law) => (
            <Law law={law} view={view} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function People({ item: { content }, view }: { item: SectionItem<'personnel'>; view: View }) {
  return (
    <ul class="people">
      {content.people.map((person) => (
        <li>
          <p class="law-name">
            <T of={person.name} view={view} />
          </p>
          <Facts>
            <Fact view={view} name="post">
              <T of={person.post} view={view} />
            </Fact>
            <Fact view={view} name="credential">
              <Plain>{person.credential}</Plain>
            </Fact>
            <Fact view={view} name="field">
              {person.field === undefined ? null : <T of={person.field} view={view} />}
            </Fact>
            <Fact view={view} name="validUntil">
              {person.validUntil === undefined ? null : <Day of={person.validUntil} view={view} />}
            </Fact>
          </Facts>
        </li>
      ))}
    </ul>
  );
}

function Powers({ item: { content }, view }: { item: SectionItem<'powers'>; view: View }) {
  return (
    <ul class="laws">
      {content.items.map(({ code, name, action, department, basis }) => (
        <li>
          <p class="law-name">
            <span class="pill">{view.t(ACTION_WORD[action])}</span> <T of={name} view={view} />
          </p>
          <Facts>
            <Fact view={view} name="code">
              {code === undefined ? null : <Plain>{code}</Plain>}
            </Fact>
            <Fact view={view} name="department">
              {department === undefined ? null : <T of={department} view={view} />}
            </Fact>
            <Fact view={view} name="grounds">
              {basis.map((law) => (
                <Law law={law} view={view} />
              ))}
            </Fact>
          </Facts>
        </li>
      ))}
    </ul>
  );
}

function Checklist({ item: { content }, view }: { item: SectionItem<'inspection-list'>; view: View }) {
  return (
    <ul class="laws">
      {content.items.map(({ matter, targets, content: looked, method, extent, basis }) => (
        <li>
          <p class="law-name">
            <T of={matter} view={view} />
          </p>
          <Facts>
            <Fact view={view} name="targets">
              <T of={targets} view={view} />
            </Fact>
            <Fact view={view} name="content">
              <T of={looked} view={view} />
            </Fact>
            <Fact view={view} name="method">
              <T of={method} view={view} />
            </Fact>
            <Fact view={view} name="extent">
              <T of={extent} view={view} />
            </Fact>
            <Fact view={view} name="grounds">
              {basis.map((law) => (
                <Law law={law} view={view} />
              ))}
            </Fact>
          </Facts>
        </li>
      ))}
    </ul>
  );
}

function Supervision({ item: { content }, view }: { item: SectionItem<'supervision'>; view: View }) {
  return (
    <>
      {content.text === undefined ? null : (
        <p class="prose">
          <T of={content.text} view={view} />
        </p>
      )}
      <ul class="people">
        {content.channels.map((channel) => (
          <li>
            <p class="law-name">
              <T of={channel.name} view={view} />
            </p>
            <Facts>
              <Contact of={channel} view={view} />
            </Facts>
          </li>
        ))}
      </ul>
    </>
  );
}

function Remedies({ item: { content }, view }: { item: SectionItem<'remedies'>; view: View }) {
  return (
    <ul class="people">
      {content.ways.map((way) => (
        <li>
          <p class="law-name">
            {view.t(way.way)} <span class="pill strong">{view.t('withinDays', way.withinDays)}</span>
          </p>
          {way.text === undefined ? null : (
            <p class="prose">
              <T of={way.text} view={view} />
            </p>
          )}
          <Facts>
            <Fact view={view} name="addressee">
              <T of={way.to} view={view} />
            </Fact>
            <Fact view={view} name="from">
              <T of={way.from} view={view} />
            </Fact>
            <Contact of={way} view={view} />
            <Fact view={view} name="grounds">
              {way.basis.length === 0 ? null : way.basis.map((law) => <Law law={law} view={view} />)}
            </Fact>
          </Facts>
        </li>
      ))}
    </ul>
  );
}
