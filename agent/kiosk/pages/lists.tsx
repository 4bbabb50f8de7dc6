import type { Child } from 'hono/jsx';
import type { View } from '../view.js';
import type { Word } from '../words.js';
import { Icon } from './icons.js';
import { type Frame, page } from './layout.js';
import { Nothing } from './parts.js';

/** One line of a list: a link as high as a thumb. */
export interface Row {
  to: string;
  title: Child;
  /** Small facts under the title. */
  about: Child[];
  /** `corrected` and the like, before the title. */
  badges?: string[];
}

export interface ListProps {
  view: View;
  frame: Frame;
  /** The list's own path. */
  path: string;
  title: Word;
  query: string;
  rows: readonly Row[];
  total: number;
  page: number;
  pages: number;
  /** Said of lists of dated things. */
  newestFirst?: boolean;
}

/** A list that is searched and paged. Search works by touch alone: each letter key is a link to the list with one letter more. */
export function listPage(props: ListProps): string {
  const { view, frame, path, title, query, rows, total, newestFirst } = props;
  const { t } = view;
  const clean = query === '' && rows.length === 0;
  return page({
    view,
    frame,
    title: query === '' ? t(title) : `${t('searchFor', query)} · ${t(title)}`,
    back: { to: view.to('/'), name: t('home') },
    children: (
      <>
        <div class="page-head">
          <h1>{t(title)}</h1>
          <p class="count" role="status">
            {total === 1 ? t('foundOne') : t('found', total)}
            {newestFirst === true && total > 1 ? ` · ${t('newestFirst')}` : ''}
          </p>
        </div>
        {clean ? (
          <Nothing title={t('empty')} next={t('emptyNext')} />
        ) : (
          <Search view={view} path={path} query={query} />
        )}
        {rows.length === 0 && !clean ? (
          <Nothing title={<bdi>{t('nothingFound', query)}</bdi>} next={t('nothingFoundNext')} />
        ) : (
          <Rows rows={rows} />
        )}
        <Pager {...props} />
      </>
    ),
  });
}

export function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <ul class="rows">
      {rows.map(({ to, title, about, badges = [] }) => (
        <li>
          <a class="row" href={to}>
            <span class="row-words">
              <span class="row-title">
                {badges.map((badge) => (
                  <>
                    <span class="badge">{badge}</span>{' '}
                  </>
                ))}
                {title}
              </span>
              {about.length === 0 ? null : (
                <span class="row-about">
                  {about.map((fact) => (
                    <span>{fact}</span>
                  ))}
                </span>
              )}
            </span>
            <Icon name="next" />
          </a>
        </li>
      ))}
    </ul>
  );
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

function Search({ view, path, query }: { view: View; path: string; query: string }) {
  const { t, to, modes } = view;
  return (
    <search class="search" aria-label={t('search')}>
      <form class="search-form" method="get" action={path}>
        {Object.entries({
          lang: modes.lang === 'en' ? 'en' : undefined,
          size: modes.large ? 'large' : undefined,
          contrast: modes.contrast ? 'high' : undefined,
        }).map(([name, value]) =>
          value === undefined ? null : <input type="hidden" name={name} value={value} />,
        )}
        <label for="q">{t('search')}</label>
        <input
          id="q"
          name="q"
          type="search"
          value={query}
          maxlength={40}
          autocomplete="off"
          aria-describedby="q-hint"
        />
        <button class="button primary" type="submit">
          <Icon name="search" />
          <span>{t('search')}</span>
        </button>
        {query === '' ? null : (
          <a class="button" href={to(path)}>
            {t('clear')}
          </a>
        )}
      </form>
      <p id="q-hint" class="hint">
        {t('searchHint')}
      </p>
      <ul class="letters" aria-label={t('letters')}>
        {LETTERS.map((letter) => (
          <li>
            <a
              id={`key-${letter}`}
              class="key"
              href={to(path, { q: query + letter.toLowerCase() })}
              aria-label={t('letter', letter)}
            >
              {letter}
            </a>
          </li>
        ))}
        <li class="key-wide">
          <a
            id="key-erase"
            class="key"
            href={to(path, { q: Array.from(query).slice(0, -1).join('') })}
            aria-label={t('erase')}
          >
            <Icon name="erase" />
          </a>
        </li>
      </ul>
    </search>
  );
}

function Pager({ view, path, query, page: at, pages }: ListProps) {
  const { t, to } = view;
  if (pages <= 1) return null;
  const link = (number: number) => to(path, { q: query, page: number === 1 ? undefined : number });
  return (
    <nav class="pager" aria-label={t('pages')}>
      {at > 1 ? (
        <a class="button" href={link(at - 1)} rel="prev">
          <Icon name="back" />
          <span>{t('previous')}</span>
        </a>
      ) : (
        <span class="button is-off" aria-hidden="true">
          <Icon name="back" />
          <span>{t('previous')}</span>
        </span>
      )}
      <p aria-current="page">{`${t('pageOf', at)} / ${pages}`}</p>
      {at < pages ? (
        <a class="button" href={link(at + 1)} rel="next">
          <span>{t('next')}</span>
          <Icon name="next" />
        </a>
      ) : (
        <span class="button is-off" aria-hidden="true">
          <span>{t('next')}</span>
          <Icon name="next" />
        </span>
      )}
    </nav>
  );
}
