import type { SectionItem } from '../catalogue.js';
import type { View } from '../view.js';
import { ACTION_WORD } from './actions.js';
import { Chart, daysText } from './chart.js';
import { type Frame, page } from './layout.js';
import { Imprint, Notices } from './notices.js';
import { Part, T, textOf } from './parts.js';

/** A procedure: the chart, and the same steps as a list with all their words. */
export function procedurePage({
  view,
  frame,
  item,
}: {
  view: View;
  frame: Frame;
  item: SectionItem<'procedure'>;
}): string {
  const { t, to } = view;
  const { content } = item;
  const title = textOf(content.title, view);
  return page({
    view,
    frame,
    title,
    back: { to: to('/procedures'), name: t('procedures') },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={content.title} view={view} />
          </h1>
          {content.action === undefined ? null : <p class="count">{t(ACTION_WORD[content.action])}</p>}
        </div>
        <Notices of={item} view={view} />
        {content.text === undefined ? null : (
          <p class="prose">
            <T of={content.text} view={view} />
          </p>
        )}
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
                {step.text === undefined ? null : (
                  <p class="prose">
                    <T of={step.text} view={view} />
                  </p>
                )}
                <Next item={item} next={step.next} view={view} />
              </li>
            ))}
          </ol>
        </Part>
        <Imprint of={item} view={view} />
      </article>
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
