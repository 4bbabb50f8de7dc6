import type { Context, Hono } from 'hono';
import type { BoardItem, BoardItemOf } from '../disclosure/board-item.js';
import type { DisclosureSection } from '../disclosure/kinds/disclosure.js';
import type { Content } from '../disclosure/kinds/kinds.js';
import type { Catalogue, Listed, ListName, Lists, SectionItem } from './catalogue.js';
import { loadInitials, NO_INITIALS } from './initials.js';
import { aboutPage, remediesPage } from './pages/about.js';
import { basisPage } from './pages/basis.js';
import { decisionPage, decisionRow, inspectionPage, inspectionRow } from './pages/decision.js';
import type { DocumentProps } from './pages/document.js';
import { firstPage } from './pages/first.js';
import { messagePage } from './pages/forms.js';
import { guidePage } from './pages/guide.js';
import type { Frame } from './pages/layout.js';
import { listPage, type Row } from './pages/lists.js';
import { noticePage, noticeRow } from './pages/notice-page.js';
import { Notices } from './pages/notices.js';
import { dayText, T } from './pages/parts.js';
import { procedurePage } from './pages/procedure.js';
import { qrCode } from './qr.js';
import type { Screen } from './screen.js';
import { matcher, plainQuery } from './search.js';
import { takeAlong } from './take-along.js';
import { modesOf, type View, viewOf } from './view.js';
import type { Word } from './words.js';

const PER_PAGE = 12;

/** Every page that only shows. */
export function pageRoutes(app: Hono, screen: Screen): void {
  app.get('/', (c) => {
    const view = viewOfRequest(c);
    const serving = screen.serving();
    const ids = serving?.item.content.services ?? [];
    const services = screen.catalogue.section('guide').filter(({ id }) => ids.includes(id));
    const frame = screen.frame(c.req.path, serving === undefined ? [] : [serving.item]);
    return c.html(firstPage({ view, frame, serving, services }));
  });

  list(app, screen, 'guides', 'guides', ({ id, content }, view) => ({
    to: view.to(`/guides/${id}`),
    title: <T of={content.title} view={view} />,
    about:
      content.section === 'guide' && content.audience !== undefined
        ? [<T of={content.audience} view={view} />]
        : [],
  }));
  list(app, screen, 'procedures', 'procedures', ({ id, content }, view) => ({
    to: view.to(`/procedures/${id}`),
    title: <T of={content.title} view={view} />,
    about: [],
  }));
  list(app, screen, 'basis', 'basis', ({ id, content }, view) => ({
    to: view.to(`/basis/${id}`),
    title: <T of={content.title} view={view} />,
    about: [dayText(content.issued, view)],
  }));
  list(app, screen, 'decisions', 'decisions', decisionRow);
  list(app, screen, 'inspections', 'inspections', inspectionRow);
  list(app, screen, 'notices', 'notices', noticeRow);

  section(app, screen, '/guides/:id', 'guide', async (drawn) => {
    const { content } = drawn.item;
    const procedure = screen.catalogue.section('procedure').find(({ id }) => id === content.procedure);
    return guidePage({ ...drawn, procedure, qr: await qrCode(takeAlong(content, drawn.view)) });
  });
  section(app, screen, '/procedures/:id', 'procedure', procedurePage);
  section(app, screen, '/basis/:id', 'legal-basis', basisPage);
  item(app, screen, '/decisions/:id', 'decision', decisionPage);
  item(app, screen, '/inspections/:id', 'inspection-result', inspectionPage);
  for (const kind of ['correction', 'withdrawal'] as const) {
    item(app, screen, `/notices/${kind}/:id`, kind, noticePage);
  }

  sections(app, screen, '/about', ['body', 'duties', 'personnel', 'powers', 'inspection-list'], aboutPage);
  sections(app, screen, '/remedies', ['supervision', 'remedies'], remediesPage);
}

/** The view of a request; `extra` are the parameters that the mode buttons must keep. */
export function viewOfRequest(c: Context, extra: Readonly<Record<string, string>> = {}): View {
  return viewOf(
    modesOf((name) => c.req.query(name)),
    c.req.path,
    extra,
  );
}

/** A list that is searched and paged. */
function list<N extends ListName>(
  app: Hono,
  screen: Screen,
  name: N,
  title: Word,
  rowOf: (item: Lists[N][number]['item'], view: View) => Row,
): void {
  const path = `/${name}`;
  app.get(path, async (c) => {
    const query = plainQuery(c.req.query('q') ?? '');
    const initials = /[a-z]/.test(query) ? await loadInitials() : NO_INITIALS;
    const all = screen.catalogue.list(name) as readonly Listed[];
    const matches = matcher(query, initials);
    const found = query.trim() === '' ? all : all.filter(({ search }) => matches(search));
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
    const asked = Number(c.req.query('page') ?? 1);
    const page = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), pages) : 1;
    const view = viewOfRequest(c, {
      ...(query === '' ? {} : { q: query }),
      ...(page === 1 ? {} : { page: String(page) }),
    });
    const rows = found
      .slice((page - 1) * PER_PAGE, page * PER_PAGE)
      .map(({ item }) => rowOf(item as never, view));
    const newestFirst = name === 'decisions' || name === 'inspections' || name === 'notices';
    const frame = screen.frame(path, []);
    return c.html(
      listPage({ view, frame, path, title, query, rows, total: found.length, page, pages, newestFirst }),
    );
  });
}

/** One item. One that was withdrawn says so, with the notice; anything else that is not shown is not there. */
function item<K extends Content['kind']>(
  app: Hono,
  screen: Screen,
  path: string,
  kind: K,
  draw: (drawn: DocumentProps<BoardItemOf<K>>) => Promise<string> | string,
  isHere: (found: BoardItemOf<K>) => boolean = () => true,
): void {
  app.get(path, async (c) => {
    const found = screen.board.item(kind, c.req.param('id') ?? '');
    const view = viewOfRequest(c);
    if (found?.state === 'shown' && isHere(found)) {
      return c.html(await draw({ view, frame: screen.frame(c.req.path, [found]), item: found }));
    }
    if (found?.state === 'withdrawn') return c.html(withdrawnPage(screen, view, found), 410);
    return c.notFound();
  });
}

/** One disclosure, at the address of its section. */
function section<S extends DisclosureSection>(
  app: Hono,
  screen: Screen,
  path: string,
  name: S,
  draw: (drawn: DocumentProps<SectionItem<S>>) => Promise<string> | string,
): void {
  item(
    app,
    screen,
    path,
    'disclosure',
    (drawn) => draw(drawn as DocumentProps<SectionItem<S>>),
    ({ content }) => content.section === name,
  );
}

/** A page that shows all disclosures of some sections. */
function sections(
  app: Hono,
  screen: Screen,
  path: string,
  names: readonly DisclosureSection[],
  draw: (props: { view: View; frame: Frame; catalogue: Catalogue }) => string,
): void {
  app.get(path, (c) => {
    const shown = names.flatMap((name) => screen.catalogue.section(name));
    const frame = screen.frame(path, shown);
    return c.html(draw({ view: viewOfRequest(c), frame, catalogue: screen.catalogue }));
  });
}

function withdrawnPage(screen: Screen, view: View, found: BoardItem): string {
  const frame = screen.frame(view.path, []);
  return messagePage({
    view,
    frame,
    title: 'withdrawn',
    next: 'missingNext',
    children: <Notices of={found} view={view} />,
  });
}
