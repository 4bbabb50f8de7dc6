/**
 * English texts of the program and their Chinese. `{}` in a key is a hole: whatever stands there in the text that was made. The Chinese has the
 * holes by their number, `{1}` the first, in the order that its grammar wants; `{1!}` is one that holds a word of the program, such as a role or a
 * state, and is put into Chinese as well. A key is one line, without white space at its ends.
 */
export type Catalogue = Readonly<Record<string, string>>;

interface Pattern {
  /** What stands before, between and after the holes. */
  pieces: readonly string[];
  chinese: string;
}

/** A text in Chinese, and how many of its letters are of sentences that are in no catalogue. */
interface Reading {
  text: string;
  unread: number;
}

/** Longer lines are somebody's data. */
const MAX_CHARS = 4000;
/** A message quotes the message of its cause, which may quote another. */
const MAX_DEPTH = 4;
const MAX_PARTS = 6;
/** Texts, and parts of them, that are looked at for one line. */
const MAX_LOOKS = 300;

/** What is no name, no value and no list of those. */
const SENTENCE = /[a-z] [a-z]|, (got|found) /i;
const ANSWER = /, (got|found) /;

/** What puts a text into Chinese, line by line. What is in no catalogue stays as it is. */
export function translatorOf(catalogues: readonly Catalogue[]): (text: string) => string {
  const whole = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [english, chinese] of catalogues.flatMap((each) => Object.entries(each))) {
    if (english.includes('{}')) patterns.push({ pieces: english.split('{}'), chinese });
    else whole.set(english, chinese);
  }
  const letters = ({ pieces }: Pattern) => pieces.join('').length;
  patterns.sort((a, b) => letters(b) - letters(a));
  return (text) =>
    text.replace(
      /[^\s\n](?:[^\n]*[^\s\n])?/g,
      (line) => new Line(whole, patterns).read(line, 0)?.text ?? line,
    );
}

/** The reading of one line. */
class Line {
  readonly #whole: ReadonlyMap<string, string>;
  readonly #patterns: readonly Pattern[];
  #looks = 0;

  constructor(whole: ReadonlyMap<string, string>, patterns: readonly Pattern[]) {
    this.#whole = whole;
    this.#patterns = patterns;
  }

  /** The reading that leaves least unread; of several, the one whose pattern says most. Undefined when nothing of it is known. */
  read(text: string, depth: number): Reading | undefined {
    const same = this.#whole.get(text);
    if (same !== undefined) return { text: same, unread: 0 };
    if (depth > MAX_DEPTH || text.length > MAX_CHARS || ++this.#looks > MAX_LOOKS) return undefined;
    let best: Reading | undefined;
    for (const { pieces, chinese } of this.#patterns) {
      const holes = holesOf(text, pieces);
      if (holes === undefined) continue;
      const reading = this.#filled(chinese, holes, depth);
      if (best === undefined || reading.unread < best.unread) best = reading;
      if (best.unread === 0) return best;
    }
    const partly = this.#partly(text, depth);
    return best === undefined || (partly !== undefined && partly.unread < best.unread) ? partly : best;
  }

  #filled(chinese: string, holes: readonly string[], depth: number): Reading {
    let unread = 0;
    const text = chinese.replace(/\{(\d)(!?)\}/g, (_, number: string, word: string) => {
      const hole = holes[Number(number) - 1] ?? '';
      const reading =
        word === '' ? this.#inner(hole, depth) : (this.read(hole, depth + 1) ?? this.#inner(hole, depth));
      unread += reading.unread;
      return reading.text;
    });
    return { text, unread };
  }

  /** A single word is a name or a value, whatever else it means. */
  #inner(text: string, depth: number): Reading {
    const reading = text.includes(' ') ? this.read(text, depth + 1) : undefined;
    if (reading === undefined) return { text, unread: SENTENCE.test(text) ? text.length : 0 };
    // A pattern that ends too late has swallowed this.
    return { ...reading, unread: reading.unread + (ANSWER.test(text) ? 1 : 0) };
  }

  /** `where: why`, `one; other`, `what it means（why）`: what is known of it. */
  #partly(text: string, depth: number): Reading | undefined {
    const bracket = text.endsWith('）') ? text.indexOf('（') : -1;
    if (bracket >= 0) {
      const inner = this.#inner(text.slice(bracket + 1, -1), depth);
      return { text: `${text.slice(0, bracket)}（${inner.text}）`, unread: inner.unread };
    }
    let best: Reading | undefined;
    for (const { index } of [...text.matchAll(/[:;] /g)].slice(0, MAX_PARTS)) {
      const left = this.#inner(text.slice(0, index), depth);
      const right = this.read(text.slice(index + 2), depth + 1) ?? this.#inner(text.slice(index + 2), depth);
      if (left.text === text.slice(0, index) && right.text === text.slice(index + 2)) continue;
      const mark = text[index] === ':' ? '：' : '；';
      const reading = { text: `${left.text}${mark}${right.text}`, unread: left.unread + right.unread };
      if (best === undefined || reading.unread < best.unread) best = reading;
    }
    return best;
  }
}

/** What stands in the holes, when the text is of that form: each as short as possible, none empty. */
function holesOf(text: string, pieces: readonly string[]): string[] | undefined {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const holes: string[] = [];
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from + 1);
    if (at < 0) return undefined;
    holes.push(text.slice(from, at));
    from = at + piece.length;
  }
  const end = text.length - last.length;
  if (end <= from) return undefined;
  return [...holes, text.slice(from, end)];
}
