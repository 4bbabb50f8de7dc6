import type { Child } from 'hono/jsx';
import type { Text } from '../../disclosure/kinds/text.js';
import { href, type Modes, type View } from '../view.js';
import { LANG_TAG } from '../words.js';
import { Icon, type IconName } from './icons.js';
import { momentText, Plain, textOf } from './parts.js';

/** What stands around every page. */
export interface Frame {
  /** Of the hall; undefined where the configuration names none. */
  hall: Text | undefined;
  window: string;
  /** Changes with the program and its assets: an older page reloads itself. */
  build: string;
  /** Names what this rendering shows; the page's heartbeat sends it back. */
  render: string;
  nowMs: number;
  /** When something of the hall's content expires, from now; infinite when nothing does. An agent that runs draws the page anew. */
  goodForMs: number;
  idleMs: number;
  /** Undefined while content arrives; otherwise since when it does not (undefined time: it never did). */
  stale: { sinceMs: number | undefined } | undefined;
}

export interface PageProps {
  view: View;
  frame: Frame;
  title: string;
  /** Where "back" leads; absent on the first page. */
  back?: { to: string; name: string };
  /** A page that holds what a person types is not replaced under their fingers. */
  typing?: boolean;
  children: Child;
}

/** One page of the screen, as a whole document. */
export function page(props: PageProps): string {
  return `<!doctype html>${(<Document {...props} />).toString()}`;
}

function Document({ view, frame, title, back, typing, children }: PageProps) {
  const { lang, large, contrast } = view.modes;
  const hall = frame.hall === undefined ? view.t('hall') : textOf(frame.hall, view);
  const classes = [large ? 'large' : '', contrast ? 'contrast' : ''].filter(Boolean).join(' ');
  return (
    <html lang={LANG_TAG[lang]} class={classes === '' ? undefined : classes}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="same-origin" />
        <title>{`${title} · ${hall}`}</title>
        <link rel="stylesheet" href={`/assets/${frame.build}/kiosk.css`} />
        <link rel="icon" href="data:," />
        <script src={`/assets/${frame.build}/kiosk.js`} defer></script>
      </head>
      <body
        data-build={frame.build}
        data-home={href('/', view.modes)}
        data-start="/"
        data-idle-ms={frame.idleMs}
        data-first={back === undefined ? 'yes' : undefined}
        data-typing={typing === true ? 'yes' : undefined}
      >
        <a class="skip" href="#main">
          {view.t('skip')}
        </a>
        <header class="top">
          <p class="top-hall">
            <bdi>{hall}</bdi>
          </p>
          <p class="top-window">
            <Plain>{view.t('windowNo', frame.window)}</Plain>
          </p>
          <Now view={view} nowMs={frame.nowMs} />
        </header>
        <div id="live" data-render={frame.render} data-good-for={String(frame.goodForMs)}>
          <Stale view={view} frame={frame} />
          <main id="main" tabindex={-1}>
            {children}
          </main>
        </div>
        <Toolbar view={view} {...(back === undefined ? {} : { back })} />
        <Notices view={view} />
      </body>
    </html>
  );
}

function Now({ view, nowMs }: { view: View; nowMs: number }) {
  return (
    <p class="top-now">
      <span class="unseen">{view.t('now')}</span>{' '}
      <time id="now" data-lang={LANG_TAG[view.modes.lang]}>
        {momentText(nowMs, nowMs, view)}
      </time>
    </p>
  );
}

function Stale({ view, frame: { stale, nowMs } }: { view: View; frame: Frame }) {
  if (stale === undefined) return null;
  const { sinceMs } = stale;
  return (
    <p class="stale" role="status">
      {sinceMs === undefined ? view.t('neverConnected') : view.t('stale', momentText(sinceMs, nowMs, view))}
    </p>
  );
}

/** Stays at the bottom edge, where a child and a person in a wheelchair reach it. */
function Toolbar({ view, back }: { view: View; back?: { to: string; name: string } }) {
  const { modes, path, extra, t } = view;
  const change = (changed: Partial<Modes>) => href(path, { ...modes, ...changed }, extra);
  return (
    <nav class="bar" aria-label={t('toolbar')}>
      {back === undefined ? (
        <>
          <BarLink to={view.to('/rate')} icon="rate" text={t('rateShort')} strong />
          <BarLink to={view.to('/report')} icon="report" text={t('reportShort')} strong />
        </>
      ) : (
        <>
          <BarLink to={back.to} icon="back" text={t('back')} label={t('backTo', back.name)} />
          <BarLink to={view.to('/')} icon="home" text={t('home')} />
        </>
      )}
      <span class="bar-space"></span>
      <BarLink
        to={change({ lang: modes.lang === 'zh' ? 'en' : 'zh' })}
        icon="language"
        text={t('language')}
        lang={modes.lang === 'zh' ? 'en' : 'zh-CN'}
      />
      <BarLink
        to={change({ large: !modes.large })}
        icon="large"
        text={t(modes.large ? 'normalText' : 'largeText')}
      />
      <BarLink
        to={change({ contrast: !modes.contrast })}
        icon="contrast"
        text={t(modes.contrast ? 'normalContrast' : 'highContrast')}
      />
    </nav>
  );
}

interface BarLinkProps {
  to: string;
  icon: IconName;
  text: string;
  label?: string;
  lang?: string;
  strong?: boolean;
}

function BarLink({ to, icon, text, label, lang, strong }: BarLinkProps) {
  return (
    <a class={strong === true ? 'bar-link strong' : 'bar-link'} href={to} aria-label={label} lang={lang}>
      <Icon name={icon} />
      <span>{text}</span>
    </a>
  );
}

/** What the script shows when it is needed: its words stand here so that they are in the page's language. */
function Notices({ view }: { view: View }) {
  const { t } = view;
  return (
    <>
      <p
        id="announce"
        class="unseen"
        role="status"
        data-updated={t('updated')}
        data-later={t('updatedWhileTyping')}
      ></p>
      <p
        id="gone"
        class="stale"
        role="status"
        data-text={t('agentGone', '{n}')}
        data-expired={t('agentGoneExpired')}
        hidden
      ></p>
      <dialog id="idle" aria-labelledby="idle-title" aria-describedby="idle-about">
        <h2 id="idle-title">{t('idleAsk')}</h2>
        <p id="idle-about" data-text={t('idleAbout', '{n}')}></p>
        <button type="button" class="primary" id="idle-stay">
          {t('idleStay')}
        </button>
      </dialog>
    </>
  );
}
