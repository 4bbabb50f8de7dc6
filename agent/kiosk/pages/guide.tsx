import type { SectionItem } from '../catalogue.js';
import { type QrCode, qrPath } from '../qr.js';
import type { View } from '../view.js';
import { BasisList } from './basis.js';
import { daysText } from './chart.js';
import { type DocumentProps, documentPage } from './document.js';
import { Icon } from './icons.js';
import { Facts, Part, Plain, PlainFact, T, TextFact, textOf } from './parts.js';

export interface GuideProps extends DocumentProps<SectionItem<'guide'>> {
  /** The chart of its steps, where one is published. */
  procedure: SectionItem<'procedure'> | undefined;
  qr: QrCode;
}

/** One service guide: what to bring first, since that is what people come to ask. */
export function guidePage({ view, frame, item, procedure, qr }: GuideProps): string {
  const { t, to } = view;
  const { content } = item;
  const title = textOf(content.title, view);
  return documentPage({
    view,
    frame,
    item,
    list: 'guides',
    children: (
      <div class="with-side">
        <div>
          <div class="figures">
            <Figure name={t('timeLimit')}>
              <TimeLimit item={item} view={view} />
            </Figure>
            <Figure name={t('fee')}>
              {content.fee.charged ? <T of={content.fee.amount} view={view} /> : t('free')}
            </Figure>
            <Figure name={t('atWindow')}>
              {content.windows.length === 0 ? '—' : <Plain>{content.windows.join(t('comma'))}</Plain>}
              {content.windows.includes(frame.window) ? (
                <span class="figure-note">{t('thisWindow')}</span>
              ) : null}
            </Figure>
          </div>
          <Materials item={item} view={view} />
          {content.conditions.length === 0 ? null : (
            <Part name="conditions" view={view}>
              <ol class="plain-list">
                {content.conditions.map((condition) => (
                  <li>
                    <T of={condition} view={view} />
                  </li>
                ))}
              </ol>
            </Part>
          )}
          <Facts>
            <TextFact view={view} name="audience" of={content.audience} />
            <TextFact view={view} name="result" of={content.result} />
            <Contact of={content} view={view} />
          </Facts>
          {content.fee.charged ? <BasisList name="grounds" basis={content.fee.basis} view={view} /> : null}
          <BasisList name="basis" basis={content.basis} view={view} />
        </div>
        <aside class="side" aria-labelledby="take">
          <Qr qr={qr} label={`${t('take')}${t('colon')}${title}`} />
          <h2 id="take">{t('take')}</h2>
          <p>{t('takeHow')}</p>
          {procedure === undefined ? null : (
            <a class="button primary" href={to(`/procedures/${procedure.id}`)}>
              <Icon name="procedures" />
              <span>{t('seeProcedure')}</span>
            </a>
          )}
        </aside>
      </div>
    ),
  });
}

function Figure({ name, children }: { name: string; children: unknown }) {
  return (
    <div class="figure">
      <p class="figure-name">{name}</p>
      <p class="figure-value">{children as string}</p>
    </div>
  );
}

function TimeLimit({ item, view }: { item: SectionItem<'guide'>; view: View }) {
  const { statutoryWorkingDays, promisedWorkingDays } = item.content.timeLimit;
  if (promisedWorkingDays === undefined) return <>{daysText(statutoryWorkingDays, view)}</>;
  return (
    <>
      {daysText(promisedWorkingDays, view)}
      <span class="figure-note">{`${view.t('statutory')} ${daysText(statutoryWorkingDays, view)}`}</span>
    </>
  );
}

function Materials({ item, view }: { item: SectionItem<'guide'>; view: View }) {
  const { materials } = item.content;
  const { t } = view;
  if (materials.length === 0) return null;
  return (
    <Part name="materials" view={view}>
      <ol class="materials">
        {materials.map(({ name, original, copies, note }) => (
          <li>
            <p class="material-name">
              <T of={name} view={view} />
            </p>
            <p class="material-about">
              {original > 0 ? <span class="pill">{t('original', original)}</span> : null}
              {copies > 0 ? <span class="pill">{t('copies', copies)}</span> : null}
              {note === undefined ? null : <T of={note} view={view} />}
            </p>
          </li>
        ))}
      </ol>
    </Part>
  );
}

interface Reach {
  phone?: string | undefined;
  address?: { zh: string; en?: string | undefined } | undefined;
  website?: string | undefined;
  hours?: { zh: string; en?: string | undefined } | undefined;
}

/** How to reach somebody. A web address is shown, never opened here. */
export function Contact({ of, view }: { of: Reach; view: View }) {
  return (
    <>
      <PlainFact view={view} name="telephone" of={of.phone} />
      <TextFact view={view} name="address" of={of.address} />
      <TextFact view={view} name="hours" of={of.hours} />
      <PlainFact view={view} name="website" of={of.website} />
    </>
  );
}

/** With the quiet zone of four modules that readers need, black on white whatever the colours of the page. */
function Qr({ qr, label }: { qr: QrCode; label: string }) {
  const side = qr.size + 8;
  return (
    <svg
      class="qr"
      viewBox={`-4 -4 ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect x="-4" y="-4" width={side} height={side} fill="#fff" />
      <path d={qrPath(qr)} fill="#000" />
    </svg>
  );
}
