import type { Child } from 'hono/jsx';
import type { Catalogue, SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { Grounds, Law } from './basis.js';
import { Contact } from './guide.js';
import { type Frame, page } from './layout.js';
import { Imprint, Notices } from './notices.js';
import { DayFact, Facts, Nothing, PlainFact, Prose, T, TextFact } from './parts.js';

interface Props {
  view: View;
  frame: Frame;
  catalogue: Catalogue;
}

/** Who enforces, with which people, duties and powers, and what is inspected at random: the notice's part 一.1. */
export function aboutPage({ view, frame, catalogue }: Props): string {
  return sectionsPage(view, frame, 'about', [
    ...wholes(catalogue, view, 'body', Body),
    ...wholes(catalogue, view, 'duties', Duties),
    ...wholes(catalogue, view, 'personnel', People),
    ...wholes(catalogue, view, 'powers', Powers),
    ...wholes(catalogue, view, 'inspection-list', Checklist),
  ]);
}

/** Where to complain, and what can be done against a decision. */
export function remediesPage({ view, frame, catalogue }: Props): string {
  return sectionsPage(view, frame, 'remedies', [
    ...wholes(catalogue, view, 'supervision', Supervision),
    ...wholes(catalogue, view, 'remedies', Remedies),
  ]);
}

function sectionsPage(view: View, frame: Frame, name: 'about' | 'remedies', parts: Child[]): string {
  const { t } = view;
  return page({
    view,
    frame,
    title: t(name),
    back: { to: view.to('/'), name: t('home') },
    children: (
      <>
        <div class="page-head">
          <h1>{t(name)}</h1>
        </div>
        {parts.length === 0 ? <Nothing title={t('empty')} next={t('emptyNext')} /> : parts}
      </>
    ),
  });
}

type Section = 'body' | 'duties' | 'personnel' | 'powers' | 'inspection-list' | 'supervision' | 'remedies';

/** Every document of a section, whole, one under the other. */
function wholes<S extends Section>(
  catalogue: Catalogue,
  view: View,
  section: S,
  Words: (props: { item: SectionItem<S>; view: View }) => Child,
): Child[] {
  return catalogue
    .section(section)
    .map((item) => <Whole item={item} view={view} children={Words({ item, view })} />);
}

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
      <Prose of={content.functions} view={view} />
      <Facts>
        <TextFact view={view} name="bodyName" of={content.name} />
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
          <Prose of={text} view={view} />
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
            <TextFact view={view} name="post" of={person.post} />
            <PlainFact view={view} name="credential" of={person.credential} />
            <TextFact view={view} name="field" of={person.field} />
            <DayFact view={view} name="validUntil" of={person.validUntil} />
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
            <PlainFact view={view} name="code" of={code} />
            <TextFact view={view} name="department" of={department} />
            <Grounds basis={basis} view={view} />
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
            <TextFact view={view} name="targets" of={targets} />
            <TextFact view={view} name="content" of={looked} />
            <TextFact view={view} name="method" of={method} />
            <TextFact view={view} name="extent" of={extent} />
            <Grounds basis={basis} view={view} />
          </Facts>
        </li>
      ))}
    </ul>
  );
}

function Supervision({ item: { content }, view }: { item: SectionItem<'supervision'>; view: View }) {
  return (
    <>
      <Prose of={content.text} view={view} />
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
          <Prose of={way.text} view={view} />
          <Facts>
            <TextFact view={view} name="addressee" of={way.to} />
            <TextFact view={view} name="from" of={way.from} />
            <Contact of={way} view={view} />
            <Grounds basis={way.basis} view={view} />
          </Facts>
        </li>
      ))}
    </ul>
  );
}
