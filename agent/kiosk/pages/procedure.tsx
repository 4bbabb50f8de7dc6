import type { SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { Chart, daysText } from './chart.js';
import { type DocumentProps, documentPage } from './document.js';
import { Part, Prose, T, textOf } from './parts.js';

/** A procedure: the chart, and the same steps as a list with all their words. */
export function procedurePage({ view, frame, item }: DocumentProps<SectionItem<'procedure'>>): string {
  const { t } = view;
  const { content } = item;
  const title = textOf(content.title, view);
  return documentPage({
    view,
    frame,
    item,
    list: 'procedures',
    about: content.action === undefined ? undefined : t(ACTION_WORD[content.action]),
    children: (
      <>
        <Prose of={content.text} view={view} />
        <figure class="chart-frame">
          <Chart steps={content.steps} title={title} view={view} />
        </figure>
        <Part name="steps" view={view}>
          <ol class="steps">
            {content.steps.map((step) => (
              <li>
                <p class="step-name">
                  <T of={step.name} view={view} />
                  {step.workingDays === undefined ? null : (
                    <span class="pill">{daysText(step.workingDays, view)}</span>
                  )}
                  {step.actor === undefined ? null : (
                    <span class="pill">
                      <T of={step.actor} view={view} />
                    </span>
                  )}
                </p>
                <Prose of={step.text} view={view} />
                <Next item={item} next={step.next} view={view} />
              </li>
            ))}
          </ol>
        </Part>
      </>
    ),
  });
}

type Step = SectionItem<'procedure'>['content']['steps'][number];

/** Where a step leads, where that is not simply the one below. */
function Next({ item, next, view }: { item: SectionItem<'procedure'>; next: Step['next']; view: View }) {
  if (next.length < 2 && next.every(({ when }) => when === undefined)) return null;
  const nameOf = (id: string) => item.content.steps.find((step) => step.id === id)?.name;
  return (
    <ul class="step-next">
      {next.map(({ to, when }) => {
        const name = nameOf(to);
        return name === undefined ? null : (
          <li>
            {when === undefined ? null : (
              <>
                <bdi>{view.t('when', textOf(when, view))}</bdi>
                {view.t('clause')}
              </>
            )}
            {view.t('goesTo')}
            {view.t('colon')}
            <T of={name} view={view} />
          </li>
        );
      })}
    </ul>
  );
}
