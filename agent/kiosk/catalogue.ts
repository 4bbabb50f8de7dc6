import type { BoardItemOf, BoardView } from '../disclosure/board-item.js';
import type { DisclosureSection } from '../disclosure/kinds/disclosure.js';
import type { Content, ContentOf } from '../disclosure/kinds/kinds.js';
import { type Searchable, searchable } from './search.js';

/** A disclosure of one section. */
export type SectionItem<S extends DisclosureSection> = BoardItemOf<'disclosure'> & {
  content: Extract<ContentOf<'disclosure'>, { section: S }>;
};

/** What a list shows and searches. */
export interface Listed<K extends Content['kind'] = Content['kind']> {
  item: BoardItemOf<K>;
  search: Searchable;
}

/** Lists that are searched and paged. */
export type ListName = 'guides' | 'procedures' | 'basis' | 'decisions' | 'inspections' | 'notices';

/** The items of each list. */
export interface Lists {
  guides: Listed<'disclosure'>[];
  procedures: Listed<'disclosure'>[];
  basis: Listed<'disclosure'>[];
  decisions: Listed<'decision'>[];
  inspections: Listed<'inspection-result'>[];
  notices: Listed<'correction' | 'withdrawal'>[];
}

/**
 * What may be on the screen, sorted and ready to be searched. Sorted anew at the first look after a change; what is searched in an item is
 * worked out once per revision.
 */
export class Catalogue {
  readonly board: BoardView;
  readonly #searchables = new Map<string, Searchable>();
  readonly #lists: Partial<Lists> = {};
  readonly #shown = new Map<Content['kind'], readonly BoardItemOf<Content['kind']>[]>();
  readonly #onChange = () => {
    this.#shown.clear();
    for (const name of Object.keys(this.#lists) as ListName[]) delete this.#lists[name];
  };

  constructor(board: BoardView) {
    this.board = board;
    board.on('change', this.#onChange);
  }

  close(): void {
    this.board.off('change', this.#onChange);
  }

  /** What is shown of a kind, in no order. */
  all<K extends Content['kind']>(kind: K): readonly BoardItemOf<K>[] {
    this.#look();
    const known = this.#shown.get(kind) ?? this.board.shown(kind);
    this.#shown.set(kind, known);
    return known as readonly BoardItemOf<K>[];
  }

  list<N extends ListName>(name: N): Lists[N] {
    this.#look();
    const known = this.#lists[name];
    if (known !== undefined) return known as Lists[N];
    const made = MAKE[name](this, (item) => this.#searchable(item));
    this.#lists[name] = made as never;
    return made as Lists[N];
  }

  section<S extends DisclosureSection>(section: S): SectionItem<S>[] {
    return sectionOf(this, section).sort(byTitle);
  }

  /** What is shown by this name; undefined for what is not there, or not to be shown. */
  shown<K extends Content['kind']>(kind: K, id: string): BoardItemOf<K> | undefined {
    const item = this.board.item(kind, id);
    return item?.state === 'shown' ? item : undefined;
  }

  /** Every question makes the board look at the clock, so that what has expired is not found here either. */
  #look(): void {
    this.board.item('post', '');
  }

  #searchable(item: Parameters<Index>[0]): Searchable {
    const known = this.#searchables.get(item.sha256);
    if (known !== undefined) return known;
    const made = searchable(wordsOf(item.content));
    if (this.#searchables.size >= MOST_REMEMBERED) this.#searchables.clear();
    this.#searchables.set(item.sha256, made);
    return made;
  }
}

/** More than a hall has; beyond it everything is worked out again. */
const MOST_REMEMBERED = 20_000;

type Index = (item: { sha256: string; content: Content }) => Searchable;
type Shown = Pick<Catalogue, 'all'>;
type Make = { [N in ListName]: (from: Shown, index: Index) => Lists[N] };

const MAKE: Make = {
  guides: (from, index) => listed(sectionOf(from, 'guide').sort(byTitle), index),
  procedures: (from, index) => listed(sectionOf(from, 'procedure').sort(byTitle), index),
  basis: (from, index) => listed(sectionOf(from, 'legal-basis').sort(byTitle), index),
  decisions: (from, index) =>
    listed(
      newestFirst(from.all('decision'), ({ decided }) => decided),
      index,
    ),
  inspections: (from, index) =>
    listed(
      newestFirst(from.all('inspection-result'), ({ inspected }) => inspected),
      index,
    ),
  notices: (from, index) =>
    listed(
      newestFirst<'correction' | 'withdrawal'>(
        [...from.all('correction'), ...from.all('withdrawal')],
        ({ issued }) => new Date(issued).toISOString(),
      ),
      index,
    ),
};

function listed<K extends Content['kind']>(items: readonly BoardItemOf<K>[], index: Index): Listed<K>[] {
  return items.map((item) => ({ item, search: index(item) }));
}

function sectionOf<S extends DisclosureSection>(from: Shown, section: S): SectionItem<S>[] {
  return from.all('disclosure').filter((item): item is SectionItem<S> => item.content.section === section);
}

const COLLATOR = new Intl.Collator('zh-CN');

function byTitle(a: BoardItemOf<'disclosure'>, b: BoardItemOf<'disclosure'>): number {
  return COLLATOR.compare(a.content.title.zh, b.content.title.zh) || (a.id < b.id ? -1 : 1);
}

/** Days compare as text. Of the same day, what was issued later comes first. */
function newestFirst<K extends Content['kind']>(
  items: readonly BoardItemOf<K>[],
  day: (content: ContentOf<K>) => string,
): BoardItemOf<K>[] {
  const keyed = items.map((item) => ({
    item,
    key: `${day(item.content)} ${item.content.issued} ${item.id}`,
  }));
  keyed.sort((a, b) => (a.key < b.key ? 1 : -1));
  return keyed.map(({ item }) => item);
}

/** What an item is found by. */
function wordsOf(content: Content): string[] {
  switch (content.kind) {
    case 'disclosure': {
      const { title } = content;
      const laws =
        content.section === 'legal-basis' ? content.items.flatMap(({ law }) => [law.zh, law.en]) : [];
      return present([title.zh, title.en, ...laws]);
    }
    case 'decision': {
      const { title, number, party, decided, body } = content;
      return present([title.zh, title.en, number, party.name.zh, party.name.en, decided, body.zh]);
    }
    case 'inspection-result': {
      const { title, number, party, inspected, body } = content;
      return present([title.zh, title.en, number, party.name.zh, party.name.en, inspected, body.zh]);
    }
    case 'correction':
    case 'withdrawal':
      return present([content.title.zh, content.title.en]);
    default:
      return [];
  }
}

function present(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}
