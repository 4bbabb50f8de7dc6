import type { Basis } from '../../disclosure/kinds/basis.js';
import type { SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import type { Word } from '../words.js';
import { type Frame, page } from './layout.js';
import { Imprint, Notices } from './notices.js';
import { Day, Fact, Facts, Part, T, textOf } from './parts.js';

/** Laws by article, with their words where they are quoted. */
export function BasisList({ name, basis, view }: { name: Word; basis: readonly Basis[]; view: View }) {
  if (basis.length === 0) return null;
  return (
    <Part name={name} view={view}>
      <ul class="laws">
        {basis.map((law) => (
          <li>
            <Law law={law} view={view} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function Law({ law: { law, article, text }, view }: { law: Basis; view: View }) {
  return (
    <>
      <p class="law-name">
        <T of={law} view={view} />
        {article === undefined ? null : (
          <>
            {' '}
            <T of={article} view={view} />
          </>
        )}
      </p>
      {text === undefined ? null : (
        <blockquote class="prose">
          <T of={text} view={view} />
        </blockquote>
      )}
    </>
  );
}

interface Props<S extends 'legal-basis'> {
  view: View;
  frame: Frame;
  item: SectionItem<S>;
}

export function basisPage({ view, frame, item }: Props<'legal-basis'>): string {
  const { t, to } = view;
  const { content } = item;
  return page({
    view,
    frame,
    title: textOf(content.title, view),
    back: { to: to('/basis'), name: t('basis') },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={content.title} view={view} />
          </h1>
        </div>
        <Notices of={item} view={view} />
        <ul class="laws">
          {content.items.map((law) => (
            <li>
              <Law law={law} view={view} />
              {law.inForceSince === undefined ? null : (
                <Facts>
                  <Fact view={view} name="inForceSince">
                    <Day of={law.inForceSince} view={view} />
                  </Fact>
                </Facts>
              )}
            </li>
          ))}
        </ul>
        <Imprint of={item} view={view} />
      </article>
    ),
  });
}
