import type { Basis } from '../../disclosure/kinds/basis.js';
import type { SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import type { Word } from '../words.js';
import { type DocumentProps, documentPage } from './document.js';
import { DayFact, Fact, Facts, Part, T } from './parts.js';

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

/** The laws that something rests on, among its facts. */
export function Grounds({ basis, view }: { basis: readonly Basis[]; view: View }) {
  return (
    <Fact view={view} name="grounds">
      {basis.length === 0 ? null : basis.map((law) => <Law law={law} view={view} />)}
    </Fact>
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

export function basisPage({ view, frame, item }: DocumentProps<SectionItem<'legal-basis'>>): string {
  const { content } = item;
  return documentPage({
    view,
    frame,
    item,
    list: 'basis',
    children: (
      <ul class="laws">
        {content.items.map((law) => (
          <li>
            <Law law={law} view={view} />
            {law.inForceSince === undefined ? null : (
              <Facts>
                <DayFact view={view} name="inForceSince" of={law.inForceSince} />
              </Facts>
            )}
          </li>
        ))}
      </ul>
    ),
  });
}
