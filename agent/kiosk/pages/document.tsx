import type { Child } from 'hono/jsx';
import type { BoardItem } from '../../disclosure/board-item.js';
import type { Text } from '../../disclosure/kinds/text.js';
import type { ListName } from '../catalogue.js';
import type { View } from '../view.js';
import { type Frame, page } from './layout.js';
import { Imprint, Lateness, Notices } from './notices.js';
import { T, textOf } from './parts.js';

/** What every page of one published document is drawn from. */
export interface DocumentProps<I extends BoardItem> {
  view: View;
  frame: Frame;
  item: I;
}

interface Around {
  view: View;
  frame: Frame;
  item: BoardItem & { content: { title: Text } };
  /** The list that it stands in, and to which "back" leads. */
  list: ListName;
  /** A line under the title: a number, a kind. */
  about?: Child;
  children: Child;
}

/** One published document as a page: its title, what was late or put right in it, its words, which revision it is and the way to say that it is wrong. */
export function documentPage({ view, frame, item, list, about, children }: Around): string {
  const { title } = item.content;
  return page({
    view,
    frame,
    title: textOf(title, view),
    back: { to: view.to(`/${list}`), name: view.t(list) },
    children: (
      <article>
        <div class="page-head">
          <h1>
            <T of={title} view={view} />
          </h1>
          {about === undefined ? null : <p class="count">{about}</p>}
        </div>
        <Lateness of={item} view={view} />
        <Notices of={item} view={view} />
        {children}
        <Imprint of={item} view={view} />
      </article>
    ),
  });
}
