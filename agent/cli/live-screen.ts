import stringWidth from 'fast-string-width';
import { padded } from './text.js';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDING_KEYS = new Set(['q', 'Q', '\u0003', '\u0004']);
/** Where a table's last column begins: after one or two others. */
const COLUMNS = /^(?:\S+(?: \S+)* {2,}){1,2}/;
const MOST_INDENT = 32;

/** A page for a terminal of this size; it may leave things out. */
export type Page = (size: { columns: number; rows: number }) => string;

/**
 * A terminal whose whole window shows a page that is drawn again and again, in place and in one write, so that nothing flickers. `q` and Ctrl-C end it;
 * what it showed last then stands in the terminal's history.
 */
export class LiveScreen {
  readonly #page: Page;
  readonly #out: NodeJS.WriteStream;
  readonly #in: NodeJS.ReadStream;
  #listener: () => void = () => {};
  readonly #onEnd = () => this.#listener();
  readonly #onKey = (key: Buffer) => {
    if (ENDING_KEYS.has(key.toString())) this.#listener();
  };
  readonly #onResize = () => this.draw();

  constructor(page: Page, out = process.stdout, input = process.stdin) {
    this.#page = page;
    this.#out = out;
    this.#in = input;
    for (const signal of SIGNALS) process.on(signal, this.#onEnd);
    out.write(ENTER);
    out.on('resize', this.#onResize);
    if (!input.isTTY) return;
    input.setRawMode(true);
    input.on('data', this.#onKey).resume();
  }

  /** Called each time that somebody asks for the end. */
  onEnd(listener: () => void): void {
    this.#listener = listener;
  }

  draw(): void {
    const { columns, rows } = this.#out;
    const lines = this.#page({ columns, rows }).split('\n').slice(0, rows);
    // No line break after the last: it would scroll.
    this.#out.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onEnd);
    this.#out.off('resize', this.#onResize);
    if (this.#in.isTTY) {
      this.#in.setRawMode(false);
      this.#in.off('data', this.#onKey).pause();
    }
    const last = this.#page({ columns: this.#out.columns, rows: Number.POSITIVE_INFINITY });
    this.#out.write(`${LEAVE}${last}\n`);
  }
}

/** Text in lines of at most so many columns; what is broken goes on under the last column of its table. Wide (CJK) characters count two. */
export function fitted(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => folded(line, columns))
    .join('\n');
}

function folded(line: string, columns: number): string[] {
  if (stringWidth(line) <= columns) return [line];
  const head = COLUMNS.exec(line)?.[0] ?? /^ */.exec(line)?.[0] ?? '';
  const wide = stringWidth(head);
  const indent = padded('', wide <= MOST_INDENT && wide < columns / 2 ? wide : 4);
  const lines: string[] = [];
  let rest = line;
  for (let before = ''; rest !== ''; before = indent) {
    const room = columns - before.length;
    const end = endWithin(rest, room, lines.length === 0 ? head.length : 0);
    lines.push(before + rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** How much of a text fits, ending between words where it can after `from`. */
function endWithin(text: string, columns: number, from: number): number {
  let width = 0;
  let at = 0;
  let space = 0;
  for (const character of text) {
    width += stringWidth(character);
    if (width > columns) return character === ' ' ? at : space > from ? space : Math.max(at, 1);
    at += character.length;
    if (character === ' ') space = at;
  }
  return text.length;
}
