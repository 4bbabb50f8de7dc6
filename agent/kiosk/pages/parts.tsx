import type { Child } from 'hono/jsx';
import type { Text } from '../../disclosure/kinds/text.js';
import type { View } from '../view.js';
import { LANG_TAG, type Word } from '../words.js';
import { Icon, type IconName } from './icons.js';

/**
 * Content in the language of the page, in isolation: whatever its direction, it cannot turn around what stands beside it. Where a
 * translation is missing the Chinese stands, and says so to a screen reader.
 */
export function T({ of, view }: { of: Text; view: View }) {
  const lang = view.modes.lang === 'en' && of.en !== undefined ? 'en' : 'zh';
  return <bdi lang={LANG_TAG[lang]}>{of[lang]}</bdi>;
}

/** The same as plain text, for titles and labels of controls. */
export function textOf({ zh, en }: Text, { modes }: View): string {
  return modes.lang === 'en' ? (en ?? zh) : zh;
}

/** Content that has no language: numbers, names of windows, telephone numbers. */
export function Plain({ children }: { children: Child }) {
  return <bdi>{children}</bdi>;
}

/** A day or a moment of the content, in the time of Beijing. */
export function Day({ of, view }: { of: string; view: View }) {
  return <time datetime={of}>{dayText(of, view)}</time>;
}

const ZONE = 'Asia/Shanghai';
const DAY = {
  zh: new Intl.DateTimeFormat('zh-CN', { dateStyle: 'long', timeZone: ZONE }),
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: ZONE }),
};
const MOMENT = {
  zh: new Intl.DateTimeFormat('zh-CN', {
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: ZONE,
  }),
  en: new Intl.DateTimeFormat('en-GB', {
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: ZONE,
  }),
};
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: ZONE,
});

export function dayText(of: string, { modes }: View): string {
  return DAY[modes.lang].format(Date.parse(of.length === 10 ? `${of}T00:00:00+08:00` : of));
}

/** Day and time; the time alone where it is of the same day as `now`. */
export function momentText(atMs: number, nowMs: number, { modes }: View): string {
  const sameDay = DAY.zh.format(atMs) === DAY.zh.format(nowMs);
  return sameDay ? TIME.format(atMs) : MOMENT[modes.lang].format(atMs);
}

/** A list of facts; those without a value are left out. */
export function Facts({ children }: { children: Child }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ view, name, children }: { view: View; name: Word; children: Child }) {
  if (children === undefined || children === null || children === false || children === '') return null;
  return (
    <div>
      <dt>{view.t(name)}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface OneFact<V> {
  view: View;
  name: Word;
  of: V | undefined;
}

export function TextFact({ view, name, of }: OneFact<Text>) {
  return (
    <Fact view={view} name={name}>
      {of === undefined ? null : <T of={of} view={view} />}
    </Fact>
  );
}

export function PlainFact({ view, name, of }: OneFact<string>) {
  return (
    <Fact view={view} name={name}>
      {of === undefined ? null : <Plain>{of}</Plain>}
    </Fact>
  );
}

export function DayFact({ view, name, of }: OneFact<string>) {
  return (
    <Fact view={view} name={name}>
      {of === undefined ? null : <Day of={of} view={view} />}
    </Fact>
  );
}

/** A paragraph of content. */
export function Prose({ of, view }: { of: Text | undefined; view: View }) {
  return of === undefined ? null : (
    <p class="prose">
      <T of={of} view={view} />
    </p>
  );
}

/** A part of a page with its heading; left out when nothing is in it. */
export function Part({ name, view, children }: { name: Word; view: View; children: Child }) {
  return (
    <section class="part" aria-labelledby={`part-${name}`}>
      <h2 id={`part-${name}`}>{view.t(name)}</h2>
      {children}
    </section>
  );
}

/** A link as large as a hand: an icon, a word, and a line about it. */
export function Tile({
  to,
  icon,
  title,
  about,
}: {
  to: string;
  icon: IconName;
  title: string;
  about?: string;
}) {
  return (
    <a class="tile" href={to}>
      <Icon name={icon} />
      <span class="tile-title">{title}</span>
      {about === undefined ? null : <span class="tile-about">{about}</span>}
    </a>
  );
}

/** What a page says when it has nothing to show, and where to go. */
export function Nothing({ title, next }: { title: Child; next: string }) {
  return (
    <div class="nothing">
      <p class="nothing-title">{title}</p>
      <p>{next}</p>
    </div>
  );
}
