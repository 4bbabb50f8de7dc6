import type { Child } from 'hono/jsx';
import { type ErrorChoice, MAX_NOTE_CHARACTERS, type RatingReason, type Receipt } from '../feedback.js';
import type { View } from '../view.js';
import type { Word } from '../words.js';
import { Icon } from './icons.js';
import { type Frame, page } from './layout.js';
import { Fact, Facts, momentText, Plain } from './parts.js';

const WHAT: Readonly<Record<ErrorChoice, Word>> = {
  outdated: 'reportOutdated',
  wrong: 'reportWrong',
  missing: 'reportMissing',
  unclear: 'reportUnclear',
  personal: 'reportPersonal',
};
const WHY: Readonly<Record<RatingReason, Word>> = {
  waiting: 'whyWaiting',
  manner: 'whyManner',
  unclear: 'whyUnclear',
  materials: 'whyMaterials',
  other: 'whyOther',
};

interface FormProps {
  view: View;
  frame: Frame;
  /** What is wrong with what was sent; undefined at first. */
  problem?: Word;
  note?: string;
}

/** Report an error in what is published. By touch alone, or with words. */
export function reportPage(
  props: FormProps & { about?: { kind: string; id: string; title: Child }; chosen?: readonly ErrorChoice[] },
): string {
  const { view, frame, about, problem, chosen = [], note = '' } = props;
  const { t, to } = view;
  return page({
    view,
    frame,
    title: t('report'),
    back: { to: to('/'), name: t('home') },
    typing: true,
    children: (
      <form class="form" method="post" action={to('/report')}>
        <h1>{t('report')}</h1>
        {about === undefined ? null : (
          <p class="about-item">
            {t('reportOf', '')}
            {about.title}
            <input type="hidden" name="kind" value={about.kind} />
            <input type="hidden" name="id" value={about.id} />
          </p>
        )}
        <Problem view={view} problem={problem} />
        <Choices legend={t('reportWhat')} name="what" words={WHAT} chosen={chosen} view={view} />
        <Note view={view} value={note} />
        <Send view={view} />
      </form>
    ),
  });
}

/** Rate the service at this window. */
export function ratePage(
  props: FormProps & { rating?: 'good' | 'bad' | undefined; chosen?: readonly RatingReason[] },
): string {
  const { view, frame, problem, rating, chosen = [], note = '' } = props;
  const { t, to } = view;
  return page({
    view,
    frame,
    title: t('rate'),
    back: { to: to('/'), name: t('home') },
    typing: true,
    children: (
      <form class="form" method="post" action={to('/rate')}>
        <h1>{t('rateAsk')}</h1>
        <Problem view={view} problem={problem} />
        <fieldset>
          <legend class="unseen">{t('rateAsk')}</legend>
          <div class="faces">
            {(['good', 'bad'] as const).map((each) => (
              <label class={`face is-${each}`}>
                <input type="radio" name="rating" value={each} checked={rating === each} />
                <Icon name={each} />
                <span>{t(each)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Choices legend={t('why')} name="why" words={WHY} chosen={chosen} view={view} />
        <Note view={view} value={note} />
        <Send view={view} />
      </form>
    ),
  });
}

function Problem({ view, problem }: { view: View; problem: Word | undefined }) {
  return problem === undefined ? null : (
    <p class="problem" role="alert">
      {view.t(problem)}
    </p>
  );
}

interface ChoicesProps<C extends string> {
  legend: string;
  name: string;
  words: Readonly<Record<C, Word>>;
  chosen: readonly C[];
  view: View;
}

function Choices<C extends string>({ legend, name, words, chosen, view }: ChoicesProps<C>) {
  const all = Object.entries(words) as [C, Word][];
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="choices">
        {all.map(([value, word]) => (
          <label class="choice">
            <input type="checkbox" name={name} value={value} checked={chosen.includes(value)} />
            <span>{view.t(word)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Note({ view: { t }, value }: { view: View; value: string }) {
  return (
    <div class="note">
      <label for="note">{t('note')}</label>
      <textarea id="note" name="note" rows={3} maxlength={MAX_NOTE_CHARACTERS} aria-describedby="note-hint">
        {value}
      </textarea>
      <p id="note-hint" class="hint">
        {t('noteHint')}
      </p>
    </div>
  );
}

function Send({ view: { t } }: { view: View }) {
  return (
    <button class="button primary send" type="submit">
      {t('send')}
    </button>
  );
}

/** The receipt, with how far what was said has come. */
export function receiptPage({
  view,
  frame,
  receipt,
  witnessed,
}: {
  view: View;
  frame: Frame;
  receipt: Receipt;
  witnessed: boolean;
}): string {
  const { t, to } = view;
  return page({
    view,
    frame,
    title: t('thanks'),
    back: { to: to('/'), name: t('home') },
    children: (
      <div class="receipt">
        <Icon name="notices" />
        <h1>{t('thanks')}</h1>
        <p class="receipt-label">{t('receipt')}</p>
        <p class="receipt-number" id="receipt-number">
          <Plain>{receipt.number}</Plain>
        </p>
        <Facts>
          <Fact view={view} name="receiptTime">
            {momentText(Date.parse(receipt.wall), frame.nowMs, view)}
          </Fact>
          <Fact view={view} name="receiptState">
            {t(witnessed ? 'receiptSent' : 'receiptWaiting')}
          </Fact>
        </Facts>
        <p>{t('receiptAbout')}</p>
        <a class="button primary" href={to('/')}>
          <Icon name="home" />
          <span>{t('home')}</span>
        </a>
      </div>
    ),
  });
}

/** A page that says why there is nothing, and leads on: nobody is left standing. */
export function messagePage({
  view,
  frame,
  title,
  next,
  children,
}: {
  view: View;
  frame: Frame;
  title: Word;
  next: Word;
  children?: Child;
}): string {
  const { t, to } = view;
  return page({
    view,
    frame,
    title: t(title),
    back: { to: to('/'), name: t('home') },
    children: (
      <div class="message">
        <h1>{t(title)}</h1>
        <p>{t(next)}</p>
        {children}
        <p>
          <a class="button primary" href={to('/')}>
            <Icon name="home" />
            <span>{t('home')}</span>
          </a>
        </p>
      </div>
    ),
  });
}
