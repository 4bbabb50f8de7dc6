import type { Child } from 'hono/jsx';
import type { SectionItem } from '../catalogue.js';
import type { Serving } from '../serving.js';
import type { View } from '../view.js';
import { Icon } from './icons.js';
import { type Frame, page } from './layout.js';
import { Notices } from './notices.js';
import { Facts, momentText, Nothing, Plain, PlainFact, T, TextFact, Tile, textOf } from './parts.js';

export interface FirstProps {
  view: View;
  frame: Frame;
  /** Undefined where no post of this window is published. */
  serving: Serving | undefined;
  /** What is done at this window. */
  services: readonly SectionItem<'guide'>[];
}

/** The first screen: the window, who serves it, and what a person can do here. To be read from three metres. */
export function firstPage(props: FirstProps): string {
  const { view, frame } = props;
  return page({
    view,
    frame,
    title: view.t('windowNo', frame.window),
    children: (
      <div class="first">
        <Window {...props} />
        <Menu view={view} />
      </div>
    ),
  });
}

function Window({ view, frame, serving, services }: FirstProps) {
  const { t } = view;
  return (
    <section class="card" aria-labelledby="window-no">
      <div class="card-head">
        <h1 id="window-no">
          <span class="window-label">{t('window')}</span>{' '}
          <Plain>
            <span class="window-no">{frame.window}</span>
          </Plain>
        </h1>
        {serving === undefined ? null : <Status view={view} frame={frame} serving={serving} />}
      </div>
      {serving === undefined ? (
        <Nothing title={t('noPost')} next={t('noPostNext')} />
      ) : (
        <Person view={view} serving={serving} services={services} />
      )}
    </section>
  );
}

function Status({
  view,
  frame,
  serving: { state, untilMs },
}: {
  view: View;
  frame: Frame;
  serving: Serving;
}) {
  const { t } = view;
  const text =
    state === 'on-duty'
      ? t('onDuty')
      : state === 'off-duty'
        ? t('offDuty')
        : untilMs === undefined
          ? t('away')
          : t('awayUntil', momentText(untilMs, frame.nowMs, view));
  return <p class={`status is-${state}`}>{text}</p>;
}

function Person({
  view,
  serving,
  services,
}: {
  view: View;
  serving: Serving;
  services: FirstProps['services'];
}) {
  const { t } = view;
  const { person, item, state } = serving;
  const { content } = item;
  const name = textOf(person.name, view);
  return (
    <>
      {state === 'on-duty' ? null : (
        <p class="not-here">
          <strong>{t('nobody')}</strong> {t('nobodyNext')}
        </p>
      )}
      <div class="person">
        {person.photo === undefined ? (
          <div class="photo no-photo">
            <Icon name="person" />
            <span>{t('noPhoto')}</span>
          </div>
        ) : (
          <img class="photo" src={person.photo} alt={t('photoOf', name)} />
        )}
        <div class="person-words">
          {state === 'on-duty' ? <p class="person-label">{t('serving')}</p> : null}
          <p class="person-name">
            <T of={person.name} view={view} />
          </p>
          <p class="person-post">
            <T of={content.post} view={view} />
          </p>
          {serving.inPlaceOf === undefined ? null : (
            <p class="person-instead">
              <bdi>{t('replaces', textOf(serving.inPlaceOf, view))}</bdi>
            </p>
          )}
          {person.credential === undefined ? null : (
            <p class="person-credential">
              <span>{t('credential')}</span>{' '}
              <Plain>
                <b>{person.credential}</b>
              </Plain>
            </p>
          )}
          {content.languages.length === 0 || state !== 'on-duty' ? null : (
            <p class="person-languages">
              <span>{t('languages')}</span>{' '}
              {joined(
                content.languages.map((of) => <T of={of} view={view} />),
                t('comma'),
              )}
            </p>
          )}
        </div>
      </div>
      <div class="doing">
        <section class="duties" aria-labelledby="duties">
          <h2 id="duties">{t('duties')}</h2>
          <ul>
            {content.duties.map((duty) => (
              <li>
                <T of={duty} view={view} />
              </li>
            ))}
          </ul>
        </section>
        {services.length === 0 ? null : <Services view={view} services={services} />}
      </div>
      <Facts>
        <TextFact view={view} name="hours" of={content.workingHours} />
        <PlainFact view={view} name="phone" of={content.supervisionPhone} />
      </Facts>
      <Notices of={item} view={view} />
    </>
  );
}

function joined(parts: Child[], comma: string): Child {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [comma, part]));
}

const MOST_SERVICES = 6;

function Services({ view, services }: Pick<FirstProps, 'view' | 'services'>) {
  return (
    <nav class="services" aria-labelledby="services">
      <h2 id="services">{view.t('servicesHere')}</h2>
      <ul>
        {services.slice(0, MOST_SERVICES).map(({ id, content }) => (
          <li>
            <a class="chip" href={view.to(`/guides/${id}`)}>
              <T of={content.title} view={view} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Menu({ view }: { view: View }) {
  const { t, to } = view;
  return (
    <nav class="menu" aria-labelledby="menu">
      <h2 id="menu">{t('here')}</h2>
      <div class="tiles">
        <Tile to={to('/guides')} icon="guides" title={t('guides')} about={t('guidesAbout')} />
        <Tile to={to('/procedures')} icon="procedures" title={t('procedures')} about={t('proceduresAbout')} />
        <Tile to={to('/decisions')} icon="decisions" title={t('decisions')} about={t('decisionsAbout')} />
        <Tile
          to={to('/inspections')}
          icon="inspections"
          title={t('inspections')}
          about={t('inspectionsAbout')}
        />
        <Tile to={to('/basis')} icon="basis" title={t('basis')} about={t('basisAbout')} />
        <Tile to={to('/about')} icon="about" title={t('about')} about={t('aboutAbout')} />
        <Tile to={to('/remedies')} icon="remedies" title={t('remedies')} about={t('remediesAbout')} />
        <Tile to={to('/notices')} icon="notices" title={t('notices')} about={t('noticesAbout')} />
      </div>
    </nav>
  );
}
